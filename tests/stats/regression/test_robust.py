"""Huber regression and clustered errors against statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from smartcity_survey.stats.core.errors import NotConverged, PerfectFit, StatisticsError
from smartcity_survey.stats.regression.clustered import cluster_robust
from smartcity_survey.stats.regression.least_squares import ols
from smartcity_survey.stats.regression.robust import huber
from tests.stats.regression_data import random_regression, simulated_survey

TIGHT = 1e-9  # both sides are double precision
ITERATED = 1e-7  # statsmodels stops on the change of its coefficients, asked for 1e-11 here


@pytest.mark.parametrize("data", ["random", "survey"])
def test_huber_of_statsmodels(data: str) -> None:
    y, x = random_regression() if data == "random" else simulated_survey()
    ours = huber(y, x)
    model = sm.RLM(y, sm.add_constant(x), M=sm.robust.norms.HuberT(1.345))
    peer = model.fit(tol=1e-11, maxiter=500, conv="coefs")
    assert (ours.weights < 1).any()
    for name, mine, theirs in (
        ("coef", ours.coef, peer.params),
        ("std_err", ours.std_err, peer.bse),
        ("scale", ours.scale, peer.scale),
        ("weights", ours.weights, peer.weights),
    ):
        np.testing.assert_allclose(mine, theirs, rtol=ITERATED, err_msg=name)


def test_gross_errors_hardly_move_huber() -> None:
    y, x = random_regression(n=200, heteroscedastic=False)
    spoiled = y.copy()
    spoiled[:10] += 100
    clean, robust, squared = huber(y, x).coef, huber(spoiled, x).coef, ols(spoiled, x).coef
    assert np.abs(robust - clean).max() < 0.3
    assert np.abs(squared - clean).max() > 8 * np.abs(robust - clean).max()


def test_without_outliers_huber_is_least_squares() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(100, 2))
    y = x @ [1.0, 2.0] + rng.choice([-1.0, 1.0], size=100)
    np.testing.assert_allclose(huber(y, x, tuning=10).coef, ols(y, x).coef, rtol=TIGHT)


def test_huber_refuses_what_has_no_scale() -> None:
    y, x = random_regression(n=30)
    with pytest.raises(PerfectFit):
        huber(x @ [1.0, 2.0, 3.0, 4.0], x)
    mostly = np.zeros(30)
    mostly[0] = 5.0
    with pytest.raises(PerfectFit):
        huber(mostly, x)
    with pytest.raises(NotConverged, match="Huber regression did not converge in 2"):
        huber(y, x, max_iterations=2)


@pytest.mark.parametrize("weighted", [False, True])
def test_clustered_errors_of_statsmodels(weighted: bool) -> None:
    y, x = random_regression(n=120)
    clusters = np.random.default_rng(2).integers(10, 25, size=120)
    weights = np.random.default_rng(3).uniform(0.5, 2, size=120) if weighted else None
    fit = ols(y, x, ci_level=0.9, weights=weights)
    ours = cluster_robust(fit, x, clusters)
    model = sm.WLS(y, sm.add_constant(x), 1.0 if weights is None else weights)
    peer = model.fit(cov_type="cluster", cov_kwds={"groups": clusters}, use_t=True)
    np.testing.assert_allclose(ours.covariance, peer.cov_params(), rtol=TIGHT)
    np.testing.assert_allclose(ours.p, peer.pvalues, rtol=TIGHT)
    np.testing.assert_allclose(np.column_stack([ours.ci_low, ours.ci_high]), peer.conf_int(0.1), rtol=TIGHT)
    assert ours.n_clusters == len(np.unique(clusters))


def test_one_cluster_has_no_errors() -> None:
    y, x = random_regression()
    with pytest.raises(StatisticsError, match="at least two clusters"):
        cluster_robust(ols(y, x), x, np.ones(60, dtype=np.int64))
