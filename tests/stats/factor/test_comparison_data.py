"""Comparison data: populations as they are promised, and the number of factors of known populations."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from smartcity_survey.stats.core.errors import StatisticsError, TooFewRows
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.factor.comparison_data import comparison_population, count_by_comparison


def answers(seed: int, k: int, n: int = 400, per_factor: int = 5, loading: float = 0.65) -> Array:
    """Skewed answers 1-5 with k uncorrelated factors."""
    rng = np.random.default_rng(seed)
    items = np.repeat(rng.normal(size=(n, k)), per_factor, axis=1) * loading
    items += rng.normal(size=items.shape) * np.sqrt(1 - loading**2)
    return np.digitize(items, [-0.3, 0.4, 1.0, 1.6]).astype(float) + 1


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_the_number_of_a_known_population_is_found(k: int) -> None:
    found = count_by_comparison(answers(10 + k, k), 6, draws=100, population=4000, seed=1)
    assert found.n_factors == k
    assert found.distance.shape == (min(k + 1, 6), 100)
    assert np.isnan(found.p[0])
    assert (found.p[1:k] < 0.3).all()
    assert found.p[k] > 0.3


def test_a_factor_more_is_judged_by_the_test_of_mann_and_whitney() -> None:
    """The p is that of the ranks: normal, corrected for ties and continuity, of fewer than half below."""
    found = count_by_comparison(answers(5, 2), 3, draws=60, population=2000, seed=4)
    for more, fewer, p in zip(found.distance[1:], found.distance, found.p[1:], strict=False):
        wins = (more[:, None] > fewer).sum() + (more[:, None] == fewer).sum() / 2
        z = (wins - 60 * 60 / 2 + 0.5) / np.sqrt(60 * 60 * 121 / 12)
        assert p == pytest.approx(stats.norm.cdf(z), rel=1e-9)


def test_a_population_has_the_items_answers_and_their_correlations() -> None:
    x = answers(3, 2, n=800)
    rows, misfit = comparison_population(x, 2, 20_000, np.random.default_rng(1))
    for own, column in zip(x.T, rows.T, strict=True):
        expected = [(own == answer).mean() for answer in range(1, 6)]
        assert [(column == answer).mean() for answer in range(1, 6)] == pytest.approx(expected, abs=0.015)
    left = (np.corrcoef(x, rowvar=False) - np.corrcoef(rows, rowvar=False))[np.triu_indices(10, 1)]
    assert misfit == pytest.approx(np.sqrt(np.square(left).mean()), rel=1e-9)
    assert misfit < 0.03
    assert misfit < comparison_population(x, 1, 20_000, np.random.default_rng(1))[1] / 3


def test_distances_are_reproduced_and_one_factor_is_always_tried() -> None:
    x = answers(8, 2)
    first, again = (count_by_comparison(x, 1, draws=20, population=1000, seed=9) for _ in range(2))
    np.testing.assert_array_equal(first.distance, again.distance)
    assert first.n_factors == 1
    other = count_by_comparison(x, 1, draws=20, population=1000, seed=10)
    assert (first.distance != other.distance).all()


def test_refused_input() -> None:
    with pytest.raises(TooFewRows):
        count_by_comparison(answers(1, 2, n=10), 2)
    with pytest.raises(StatisticsError):
        count_by_comparison(answers(1, 2), 2, draws=1)
