"""Equivalence tests and Bayes factors against statsmodels, R's BayesFactor and their definitions."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import integrate, stats
from statsmodels.stats.weightstats import ttost_ind

from smartcity_survey.stats.core.errors import StatisticsError
from smartcity_survey.stats.evidence.bayes_factor import bayes_factors, log_jzs_against_constant
from smartcity_survey.stats.evidence.equivalence import tost
from smartcity_survey.stats.regression.least_squares import ols
from tests.stats.regression_data import public_data, random_regression, reference, simulated_survey

TIGHT = 1e-9  # both sides are double precision

JZS = reference("regression_tools_published")["jzs_attitude"]["rows"]


def test_tost_of_two_groups_is_that_of_a_dummy() -> None:
    rng = np.random.default_rng(1)
    first, second = rng.normal(size=40), rng.normal(0.1, size=30)
    group = np.repeat([0.0, 1.0], [40, 30])
    fit = ols(np.concatenate([first, second]), group[:, None])
    ours = tost(fit.coef[1:], fit.std_err[1:], fit.df_residual, bound=0.5)
    p, lower, upper = ttost_ind(second, first, -0.5, 0.5)
    assert ours.p == pytest.approx([p], rel=TIGHT)
    assert (ours.t_lower[0], ours.p_lower[0]) == pytest.approx(lower[:2], rel=TIGHT)
    assert (ours.t_upper[0], ours.p_upper[0]) == pytest.approx(upper[:2], rel=TIGHT)


def test_interval_and_p_agree() -> None:
    estimate, std_error = np.linspace(-0.3, 0.3, 41), np.full(41, 0.05)
    ours = tost(estimate, std_error, 669, bound=0.1, alpha=0.05)
    inside = (ours.ci_low > -0.1) & (ours.ci_high < 0.1)
    np.testing.assert_array_equal(inside, ours.p < 0.05)
    assert inside.any()
    np.testing.assert_allclose(ours.ci_high - ours.ci_low, 2 * 0.05 * stats.t.ppf(0.95, 669))


@pytest.mark.parametrize("bound", [0.0, -0.1, np.nan])
def test_bounds_must_be_positive(bound: float) -> None:
    with pytest.raises(StatisticsError, match="must be positive"):
        tost(np.zeros(1), np.ones(1), 10, bound)


@pytest.mark.parametrize("row", JZS, ids=lambda row: "+".join(row["predictors"]))
def test_jzs_of_the_r_package(row: dict) -> None:
    y, x = public_data("attitude", "rating", row["predictors"])
    ours = log_jzs_against_constant(ols(y, x).r2, x.shape[1], len(y))
    # The package's own error estimate, or the last of its 6 decimals.
    tolerance = max(row["relative_error"], 5e-7 / row["bf10"])
    assert np.exp(ours) == pytest.approx(row["bf10"], rel=tolerance)


@pytest.mark.parametrize(("r2", "k", "n"), [(0.0, 1, 20), (0.48, 6, 676), (0.9, 2, 50), (0.001, 1, 5000)])
def test_jzs_by_adaptive_quadrature(r2: float, k: int, n: int) -> None:
    scale = 0.5
    prior = stats.invgamma(0.5, scale=n * scale**2 / 2)

    def integrand(log_g: float) -> float:
        g = np.exp(log_g)
        fit = 0.5 * (n - k - 1) * np.log1p(g) - 0.5 * (n - 1) * np.log1p(g * (1 - r2))
        return float(np.exp(fit + prior.logpdf(g) + log_g - log_scale))

    log_scale = log_jzs_against_constant(r2, k, n, scale)
    middle = np.log(n * scale**2 / 2)
    parts = [
        integrate.quad(integrand, middle + low, middle + high, epsabs=0, epsrel=1e-11, limit=200)[0]
        for low, high in ((-6, 0), (0, 10), (10, 60))
    ]
    assert sum(parts) == pytest.approx(1, rel=TIGHT)


def test_factors_of_coefficients_are_ratios_of_models() -> None:
    y, x = simulated_survey()
    fit = ols(y, x)
    ours = bayes_factors(fit.r2, fit.part, fit.n)
    peer = sm.OLS(y, sm.add_constant(x)).fit()
    for j in range(6):
        others = np.delete(x, j, axis=1)
        reduced = log_jzs_against_constant(ols(y, others).r2, 5, fit.n)
        assert ours.log_jzs[j] == pytest.approx(
            log_jzs_against_constant(fit.r2, 6, fit.n) - reduced, rel=1e-8
        )
        bic = sm.OLS(y, sm.add_constant(others)).fit().bic
        assert ours.log_bic[j] == pytest.approx((bic - peer.bic) / 2, rel=1e-8)
    assert (ours.log_jzs > 0).all()


def test_an_absent_effect_is_evidence_for_absence() -> None:
    y, x = random_regression(n=500, k=2, heteroscedastic=False)
    noise = np.random.default_rng(7).normal(size=500)
    fit = ols(y, np.column_stack([x, noise]))
    ours = bayes_factors(fit.r2, fit.part, fit.n)
    assert ours.log_jzs[2] < -1
    assert ours.log_bic[2] < -1
    lone = bayes_factors(0.0, np.array([1e-9]), 500)  # rounding left part2 above R2
    assert np.isfinite(lone.log_jzs).all()


def test_refused_input() -> None:
    with pytest.raises(StatisticsError, match="below 1, not 1"):
        bayes_factors(1.0, np.array([0.1]), 50)
    with pytest.raises(StatisticsError, match="7 rows cannot"):
        bayes_factors(0.5, np.full(6, 0.1), 7)


def test_two_degrees_of_freedom_by_hand() -> None:
    """Student's t of two degrees of freedom: F(t) = 1/2 + t / (2 sqrt(2 + t^2))."""
    found = tost(np.array([0.1, -0.25]), np.array([0.1, 0.1]), 2, bound=0.3, alpha=0.1)

    def below(t: float) -> float:
        return 0.5 + t / (2 * np.sqrt(2 + t**2))

    np.testing.assert_allclose(found.t_lower, [4, 0.5], rtol=TIGHT)
    np.testing.assert_allclose(found.t_upper, [-2, -5.5], rtol=TIGHT)
    np.testing.assert_allclose(found.p_lower, [below(-4), below(-0.5)], rtol=TIGHT)
    np.testing.assert_allclose(found.p_upper, [below(-2), below(-5.5)], rtol=TIGHT)
    np.testing.assert_allclose(found.p, [below(-2), below(-0.5)], rtol=TIGHT)
    # Its quantile at .9: (2 q - 1) / sqrt(2 q (1 - q)).
    margin = 0.1 * 0.8 / np.sqrt(2 * 0.9 * 0.1)
    np.testing.assert_allclose(found.ci_low, [0.1 - margin, -0.25 - margin], rtol=TIGHT)
    np.testing.assert_allclose(found.ci_high, [0.1 + margin, -0.25 + margin], rtol=TIGHT)
    assert (found.bound, found.alpha) == (0.3, 0.1)


def test_the_usual_level_is_five_percent() -> None:
    found = tost(np.zeros(1), np.ones(1), 2, bound=1.0)
    assert found.alpha == 0.05
    assert found.ci_high[0] == pytest.approx(0.9 / np.sqrt(2 * 0.95 * 0.05), rel=TIGHT)
