"""Score weights against lavaan and the dissertation's totals, and the properties that define them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.errors import HeywoodCase
from smartcity_survey.stats.measurement.scores import (
    bartlett_score_weights,
    component_score_weights,
    mean_score_weights,
    regression_score_weights,
    sum_score_weights,
)
from smartcity_survey.stats.sem.cfa import fit_cfa
from tests.stats.factor_data import reference
from tests.stats.sem.test_cfa import heywood_correlations
from tests.stats.structural_data import (
    blocks,
    factor_data,
    holzinger_pattern,
    holzinger_scores,
    moments,
    prototype_moments,
)

LAVAAN = 1e-8
# The largest score, five times the total, was printed to two decimals.
PRINTED = 0.005 / 5


@pytest.mark.parametrize(("name", "scaling"), [("ml_marker", "marker"), ("ml_std_lv", "unit_variance")])
def test_lavaan_centres_the_answers(name: str, scaling: str) -> None:
    expected = reference("cfa_holzinger")[name]
    x = holzinger_scores()
    fit = fit_cfa(moments(x), 301, holzinger_pattern(), scaling=scaling)
    deviations = (x - x.mean(axis=0))[:5]
    for weights, key in (
        (regression_score_weights(fit), "scores_regression_first5"),
        (bartlett_score_weights(fit), "scores_bartlett_first5"),
    ):
        np.testing.assert_allclose(deviations @ weights.T, expected[key], rtol=LAVAAN)


def test_regression_scores_of_the_prototype_have_the_printed_totals() -> None:
    S, n, pattern, names = prototype_moments()
    totals = regression_score_weights(fit_cfa(S, n, pattern)).sum(axis=1)
    printed = [reference("cfa_prototype")["total_weights"][name] for name in names]
    np.testing.assert_allclose(totals, printed, atol=PRINTED)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_bartlett_scores_are_unbiased_and_regression_scores_shrink(seed: int) -> None:
    fit = fit_cfa(moments(factor_data(seed, 300, (4, 3))), 300, blocks((4, 3)))
    bartlett, regression = bartlett_score_weights(fit), regression_score_weights(fit)
    np.testing.assert_allclose(bartlett @ fit.loadings, np.eye(2), atol=1e-10)
    # Covariances of regression scores with each other are those with the factors.
    np.testing.assert_allclose(
        regression @ fit.implied @ regression.T, regression @ fit.loadings @ fit.factor_cov, rtol=1e-8
    )


def test_mean_and_sum() -> None:
    membership = blocks((2, 3))
    x = np.arange(10.0).reshape(2, 5)
    np.testing.assert_array_equal(x @ sum_score_weights(membership).T, [[1, 9], [11, 24]])
    np.testing.assert_array_equal(x @ mean_score_weights(membership).T, [[0.5, 3], [5.5, 8]])


def test_components_have_variance_one_and_positive_loadings() -> None:
    x, membership = factor_data(2, 200, (4, 3)), blocks((4, 3))
    sd = x.std(axis=0, ddof=1)
    scores = x @ component_score_weights(correlation(x), sd, membership).T
    np.testing.assert_allclose(scores.std(axis=0, ddof=1), 1, rtol=1e-12)
    for j, block in enumerate(membership.T):
        values, vectors = np.linalg.eigh(correlation(x[:, block]))
        loadings = np.corrcoef(np.column_stack((scores[:, j], x[:, block])), rowvar=False)[0, 1:]
        assert loadings.sum() > 0
        np.testing.assert_allclose(np.abs(loadings), np.abs(vectors[:, -1]) * np.sqrt(values[-1]), rtol=1e-9)


def test_bartlett_scores_need_positive_uniquenesses() -> None:
    fit = fit_cfa(heywood_correlations(), 200, np.ones((3, 1), dtype=bool))
    with pytest.raises(HeywoodCase) as caught:
        bartlett_score_weights(fit)
    assert caught.value.indices == (0,)
    assert np.isfinite(regression_score_weights(fit)).all()


def test_a_single_item_is_its_own_score() -> None:
    fit = fit_cfa(moments(factor_data(3, 300, (4, 1, 3))), 300, blocks((4, 1, 3)))
    for weights in (regression_score_weights(fit), bartlett_score_weights(fit)):
        np.testing.assert_allclose(weights[1], np.arange(8) == 4, atol=1e-10)
