"""Power against G*Power, statsmodels and simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats
from statsmodels.stats.power import FTestPowerF2

from smartcity_survey.stats.core.errors import StatisticsError, TooFewRows
from smartcity_survey.stats.evidence.power import (
    block_power,
    coefficient_power,
    detectable_effect,
    effect_f2,
    rows_needed,
)
from smartcity_survey.stats.evidence.power_simulation import resampled_power
from smartcity_survey.stats.regression.least_squares import ols
from tests.stats.regression_data import reference, simulated_survey

TIGHT = 1e-9  # both sides are double precision


def test_gpower() -> None:
    expected = reference("regression_tools_published")["power"]
    # The manual enters f2 = .05 / .70 with 7 decimals.
    assert block_power(0.0714286, n=90, k=9, tested=4, alpha=0.01) == pytest.approx(
        expected["increase"], abs=5e-7
    )
    assert block_power(0.1111, n=110, k=5, tested=5) == pytest.approx(expected["omnibus"], abs=5e-5)


@pytest.mark.parametrize(("f2", "n", "k"), [(0.02, 400, 1), (0.0116, 676, 6), (0.15, 55, 3), (0.35, 10, 7)])
def test_noncentral_t_and_statsmodels(f2: float, n: int, k: int) -> None:
    df = n - k - 1
    ours = coefficient_power(f2, n, k)
    critical, delta = stats.t.ppf(0.975, df), np.sqrt(f2 * n)
    assert ours == pytest.approx(
        stats.nct.sf(critical, df, delta) + stats.nct.cdf(-critical, df, delta), rel=TIGHT
    )
    # statsmodels multiplies f2 by the denominator's df + 2 where G*Power and we take n.
    peer = FTestPowerF2().power(effect_size=f2 * n / (df + 2), df_num=1, df_denom=df, alpha=0.05)
    assert ours == pytest.approx(peer, rel=TIGHT)


def test_no_effect_is_found_as_often_as_alpha_says() -> None:
    assert coefficient_power(0.0, 100, 4, alpha=0.01) == pytest.approx(0.01)


def test_smallest_effects_of_the_survey() -> None:
    """At 676 respondents and six predictors f2 = .0116 is found at .05, .0180 at .05 / 6."""
    vif = np.array([1.0, 1.5, 2.0, 4.0, 4.5, 5.0])
    found = detectable_effect(676, vif, r2=0.5)
    assert found.f2 == pytest.approx(0.0116, abs=5e-5)
    assert detectable_effect(676, vif, r2=0.5, alpha=0.05 / 6).f2 == pytest.approx(0.0180, abs=5e-5)
    assert coefficient_power(found.f2, 676, 6) == pytest.approx(0.8, rel=TIGHT)
    np.testing.assert_allclose(effect_f2(found.beta, vif, 0.5), found.f2)
    assert found.noncentrality == pytest.approx(np.sqrt(676 * found.f2))
    # part2 is the R2 lost without the predictor; partial2 relates it to what the others leave open.
    assert found.part**2 / (1 - 0.5) == pytest.approx(found.f2)
    assert found.partial**2 == pytest.approx(found.part**2 / (1 - 0.5 + found.part**2))


def test_effect_size_is_the_one_in_the_sample() -> None:
    y, x = simulated_survey()
    fit = ols(y, x)
    f2 = effect_f2(fit.beta, fit.vif, fit.r2)
    np.testing.assert_allclose(f2, np.square(fit.t[1:]) / fit.df_residual, rtol=TIGHT)


@pytest.mark.parametrize(
    ("f2", "k", "alpha", "power"), [(0.02, 1, 0.05, 0.8), (0.0125, 6, 0.05 / 6, 0.95), (2.0, 3, 0.05, 0.9)]
)
def test_rows_needed_are_the_fewest(f2: float, k: int, alpha: float, power: float) -> None:
    n = rows_needed(f2, k, alpha, power)
    assert coefficient_power(f2, n, k, alpha) >= power > coefficient_power(f2, n - 1, k, alpha)


def test_rows_needed_for_tiny_effects_follow_the_normal_limit() -> None:
    delta = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
    assert rows_needed(1e-8, 6) * 1e-8 == pytest.approx(delta**2, rel=1e-4)  # the far tail adds 1e-6


def test_refused_input() -> None:
    with pytest.raises(TooFewRows, match="7 rows, at least 8 needed"):
        coefficient_power(0.1, 7, 6)
    with pytest.raises(StatisticsError, match="f2 must be at least 0"):
        coefficient_power(-0.1, 70, 6)
    with pytest.raises(StatisticsError, match="alpha must lie"):
        coefficient_power(0.1, 70, 6, alpha=0)
    with pytest.raises(StatisticsError, match="power must lie"):
        detectable_effect(100, np.ones(3), 0.2, power=0.04)
    with pytest.raises(StatisticsError, match="R2 must be"):
        detectable_effect(100, np.ones(3), 1.0)
    with pytest.raises(StatisticsError, match="no number of rows"):
        rows_needed(0.0, 3)


def test_resampling_the_survey() -> None:
    y, x = simulated_survey()
    fit = ols(y, x)
    slopes = np.where(np.arange(6) == 3, 0, fit.coef[1:] / 2)
    found = resampled_power(y, x, slopes, n=400, draws=1500, seed=4)
    explained, left = (x @ slopes).var(), fit.residuals.var()
    beta = slopes * x.std(axis=0) / np.sqrt(explained + left)
    f2 = effect_f2(beta, fit.vif, explained / (explained + left))
    expected = [coefficient_power(value, 400, 6) for value in f2]
    # Four Monte Carlo errors, and .03 for predictors and residuals that are not quite normal.
    np.testing.assert_allclose(found.power, expected, atol=4 * found.std_error.max() + 0.03)
    assert found.n == 400


def test_draws_have_streams_of_their_own() -> None:
    y, x = simulated_survey()
    slopes = np.zeros(6)
    few, many = (resampled_power(y, x, slopes, 100, draws, seed=5, alpha=0.3) for draws in (300, 301))
    assert (np.abs(few.power * 300 - many.power * 301) <= 1 + 1e-9).all()
    again = resampled_power(y, x, slopes, 100, 300, seed=5, alpha=0.3)
    np.testing.assert_array_equal(again.power, few.power)


def test_samples_without_variance_are_counted() -> None:
    rng = np.random.default_rng(6)
    x = np.column_stack([rng.normal(size=50), np.arange(50) < 2])
    found = resampled_power(rng.normal(size=50), x, np.array([1.0, 0.0]), n=30, draws=400, seed=7)
    share = (1 - 2 / 50) ** 30  # no draw of the two marked rows
    assert found.n_undefined / 400 == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 400))


def test_a_sample_needs_rows_for_its_coefficients() -> None:
    y, x = simulated_survey()
    with pytest.raises(TooFewRows, match="7 rows, at least 8 needed"):
        resampled_power(y, x, np.zeros(6), n=7, draws=10, seed=1)


def test_a_coefficient_of_two_degrees_of_freedom_by_integration() -> None:
    """t = (z + delta) / sqrt(w), where w, half a chi-square of two degrees of freedom, is exponential."""
    f2, n, k, alpha = 0.8, 6, 3, 0.1
    delta = np.sqrt(f2 * n)
    critical = (1 - alpha) / np.sqrt(2 * (1 - alpha / 2) * (alpha / 2))

    def rejected(w: float) -> float:
        edge = critical * np.sqrt(w)
        return float((stats.norm.sf(edge - delta) + stats.norm.cdf(-edge - delta)) * np.exp(-w))

    expected = integrate.quad(rejected, 0, np.inf, epsabs=0, epsrel=1e-12)[0]
    assert coefficient_power(f2, n, k, alpha) == pytest.approx(expected, rel=TIGHT)


def test_a_block_of_small_samples_by_the_poisson_mixture() -> None:
    """A noncentral F is a mixture of central ones: with j more pairs in its numerator, weight Poisson(j)."""
    f2, n, k, tested = 0.5, 9, 4, 2
    df = n - k - 1
    critical = stats.f.ppf(0.95, tested, df)
    share = tested * critical / (tested * critical + df)
    j = np.arange(200)
    weights = stats.poisson.pmf(j, f2 * n / 2)
    expected = weights @ stats.beta.sf(share, tested / 2 + j, df / 2)
    assert block_power(f2, n, k, tested) == pytest.approx(expected, rel=TIGHT)


def test_detectable_effects_of_eight_rows() -> None:
    vif = np.array([1.0, 2.5])
    found = detectable_effect(8, vif, r2=0.25, alpha=0.1, power=0.9)
    assert coefficient_power(found.f2, 8, 2, 0.1) == pytest.approx(0.9, rel=TIGHT)
    assert found.noncentrality == pytest.approx(np.sqrt(8 * found.f2), rel=TIGHT)
    np.testing.assert_allclose(found.beta, np.sqrt(found.f2 * 0.75 * vif), rtol=TIGHT)
    assert found.part == pytest.approx(np.sqrt(0.75 * found.f2), rel=TIGHT)
    assert found.partial == pytest.approx(np.sqrt(found.f2 / (1 + found.f2)), rel=TIGHT)
    assert (found.n, found.r2, found.alpha, found.power) == (8, 0.25, 0.1, 0.9)


def test_effect_size_by_hand() -> None:
    """beta .4 and .5 at VIF 2 and 5/4 beside R2 .2: .16 / 1.6 and .25 / 1."""
    np.testing.assert_allclose(
        effect_f2(np.array([0.4, -0.5]), np.array([2, 1.25]), 0.2), [0.1, 0.25], rtol=TIGHT
    )


def test_one_degree_of_freedom_needs_a_large_effect() -> None:
    """By the noncentral t; beyond where the search for the effect begins."""
    found = detectable_effect(4, np.array([1.0, 2.0]), r2=0.0, power=0.8)
    assert found.noncentrality > 12
    critical = np.tan(np.pi * 0.475)  # Cauchy's quantile
    reached = stats.nct.sf(critical, 1, found.noncentrality) + stats.nct.cdf(
        -critical, 1, found.noncentrality
    )
    assert reached == pytest.approx(0.8, rel=1e-8)
    assert found.f2 == pytest.approx(found.noncentrality**2 / 4, rel=TIGHT)


@pytest.mark.parametrize("n", [16, 20])
def test_a_power_reached_exactly_needs_no_more_rows(n: int) -> None:
    reached = coefficient_power(0.3, n, 2, 0.05)
    found = rows_needed(0.3, 2, 0.05, reached)
    assert (found, type(found)) == (n, int)


def test_a_huge_effect_needs_the_rows_that_a_test_needs() -> None:
    assert rows_needed(1e6, 3) == 5


@pytest.mark.parametrize(("alpha", "power"), [(0.05, 0.05), (0.05, 1.0), (0.05, 1.5), (1.0, 0.8), (1.5, 1.8)])
def test_levels_and_powers_lie_between_their_bounds(alpha: float, power: float) -> None:
    with pytest.raises(StatisticsError, match="must lie"):
        rows_needed(0.2, 2, alpha, power)
    with pytest.raises(StatisticsError, match="must lie"):
        detectable_effect(50, np.ones(2), 0.3, alpha, power)


def test_an_alpha_of_one_is_refused_without_a_power() -> None:
    for alpha in (1.0, 1.5):
        with pytest.raises(StatisticsError, match="alpha must lie"):
            coefficient_power(0.1, 50, 2, alpha)


def test_r2_of_nothing_is_allowed_and_less_is_not() -> None:
    assert detectable_effect(50, np.ones(2), 0.0).r2 == 0
    with pytest.raises(StatisticsError, match="R2 must be"):
        detectable_effect(50, np.ones(2), -0.1)
