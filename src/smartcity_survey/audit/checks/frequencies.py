"""Frequency tables and shares: counts against totals, percentages against counts and n."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smartcity_survey.audit.address import Spec, Term, resolve, resolve_one
from smartcity_survey.audit.bound import Bound, bounded
from smartcity_survey.audit.case import Case, Judgement, Planner, check, identity
from smartcity_survey.audit.checks.granularity import on_grid
from smartcity_survey.audit.interval import Interval, image, total
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.reported import Reported
from smartcity_survey.audit.tables import columns_of, printed_table


@check("counts", arithmetic=True)
def counts_within_total(counts: tuple[Reported, ...], total: Reported) -> Judgement:
    """The categories of a question have at most as many answers as respondents; fewer is worth a note."""
    answers = sum(count.interval.low for count in counts)
    short = total.interval.low - answers
    if short > 0:
        return Judgement(True, total.interval, reason="answers_missing", details={"missing": f"{short:g}"})
    return Judgement(
        total.interval.meets(Interval.exactly(answers)), total.interval, details={"sum": f"{answers:g}"}
    )


@identity("percent")
def percent_of_total(count: Interval, total: Interval) -> Interval:
    """A percentage is the count by the total."""
    return image(lambda part, whole: part / whole, count, total)


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
    off = [text for text, judgement in judged.items() if judgement.consistent is False]
    return Judgement(not off, details={"exceptions": ", ".join(off)})


@check("share")
def proportion(low: Reported, high: Reported, *, found: int, among: int, bound: Bound) -> Judgement:
    """A share of lines is as large as the text says."""
    allowed = bounded(low, high, bound)
    return Judgement(
        allowed.low <= found / among <= allowed.high, bound.words(low, high), printed=f"{found} / {among}"
    )


def _sum(numbers: tuple[Reported, ...]) -> Interval:
    return total(number.interval for number in numbers)


CHECKS = (
    counts_within_total,
    percent_of_total,
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
) -> Iterator[Case]:
    """Counts and percentages of each group of a frequency table."""
    printed = printed_table(paper, table, place)
    whole = resolve_one(paper, paper.n if total is None else total, place)
    for group in dict.fromkeys(map(printed.group_of, printed.body)):
        lines = [columns_of(printed, line) for line in printed.body if printed.group_of(line) == group]
        counts: tuple[Term, ...] = tuple(cells[count] for cells in lines if count in cells)
        percents = tuple(cells[percent] for cells in lines if percent in cells)
        yield Case(counts_within_total, {"counts": counts, "total": whole})
        for cells in lines:
            if count in cells and percent in cells:
                yield Case(
                    percent_of_total, {"percent": cells[percent], "count": cells[count], "total": whole}
                )
        if len(percents) == len(counts) == len(lines):
            yield Case(percents_add_up, {"percents": percents, "counts": counts, "total": whole})


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
