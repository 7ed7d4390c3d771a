"""Means and their differences: scipy's Welch test, Hedges' factor, and what must hold of any data."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

from smartcity_survey.stats.core.errors import TooFewRows
from smartcity_survey.stats.items.mean_differences import mean_difference, means

# The same formulas in double precision.
EXACT = 1e-12

RNG = np.random.default_rng(4)
FIRST = RNG.normal([3.0, 2.0], [1.0, 0.5], size=(40, 2))
SECOND = RNG.normal([3.4, 2.0], [1.5, 0.5], size=(25, 2))


def test_means_have_students_interval() -> None:
    found = means(FIRST, level=0.9)
    for j in range(2):
        low, high = stats.t.interval(0.9, 39, FIRST[:, j].mean(), stats.sem(FIRST[:, j]))
        assert (found.low[j], found.high[j]) == pytest.approx((low, high), rel=EXACT)


def test_the_difference_is_welchs() -> None:
    found = mean_difference(FIRST, SECOND, level=0.9)
    scipy = stats.ttest_ind(FIRST, SECOND, equal_var=False)
    interval = scipy.confidence_interval(0.9)
    np.testing.assert_allclose(found.t, scipy.statistic, rtol=EXACT)
    np.testing.assert_allclose(found.p, scipy.pvalue, rtol=EXACT)
    np.testing.assert_allclose(found.df, scipy.df, rtol=EXACT)
    np.testing.assert_allclose([found.low, found.high], [interval.low, interval.high], rtol=1e-10)


def test_hedges_g_is_the_pooled_difference_times_the_exact_factor() -> None:
    found = mean_difference(FIRST, SECOND)
    pooled = np.sqrt((39 * FIRST.var(axis=0, ddof=1) + 24 * SECOND.var(axis=0, ddof=1)) / 63)
    factor = special.gamma(63 / 2) / (np.sqrt(63 / 2) * special.gamma(62 / 2))
    # Hedges (1981), equation 6e: 1 - 3 / (4 m - 1), good to .0002 at these degrees of freedom.
    assert factor == pytest.approx(1 - 3 / (4 * 63 - 1), abs=2e-4)
    np.testing.assert_allclose(found.hedges_g, found.difference / pooled * factor, rtol=EXACT)


def test_order_and_unit_change_only_sign_and_unit() -> None:
    found, turned = mean_difference(FIRST, SECOND), mean_difference(SECOND, FIRST)
    np.testing.assert_allclose(turned.difference, -found.difference)
    np.testing.assert_allclose(turned.low, -found.high)
    np.testing.assert_allclose(turned.p, found.p)
    scaled = mean_difference(10 * FIRST + 3, 10 * SECOND + 3)
    np.testing.assert_allclose(scaled.difference, 10 * found.difference)
    np.testing.assert_allclose(scaled.hedges_g, found.hedges_g)


def test_samples_without_variance_have_a_difference_and_no_test() -> None:
    found = mean_difference(np.full((5, 1), 3.0), np.full((4, 1), 2.0))
    assert (found.difference[0], found.low[0], found.high[0]) == (1.0, 1.0, 1.0)
    assert np.isnan([found.t[0], found.p[0], found.df[0], found.hedges_g[0]]).all()


def test_one_respondent_has_no_interval() -> None:
    with pytest.raises(TooFewRows):
        mean_difference(FIRST[:1], SECOND)


def test_three_against_two_by_hand() -> None:
    """Means 2 and 5, variances 1 and 2: Cohen's d is -3 over the root of (2 x 1 + 1 x 2) / 3."""
    found = mean_difference(np.array([[1.0], [2.0], [3.0]]), np.array([[4.0], [6.0]]))
    assert found.difference[0] == -3
    # Gamma(3/2) / (sqrt(3/2) Gamma(1)), where Gamma(3/2) = sqrt(pi) / 2.
    factor = np.sqrt(np.pi) / 2 / np.sqrt(1.5)
    assert found.hedges_g[0] == pytest.approx(-3 / np.sqrt(4 / 3) * factor, rel=EXACT)
    assert found.se[0] == pytest.approx(np.sqrt(1 / 3 + 2 / 2), rel=EXACT)
    assert found.df[0] == pytest.approx((4 / 3) ** 2 / ((1 / 3) ** 2 / 2 + 1**2 / 1), rel=EXACT)


def test_the_interval_of_a_mean_of_three_by_hand() -> None:
    """Student's t of two degrees of freedom has the quantile (2 q - 1) / sqrt(2 q (1 - q))."""
    found = means(np.array([[1.0], [2.0], [6.0]]))
    assert (found.mean[0], found.sd[0]) == pytest.approx((3, np.sqrt(7)), rel=EXACT)
    reach = 0.95 / np.sqrt(2 * 0.975 * 0.025) * np.sqrt(7 / 3)
    assert (found.low[0], found.high[0]) == pytest.approx((3 - reach, 3 + reach), rel=1e-11)
