"""Two loading matrices side by side: congruence, rotation to a target, and the same order and signs."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from smartcity_survey.stats.core.types import Array


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
