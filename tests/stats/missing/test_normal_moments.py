"""Means and covariances of incomplete answers: closed forms, lavaan, psych; Little's test."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import (
    ConstantItems,
    LinearDependence,
    NotConverged,
    NotFinite,
    TooFewRows,
)
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.missing import normal_moments
from smartcity_survey.stats.missing.mcar import little_mcar_test
from smartcity_survey.stats.missing.moment_information import (
    moment_covariance,
    observed_information,
    score_products,
)
from smartcity_survey.stats.missing.normal_moments import condensed, em_moments, expected
from smartcity_survey.stats.missing.patterns import patterns_of
from tests.stats.missing.data import incomplete, reference


def monotone(n: int = 80, answered: int = 50) -> Array:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(n, 2)) @ np.array([[1.0, 0.8], [0.0, 2.0]]) + [3.0, -1.0]
    x = x[np.argsort(x[:, 0])]
    x[answered:, 1] = np.nan
    return np.asarray(x)


def test_a_monotone_pattern_has_the_closed_form() -> None:
    """Anderson (1957): the second item's moments follow from its regression on the first."""
    x = monotone()
    both = x[:50]
    slope = np.cov(both.T, ddof=0)[0, 1] / both[:, 0].var()
    left = (both[:, 1] - both[:, 1].mean() - slope * (both[:, 0] - both[:, 0].mean())).var()
    mean, variance = x[:, 0].mean(), x[:, 0].var()
    found = em_moments(x)
    expected_mean = [mean, both[:, 1].mean() + slope * (mean - both[:, 0].mean())]
    np.testing.assert_allclose(found.mean, expected_mean, rtol=1e-10)
    np.testing.assert_allclose(
        found.covariance,
        [[variance, slope * variance], [slope * variance, left + slope**2 * variance]],
        rtol=1e-10,
    )


def test_complete_answers_have_their_own_moments() -> None:
    x = monotone()[:50]
    found = em_moments(x)
    np.testing.assert_allclose(found.mean, x.mean(axis=0), rtol=1e-14)
    np.testing.assert_allclose(found.covariance, np.cov(x.T, ddof=0), rtol=1e-12)
    sign, log_determinant = np.linalg.slogdet(2 * np.pi * found.covariance)
    assert sign == 1
    assert found.log_likelihood == pytest.approx(-25 * (log_determinant + 2), rel=1e-12)


@pytest.mark.parametrize("name", ["airquality", "holzinger", "survey"])
def test_moments_are_those_of_lavaan(name: str) -> None:
    own = reference()[name]
    found = em_moments(incomplete(name if name == "airquality" else f"{name}_missing"))
    scale = np.sqrt(np.diagonal(found.covariance))
    np.testing.assert_allclose(found.mean / scale, np.array(own["mean"]) / scale, rtol=0, atol=1e-9)
    np.testing.assert_allclose(
        found.covariance / np.outer(scale, scale),
        np.array(own["covariance"]) / np.outer(scale, scale),
        rtol=0,
        atol=1e-9,
    )


def test_log_likelihoods_are_those_of_lavaan() -> None:
    fit = reference()["holzinger"]["plain"]["fit"]
    found = em_moments(incomplete("holzinger_missing"))
    assert found.log_likelihood == pytest.approx(fit["unrestricted.logl"], rel=1e-11)
    baseline = 2 * (found.log_likelihood - found.baseline_log_likelihood)
    assert baseline == pytest.approx(fit["baseline.chisq"], rel=1e-9)


def test_correlations_are_those_of_corfiml() -> None:
    found = em_moments(incomplete("holzinger_missing"))
    # psych ends its search at about five digits.
    np.testing.assert_allclose(found.correlation, reference()["holzinger"]["corfiml"], rtol=0, atol=5e-6)


def test_units_do_not_matter() -> None:
    x = monotone()
    plain, stretched = em_moments(x), em_moments(x * [1e-6, 1e6] + [7.0, -1e3])
    np.testing.assert_allclose(stretched.correlation, plain.correlation, rtol=1e-9)


@pytest.mark.parametrize("name", ["airquality", "holzinger", "survey"])
def test_littles_test_is_that_of_its_formula_in_r(name: str) -> None:
    own = reference()[name]["mcar"]
    found = little_mcar_test(incomplete(name if name == "airquality" else f"{name}_missing"))
    assert found.statistic == pytest.approx(own["statistic"], rel=1e-9)
    assert (found.df, found.n_patterns) == (own["df"], own["patterns"])
    assert found.p == pytest.approx(own["p"], rel=1e-7)


def test_littles_test_of_airquality_is_the_published_one() -> None:
    """As naniar's documentation of `mcar_test` prints it."""
    found = little_mcar_test(incomplete("airquality"))
    assert (round(found.statistic, 1), found.df, round(found.p, 5)) == (35.1, 14, 0.00142)
    assert found.n_patterns == 4


def test_littles_test_of_one_pattern_has_nothing_to_test() -> None:
    found = little_mcar_test(monotone()[:50])
    assert (found.statistic, found.df, found.n_patterns) == (0.0, 0, 1)
    assert np.isnan(found.p)


def test_few_rows_stand_for_all_of_a_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their sums and sums of products are those of all rows, however many are read at a time."""
    x = incomplete("holzinger_missing")
    patterns, centre, scale = patterns_of(x), np.nanmean(x, axis=0), np.nanstd(x, axis=0)
    monkeypatch.setattr(normal_moments, "ROWS_AT_ONCE", 7)
    found = condensed(x, patterns, centre, scale)
    assert len(found.rows) < len(x) / 2
    parts = zip(np.split(found.rows, found.ends[:-1]), np.split(found.weights, found.ends[:-1]), strict=True)
    for answered, members, (own, ones) in zip(patterns.answered, patterns.rows(), parts, strict=True):
        assert np.isnan(own[:, ~answered]).all()
        z = ((x[members] - centre) / scale)[:, answered]
        stacked = np.column_stack((ones, own[:, answered]))
        expected_rows = np.column_stack((np.ones(len(z)), z))
        np.testing.assert_allclose(stacked.T @ stacked, expected_rows.T @ expected_rows, atol=1e-11)


def test_the_information_is_the_curvature_of_the_likelihood() -> None:
    x = incomplete("holzinger_missing")[:, :3]
    moments = em_moments(x)
    rows = condensed(moments.rows, moments.patterns, np.zeros(3), np.ones(3))
    row, column = np.tril_indices(3)

    def log_likelihood(theta: Array) -> float:
        covariance = np.zeros((3, 3))
        covariance[row, column] = covariance[column, row] = theta[3:]
        found = expected(rows, theta[:3], covariance)
        assert found is not None
        return found.log_likelihood

    theta = np.concatenate((moments.mean, moments.covariance[row, column]))
    step = 1e-3
    t = len(theta)
    curvature = np.empty((t, t))
    for i in range(t):
        for j in range(t):
            a, b = np.eye(t)[i] * step, np.eye(t)[j] * step
            curvature[i, j] = -(
                log_likelihood(theta + a + b)
                - log_likelihood(theta + a - b)
                - log_likelihood(theta - a + b)
                + log_likelihood(theta - a - b)
            ) / (4 * step**2)
    information = observed_information(moments)
    np.testing.assert_allclose(information, curvature, rtol=2e-4, atol=0.05)


def test_complete_normal_moments_have_the_textbook_covariance() -> None:
    x = monotone()[:50]
    moments = em_moments(x)
    found = np.linalg.inv(observed_information(moments))
    variance = moments.covariance[0, 0]
    assert found[0, 0] == pytest.approx(variance / 50, rel=1e-10)
    assert found[2, 2] == pytest.approx(2 * variance**2 / 50, rel=1e-10)
    # Of any distribution: the fourth moments.
    deviations = x[:, 0] - x[:, 0].mean()
    robust = moment_covariance(moments)
    assert robust[2, 2] == pytest.approx(np.var(deviations**2) / 50, rel=1e-10)
    assert score_products(moments).shape == (5, 5)


def test_patterns_are_counted_and_ordered() -> None:
    x = np.array([[1, 2], [np.nan, 1], [3, 4], [1, np.nan], [2, np.nan], [5, 6.0]])
    found = patterns_of(x)
    assert found.counts.tolist() == [3, 2, 1]
    assert found.answered.tolist() == [[True, True], [True, False], [False, True]]
    assert [rows.tolist() for rows in found.rows()] == [[0, 2, 5], [3, 4], [1]]


def test_what_cannot_be_estimated_is_refused() -> None:
    x = monotone()
    with pytest.raises(NotFinite):
        em_moments(np.where(np.isnan(x), np.inf, x))
    apart = x.copy()
    apart[:50, 0] = np.nan  # no row has both
    with pytest.raises(TooFewRows):
        em_moments(apart)
    with pytest.raises(ConstantItems) as constant:
        em_moments(np.column_stack((x, np.full(len(x), 3.0))))
    assert constant.value.indices == (2,)
    with pytest.raises((LinearDependence, NotConverged)):
        em_moments(np.column_stack((x, x[:, 0] * 2)))
    with pytest.raises(NotConverged):
        em_moments(incomplete("holzinger_missing"), max_iterations=2)


def test_rows_without_any_answer_do_not_count() -> None:
    x = monotone()
    empty = np.vstack((x, np.full((5, 2), np.nan)))
    assert em_moments(empty).n == len(x)
    np.testing.assert_array_equal(em_moments(empty).covariance, em_moments(x).covariance)
