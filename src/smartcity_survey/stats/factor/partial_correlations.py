"""Velicer's minimum average partial test: how many components leave the least in common."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.correlations import require_independence
from smartcity_survey.stats.core.types import Array

NOTHING_LEFT = 1e-12
"""Share of an item's variance that is rounding error; what it correlates with has no meaning."""


@dataclass(frozen=True, slots=True)
class MinimumAveragePartial:
    """Average partial correlations of p items after taking out 0, 1, ..., p - 2 components.

    average_square, average_fourth : (p - 1,), means over pairs of items of the squared partial
        correlations and of their fourth powers. NaN from where an item has nothing left to correlate.
    n_components, n_components_fourth : the number of components at the smallest of each.
    """

    average_square: Array
    average_fourth: Array
    n_components: int
    n_components_fourth: int


def minimum_average_partial(R: Array) -> MinimumAveragePartial:
    """Velicer's test on a correlation matrix R (p, p).

    Source: Velicer (1976) for squares; Velicer, Eaton & Fava (2000) for fourth powers.

    Raises
    ------
    LinearDependence, NotPositiveDefinite.
    """
    require_independence(R)
    p = len(R)
    eigenvalues, vectors = np.linalg.eigh(R)
    loadings = (vectors * np.sqrt(eigenvalues))[:, ::-1]
    off_diagonal = ~np.eye(p, dtype=bool)
    average_square = np.full(p - 1, np.nan)
    average_fourth = np.full(p - 1, np.nan)
    for m in range(p - 1):
        # What is left is the sum over the components that stay: adding never cancels, subtracting would.
        left = loadings[:, m:] @ loadings[:, m:].T
        variance = np.diagonal(left)
        if variance.min() <= NOTHING_LEFT:
            break
        squares = np.square(left[off_diagonal]) / np.outer(variance, variance)[off_diagonal]
        average_square[m] = squares.mean()
        average_fourth[m] = np.square(squares).mean()
    return MinimumAveragePartial(
        average_square, average_fourth, int(np.nanargmin(average_square)), int(np.nanargmin(average_fourth))
    )
