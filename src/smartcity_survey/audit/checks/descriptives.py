"""Descriptive statistics of one variable: what n, extremes, mean and SD allow the others to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from smartcity_survey.audit.address import Term, resolve, resolve_one
from smartcity_survey.audit.case import Case, Planner, applicable, identity
from smartcity_survey.audit.checks import granularity
from smartcity_survey.audit.interval import Interval, image
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.tables import columns_of, printed_table
from smartcity_survey.errors import SurveyError


@identity("se_mean")
def standard_error_of_mean(sd: Interval, n: Interval) -> Interval:
    """The standard error of the mean is SD / sqrt(n)."""
    return image(lambda s, m: s / np.sqrt(m), sd, n)


@identity("se_skewness")
def standard_error_of_skewness(n: Interval) -> Interval:
    """The standard error of skewness depends on n alone (Fisher's formula, as SPSS prints it)."""
    return image(_se_skewness, n)


@identity("se_kurtosis")
def standard_error_of_kurtosis(n: Interval) -> Interval:
    """The standard error of kurtosis depends on n alone (Fisher's formula, as SPSS prints it)."""
    return image(lambda m: 2 * _se_skewness(m) * np.sqrt((m * m - 1) / ((m - 3) * (m + 5))), n)


def _se_skewness(n: float) -> float:
    return float(np.sqrt(6 * n * (n - 1) / ((n - 2) * (n + 1) * (n + 3))))


@identity("variance")
def variance_of_sd(sd: Interval) -> Interval:
    """The variance is the square of SD."""
    return image(np.square, sd.clipped(0.0))


@identity("range")
def range_of_extremes(min: Interval, max: Interval) -> Interval:
    """The range is the maximum less the minimum."""
    return max - min


@identity("sum")
def sum_of_answers(mean: Interval, n: Interval) -> Interval:
    """The sum is the mean times n."""
    return mean * n


@identity("mean")
def mean_within_extremes(min: Interval, max: Interval) -> Interval:
    """A mean lies between minimum and maximum."""
    return Interval(min.low, max.high)


@identity("sd")
def sd_within_extremes(min: Interval, max: Interval, mean: Interval, n: Interval) -> Interval:
    """With given extremes and mean, SD has a largest value (Bhatia & Davis 2000) and a smallest.

    The smallest leaves one answer at each extreme and all others at one common value.
    """

    def smallest(low: float, high: float, centre: float, m: float) -> float:
        up, down = high - centre, centre - low
        return float(np.sqrt((up**2 + down**2 + (up - down) ** 2 / (m - 2)) / (m - 1)))

    return Interval(image(smallest, min, max, mean, n).low, image(_largest_sd, min, max, mean, n).high)


def _largest_sd(low: float, high: float, mean: float, n: float) -> float:
    return float(np.sqrt(np.maximum((high - mean) * (mean - low), 0.0) * n / (n - 1)))


@identity("skewness")
def skewness_within_extremes(
    min: Interval, max: Interval, mean: Interval, sd: Interval, n: Interval
) -> Interval:
    """With given extremes, mean and SD, skewness lies between those of the two extreme two-point shapes."""

    def lowest(low: float, centre: float, spread: float, m: float) -> float:
        a = _standardised(low, centre, spread, m)
        return _type2_skewness(a - 1 / a, m)

    def highest(high: float, centre: float, spread: float, m: float) -> float:
        b = _standardised(high, centre, spread, m)
        return _type2_skewness(b - 1 / b, m)

    return Interval(image(lowest, min, mean, sd, n).low, image(highest, max, mean, sd, n).high)


@identity("kurtosis")
def kurtosis_within_skewness(skewness: Interval, n: Interval) -> Interval:
    """Kurtosis is at least skewness squared less 2 (Pearson's inequality on the sample's own moments)."""

    def lowest(skew: float, m: float) -> float:
        return _type2_kurtosis(_moment_skewness(skew, m) ** 2 + 1, m)

    return Interval.at_least(image(lowest, skewness.magnitude(), n).low)


@identity("kurtosis")
def kurtosis_within_extremes(
    min: Interval, max: Interval, mean: Interval, sd: Interval, skewness: Interval, n: Interval
) -> Interval:
    """With given extremes, mean, SD and skewness, kurtosis has a largest value.

    From E[(z - a)(b - z)(z - c)^2] >= 0 for every c, with a and b the standardised extremes.
    """

    def largest(low: float, high: float, centre: float, spread: float, skew: float, m: float) -> float:
        a, b = (_standardised(end, centre, spread, m) for end in (low, high))
        m3 = _moment_skewness(skew, m)
        return _type2_kurtosis((a + b) * m3 - a * b - (m3 - a - b) ** 2 / -(1 + a * b), m)

    return Interval.at_most(image(largest, min, max, mean, sd, skewness, n).high)


def _standardised(value: float, mean: float, sd: float, n: float) -> float:
    return float((value - mean) / (sd * np.sqrt((n - 1) / n)))


def _type2_skewness(g1: float, n: float) -> float:
    return float(g1 * np.sqrt(n * (n - 1)) / (n - 2))


def _moment_skewness(skewness: float, n: float) -> float:
    return float(skewness * (n - 2) / np.sqrt(n * (n - 1)))


def _type2_kurtosis(fourth_moment: float, n: float) -> float:
    return float((n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (fourth_moment - 3) + 6))


@identity("min")
def minimum_on_scale(scale_min: Interval, scale_max: Interval) -> Interval:
    """The minimum of answers (or of their mean) is on the scale."""
    return Interval(scale_min.low, scale_max.high)


@identity("max")
def maximum_on_scale(scale_min: Interval, scale_max: Interval) -> Interval:
    """The maximum of answers (or of their mean) is on the scale."""
    return Interval(scale_min.low, scale_max.high)


@identity("mean")
def mean_on_scale(scale_min: Interval, scale_max: Interval) -> Interval:
    """A mean of answers is on the scale."""
    return Interval(scale_min.low, scale_max.high)


@identity("sd")
def sd_on_scale(scale_min: Interval, scale_max: Interval, mean: Interval, n: Interval) -> Interval:
    """On a scale with given ends and at a given mean, SD has a largest value (Bhatia & Davis 2000)."""
    return Interval(0.0, image(_largest_sd, scale_min, scale_max, mean, n).high)


@identity("max")
def maximum_of_weighted_score(min: Interval, scale_min: Interval, scale_max: Interval) -> Interval:
    """A score with positive weights spans at most the ratio of the scale's ends: max/min <= 5/1."""
    return Interval.at_most(min.high * scale_max.high / scale_min.low)


MOMENTS = (
    standard_error_of_mean,
    standard_error_of_skewness,
    standard_error_of_kurtosis,
    variance_of_sd,
    range_of_extremes,
    sum_of_answers,
    mean_within_extremes,
    sd_within_extremes,
    skewness_within_extremes,
    kurtosis_within_skewness,
    kurtosis_within_extremes,
)
ON_SCALE = (minimum_on_scale, maximum_on_scale, mean_on_scale, sd_on_scale)
WEIGHTED = (maximum_of_weighted_score,)

CHECKS = (*MOMENTS, *ON_SCALE, *WEIGHTED)


def plan_descriptives(
    paper: Paper,
    place: str,
    *,
    table: str,
    score: str = "mean",
    scale: Mapping[str, float] | None = None,
    items: float | Mapping[str, float] | None = None,
    n: str | float | None = None,
) -> Iterator[Case]:
    """The statistics of every line; a `mean` of whole answers also lies on a grid and on the scale."""
    printed = printed_table(paper, table, place)
    if scale is not None and not {"minimum", "maximum"} <= scale.keys():
        raise SurveyError(place, "its scale has no `minimum` and `maximum`.", "Give both.")
    if score not in {"mean", "weighted"}:
        raise SurveyError(place, f"`score: {score}` is unknown.", "Use mean or weighted.")
    ends = (scale["minimum"], scale["maximum"]) if scale else paper.scale
    for line in printed.body:
        roles: dict[str, Term] = columns_of(printed, line)
        sample = n if n is not None else paper.n
        if "n" not in roles and sample is not None:
            roles["n"] = resolve_one(paper, sample, place)
        if ends:
            roles |= {"scale_min": float(ends[0]), "scale_max": float(ends[1])}
        yield from applicable(MOMENTS, roles)
        if score == "weighted":
            yield from applicable(WEIGHTED, roles)
            continue
        yield from applicable(ON_SCALE, roles)
        if ends and tuple(map(float, ends)) == (0.0, 1.0):
            yield from applicable((granularity.debit,), roles)
        count = items.get(line) if isinstance(items, Mapping) else items
        roles.setdefault("items", float(count or 1))
        yield from applicable((*granularity.GRID, *granularity.ON_SCALE), roles)
    means = resolve(paper, f"{table}:*:mean", place, may_be_none=True) if "mean" in printed.columns else ()
    if score == "weighted" and means:
        yield Case(granularity.no_grid, {"mean": means})


PLANS: dict[str, Planner] = {"descriptives": plan_descriptives}
