"""Frequency tables and shares: counts against totals, percentages against counts and n."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from smartcity_survey.audit.address import Spec, Term, resolve, resolve_one
from smartcity_survey.audit.bound import Bound, bounded
from smartcity_survey.audit.case import Case, Judgement, Planner, check, identity
from smartcity_survey.audit.checks.arithmetic import parts_add_up, parts_within_whole
from smartcity_survey.audit.checks.granularity import on_grid
from smartcity_survey.audit.headers import is_line
from smartcity_survey.audit.interval import Interval, image, total
from smartcity_survey.audit.layout import failing, layout_recognised, recognised
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.printed import Printed
from smartcity_survey.audit.reported import Reported
from smartcity_survey.audit.tables import columns_of, printed_table
from smartcity_survey.errors import SurveyError

TOTAL, ANSWERS = "total", "answers"
# With several answers to choose, there are at least so many times as many of them as respondents.
_SEVERAL = 1.05


@check("counts", arithmetic=True)
def counts_within_total(counts: tuple[Reported, ...], total: Reported) -> Judgement:
    """The categories of a question have at most as many answers as respondents; fewer is worth a note."""
    answers = sum(count.interval.low for count in counts)
    short = total.interval.low - answers
    if short > 0:
        details = {"missing": f"{short:g}"}
        return Judgement(True, total.interval, reason="answers_missing", details=details, note=True)
    return Judgement(
        total.interval.meets(Interval.exactly(answers)), total.interval, details={"sum": f"{answers:g}"}
    )


@identity("percent")
def percent_of_total(count: Interval, total: Interval) -> Interval:
    """A percentage is the count by the total."""
    return image(lambda part, whole: part / whole, count, total)


@identity("percent")
def percent_of_answers(count: Interval, counts: tuple[Interval, ...]) -> Interval:
    """A percentage of those who answered is the count by the sum of counts."""
    return image(lambda part, whole: part / whole, count, _total(counts))


@check("percents", arithmetic=True)
def percents_add_up(
    percents: tuple[Reported, ...], counts: tuple[Reported, ...], total: Reported
) -> Judgement:
    """The percentages of a question add up to its share of answers, 100 % where nobody left it out."""
    answered = min(1.0, sum(count.interval.low for count in counts) / total.interval.low)
    printed = _sum(percents)
    return Judgement(printed.meets(Interval(answered, 1.0)), Interval(answered, 1.0))


@check("shares", arithmetic=True)
def shares_add_up(shares: tuple[Reported, ...]) -> Judgement:
    """Shares add up to one whole."""
    whole = Interval.exactly(1.0 if all(share.interval.low <= 1 for share in shares) else 100.0)
    return Judgement(_sum(shares).meets(whole), whole)


@check("shares")
def shares_of_whole_counts(shares: tuple[Reported, ...], n: Reported) -> Judgement:
    """Shares of n cases are whole numbers of them (GRIM)."""
    judged = {share.text: on_grid(share, n.value or 0) for share in shares}
    if all(judgement.consistent is None for judgement in judged.values()):
        return next(iter(judged.values()))
    off = [("", text) for text, judgement in judged.items() if judgement.consistent is False]
    return Judgement(not off, details={"exceptions": off})


@check("share")
def proportion(low: Reported, high: Reported, *, found: int, among: int, bound: Bound) -> Judgement:
    """A share of lines is as large as the text says."""
    allowed = bounded(low, high, bound)
    return Judgement(
        allowed.low <= found / among <= allowed.high, bound.words(low, high), printed=f"{found} / {among}"
    )


def _total(numbers: tuple[Interval, ...]) -> Interval:
    return total(numbers)


def _sum(numbers: tuple[Reported, ...]) -> Interval:
    return total(number.interval for number in numbers)


CHECKS = (
    counts_within_total,
    percent_of_total,
    percent_of_answers,
    percents_add_up,
    shares_add_up,
    shares_of_whole_counts,
    proportion,
)


def plan_frequencies(
    paper: Paper,
    place: str,
    *,
    table: str,
    count: str = "n",
    percent: str = "percent",
    total: str | float | None = None,
    percent_of: str | None = None,
    multiple: bool | None = None,
) -> Iterator[Case]:
    """Counts and percentages of each group of a frequency table.

    `percent_of` is `total` or `answers` (SPSS: Valid Percent), `multiple` says that several answers could be
    chosen; without them each is as all percentages of a group agree.
    """
    printed = printed_table(paper, table, place)
    if percent_of not in {None, TOTAL, ANSWERS}:
        raise SurveyError(place, f"`percent_of: {percent_of}` is unknown.", f"Use {TOTAL} or {ANSWERS}.")
    of = paper.n if total is None else total
    whole = None if of is None else resolve_one(paper, of, place)
    columns = printed.column(count) or count, printed.column(percent) or percent
    layouts: dict[str, Case] = {}
    for lines in _questions(printed):
        for case in _group(paper, printed, lines, columns, whole, percent_of, multiple):
            if case.check is layout_recognised:
                layouts.setdefault(case.options["layout"], case)
            else:
                yield case
    yield from layouts.values()


def _questions(printed: Printed) -> list[list[str]]:
    """Lines of each question. SPSS parts those of one question into `Valid`, `Missing` and `Total`."""
    groups: dict[str, list[str]] = {}
    for line in printed.lines:
        if line in printed.body or is_line(line, "total"):
            groups.setdefault(printed.group_of(line), []).append(line)
    one = len(groups) > 1 and all(
        any(is_line(group, part) for part in ("valid", "missing", "total")) or not group for group in groups
    )
    return [[line for lines in groups.values() for line in lines]] if one else list(groups.values())


def _is_part(printed: Printed, line: str, part: str) -> bool:
    """Whether a line is a total, or one of missing answers, by its name or by that of its group."""
    if is_line(line, part):
        return True
    return is_line(printed.group_of(line), part) and not is_line(line, "total")


def _group(
    paper: Paper,
    printed: Printed,
    lines: Sequence[str],
    columns: tuple[str, str],
    whole: Term | None,
    percent_of: str | None,
    multiple: bool | None,
) -> Iterator[Case]:
    count, percent = columns
    cells = {line: columns_of(printed, line) for line in lines}
    totals = [cells[line] for line in lines if _is_part(printed, line, "total")]
    missing = [cells[line] for line in lines if _is_part(printed, line, "missing")]
    answers = [c for c in cells.values() if c not in totals and c not in missing]
    counts: tuple[Term, ...] = tuple(c[count] for c in answers if count in c)
    if whole is None and missing:
        whole = _total_with_missing(
            paper, [*counts, *(c[count] for c in missing if count in c)], totals, count
        )
    percents = tuple(c[percent] for c in answers if percent in c)
    if whole is not None and counts:
        yield from _counts(paper, counts, whole, multiple, printed.id)
    if not counts and len(percents) == len(answers) > 1 and not multiple:
        several_of = [("multiple", list[Case]())] if _exceed_whole(paper, percents) else []
        whole_sum = [Case(shares_add_up, {"shares": percents})]
        yield from recognised(paper, printed.id, [(TOTAL, whole_sum), *several_of])
    several = multiple or (whole is not None and _chosen_several(paper, counts, whole))
    complete = len(percents) == len(counts) == len(answers) > 0
    by_total = _percents([*answers, *missing], columns, whole, ())
    by_answers = _percents(answers, columns, None, counts)
    if whole is not None and complete and not several:
        by_total.append(Case(percents_add_up, {"percents": percents, "counts": counts, "total": whole}))
    if complete:
        by_answers.append(Case(shares_add_up, {"shares": percents}))
    readings = [(TOTAL, by_total), ("responses" if several else ANSWERS, by_answers)]
    if whole is None or percent_of == ANSWERS:
        readings = readings[1:]
    elif percent_of == TOTAL:
        readings = readings[:1]
    yield from recognised(paper, printed.id, readings, number=_sum_text(paper, counts))
    valid = tuple(c["valid_percent"] for c in answers if "valid_percent" in c)
    yield from _percents(answers, (count, "valid_percent"), None, counts)
    shares: tuple[Term, ...] = ()
    for c in answers:
        share = c.get("valid_percent" if valid else percent)
        shares = (*shares, share) if share is not None else shares
        if "cumulative" in c and share is not None:
            yield Case(parts_add_up, {"parts": shares, "whole": c["cumulative"]})
    left_out = tuple(c[count] for c in missing if count in c)
    for c in totals[:1]:
        # SPSS prints one total of the answers and one with those who gave none.
        parts = [counts, (*counts, *left_out)] if left_out else [counts]
        if count in c and counts and not several:
            sums = [Case(parts_add_up, {"parts": part, "whole": c[count]}) for part in parts]
            yield min(sums, key=lambda case: len(failing(paper, [case])))


def _total_with_missing(
    paper: Paper, counts: Sequence[Term], totals: Sequence[Mapping[str, Term]], column: str
) -> Term | None:
    """The printed total of all who were asked, where n is not stated."""
    everybody = sum(paper.read(one).value or 0.0 for one in counts)
    found = (c[column] for c in totals if column in c)
    return next((one for one in found if paper.read(one).value == everybody), None)


def _counts(
    paper: Paper, counts: tuple[Term, ...], whole: Term, multiple: bool | None, table: str
) -> Iterator[Case]:
    if multiple or (multiple is None and _chosen_several(paper, counts, whole)):
        for one in counts:
            yield Case(parts_within_whole, {"parts": (one,), "whole": whole})
        if not multiple:
            yield Case(layout_recognised, {}, {"layout": "multiple"}, place=table)
    else:
        yield Case(counts_within_total, {"counts": counts, "total": whole})


def _chosen_several(paper: Paper, counts: tuple[Term, ...], whole: Term) -> bool:
    """Whether answers are so many more than respondents that several could be chosen."""
    sizes, n = [paper.read(one).value or 0.0 for one in counts], paper.read(whole).value or 0.0
    return sum(sizes) >= _SEVERAL * n > 0 and max(sizes) <= n


def _exceed_whole(paper: Paper, percents: Sequence[Term]) -> bool:
    return sum(paper.read(one).value or 0.0 for one in percents) >= _SEVERAL


def _percents(
    answers: Sequence[Mapping[str, Term]],
    columns: tuple[str, str],
    whole: Term | None,
    counts: tuple[Term, ...],
) -> list[Case]:
    count, percent = columns
    pairs = [(c[percent], c[count]) for c in answers if percent in c and count in c]
    if whole is not None:
        return [Case(percent_of_total, {"percent": p, "count": k, "total": whole}) for p, k in pairs]
    if not counts:
        return []
    return [Case(percent_of_answers, {"percent": p, "count": k, "counts": counts}) for p, k in pairs]


def _sum_text(paper: Paper, counts: tuple[Term, ...]) -> str:
    return f"{sum(paper.read(one).value or 0.0 for one in counts):g}"


def plan_shares(
    paper: Paper, place: str, *, of: Spec, n: str | float | None = None, complete: bool = True
) -> Iterator[Case]:
    """Shares add up to 100 %, where they are complete; with `n`, each is a whole number of n."""
    shares = resolve(paper, of, place)
    if complete:
        yield Case(shares_add_up, {"shares": shares})
    if n is not None:
        yield Case(shares_of_whole_counts, {"shares": shares, "n": resolve_one(paper, n, place)})


def plan_proportion(paper: Paper, place: str, *, of: Spec, among: Spec, **limits: Any) -> Iterator[Case]:
    """Lines at `of` as a share of the lines at `among`."""
    bound, low, high = Bound.read(paper, limits, place)
    options = {
        "found": len(resolve(paper, of, place, may_be_none=True)),
        "among": len(resolve(paper, among, place)),
        "bound": bound,
    }
    yield Case(proportion, {"low": low, "high": high}, options)


PLANS: dict[str, Planner] = {
    "frequencies": plan_frequencies,
    "shares": plan_shares,
    "proportion": plan_proportion,
}
