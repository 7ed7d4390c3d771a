"""Descriptive statistics of complete columns, by the formulas SPSS uses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.correlations import centre
from smartcity_survey.stats.core.errors import TooFewRows
from smartcity_survey.stats.core.types import Array

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
    constant = centred.constant
    values = centred.values
    squares = np.square(values)
    sum2 = squares.sum(axis=0)
    # einsum forms the sums of cubes and fourth powers without another copy of the data.
    sum3 = np.einsum("ij,ij->j", squares, values)
    sum4 = np.einsum("ij,ij->j", squares, squares)
    variance = np.where(constant, 0.0, sum2 / (n - 1))
    sd = np.sqrt(variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        skewness = n * sum3 / ((n - 1) * (n - 2) * sd**3)
        kurtosis = (n * (n + 1) * sum4 / variance**2 / (n - 1) - 3 * (n - 1) ** 2) / ((n - 2) * (n - 3))
    se_skewness = np.sqrt(6 * n * (n - 1) / ((n - 2) * (n + 1) * (n + 3)))
    se_kurtosis = 2 * se_skewness * np.sqrt((n**2 - 1) / ((n - 3) * (n + 5)))
    p = x.shape[1]
    return Descriptives(
        n=n,
        minimum=x.min(axis=0),
        maximum=x.max(axis=0),
        mean=centred.mean,
        se_mean=sd / np.sqrt(n),
        sd=sd,
        skewness=np.where(constant, np.nan, skewness),
        se_skewness=np.full(p, se_skewness),
        kurtosis=np.where(constant, np.nan, kurtosis),
        se_kurtosis=np.full(p, se_kurtosis),
    )
