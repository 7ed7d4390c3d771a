"""Items are given one peak before answers are annealed."""

import numpy as np
import pytest

pytest.importorskip("jax", reason="the extra `reconstruct` is not installed")
pytest.importorskip("numba", reason="the extra `reconstruct` is not installed")

from smartcity_survey.reconstruct.anneal import Goal, annealed, have_one_peak, with_one_peak


def bent(counts: tuple[int, ...]) -> np.ndarray:
    """Two items: one with these counts of 1, 2, ..., one with one peak."""
    answers = np.repeat(np.arange(1, len(counts) + 1), counts)
    return np.column_stack([answers, np.roll(np.sort(3 + answers % 2), answers.size // 2)])


def goal(x: np.ndarray) -> Goal:
    none = np.zeros(0)
    return Goal(np.cov(x.T), x.mean(0), np.zeros((0, x.shape[1])), none, none, none, none, 1, 5)


def test_valleys_are_filled_from_their_lower_side():
    x = bent((5, 36, 30, 90, 40))
    found = with_one_peak(x, 1, 5, 0, np.random.default_rng(0))
    assert np.bincount(found[:, 0], minlength=6)[1:].tolist() == [5, 33, 33, 90, 40]
    np.testing.assert_array_equal(found[:, 1], x[:, 1])


def test_annealing_keeps_one_peak_and_the_given_rows():
    x = bent((20, 5, 30, 60, 15))
    assert not have_one_peak(x, 1, 5)
    found = annealed(x, goal(x), 3, np.random.default_rng(1), sweeps=20)
    assert have_one_peak(found, 1, 5)
    np.testing.assert_array_equal(found[:3], x[:3])
