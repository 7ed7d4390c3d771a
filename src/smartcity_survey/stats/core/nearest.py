"""The correlation matrix nearest to one that no complete data can have, for callers who ask for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.errors import NotConverged
from smartcity_survey.stats.core.types import Array


@dataclass(frozen=True, slots=True)
class NearestCorrelation:
    """A smoothed correlation matrix of p items.

    correlation : (p, p), unit diagonal. distance : Frobenius norm of its difference from the original.
    largest_change : of a single correlation. smallest_eigenvalue : of the original.
    n_iterations : projections; 0 where the original needed none and is returned as it was.
    """

    correlation: Array
    distance: float
    largest_change: float
    smallest_eigenvalue: float
    n_iterations: int


def nearest_correlation(
    R: Array, *, smallest_eigenvalue: float, tolerance: float = 1e-10, max_iterations: int = 10_000
) -> NearestCorrelation:
    """The nearest matrix to R (p, p) with unit diagonal and no eigenvalue below `smallest_eigenvalue`.

    Pairwise estimates, such as polychoric correlations, can contradict one another. This changes the data's
    numbers, so nothing here calls it by itself.

    smallest_eigenvalue : 0 <= value < 1. tolerance : largest change of an element at convergence.

    Source: Higham (2002), IMA Journal of Numerical Analysis 22, 329-343, algorithm 3.3: alternating
    projections with Dykstra's correction, here onto matrices with no eigenvalue below the one asked for.

    Raises
    ------
    NotConverged.
    """
    lowest = float(np.linalg.eigvalsh(R)[0])
    if lowest >= smallest_eigenvalue:
        return NearestCorrelation(R.copy(), 0.0, 0.0, lowest, 0)
    nearest, correction = R, np.zeros_like(R)
    for iteration in range(1, max_iterations + 1):
        values, vectors = np.linalg.eigh(nearest - correction)
        lifted = (vectors * np.maximum(values, smallest_eigenvalue)) @ vectors.T
        correction = lifted - (nearest - correction)
        updated = lifted.copy()
        np.fill_diagonal(updated, 1.0)
        # Both projections stand still only where their sets meet.
        change = float(max(np.abs(updated - nearest).max(), np.abs(updated - lifted).max()))
        nearest = updated
        if change <= tolerance:
            moved = nearest - R
            return NearestCorrelation(
                nearest, float(np.linalg.norm(moved)), float(np.abs(moved).max()), lowest, iteration
            )
    raise NotConverged("nearest correlation matrix", max_iterations, change)
