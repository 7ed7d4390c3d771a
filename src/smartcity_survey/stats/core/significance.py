"""Test statistics with their degrees of freedom and p-values.

Every p comes from a survival function, so a huge statistic keeps a true p instead of 1 - 1 = 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from smartcity_survey.stats.core.types import Array, BoolArray

LEVEL_MARGIN = 2e-5
"""A p nearer to the level than this share of it (1e-6 at .05) counts as not below: a share of thousands of
tests must not hang on how a processor rounds."""


@dataclass(frozen=True, slots=True)
class FTest:
    """An F test: statistic, degrees of freedom of numerator and denominator, upper-tail p."""

    statistic: float
    df_numerator: int
    df_denominator: int
    p: float


@dataclass(frozen=True, slots=True)
class ChiSquareTest:
    """A chi-square test: statistic, degrees of freedom, upper-tail p."""

    statistic: float
    df: int
    p: float


def below_level(p: Array, alpha: float) -> BoolArray:
    """Whether p, any shape, is below the level by more than `LEVEL_MARGIN`."""
    return np.asarray(p < deciding_level(alpha))


def deciding_level(alpha: float) -> float:
    """The level less `LEVEL_MARGIN` of it."""
    return alpha * (1 - LEVEL_MARGIN)


def f_test(statistic: float, df_numerator: int, df_denominator: int) -> FTest:
    """The F test of a statistic."""
    p = float(special.fdtrc(df_numerator, df_denominator, statistic))
    return FTest(float(statistic), df_numerator, df_denominator, p)


def chi_square_test(statistic: float, df: int) -> ChiSquareTest:
    """The chi-square test of a statistic."""
    return ChiSquareTest(float(statistic), df, float(special.chdtrc(df, statistic)))


def normal_two_sided(z: Array) -> Array:
    """Two-sided p of a standard normal statistic, any shape."""
    return np.asarray(2 * special.ndtr(-np.abs(z)), dtype=np.float64)


def normal_interval(estimate: Array, std_err: Array, level: float) -> tuple[Array, Array]:
    """Both ends of normal intervals at a level, any shape."""
    margin = float(special.ndtri((1 + level) / 2)) * std_err
    return estimate - margin, estimate + margin


def t_two_sided(t: Array, df: float | Array) -> Array:
    """Two-sided p of Student's t, any shape; `df` is one for all, or of a shape that fits."""
    return np.asarray(2 * special.stdtr(df, -np.abs(t)), dtype=np.float64)


def t_interval(estimate: Array, std_err: Array, df: float, level: float) -> tuple[Array, Array]:
    """Both ends of Student's t intervals at a level, any shape."""
    margin = t_quantile((1 + level) / 2, df) * std_err
    return estimate - margin, estimate + margin


def t_quantile(probability: float, df: float) -> float:
    """Quantile of Student's t."""
    return float(special.stdtrit(df, probability))
