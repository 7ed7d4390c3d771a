"""What a text says about its numbers: bounds, trends, rankings, lists, normality, autocorrelation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from scipy import stats

from smartcity_survey.audit.address import Spec, Term, resolve, resolve_one
from smartcity_survey.audit.bound import Bound, bounded
from smartcity_survey.audit.case import Case, Judgement, Planner, check
from smartcity_survey.audit.checks.descriptives import standard_error_of_kurtosis, standard_error_of_skewness
from smartcity_survey.audit.interval import Interval
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.reported import Reported, exactly
from smartcity_survey.audit.tables import columns_of, lines_of, places_of, printed_table
from smartcity_survey.errors import SurveyError

# Two-sided 1 in 1000: with several scores and several hundred cases smaller departures are no surprise.
_NORMAL_LEVEL = 0.001
# The standard error of kurtosis needs more cases than these.
_FEWEST = 3


@check("numbers")
def bounded_numbers(
    numbers: tuple[Reported, ...],
    low: Reported,
    high: Reported,
    *,
    lines: Sequence[str],
    bound: Bound,
    absolute: bool = False,
) -> Judgement:
    """Every number keeps to a bound; one that may have kept to it before rounding does."""
    allowed = bounded(low, high, bound)
    values = [number.interval.magnitude() if absolute else number.interval for number in numbers]
    outside = [
        (line, number.text)
        for line, number, value in zip(lines, numbers, values, strict=True)
        if value.high < allowed.low or allowed.high < value.low
    ]
    return Judgement(not outside, bound.words(low, high), details={"exceptions": outside})


@check("numbers")
def limit_contradicted(
    numbers: tuple[Reported, ...],
    low: Reported,
    high: Reported,
    other_low: Reported,
    other_high: Reported,
    *,
    bound: Bound,
    other: Bound,
) -> Judgement:
    """Numbers keep to a limit, and the same text names another limit for them that they break."""
    details = {"limit": bound.words(low, high), "other": other.words(other_low, other_high)}
    return Judgement(None, bound.words(low, high), "limit_contradicted", details=details)


@check("numbers")
def trend(numbers: tuple[Reported, ...], *, direction: str) -> Judgement:
    """Numbers in order increase (or decrease) throughout; a tie by rounding is no reversal."""

    def reverses(before: Interval, after: Interval) -> bool:
        return after.below(before) if direction == "increase" else before.below(after)

    reversals = [
        ("", f"{before.text} → {after.text}")
        for before, after in pairwise(numbers)
        if reverses(before.interval, after.interval)
    ]
    return Judgement(not reversals, direction, details={"exceptions": reversals})


@check("named")
def ranked_first(
    named: tuple[Reported, ...],
    others: tuple[Reported, ...],
    *,
    lines: Sequence[str],
    highest: bool,
    absolute: bool = False,
) -> Judgement:
    """The named lines have the largest (smallest) numbers; a tie by rounding counts for them.

    `lines` are the names of the others.
    """

    def ahead(one: Reported, other: Reported) -> bool:
        a, b = (n.interval.magnitude() if absolute else n.interval for n in (one, other))
        return a.below(b) if highest else b.below(a)

    exceptions = [
        (line, other.text)
        for line, other in zip(lines, others, strict=True)
        if any(ahead(one, other) for one in named)
    ]
    return Judgement(
        not exceptions,
        "highest" if highest else "lowest",
        details={"exceptions": exceptions},
    )


@check("names")
def listed_names(*, names: Sequence[str], among: Sequence[str]) -> Judgement:
    """Every name stands in the list it is said to be from."""
    missing = [name for name in names if not any(name in entry for entry in among)]
    return Judgement(not missing, details={"names": missing}, printed=", ".join(names))


@check("statistics")
def normal_shape(
    statistics: tuple[Reported, ...], std_errors: tuple[Reported, ...], *, lines: Sequence[str]
) -> Judgement:
    """Skewness and kurtosis depart from a normal sample's zero by no more than chance (z at 1 in 1000)."""
    critical = float(stats.norm.isf(_NORMAL_LEVEL / 2))
    beyond = [
        (line, statistic.text)
        for line, statistic, error in zip(lines, statistics, std_errors, strict=True)
        if statistic.interval.magnitude().low > critical * error.interval.high
    ]
    return Judgement(not beyond, f"|z| ≤ {critical:.2f}", details={"exceptions": beyond})


@check("durbin_watson")
def autocorrelated(
    durbin_watson: Reported, n: Reported, predictors: Reported, *, direction: str
) -> Judgement:
    """The Durbin-Watson statistic departs from 2 by more than chance (5 %, one-sided).

    Without the predictors its limit is only known within a band (Durbin & Watson 1951), here
    2 - 1.645 * 2/sqrt(n), give or take 2k/n; inside the band nothing is decided.
    """
    m, k = n.interval.low, predictors.interval.high
    centre, band = 2 - float(stats.norm.isf(0.05)) * 2 / math.sqrt(m), 2 * k / m
    value = (
        durbin_watson.interval if direction == "positive" else Interval.exactly(4.0) - durbin_watson.interval
    )
    if value.high < centre - band:
        return Judgement(True, Interval.at_most(centre - band))
    if value.low > centre + band:
        return Judgement(False, Interval.at_most(centre - band))
    return Judgement(None, Interval(centre - band, centre + band), "durbin_watson_band")


@check("statement", needs_numbers=False)
def untestable(*, why: str | Mapping[str, str]) -> Judgement:
    """A statement whose numbers are not printed."""
    return Judgement(None, reason="untestable", details={"why": why})


CHECKS = (
    bounded_numbers,
    limit_contradicted,
    trend,
    ranked_first,
    listed_names,
    normal_shape,
    autocorrelated,
    untestable,
)


def plan_every(
    paper: Paper, place: str, *, of: Spec, absolute: bool = False, **limits: Any
) -> Iterator[Case]:
    """A bound holds for every number at `of`."""
    bound, low, high = Bound.read(paper, limits, place)
    numbers = resolve(paper, of, place)
    roles: dict[str, Term | tuple[Term, ...]] = {"numbers": numbers, "low": low, "high": high}
    options = {"lines": places_of(numbers), "bound": bound, "absolute": absolute}
    yield Case(bounded_numbers, roles, options)


def plan_trend(paper: Paper, place: str, *, of: Spec, direction: str) -> Iterator[Case]:
    """Numbers at `of`, in order, increase or decrease throughout."""
    _one_of(direction, ("increase", "decrease"), place)
    yield Case(trend, {"numbers": resolve(paper, of, place)}, {"direction": direction})


def plan_highest(
    paper: Paper, place: str, *, of: Spec, rows: Sequence[str], absolute: bool = False
) -> Iterator[Case]:
    """The lines `rows` have the largest numbers at `of`."""
    yield _ranking(paper, place, of, rows, highest=True, absolute=absolute)


def plan_lowest(
    paper: Paper, place: str, *, of: Spec, rows: Sequence[str], absolute: bool = False
) -> Iterator[Case]:
    """The lines `rows` have the smallest numbers at `of`."""
    yield _ranking(paper, place, of, rows, highest=False, absolute=absolute)


def _ranking(
    paper: Paper, place: str, of: Spec, rows: Sequence[str], *, highest: bool, absolute: bool
) -> Case:
    numbers = resolve(paper, of, place)
    lines = dict(zip(numbers, lines_of(numbers), strict=True))
    if missing := set(map(str, rows)) - set(lines.values()):
        raise SurveyError(place, f"no number at `{of}` is in line {min(missing)}.", "Correct `rows`.")
    named = tuple(term for term in numbers if lines[term] in set(map(str, rows)))
    others = tuple(term for term in numbers if term not in named)
    options = {"lines": places_of(others), "highest": highest, "absolute": absolute}
    return Case(ranked_first, {"named": named, "others": others}, options)


def plan_listed(paper: Paper, place: str, *, names: Sequence[str], among: Spec) -> Iterator[Case]:
    """Every name is in a column of text or in a list."""
    entries = [among] if isinstance(among, str) else among if isinstance(among, Sequence) else []
    found = [
        paper.cells[term] if isinstance(term, str) else str(term)
        for entry in entries
        for term in (resolve(paper, entry, place) if ":" in str(entry) else ())
    ]
    found += [str(entry) for entry in entries if ":" not in str(entry)]
    yield Case(listed_names, {}, {"names": list(map(str, names)), "among": found})


def plan_normality(paper: Paper, place: str, *, table: str) -> Iterator[Case]:
    """Skewness and kurtosis of every line are within what a normal sample of that n gives."""
    printed = printed_table(paper, table, place)
    size = None if paper.n is None else paper.read(resolve_one(paper, paper.n, place)).value
    pairs: list[tuple[Term, Term]] = []
    for statistic, computed in (
        ("skewness", standard_error_of_skewness),
        ("kurtosis", standard_error_of_kurtosis),
    ):
        for line in printed.body:
            cells = columns_of(printed, line)
            n = paper.read(cells["n"]).value if "n" in cells else size
            if statistic not in cells:
                continue
            if f"se_{statistic}" in cells:
                pairs.append((cells[statistic], cells[f"se_{statistic}"]))
            elif n is not None and n > _FEWEST:
                # Not printed, the error follows from n alone.
                error = computed.judge(**{f"se_{statistic}": exactly(0.0), "n": exactly(n)}).expected
                pairs.append((cells[statistic], error.high))  # type: ignore[union-attr]
    if pairs:
        statistics, errors = zip(*pairs, strict=True)
        options = {"lines": places_of(statistics)}
        yield Case(normal_shape, {"statistics": statistics, "std_errors": errors}, options)


def plan_autocorrelation(
    paper: Paper,
    place: str,
    *,
    of: str | float,
    n: str | float,
    predictors: str | float,
    direction: str,
) -> Iterator[Case]:
    """The Durbin-Watson statistic departs from 2 in that direction by more than chance."""
    _one_of(direction, ("positive", "negative"), place)
    roles = {"durbin_watson": of, "n": n, "predictors": predictors}
    terms: dict[str, Term] = {role: resolve_one(paper, spec, place) for role, spec in roles.items()}
    yield Case(autocorrelated, terms, {"direction": direction})


def plan_untestable(paper: Paper, place: str, *, why: str | Mapping[str, str]) -> Iterator[Case]:
    """A statement whose numbers are not printed."""
    yield Case(untestable, {}, {"why": why if isinstance(why, Mapping) else str(why)})


def _one_of(word: str, known: Sequence[str], place: str) -> None:
    if word not in known:
        raise SurveyError(place, f"`{word}` is unknown.", f"Use one of {', '.join(known)}.")


PLANS: dict[str, Planner] = {
    "every": plan_every,
    "trend": plan_trend,
    "highest": plan_highest,
    "lowest": plan_lowest,
    "listed": plan_listed,
    "normality": plan_normality,
    "autocorrelation": plan_autocorrelation,
    "not_testable": plan_untestable,
}
