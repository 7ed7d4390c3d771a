"""A regression of seven rows in exact fractions: every divisor shows where n is small."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.regression.durbin_watson import durbin_watson_test
from smartcity_survey.stats.regression.influential_cases import influence
from smartcity_survey.stats.regression.least_squares import OlsFit, ols
from smartcity_survey.stats.regression.ols_blocks import hierarchical_ols
from smartcity_survey.stats.regression.wald import joint_test, wald_test

# Doubles against fractions.
EXACT = 1e-12

Y = (2, 1, 4, 3, 6, 5, 9)
FIRST, SECOND = (1, 2, 3, 4, 5, 6, 7), (1, 0, 2, 1, 5, 2, 2)
N, K = len(Y), 2
DF = N - K - 1
Matrix = list[list[Fraction]]


def times(a: Matrix, b: Matrix) -> Matrix:
    return [
        [
            sum((x * y for x, y in zip(row, column, strict=True)), Fraction(0))
            for column in zip(*b, strict=True)
        ]
        for row in a
    ]


def transposed(a: Matrix) -> Matrix:
    return [list(column) for column in zip(*a, strict=True)]


def inverse(a: Matrix) -> Matrix:
    """By Gauss and Jordan."""
    size = len(a)
    rows = [[*row, *(Fraction(i == j) for j in range(size))] for i, row in enumerate(a)]
    for i in range(size):
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for j in range(size):
            if j != i:
                rows[j] = [one - rows[j][i] * other for one, other in zip(rows[j], rows[i], strict=True)]
    return [row[size:] for row in rows]


def products(a: tuple[int, ...], b: tuple[int, ...]) -> Fraction:
    """Sum of products about the means."""
    return sum((Fraction(x * y) for x, y in zip(a, b, strict=True)), Fraction(0)) - Fraction(
        sum(a) * sum(b), N
    )


DESIGN: Matrix = [[Fraction(1), Fraction(a), Fraction(b)] for a, b in zip(FIRST, SECOND, strict=True)]
BREAD = inverse(times(transposed(DESIGN), DESIGN))
COEF = [row[0] for row in times(BREAD, times(transposed(DESIGN), [[Fraction(y)] for y in Y]))]
RESIDUALS = [y - sum(c * x for c, x in zip(COEF, row, strict=True)) for y, row in zip(Y, DESIGN, strict=True)]
LEVERAGE = [times(times([row], BREAD), transposed([row]))[0][0] for row in DESIGN]
RESIDUAL = sum(e**2 for e in RESIDUALS)
TOTAL = products(Y, Y)
COVARIANCE = [[RESIDUAL / DF * value for value in row] for row in BREAD]
MEAT = times(
    transposed(DESIGN),
    [
        [value * (e / (1 - h)) ** 2 for value in row]
        for row, e, h in zip(DESIGN, RESIDUALS, LEVERAGE, strict=True)
    ],
)
HC3 = times(times(BREAD, MEAT), BREAD)


@pytest.fixture
def x() -> Array:
    return np.column_stack([FIRST, SECOND]).astype(float)


@pytest.fixture
def fit(x: Array) -> OlsFit:
    return ols(np.array(Y, dtype=float), x)


def roots(covariance: Matrix) -> list[float]:
    return [float(covariance[i][i]) ** 0.5 for i in range(len(covariance))]


def test_coefficients_and_both_kinds_of_standard_error(fit: OlsFit) -> None:
    np.testing.assert_allclose(fit.coef, [float(c) for c in COEF], rtol=EXACT)
    np.testing.assert_allclose(fit.std_err, roots(COVARIANCE), rtol=EXACT)
    np.testing.assert_allclose(fit.hc3_std_err, roots(HC3), rtol=EXACT)
    np.testing.assert_allclose(fit.hc3_covariance, np.array(HC3, dtype=float), rtol=EXACT)
    t = [float(c) / e for c, e in zip(COEF, roots(COVARIANCE), strict=True)]
    np.testing.assert_allclose(fit.t, t, rtol=EXACT)
    # Student's t of 4 degrees of freedom in closed form: F(t) = 1/2 + s (3 - s^2) / 4, s = t / sqrt(t^2 + 4).
    s = np.abs(t) / np.sqrt(np.square(t) + 4)
    np.testing.assert_allclose(fit.p, 1 - s * (3 - s**2) / 2, rtol=1e-10)
    margin = stats.t.ppf(0.975, 4) * np.array(roots(COVARIANCE))
    np.testing.assert_allclose(fit.ci_high - fit.coef, margin, rtol=EXACT)
    np.testing.assert_allclose(fit.coef - fit.ci_low, margin, rtol=EXACT)


def test_fit_and_its_adjustment(fit: OlsFit) -> None:
    assert (fit.n, fit.df_regression, fit.df_residual) == (7, 2, 4)
    assert fit.ss_residual == pytest.approx(float(RESIDUAL), rel=EXACT)
    assert fit.ss_total == pytest.approx(float(TOTAL), rel=EXACT)
    assert fit.r2 == pytest.approx(float(1 - RESIDUAL / TOTAL), rel=EXACT)
    assert fit.adj_r2 == pytest.approx(float(1 - RESIDUAL / DF / (TOTAL / (N - 1))), rel=EXACT)
    assert fit.std_error_estimate == pytest.approx(float(RESIDUAL / DF) ** 0.5, rel=EXACT)
    f = (TOTAL - RESIDUAL) / K / (RESIDUAL / DF)
    assert fit.f == pytest.approx(float(f), rel=EXACT)
    # F of 2 and 4 degrees of freedom in closed form.
    assert fit.f_p == pytest.approx(float(1 + f / 2) ** -2, rel=1e-10)


def test_standardised_coefficients_and_collinearity(fit: OlsFit) -> None:
    shared = products(FIRST, SECOND) ** 2 / (products(FIRST, FIRST) * products(SECOND, SECOND))
    np.testing.assert_allclose(fit.vif, [float(1 / (1 - shared))] * 2, rtol=EXACT)
    np.testing.assert_allclose(fit.tolerance, [float(1 - shared)] * 2, rtol=EXACT)
    beta = [
        float(c) * float(products(column, column) / TOTAL) ** 0.5
        for c, column in zip(COEF[1:], (FIRST, SECOND), strict=True)
    ]
    np.testing.assert_allclose(fit.beta, beta, rtol=EXACT)


def test_durbin_watson_divides_by_the_residual_sum_of_squares(fit: OlsFit, x: Array) -> None:
    d = sum((b - a) ** 2 for a, b in pairwise(RESIDUALS)) / RESIDUAL
    assert fit.durbin_watson == pytest.approx(float(d), rel=EXACT)
    assert durbin_watson_test(fit, x).statistic == pytest.approx(float(d), rel=EXACT)


def test_case_diagnostics(fit: OlsFit, x: Array) -> None:
    cases = influence(fit, x)
    cooks = [
        e**2 * h / ((1 - h) ** 2 * (K + 1) * RESIDUAL / DF) for e, h in zip(RESIDUALS, LEVERAGE, strict=True)
    ]
    np.testing.assert_allclose(cases.leverage, [float(h) for h in LEVERAGE], rtol=EXACT)
    np.testing.assert_allclose(cases.cooks_distance, [float(c) for c in cooks], rtol=1e-11)
    # SPSS's Mahalanobis distance is the centred leverage times n - 1.
    distance = [float((h - Fraction(1, N)) * (N - 1)) for h in LEVERAGE]
    np.testing.assert_allclose(cases.mahalanobis, distance, rtol=1e-11)


@pytest.mark.parametrize(("robust", "covariance"), [(False, COVARIANCE), (True, HC3)])
def test_wald_tests(fit: OlsFit, robust: bool, covariance: Matrix) -> None:
    """F = d' (R V R')^-1 d / q for one restriction on a sum and for both slopes at once."""
    block = [row[1:] for row in covariance[1:]]
    slopes = [[c] for c in COEF[1:]]
    both = times(times(transposed(slopes), inverse(block)), slopes)[0][0] / 2
    found = joint_test(fit, [1, 2], robust=robust)
    assert found.statistic == pytest.approx(float(both), rel=EXACT)
    assert (found.df_numerator, found.df_denominator) == (2, 4)
    assert found.p == pytest.approx(float(1 + both / 2) ** -2, rel=1e-10)
    variance = block[0][0] + 2 * block[0][1] + block[1][1]
    one = (COEF[1] + COEF[2] - Fraction(1, 2)) ** 2 / variance
    found = wald_test(fit, np.array([[0.0, 1.0, 1.0]]), np.array([0.5]), robust=robust)
    assert found.statistic == pytest.approx(float(one), rel=EXACT)
    assert (found.df_numerator, found.df_denominator) == (1, 4)


def test_the_second_block_adds_its_share_of_r2(x: Array) -> None:
    steps = hierarchical_ols(np.array(Y, dtype=float), x, [(0,), (1,)])
    alone = products(FIRST, Y) ** 2 / (products(FIRST, FIRST) * TOTAL)
    added = 1 - RESIDUAL / TOTAL - alone
    assert steps[1].r2_change == pytest.approx(float(added), rel=1e-11)
    assert steps[0].f_change.statistic == pytest.approx(float(alone / ((1 - alone) / (N - 2))), rel=EXACT)
    f = added / (RESIDUAL / TOTAL / DF)
    assert steps[1].f_change.statistic == pytest.approx(float(f), rel=1e-11)
    assert (steps[1].f_change.df_numerator, steps[1].f_change.df_denominator) == (1, 4)
