"""Random intercepts against statsmodels and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from smartcity_survey.stats.core.errors import LinearDependence
from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.regression.least_squares import ols
from smartcity_survey.stats.regression.random_intercept import fit_random_intercept


def simulated(between: float, groups: int = 30, seed: int = 1) -> tuple[Array, Array, IntArray]:
    """y of 2 predictors in clusters of 5 to 24 people, with variance 1 within."""
    rng = np.random.default_rng(seed)
    clusters = np.repeat(np.arange(groups), rng.integers(5, 25, groups))
    x = rng.normal(size=(len(clusters), 2))
    y = x @ [0.5, -0.2] + np.sqrt(between) * rng.normal(size=groups)[clusters]
    return y + rng.normal(size=len(clusters)), x, clusters


@pytest.mark.filterwarnings("ignore")  # of how statsmodels' optimisers end, a digit or two before ours
@pytest.mark.parametrize("between", [0.1, 0.5, 3.0])
def test_like_statsmodels(between: float) -> None:
    y, x, clusters = simulated(between)
    theirs = sm.MixedLM(y, sm.add_constant(x), clusters).fit(reml=True, method="bfgs", gtol=1e-10)
    found = fit_random_intercept(y, x, clusters)
    np.testing.assert_allclose(found.coef, theirs.fe_params, rtol=1e-5)
    assert found.within == pytest.approx(theirs.scale, rel=1e-5)
    assert found.between == pytest.approx(float(theirs.cov_re[0, 0]), rel=1e-4)
    assert found.log_likelihood == pytest.approx(theirs.llf, abs=1e-6)


def test_balanced_clusters_alone_are_the_analysis_of_variance() -> None:
    """REML of equal clusters: between = (MSB - MSW) / size, within = MSW (Snijders and Bosker 2012, 3.3)."""
    rng = np.random.default_rng(2)
    y = (rng.normal(size=(20, 1)) + rng.normal(size=(20, 8))).ravel()
    clusters = np.repeat(np.arange(20), 8)
    groups = y.reshape(20, 8)
    msb = 8 * groups.mean(axis=1).var(ddof=1)
    msw = groups.var(axis=1, ddof=1).mean()
    found = fit_random_intercept(y, np.empty((160, 0)), clusters)
    assert found.within == pytest.approx(msw, rel=1e-7)
    assert found.between == pytest.approx((msb - msw) / 8, rel=1e-6)
    assert found.icc == pytest.approx((msb - msw) / (msb + 7 * msw), rel=1e-6)
    assert found.design_effect == pytest.approx(1 + 7 * found.icc)
    assert found.std_err[0] == pytest.approx(np.sqrt(msb / 160), rel=1e-6)


def test_without_differences_of_clusters_it_is_least_squares() -> None:
    rng = np.random.default_rng(3)
    clusters = np.repeat(np.arange(10), 10)
    x = rng.normal(size=(100, 1))
    noise = rng.normal(size=(10, 10))
    noise -= noise.mean(axis=1, keepdims=True)  # less alike than chance would make them
    y = x[:, 0] + noise.ravel()
    found = fit_random_intercept(y, x, clusters)
    least = ols(y, x)
    assert (found.between, found.icc, found.design_effect) == (0, 0, 1)
    np.testing.assert_allclose(found.coef, least.coef, rtol=1e-9)
    np.testing.assert_allclose(found.std_err, least.std_err, rtol=1e-9)


def test_dependent_predictors_are_refused() -> None:
    y, x, clusters = simulated(0.5)
    with pytest.raises(LinearDependence):
        fit_random_intercept(y, np.column_stack([x, x[:, 0]]), clusters)


def test_estimates_and_errors_are_generalised_least_squares() -> None:
    """With all covariances written out; statsmodels' errors allow for those of the variances too (5e-4)."""
    y, x, clusters = simulated(0.5)
    found = fit_random_intercept(y, x, clusters)
    same = clusters[:, None] == clusters
    inverse = np.linalg.inv(found.within * np.eye(len(y)) + found.between * same)
    design = np.column_stack([np.ones(len(y)), x])
    covariance = np.linalg.inv(design.T @ inverse @ design)
    np.testing.assert_allclose(found.coef, covariance @ design.T @ inverse @ y, rtol=1e-9)
    np.testing.assert_allclose(found.std_err, np.sqrt(np.diagonal(covariance)), rtol=1e-9)
    np.testing.assert_allclose(found.z, found.coef / found.std_err)
