"""Gaussian copulas on data with known endogeneity, and least squares by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm, shapiro

from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls_advanced.copulas import copula_regressions, gaussian_copula, normality


def simulated(correlation: float, n: int = 3000) -> tuple[Array, Array]:
    """Two exponential predictors, the first correlated with the error; slopes .5 and .3."""
    rng = np.random.default_rng(9)
    latent = rng.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]], n)
    x = np.column_stack([-np.log(norm.sf(latent[:, 0])), rng.exponential(size=n)])
    return x, x @ [0.5, 0.3] + latent[:, 1]


def test_copula_by_hand() -> None:
    x = np.array([[2.0], [1.0], [2.0], [5.0]])
    np.testing.assert_allclose(gaussian_copula(x)[:, 0], norm.ppf([3 / 4, 1 / 4, 3 / 4, 4 / 5]))


def test_endogeneity_is_found_and_allowed_for() -> None:
    x, y = simulated(0.6)
    plain, first, both = copula_regressions(x, y, ((), (0,), (0, 1)), draws=200, seed=1)
    assert plain.coefficients[0] > 0.9
    for one in (first, both):
        assert one.coefficients[0] == pytest.approx(0.5, abs=3 * one.se[0])
        assert one.copula_p[0] < 1e-6
    assert both.copula_p[1] > 0.05


def test_exogenous_predictors_have_no_copula() -> None:
    x, y = simulated(0.0)
    (both,) = copula_regressions(x, y, ((0, 1),), draws=200, seed=1)
    assert (both.copula_p > 0.05).all()
    np.testing.assert_allclose(both.coefficients, [0.5, 0.3], atol=0.15)


def test_estimates_and_errors_are_those_of_least_squares() -> None:
    """Without copulas, with errors that are alike everywhere, resamples give the usual standard errors."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(1000, 2))
    y = x @ [0.4, -0.2] + rng.normal(size=1000)
    (found,) = copula_regressions(x, y, ((),), draws=2000, seed=3)
    design = np.column_stack([np.ones(1000), x])
    inverse = np.linalg.inv(design.T @ design)
    coefficients = inverse @ design.T @ y
    residual = y - design @ coefficients
    np.testing.assert_allclose(found.coefficients, coefficients[1:], rtol=1e-10)
    usual = np.sqrt(residual @ residual / 997 * np.diag(inverse))[1:]
    np.testing.assert_allclose(found.se, usual, rtol=0.08)


def test_normality_is_shapiro_and_wilks() -> None:
    x, _ = simulated(0.0, 300)
    np.testing.assert_allclose(normality(x), [shapiro(column).pvalue for column in x.T])
    assert np.isnan(normality(np.zeros((5001, 1)))).all()
