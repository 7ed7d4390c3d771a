"""Sums, parts, ratios, repeated values and counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from smartcity_survey.audit.address import Spec, Term, resolve, resolve_one
from smartcity_survey.audit.case import Case, Judgement, Planner, check, identity
from smartcity_survey.audit.interval import ANYTHING, Interval, overlap, total
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.printed import TEXT, Address
from smartcity_survey.audit.reported import Reported
from smartcity_survey.audit.tables import column_of, columns_of, places_of, printed_table
from smartcity_survey.errors import SurveyError


@identity("whole")
def parts_add_up(parts: tuple[Interval, ...]) -> Interval:
    """Parts add up to the whole."""
    return total(parts)


@check("whole", arithmetic=True)
def parts_within_whole(parts: tuple[Reported, ...], whole: Reported, *, listed: bool = False) -> Judgement:
    """Some of the parts add up to no more than the whole; what is `listed` and falls short is noted."""
    found = total(part.interval for part in parts)
    expected = Interval.at_least(found.low)
    if not expected.meets(whole.interval):
        return Judgement(False, expected)
    if listed and found.below(whole.interval):
        details = {"sum": f"{sum(part.value or 0.0 for part in parts):g}"}
        return Judgement(True, expected, reason="listed_short", details=details, note=True)
    return Judgement(True, expected)


@identity("quotient")
def ratio(numerator: Interval, denominator: Interval) -> Interval:
    """A ratio is one number by another."""
    return numerator / denominator


@check("values", arithmetic=True)
def same_value(values: tuple[Reported, ...]) -> Judgement:
    """Numbers that are printed in several places are roundings of one value.

    Expected is what the most of them agree on.
    """
    intervals = [value.interval for value in values]
    if common := overlap(intervals):
        return Judgement(True, common)
    largest = max(([b for b in intervals if b.rounds_like(a)] for a in intervals), key=len)
    return Judgement(False, overlap(largest) or ANYTHING)


@check("copy", arithmetic=True)
def repeated_value(copy: Reported, original: Reported) -> Judgement:
    """A number printed again is the same number, rounded as much or more."""
    return Judgement(original.interval.rounds_like(copy.interval), original.text)


@check("stated")
def number_of_lines(stated: Reported, *, found: int, at_most: bool = False) -> Judgement:
    """As many are printed as the text says, or no more."""
    expected = Interval.at_least(found) if at_most else Interval.exactly(found)
    short = at_most and Interval.exactly(found).below(stated.interval)
    return Judgement(
        expected.meets(stated.interval),
        expected,
        reason="lines_short" if short else "",
        details={"sum": str(found)},
        note=short,
    )


@check("years")
def within_period(
    years: tuple[Reported, ...], first: Reported, last: Reported, *, lines: Sequence[str] = ()
) -> Judgement:
    """All years lie within the period that is named."""
    start, end = first.value or 0.0, last.value or 0.0
    names = lines or [""] * len(years)
    outside = [
        (name, year.text)
        for year, name in zip(years, names, strict=True)
        if not start <= (year.value or 0.0) <= end
    ]
    return Judgement(not outside, f"{first.text} - {last.text}", details={"exceptions": outside})


CHECKS = (
    parts_add_up,
    parts_within_whole,
    ratio,
    same_value,
    repeated_value,
    number_of_lines,
    within_period,
)


def plan_sum(paper: Paper, place: str, *, of: Spec, is_: str | float) -> Iterator[Case]:
    """Numbers at `of` add up to the one at `is`."""
    yield Case(parts_add_up, {"parts": resolve(paper, of, place), "whole": resolve_one(paper, is_, place)})


def plan_row_sum(paper: Paper, place: str, *, table: str, of: Sequence[str], is_: str) -> Iterator[Case]:
    """In every line the columns `of` add up to column `is`."""
    printed = printed_table(paper, table, place)
    whole, parts = column_of(printed, is_, place), [column_of(printed, column, place) for column in of]
    for line in printed.lines:
        cells = columns_of(printed, line)
        if whole in cells and all(column in cells for column in parts):
            yield Case(
                parts_add_up, {"parts": tuple(cells[column] for column in parts), "whole": cells[whole]}
            )


def plan_part(paper: Paper, place: str, *, of: Spec, is_: str | float) -> Iterator[Case]:
    """Numbers at `of` add up to no more than the one at `is`."""
    parts = resolve(paper, of, place, may_be_none=True)
    roles: dict[str, Term | tuple[Term, ...]] = {"parts": parts, "whole": resolve_one(paper, is_, place)}
    yield Case(
        parts_within_whole,
        roles,
        {"listed": any(isinstance(part, Address) and part.object != TEXT for part in parts)},
    )


def plan_ratio(
    paper: Paper, place: str, *, of: str | float, to: str | float, is_: str | float
) -> Iterator[Case]:
    """`of` / `to` = `is`."""
    roles: dict[str, Term | tuple[Term, ...]] = {
        "numerator": resolve_one(paper, of, place),
        "denominator": resolve_one(paper, to, place),
        "quotient": resolve_one(paper, is_, place),
    }
    yield Case(ratio, roles)


def plan_same(paper: Paper, place: str, *, of: Spec) -> Iterator[Case]:
    """All numbers at `of` are roundings of one value."""
    yield Case(same_value, {"values": resolve(paper, of, place)})


def plan_repeated_text(paper: Paper) -> Iterator[Case]:
    """Every number of the running text that says which numbers it repeats (`same_as`)."""
    if TEXT not in paper.objects:
        return
    text = paper.objects[TEXT]
    for line in text.lines:
        place = f"{TEXT}, {line}, same_as"
        for original in resolve(paper, text.cells.get((line, "same_as"), "").split(), place):
            yield Case(repeated_value, {"copy": text.address(line, "printed"), "original": original})


def plan_count(
    paper: Paper, place: str, *, of: Spec, is_: str | float | None = None, at_most: str | float | None = None
) -> Iterator[Case]:
    """As many lines or numbers stand at `of` as `is` says, or no more than `at_most`."""
    stated = is_ if at_most is None else at_most
    if stated is None or (is_ is not None and at_most is not None):
        raise SurveyError(place, "a count needs one of `is` and `at_most`.", "Give one of them.")
    found = len(resolve(paper, of, place, may_be_none=True))
    yield Case(
        number_of_lines,
        {"stated": resolve_one(paper, stated, place)},
        {"found": found, "at_most": at_most is not None},
    )


def plan_period(
    paper: Paper, place: str, *, of: Spec, first: str | float, last: str | float
) -> Iterator[Case]:
    """Years at `of` lie from `first` to `last`."""
    years = resolve(paper, of, place)
    roles: dict[str, Term | tuple[Term, ...]] = {
        "years": years,
        "first": resolve_one(paper, first, place),
        "last": resolve_one(paper, last, place),
    }
    yield Case(within_period, roles, {"lines": places_of(years)})


PLANS: dict[str, Planner] = {
    "sum": plan_sum,
    "row_sum": plan_row_sum,
    "part": plan_part,
    "ratio": plan_ratio,
    "same": plan_same,
    "count": plan_count,
    "period": plan_period,
}
