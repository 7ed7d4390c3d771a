"""Resampled loadings: each draw by the plain way, and errors against the spread of samples."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import StatisticsError
from smartcity_survey.stats.core.resample import resampled_units
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.factor.components import rotated_solution
from smartcity_survey.stats.factor.loading_bootstrap import bootstrap_loadings


def answers(seed: int, n: int = 300) -> Array:
    """Nine items of three components."""
    rng = np.random.default_rng(seed)
    items = np.repeat(rng.normal(size=(n, 3)) * [1.3, 1.0, 0.8], 3, axis=1) + rng.normal(size=(n, 9))
    return np.clip(np.round(3 + items), 1, 5)


def nearest(loadings: Array, target: Array) -> Array:
    every = product(permutations(range(3)), product((-1.0, 1.0), repeat=3))
    tried = [loadings[:, list(order)] * signs for order, signs in every]
    return min(tried, key=lambda one: float(np.linalg.norm(one - target)))


def test_every_draw_is_the_rotation_of_the_rows_drawn() -> None:
    """Rows drawn, numpy's correlations, varimax from ten starts, and the best of all orders and signs."""
    x = answers(1)
    found = bootstrap_loadings(x, 3, 20, seed=7)
    sample = rotated_solution(np.corrcoef(x, rowvar=False), 3).loadings
    np.testing.assert_allclose(found.loadings, sample, atol=1e-9)
    assert found.n_inadmissible == 0
    for draw, rows in zip(found.draws, resampled_units(7, 0, 20, len(x)), strict=True):
        own = rotated_solution(np.corrcoef(x[rows], rowvar=False), 3).loadings
        np.testing.assert_allclose(draw, nearest(own, sample), atol=1e-8)


def test_a_draw_does_not_depend_on_how_many_there_are() -> None:
    x = answers(2)
    few, more = (bootstrap_loadings(x, 3, draws, seed=3).draws for draws in (10, 600))
    np.testing.assert_allclose(more[:10], few, atol=1e-12)


def test_errors_are_the_spread_of_samples() -> None:
    """Of 200 samples of one population the loadings spread as the resamples of four of them say."""
    target = bootstrap_loadings(answers(0), 3, 2, seed=1).loadings
    samples = [rotated_solution(np.corrcoef(answers(seed), rowvar=False), 3).loadings for seed in range(200)]
    spread = np.stack([nearest(one, target) for one in samples]).std(axis=0, ddof=1)
    resampled = [bootstrap_loadings(answers(seed), 3, 200, seed=1).draws for seed in range(4)]
    errors = np.mean([draws.std(axis=0) for draws in resampled], axis=0)
    assert errors.mean() == pytest.approx(spread.mean(), rel=0.1)
    assert (np.abs(errors / spread - 1) < 0.35).all()


def test_the_main_component_is_told_of_every_draw() -> None:
    found = bootstrap_loadings(answers(4), 3, 50, seed=1)
    assert (found.main.sum(axis=2) == 1).all()
    largest = np.abs(found.draws).argmax(axis=2)
    np.testing.assert_array_equal(found.main.argmax(axis=2), largest)


def test_weights_and_groups_are_resampled_with_their_respondents() -> None:
    """Two groups that answer alike: a draw of both is the sample, with its weights."""
    half = answers(5, 150)
    x, weights = np.vstack([half, half]), np.tile(np.linspace(0.5, 1.5, 150), 2)
    found = bootstrap_loadings(x, 3, 12, seed=2, weights=weights, groups=np.repeat([0, 1], 150))
    np.testing.assert_allclose(found.draws, np.broadcast_to(found.loadings, (12, 9, 3)), atol=1e-8)
    plain = bootstrap_loadings(x, 3, 12, seed=2).loadings
    assert np.abs(found.loadings - plain).max() > 1e-3


def test_resamples_with_a_constant_item_are_counted() -> None:
    x = answers(6, 60)
    x[:, 0] = 3.0
    x[:2, 0] = [1.0, 5.0]
    found = bootstrap_loadings(x, 3, 200, seed=1)
    rows = resampled_units(1, 0, 200, 60)
    assert found.n_inadmissible == (np.ptp(x[rows, 0], axis=1) == 0).sum() > 0
    with pytest.raises(StatisticsError, match="resamples"):
        bootstrap_loadings(x, 3, 1, seed=1)
