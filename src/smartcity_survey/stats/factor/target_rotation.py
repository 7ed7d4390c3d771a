"""Two loading matrices side by side: congruence, rotation to a target, and the same order and signs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.factor.oblique import N_STARTS, TOLERANCE, best_turn


def tucker_congruence(first: Array, second: Array) -> Array:
    """(k, m): cosines between the columns of loadings (p, k) and of loadings (p, m), not about their means.

    nan for a column of zeros. Source: Tucker (1951), after Burt (1948).
    """
    lengths = np.outer(np.linalg.norm(first, axis=0), np.linalg.norm(second, axis=0))
    with np.errstate(invalid="ignore"):
        return np.asarray(first.T @ second / lengths)


def procrustes(loadings: Array, target: Array) -> Array:
    """(k, k): the orthogonal matrix that turns loadings (p, k) nearest, by least squares, to a target (p, k).

    Source: Schoenemann (1966), Psychometrika 31, 1-10.
    """
    left, _, right = np.linalg.svd(loadings.T @ target)
    return np.asarray(left @ right)


def reordered(loadings: Array, target: Array) -> Array:
    """Columns of loadings (p, k) in the order and with the signs nearest to a target (p, k): none is turned.

    Of all orders the one with the largest sum of products with the target in size.
    """
    products = loadings.T @ target
    rows, columns = linear_sum_assignment(-np.abs(products))
    order = rows[np.argsort(columns)]
    signs = np.where(products[order, np.arange(len(order))] < 0, -1.0, 1.0)
    return np.asarray(loadings[:, order] * signs)


@dataclass(frozen=True, slots=True, eq=False)
class TargetRotation:
    """Loadings of p items on k correlated factors, turned to zeros. pattern : (p, k). factor_correlations :
    (k, k). criterion : the sum of squares where zeros were wanted. gradient_norm, n_iterations : of its
    minimum."""

    pattern: Array
    factor_correlations: Array
    criterion: float
    gradient_norm: float
    n_iterations: int


def turned_to_zeros(
    loadings: Array,
    zeros: BoolArray,
    *,
    n_starts: int = N_STARTS,
    tolerance: float = TOLERANCE,
    seed: int = 0,
) -> TargetRotation:
    """Oblique rotation of loadings (p, k) to a partly specified target: zeros where `zeros` (p, k) is true.

    Factor j is the one whose items, those that column j of `zeros` leaves out, are not held to zero; their
    loadings have a positive sum.

    Source: Browne (1972), British Journal of Mathematical and Statistical Psychology 25, 207-212; several
    starts, as in `oblimin`, since the criterion may have more minima than one.

    Raises
    ------
    NotConverged.
    """

    def criterion(pattern: Array) -> tuple[float, Array]:
        left = pattern * zeros
        return float(np.square(left).sum() / 2), left

    found = best_turn(loadings, criterion, "target rotation", n_starts, tolerance, seed)
    pattern = loadings @ np.linalg.inv(found.transform).T
    signs = np.where((pattern * ~zeros).sum(axis=0) < 0, -1.0, 1.0)
    correlations = found.transform.T @ found.transform * np.outer(signs, signs)
    np.fill_diagonal(correlations, 1.0)
    return TargetRotation(
        pattern=pattern * signs,
        factor_correlations=correlations,
        criterion=2 * criterion(pattern)[0],
        gradient_norm=found.gradient_norm,
        n_iterations=found.n_iterations,
    )
