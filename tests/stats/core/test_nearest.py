"""Smoothing of contradictory correlations against Higham's example and by its defining properties."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartcity_survey.stats.core.errors import NotConverged
from smartcity_survey.stats.core.nearest import nearest_correlation

# Higham (2002), section 1, prints four decimals.
PRINTED = 5e-5
# Alternating projections end when no element moves by 1e-10; eigenvalues are as exact, times their number.
CONVERGED = 1e-8


def contradictory(seed: int, p: int) -> np.ndarray:
    """Correlations estimated pair by pair, from different few respondents each."""
    rng = np.random.default_rng(seed)
    R = np.eye(p)
    for i in range(p):
        for j in range(i):
            R[i, j] = R[j, i] = np.tanh(rng.normal(scale=1.0))
    return R


def test_highams_example():
    found = nearest_correlation(np.array([[1.0, 1, 0], [1, 1, 1], [0, 1, 1]]), smallest_eigenvalue=0.0)
    expected = [[1, 0.7607, 0.1573], [0.7607, 1, 0.7607], [0.1573, 0.7607, 1]]
    np.testing.assert_allclose(found.correlation, expected, rtol=0, atol=PRINTED)
    assert found.distance == pytest.approx(0.5278, abs=PRINTED)
    assert found.smallest_eigenvalue == pytest.approx(1 - np.sqrt(2))
    assert found.largest_change == pytest.approx(1 - 0.7607, abs=PRINTED)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), p=st.integers(3, 8), floor=st.sampled_from([0.0, 1e-4, 0.05]))
def test_the_result_is_a_correlation_matrix_and_the_nearest(seed, p, floor):
    R = contradictory(seed, p)
    found = nearest_correlation(R, smallest_eigenvalue=floor)
    X = found.correlation
    np.testing.assert_array_equal(np.diagonal(X), 1.0)
    np.testing.assert_allclose(X, X.T, rtol=0, atol=CONVERGED)
    values = np.linalg.eigvalsh(X)
    assert values[0] >= floor - CONVERGED
    assert found.distance == pytest.approx(np.linalg.norm(X - R))
    # Of convex sets a point is nearest if and only if every other lies behind it.
    rng = np.random.default_rng(seed)
    for _ in range(20):
        loadings = rng.normal(size=(p, p))
        other = np.corrcoef(loadings) * (1 - floor) + floor * np.eye(p)
        assert np.sum((R - X) * (other - X)) <= 1e-6


def test_a_proper_matrix_is_left_alone():
    R = np.array([[1.0, 0.5], [0.5, 1.0]])
    found = nearest_correlation(R, smallest_eigenvalue=0.1)
    np.testing.assert_array_equal(found.correlation, R)
    assert (found.n_iterations, found.distance, found.largest_change) == (0, 0.0, 0.0)


def test_too_few_iterations_give_no_matrix():
    with pytest.raises(NotConverged, match="nearest correlation matrix"):
        nearest_correlation(contradictory(3, 6), smallest_eigenvalue=0.0, max_iterations=2)
