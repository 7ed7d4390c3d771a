"""Tests of what a regression assumes of its residuals: constant variance, normality, linearity.

With weights the residuals are those times the square root of the weight, which is what should be
homoscedastic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from smartcity_survey.stats.core.design import factor_design
from smartcity_survey.stats.core.significance import ChiSquareTest, FTest, chi_square_test, f_test
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.regression.least_squares import OlsFit, refuse_perfect_fit

# Royston's (1995) approximation to the Shapiro-Wilk p is fitted up to this many values.
SHAPIRO_LIMIT = 5000

# A column nearer than this, beside its own length, to the span of others is their rounding error.
NOTHING_NEW = 1e-10


@dataclass(frozen=True, slots=True)
class HeteroscedasticityTest:
    """An auxiliary regression of the squared residuals: n R2 as chi-square, and its F test."""

    lagrange_multiplier: ChiSquareTest
    f: FTest


@dataclass(frozen=True, slots=True)
class JarqueBera:
    """Normality by moments: chi-square with 2 df; skewness and kurtosis with divisor n (normal: 0, 3)."""

    statistic: float
    p: float
    skewness: float
    kurtosis: float


@dataclass(frozen=True, slots=True)
class ShapiroWilk:
    """Normality by the Shapiro-Wilk W."""

    statistic: float
    p: float


def breusch_pagan(fit: OlsFit, x: Array) -> HeteroscedasticityTest:
    """Koenker's studentised Breusch-Pagan test: squared residuals on the predictors x (n, k).

    Source: Breusch & Pagan (1979), Koenker (1981).

    Raises
    ------
    PerfectFit.
    """
    return _heteroscedasticity(np.square(_residuals(fit)), factor_design(x).basis[:, 1:])


def white(fit: OlsFit, x: Array) -> HeteroscedasticityTest | None:
    """White's (1980) test: squared residuals on the predictors, their squares and their products.

    Columns that repeat others (squares of 0/1 predictors) do not count as degrees of freedom.
    None when there are too few rows for all of these.

    Raises
    ------
    PerfectFit.
    """
    squared = np.square(_residuals(fit))
    # Squares and products of standardised predictors span the same space and are less collinear.
    scaled = (x - x.mean(axis=0)) / x.std(axis=0)
    first, second = np.triu_indices(x.shape[1])
    products = scaled[:, first] * scaled[:, second]
    products -= products.mean(axis=0)
    # The square of an evenly split 0/1 predictor is constant: centred, nothing but rounding is left.
    products = products[:, np.linalg.norm(products, axis=0) > NOTHING_NEW * np.sqrt(fit.n)]
    basis = _independent(np.column_stack([scaled, products]))
    if fit.n <= basis.shape[1] + 1:
        return None
    return _heteroscedasticity(squared, basis)


def jarque_bera(fit: OlsFit) -> JarqueBera:
    """Jarque & Bera's (1980) test on the skewness and kurtosis of the residuals.

    Raises
    ------
    PerfectFit.
    """
    residuals = _residuals(fit)
    deviation = residuals - residuals.mean()
    variance = np.mean(np.square(deviation))
    skewness = float(np.mean(deviation**3) / variance**1.5)
    kurtosis = float(np.mean(deviation**4) / variance**2)
    test = chi_square_test(fit.n / 6 * (skewness**2 + (kurtosis - 3) ** 2 / 4), 2)
    return JarqueBera(test.statistic, test.p, skewness, kurtosis)


def shapiro_wilk(fit: OlsFit) -> ShapiroWilk | None:
    """Shapiro & Wilk's (1965) test of the residuals; None beyond 5000 rows, where its p is not known.

    Raises
    ------
    PerfectFit.
    """
    residuals = _residuals(fit)
    if fit.n > SHAPIRO_LIMIT:
        return None
    from scipy.stats import shapiro  # loading it takes half a second

    result = shapiro(residuals)
    return ShapiroWilk(float(result.statistic), float(result.pvalue))


def reset(fit: OlsFit, x: Array, highest_power: int = 3) -> FTest | None:
    """Ramsey's (1969) RESET: do powers 2 .. highest_power of the fitted values improve the fit?

    None where they add no column of their own (a single 0/1 predictor, a prediction that is constant)
    or use up the rows.

    Raises
    ------
    PerfectFit.
    """
    residuals = _residuals(fit)
    design = factor_design(x, fit.weights)
    deviation = fit.fitted - fit.fitted.mean()
    if np.abs(deviation).max() <= NOTHING_NEW * np.abs(fit.residuals).max():
        return None
    scaled = deviation / deviation.std()
    powers = [scaled**power for power in range(2, highest_power + 1)]
    left = np.column_stack([design.residuals(power) / np.linalg.norm(power) for power in powers])
    left = left[:, np.linalg.norm(left, axis=0) > NOTHING_NEW]
    if not left.size:
        return None
    basis = _independent(left)
    added = basis.shape[1]
    df = fit.df_residual - added
    if df < 1:
        return None
    gain = float(np.square(basis.T @ residuals).sum())
    left_over = fit.ss_residual - gain
    return f_test((gain / added) / (left_over / df) if left_over > 0 else np.inf, added, df)


def _residuals(fit: OlsFit) -> Array:
    refuse_perfect_fit(fit)
    residuals: Array = np.sqrt(fit.weights) * fit.residuals
    return residuals


def _independent(columns: Array) -> Array:
    """Orthonormal basis (n, rank) of columns (n, m) that are not all zero."""
    scaled = columns / np.linalg.norm(columns, axis=0)
    q, r, _ = linalg.qr(scaled, mode="economic", pivoting=True)
    rank = int((np.abs(np.diagonal(r)) > NOTHING_NEW).sum())
    return np.asarray(q[:, :rank], dtype=np.float64)


def _heteroscedasticity(squared: Array, basis: Array) -> HeteroscedasticityTest:
    """Regress squared residuals (n,) on a centred orthonormal basis (n, m)."""
    n, m = basis.shape
    deviation = squared - squared.mean()
    total = deviation @ deviation
    # Residuals of one size only (their squares differ by rounding) leave nothing to explain.
    varies = total > n * np.square(NOTHING_NEW * squared.mean())
    r2 = min(float(np.square(basis.T @ deviation).sum() / total), 1.0) if varies else 0.0
    df = n - m - 1
    f = (r2 / m) / ((1 - r2) / df) if r2 < 1 else np.inf
    return HeteroscedasticityTest(chi_square_test(n * r2, m), f_test(f, m, df))
