"""What one more printed table would leave: the part of it that can be worked out by hand."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

pytest.importorskip("jax", reason="the extra `reconstruct` is not installed")
pytest.importorskip("daqp", reason="the extra `reconstruct` is not installed")

from smartcity_survey.bounds.further import rounding_half_width

R = np.array([[1.0, 0.5, 0.3, 0.6], [0.5, 1.0, 0.4, 0.5], [0.3, 0.4, 1.0, 0.45], [0.6, 0.5, 0.45, 1.0]])
PREDICTORS = np.array([0, 1, 2])
HALF = 0.0005


def coefficient(correlations: np.ndarray, at: int) -> float:
    own = correlations[np.ix_(PREDICTORS, PREDICTORS)]
    return float(np.linalg.solve(own, correlations[PREDICTORS, 3])[at])


@pytest.mark.parametrize("at", PREDICTORS)
def test_rounded_correlations_leave_what_the_corners_of_their_box_leave(at: int) -> None:
    """All 64 corners, each correlation half a last digit up or down; the first order is off by its square."""
    below = np.tril_indices(4, -1)
    values = []
    for signs in product((-1, 1), repeat=6):
        moved = R.copy()
        moved[below] += HALF * np.array(signs)
        moved.T[below] = moved[below]
        values.append(coefficient(moved, at) - coefficient(R, at))
    found = rounding_half_width(R, 3, PREDICTORS, at, HALF)
    assert found == pytest.approx(max(values), abs=20 * HALF**2)
    assert found == pytest.approx(-min(values), abs=20 * HALF**2)
    assert found > HALF
