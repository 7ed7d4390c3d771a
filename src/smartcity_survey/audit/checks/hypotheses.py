"""Hypotheses and verdicts: values printed again, stars, directions, confirmed or not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scipy import stats

from smartcity_survey.audit.address import Spec, Term, resolve, resolve_one
from smartcity_survey.audit.case import Case, Judgement, Planner, check
from smartcity_survey.audit.checks.arithmetic import repeated_value
from smartcity_survey.audit.checks.unread import unread_key
from smartcity_survey.audit.headers import known_names, nearest
from smartcity_survey.audit.interval import Interval
from smartcity_survey.audit.layout import layout_recognised, recognised
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.printed import Address, Printed
from smartcity_survey.audit.reported import Reported
from smartcity_survey.audit.tables import column_of, columns_of, printed_table
from smartcity_survey.errors import SurveyError

# Fewest degrees of freedom that a table without a number of respondents is taken to have.
_FEW = 30
_SIGNS = ("positive", "negative")
_P = re.compile(r"p|p_.*|.*_p|sig.*")


@check("copies")
def line_of_its_own(
    copies: tuple[Reported, ...],
    own: tuple[Reported, ...],
    others: tuple[Reported, ...],
    *,
    names: Sequence[str],
) -> Judgement:
    """Values printed again are not those of another line, whatever their signs."""
    width = len(copies)
    if _same_sizes(copies, own):
        return Judgement(True)
    rows = [others[start : start + width] for start in range(0, len(others), width)]
    taken = [name for name, row in zip(names, rows, strict=True) if _same_sizes(copies, row)]
    return Judgement(not taken, ", ".join(number.text for number in own), details={"taken": taken})


def _same_sizes(copies: Sequence[Reported], row: Sequence[Reported]) -> bool:
    return all(
        copy.interval.magnitude().meets(number.interval.magnitude())
        for copy, number in zip(copies, row, strict=True)
    )


@check("p")
def starred(p: Reported, below: Reported, *, mark: str) -> Judgement:
    """A p-value carries the mark exactly where it is below the level the mark stands for."""
    return _marked(p, p.interval, below, mark)


@check("estimate")
def starred_untested(estimate: Reported) -> Judgement:
    """Beside a marked estimate stands neither p nor t."""
    return Judgement(None, reason="nothing_beside")


@check("estimate")
def starred_by_p(estimate: Reported, p: Reported, below: Reported, *, mark: str) -> Judgement:
    """An estimate carries the mark exactly where its p is below the level the mark stands for."""
    return _marked(estimate, p.interval, below, mark)


@check("estimate")
def starred_by_t(
    estimate: Reported, t: Reported, below: Reported, tails: Reported, *, mark: str, df: float | None
) -> Judgement:
    """An estimate carries the mark exactly where its t is beyond the critical value of the level."""
    return _marked(estimate, _p_of(t, df, tails.value or 2.0), below, mark)


def _marked(number: Reported, p: Interval, below: Reported, mark: str) -> Judgement:
    significant, insignificant = p.high < below.interval.low, below.interval.high <= p.low
    if not (significant or insignificant):
        return Judgement(None, reason="at_the_level")
    return Judgement((mark in number.marks) == significant, mark if significant else "")


def _p_of(t: Reported, df: float | None, tails: float = 2.0) -> Interval:
    """p of a t-value: with unknown degrees of freedom between those of the normal and of a small sample."""
    size = t.interval.magnitude()
    most = df if df is not None and df > 0 else _FEW
    least = stats.norm.sf(size.high) if df is None else stats.t.sf(size.high, most)
    return Interval(tails * float(least), tails * float(stats.t.sf(size.low, most)))


@check("verdict", arithmetic=True, needs_numbers=False)
def verdict_follows(
    verdict: Reported, estimate: Reported, p: Reported, alpha: Reported, *, sign: str, confirmed: str
) -> Judgement:
    """A hypothesis is confirmed exactly where the estimate has its sign and p is below alpha."""
    if not (estimate.is_number and p.is_number):
        return Judgement(None, reason="no_number")
    return _verdict(verdict, estimate, p.interval, alpha, sign, confirmed)


@check("verdict", arithmetic=True, needs_numbers=False)
def verdict_by_t(
    verdict: Reported,
    estimate: Reported,
    t: Reported,
    alpha: Reported,
    *,
    sign: str,
    confirmed: str,
    df: float | None,
) -> Judgement:
    """A hypothesis is confirmed exactly where the estimate has its sign and t is beyond the critical one."""
    if not (estimate.is_number and t.is_number):
        return Judgement(None, reason="no_number")
    return _verdict(verdict, estimate, _p_of(t, df), alpha, sign, confirmed)


@check("verdict", arithmetic=True, needs_numbers=False)
def verdict_by_stars(
    verdict: Reported, estimate: Reported, *, sign: str, confirmed: str, mark: str
) -> Judgement:
    """A hypothesis is confirmed exactly where the estimate has its sign and a mark of significance."""
    if not estimate.is_number:
        return Judgement(None, reason="no_number")
    alpha = Reported("", 0.5, 0, Interval.exactly(0.5))
    p = Interval.exactly(0.0 if mark in estimate.marks else 1.0)
    return _verdict(verdict, estimate, p, alpha, sign, confirmed)


def _verdict(
    verdict: Reported, estimate: Reported, p: Interval, alpha: Reported, sign: str, confirmed: str
) -> Judgement:
    towards = estimate.interval if sign == "positive" else -estimate.interval
    if sign not in _SIGNS:
        towards = estimate.interval.magnitude()
    holds = towards.low > 0 and p.high < alpha.interval.low
    fails = towards.high < 0 or p.low >= alpha.interval.high
    if not (holds or fails):
        return Judgement(None, reason="at_the_level")
    expected = confirmed if holds else f"not {confirmed}"
    consistent = (verdict.text.casefold() == confirmed.casefold()) == holds
    return Judgement(consistent, expected, decisive=not consistent)


@check("source", needs_numbers=False)
def direction_as_hypothesised(
    source: Reported, target: Reported, *, expected_source: str, expected_target: str
) -> Judgement:
    """The printed arrow runs from the hypothesised cause to the hypothesised effect."""
    consistent = (source.text, target.text) == (expected_source, expected_target)
    return Judgement(
        consistent,
        f"{expected_source} → {expected_target}",
        details={"arrow": f"{source.text} → {target.text}"},
    )


CHECKS = (
    line_of_its_own,
    starred,
    starred_untested,
    starred_by_p,
    starred_by_t,
    verdict_follows,
    verdict_by_t,
    verdict_by_stars,
    direction_as_hypothesised,
)


def plan_repeats(
    paper: Paper, place: str, *, table: str, of: str, columns: Mapping[str, str], key: str = "row"
) -> Iterator[Case]:
    """Each line of `table` prints again what line `key` of table `of` has.

    A column that is not there is named; where one is called nearly so, it is taken.
    """
    copy, original = printed_table(paper, table, place), printed_table(paper, of, place)
    columns, unknown = _repeated(columns, copy, original)
    yield from unknown
    for line in copy.body:
        source = copy.cells.get((line, copy.column(key) or key), line)
        if source not in original.lines:
            raise SurveyError(place, f"{of} has no line `{source}`.", known_names(original.lines, source))
        pairs = [
            (copy.address(line, here), there)
            for here, there in columns.items()
            if (line, here) in copy.cells and (source, there) in original.cells
        ]
        if not pairs:
            continue
        for address, there in pairs:
            yield Case(repeated_value, {"copy": address, "original": original.address(source, there)})
        complete = [
            name
            for name in original.body
            if name != source and all((name, there) in original.cells for _, there in pairs)
        ]
        roles: dict[str, Term | tuple[Term, ...]] = {
            "copies": tuple(address for address, _ in pairs),
            "own": tuple(original.address(source, there) for _, there in pairs),
            "others": tuple(original.address(name, there) for name in complete for _, there in pairs),
        }
        yield Case(line_of_its_own, roles, {"names": [Address(of, name) for name in complete]})


def _repeated(
    columns: Mapping[str, str], copy: Printed, original: Printed
) -> tuple[dict[str, str], list[Case]]:
    """Columns here to columns there, and what names none."""
    known: dict[str, str] = {}
    unknown: list[Case] = []
    for here, there in columns.items():
        found = []
        for table, name in ((copy, here), (original, there)):
            close = table.column(name) or nearest(name, table.number_columns)
            if table.column(name) is None:
                options = {"column": str(name), "nearest": close, "taken": bool(close)}
                unknown.append(Case(unread_key, {}, options, place=table.id))
            found.append(close)
        if all(found):
            known[found[0]] = found[1]
    return known, unknown


def plan_stars(
    paper: Paper,
    place: str,
    *,
    of: Spec,
    mark: str,
    below: str | float,
    n: str | float | None = None,
    tails: float | None = None,
) -> Iterator[Case]:
    """A p-value, or the estimate beside it, carries `mark` exactly where p is below `below`.

    Where a table prints no p, that of t or of B by its standard error is taken, two-sided unless all of the
    table's marks agree with one side.
    """
    level = resolve_one(paper, below, place)
    by_t: dict[float, list[Case]] = {sides: [] for sides in (2.0, 1.0) if tails in {None, sides}}
    table = ""
    for term in resolve(paper, of, place):
        if not isinstance(term, Address) or _P.fullmatch(term.column.casefold()):
            yield Case(starred, {"p": term, "below": level}, {"mark": str(mark)})
            continue
        printed, cells = paper.objects[term.object], columns_of(paper.objects[term.object], term.line)
        if "p" in cells:
            yield Case(starred_by_p, {"estimate": term, "p": cells["p"], "below": level}, {"mark": str(mark)})
        elif "t" in cells or "z" in cells:
            table, options = printed.id, {"mark": str(mark), "df": _df(paper, printed, n, place)}
            for sides, cases in by_t.items():
                roles = {
                    "estimate": term,
                    "t": cells.get("t", cells.get("z")),
                    "below": level,
                    "tails": sides,
                }
                cases.append(Case(starred_by_t, roles, options))  # type: ignore[arg-type]
        else:
            yield Case(starred_untested, {"estimate": term})
    if table:
        names = {2.0: "two_tailed", 1.0: "one_tailed"}
        yield from recognised(paper, table, [(names[sides], cases) for sides, cases in by_t.items()])


def _df(paper: Paper, printed: Printed, n: str | float | None, place: str) -> float | None:
    """Degrees of freedom left after the table's lines; None where the number of respondents is unknown."""
    if (sample := n if n is not None else paper.n) is None:
        return None
    size = paper.read(resolve_one(paper, sample, place)).value
    return None if size is None else size - len(printed.body) - 1


def plan_verdicts(
    paper: Paper,
    place: str,
    *,
    table: str,
    verdict: str,
    estimate: str,
    confirmed: str | bool,
    p: str = "p",
    t: str = "t",
    mark: str = "*",
    sign: str | None = None,
) -> Iterator[Case]:
    """Column `verdict` says `confirmed` where sign and p bear the hypothesis of that line out.

    In a table without p the verdict is held against t and against marks on the estimate.
    """
    printed = printed_table(paper, table, place)
    columns = {name: column_of(printed, name, place) for name in (verdict, estimate)}
    by_p, by_t = printed.column(p), printed.column(t)
    marked = any(
        str(mark) in paper.cells.get(printed.address(line, columns[estimate]), "") for line in printed.body
    )
    said = confirmed if isinstance(confirmed, str) else _spelled(printed, columns[verdict])
    if by_p is None:
        yield Case(layout_recognised, {}, {"layout": "no_p", "number": p}, place=table)
    for line in printed.body:
        cells = columns_of(printed, line)
        if columns[estimate] not in cells:
            continue
        hypothesised = sign or str(_hypothesis(paper, line, place).get("sign", "positive"))
        roles: dict[str, Term | tuple[Term, ...]] = {
            "verdict": _words(printed, line, columns[verdict], place),
            "estimate": cells[columns[estimate]],
        }
        options = {"sign": hypothesised, "confirmed": said}
        level: dict[str, Term | tuple[Term, ...]] = {"alpha": paper.alpha}
        if by_p is not None:
            if by_p in cells:
                yield Case(verdict_follows, roles | {"p": cells[by_p]} | level, options, bears_on=(line,))
            continue
        if by_t in cells:
            free = {"df": _df(paper, printed, None, place)}
            yield Case(verdict_by_t, roles | {"t": cells[by_t]} | level, options | free, bears_on=(line,))
        if marked:
            yield Case(verdict_by_stars, roles, options | {"mark": str(mark)}, bears_on=(line,))


def _spelled(printed: Printed, column: str) -> str:
    """How a table spells the `yes` that YAML reads as true."""
    said = {printed.cells.get((line, column), "") for line in printed.body}
    return next((text for text in sorted(said) if text.casefold() in {"yes", "true", "on"}), "Yes")


def plan_directions(paper: Paper, place: str, *, table: str, source: str, target: str) -> Iterator[Case]:
    """The printed arrows run as hypothesised."""
    printed = printed_table(paper, table, place)
    here, there = column_of(printed, source, place), column_of(printed, target, place)
    for line in printed.body:
        hypothesis = _hypothesis(paper, line, place)
        if not {"source", "target"} <= hypothesis.keys():
            found = f"hypothesis {line} does not say its source and target."
            raise SurveyError(place, found, "Add them under `hypotheses`.")
        yield Case(
            direction_as_hypothesised,
            {
                "source": _words(printed, line, here, place),
                "target": _words(printed, line, there, place),
            },
            {"expected_source": str(hypothesis["source"]), "expected_target": str(hypothesis["target"])},
        )


def _hypothesis(paper: Paper, line: str, place: str) -> Mapping[str, Any]:
    if line not in paper.hypotheses:
        raise SurveyError(place, f"`{line}` is no hypothesis of the paper.", "State it under `hypotheses`.")
    return paper.hypotheses[line]


def _words(printed: Printed, line: str, column: str, place: str) -> Term:
    if (line, column) not in printed.cells:
        raise SurveyError(
            place, f"{printed.id} prints no `{column}` in line {line}.", "Fill it, or leave the line out."
        )
    return printed.address(line, column)


PLANS: dict[str, Planner] = {
    "repeats": plan_repeats,
    "stars": plan_stars,
    "verdicts": plan_verdicts,
    "directions": plan_directions,
}
