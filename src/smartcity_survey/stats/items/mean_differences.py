"""Means of columns with their intervals, and how far the means of two independent samples are apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from smartcity_survey.stats.core.errors import TooFewRows
from smartcity_survey.stats.core.types import Array


@dataclass(frozen=True, slots=True)
class Means:
    """Means of c columns, each field (c,), in the columns' unit; low and high bound the mean at `level`."""

    mean: Array
    sd: Array
    se: Array
    low: Array
    high: Array
    n: int
    level: float


@dataclass(frozen=True, slots=True)
class MeanDifference:
    """First sample less second, each field (c,).

    difference, se, low, high : in the columns' unit; low and high bound the difference at `level`.
    t, df, p : Welch's test, two-sided.
    hedges_g : difference in pooled standard deviations, corrected for small samples.
    """

    difference: Array
    se: Array
    t: Array
    df: Array
    p: Array
    low: Array
    high: Array
    hedges_g: Array
    level: float


def means(x: Array, level: float = 0.95) -> Means:
    """Mean of each column of x (n, c), with Student's interval.

    Raises
    ------
    TooFewRows (n < 2).
    """
    n = len(x)
    if n < 2:
        raise TooFewRows(n, 2)
    mean, sd = x.mean(axis=0), x.std(axis=0, ddof=1)
    se = sd / np.sqrt(n)
    reach = special.stdtrit(n - 1, (1 + level) / 2) * se
    return Means(mean, sd, se, mean - reach, mean + reach, n, level)


def mean_difference(first: Array, second: Array, level: float = 0.95) -> MeanDifference:
    """Differences of the column means of two independent samples (n1, c) and (n2, c).

    Variances may differ: Welch (1947), Biometrika 34, 28-35. Hedges (1981), Journal of Educational Statistics
    6, 107-128, for g and its exact correction. Where neither sample varies, t, df, p and g are nan and the
    interval is the difference itself.

    Raises
    ------
    TooFewRows (either n < 2).
    """
    one, two = means(first, level), means(second, level)
    difference = one.mean - two.mean
    parts = one.se**2, two.se**2
    se = np.sqrt(parts[0] + parts[1])
    freedom = one.n + two.n - 2
    pooled = np.sqrt(((one.n - 1) * one.sd**2 + (two.n - 1) * two.sd**2) / freedom)
    with np.errstate(invalid="ignore", divide="ignore"):
        df = se**4 / (parts[0] ** 2 / (one.n - 1) + parts[1] ** 2 / (two.n - 1))
        t = np.where(se > 0, difference / se, np.nan)
        correction = np.exp(special.gammaln(freedom / 2) - special.gammaln((freedom - 1) / 2))
        g = np.where(pooled > 0, difference / pooled * correction / np.sqrt(freedom / 2), np.nan)
    p = 2 * special.stdtr(df, -np.abs(t))
    reach = np.where(se > 0, special.stdtrit(df, (1 + level) / 2) * se, 0.0)
    return MeanDifference(difference, se, t, df, p, difference - reach, difference + reach, g, level)
