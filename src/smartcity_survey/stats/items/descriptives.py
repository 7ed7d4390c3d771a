"""Descriptive statistics of complete columns, by the formulas SPSS uses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.correlations import centre
from smartcity_survey.stats.core.errors import TooFewRows
from smartcity_survey.stats.core.types import Array, BoolArray

FEWEST_ROWS = 4
"""Below, the bias-corrected kurtosis divides by zero."""


@dataclass(frozen=True, slots=True)
class Descriptives:
    """Descriptives of p columns over n rows; arrays are (p,).

    n : rows. se_skewness, se_kurtosis depend on n alone and are the same for every column.
    minimum, maximum, mean, se_mean, sd : in the units of the column; sd divides by n - 1.
    skewness, kurtosis : bias-corrected (type 2), kurtosis in excess of the normal's;
        NaN for a constant column, which has neither.
    """

    n: int
    minimum: Array
    maximum: Array
    mean: Array
    se_mean: Array
    sd: Array
    skewness: Array
    se_skewness: Array
    kurtosis: Array
    se_kurtosis: Array


def describe(x: Array) -> Descriptives:
    """Describe each column of x (n, p).

    Source: IBM SPSS Statistics Algorithms, DESCRIPTIVES; skewness and kurtosis are types 2 of
    Joanes & Gill (1998), their standard errors those of a normal population.

    Raises
    ------
    NotFinite, TooFewRows (n < 4).
    """
    n = len(x)
    if n < FEWEST_ROWS:
        raise TooFewRows(n, FEWEST_ROWS)
    centred = centre(x)
    values = centred.values
    squares = np.square(values)
    # einsum forms the sums of cubes and fourth powers without another copy of the data.
    sums = (
        squares.sum(axis=0),
        np.einsum("ij,ij->j", squares, values),
        np.einsum("ij,ij->j", squares, squares),
    )
    return _described(n, centred.mean, sums, centred.constant, x.min(axis=0), x.max(axis=0))


def describe_counts(counts: Array, codes: Array) -> Descriptives:
    """As `describe`, from how often each of K codes (K,) was given in each column, counts (p, K).

    Raises
    ------
    TooFewRows (n < 4).
    """
    n = int(counts[0].sum())
    if n < FEWEST_ROWS:
        raise TooFewRows(n, FEWEST_ROWS)
    mean = counts @ codes / n
    deviations = codes - mean[:, None]
    sums = tuple((counts * deviations**power).sum(axis=1) for power in (2, 3, 4))
    given = np.where(counts > 0, codes, np.nan)
    low, high = np.nanmin(given, axis=1), np.nanmax(given, axis=1)
    return _described(n, mean, (sums[0], sums[1], sums[2]), low == high, low, high)


def _described(
    n: int,
    mean: Array,
    sums: tuple[Array, Array, Array],
    constant: BoolArray,
    minimum: Array,
    maximum: Array,
) -> Descriptives:
    """From sums (p,) of squares, cubes and fourth powers about the mean."""
    sum2, sum3, sum4 = sums
    variance = np.where(constant, 0.0, sum2 / (n - 1))
    sd = np.sqrt(variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        skewness = n * sum3 / ((n - 1) * (n - 2) * sd**3)
        kurtosis = (n * (n + 1) * sum4 / variance**2 / (n - 1) - 3 * (n - 1) ** 2) / ((n - 2) * (n - 3))
    se_skewness = np.sqrt(6 * n * (n - 1) / ((n - 2) * (n + 1) * (n + 3)))
    se_kurtosis = 2 * se_skewness * np.sqrt((n**2 - 1) / ((n - 3) * (n + 5)))
    p = len(mean)
    return Descriptives(
        n=n,
        minimum=minimum,
        maximum=maximum,
        mean=mean,
        se_mean=sd / np.sqrt(n),
        sd=sd,
        skewness=np.where(constant, np.nan, skewness),
        se_skewness=np.full(p, se_skewness),
        kurtosis=np.where(constant, np.nan, kurtosis),
        se_kurtosis=np.full(p, se_kurtosis),
    )
