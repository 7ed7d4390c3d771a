"""Hypotheses and verdicts: values printed again, stars, directions, confirmed or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from smartcity_survey.audit.address import Spec, Term, resolve, resolve_one
from smartcity_survey.audit.case import Case, Judgement, Planner, check
from smartcity_survey.audit.checks.arithmetic import repeated_value
from smartcity_survey.audit.paper import Paper, Printed
from smartcity_survey.audit.reported import Reported
from smartcity_survey.audit.tables import columns_of, printed_table
from smartcity_survey.errors import SurveyError


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
    return Judgement(not taken, ", ".join(number.text for number in own), details={"taken": ", ".join(taken)})


def _same_sizes(copies: Sequence[Reported], row: Sequence[Reported]) -> bool:
    return all(
        copy.interval.magnitude().meets(number.interval.magnitude())
        for copy, number in zip(copies, row, strict=True)
    )


@check("p")
def starred(p: Reported, below: Reported, *, mark: str) -> Judgement:
    """A p-value carries the mark exactly where it is below the level the mark stands for."""
    significant, insignificant = p.interval.high < below.interval.low, below.interval.high <= p.interval.low
    if not (significant or insignificant):
        return Judgement(None, reason="at_the_level")
    return Judgement((mark in p.marks) == significant, mark if significant else "")


@check("verdict", arithmetic=True)
def verdict_follows(
    verdict: Reported, estimate: Reported, p: Reported, alpha: Reported, *, sign: str, confirmed: str
) -> Judgement:
    """A hypothesis is confirmed exactly where the estimate has its sign and p is below alpha."""
    towards = estimate.interval if sign == "positive" else -estimate.interval
    holds = towards.low > 0 and p.interval.high < alpha.interval.low
    fails = towards.high < 0 or p.interval.low >= alpha.interval.high
    if not (holds or fails):
        return Judgement(None, reason="at_the_level")
    expected = confirmed if holds else f"not {confirmed}"
    consistent = (verdict.text == confirmed) == holds
    return Judgement(consistent, expected, decisive=not consistent)


@check("source")
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


CHECKS = (line_of_its_own, starred, verdict_follows, direction_as_hypothesised)


def plan_repeats(
    paper: Paper, place: str, *, table: str, key: str, of: str, columns: Mapping[str, str]
) -> Iterator[Case]:
    """Each line of `table` prints again what line `key` of table `of` has."""
    copy, original = printed_table(paper, table, place), printed_table(paper, of, place)
    for line in copy.body:
        source = copy.cells.get((line, key), line)
        if source not in original.lines:
            raise SurveyError(place, f"{of} has no line `{source}`.", f"Correct `{key}` of {table}.")
        pairs = [
            (copy.address(line, here), there)
            for here, there in columns.items()
            if (line, here) in copy.cells and (source, there) in original.cells
        ]
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
        yield Case(line_of_its_own, roles, {"names": complete})


def plan_stars(paper: Paper, place: str, *, of: Spec, mark: str, below: str | float) -> Iterator[Case]:
    """A p-value carries `mark` exactly where it is below `below`."""
    for p in resolve(paper, of, place):
        yield Case(starred, {"p": p, "below": resolve_one(paper, below, place)}, {"mark": mark})


def plan_verdicts(
    paper: Paper,
    place: str,
    *,
    table: str,
    verdict: str,
    estimate: str,
    p: str,
    confirmed: str,
    sign: str | None = None,
) -> Iterator[Case]:
    """Column `verdict` says `confirmed` where sign and p bear the hypothesis of that line out."""
    printed = printed_table(paper, table, place)
    for line in printed.body:
        cells = columns_of(printed, line)
        hypothesised = sign or _hypothesis(paper, line, place).get("sign", "positive")
        yield Case(
            verdict_follows,
            {
                "verdict": _words(printed, line, verdict, place),
                "estimate": cells[estimate],
                "p": cells[p],
                "alpha": paper.alpha,
            },
            {"sign": hypothesised, "confirmed": confirmed},
            bears_on=(line,),
        )


def plan_directions(paper: Paper, place: str, *, table: str, source: str, target: str) -> Iterator[Case]:
    """The printed arrows run as hypothesised."""
    printed = printed_table(paper, table, place)
    for line in printed.body:
        hypothesis = _hypothesis(paper, line, place)
        yield Case(
            direction_as_hypothesised,
            {
                "source": _words(printed, line, source, place),
                "target": _words(printed, line, target, place),
            },
            {"expected_source": hypothesis["source"], "expected_target": hypothesis["target"]},
        )


def _hypothesis(paper: Paper, line: str, place: str) -> Mapping[str, str]:
    if line not in paper.hypotheses:
        raise SurveyError(place, f"`{line}` is no hypothesis of the paper.", "State it under `hypotheses`.")
    return paper.hypotheses[line]


def _words(printed: Printed, line: str, column: str, place: str) -> str:
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
