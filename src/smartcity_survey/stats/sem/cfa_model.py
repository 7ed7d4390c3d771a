"""The measurement model: which item loads on which factor, as a linear structural model."""

from __future__ import annotations

from typing import Literal

import numpy as np

from smartcity_survey.stats.core.errors import InvalidModel, UnderIdentified
from smartcity_survey.stats.core.types import BoolArray, IntArray
from smartcity_survey.stats.sem.structure import Cells, Matrices, Matrix, Structure

Scaling = Literal["marker", "unit_variance"]


def require_identifiable(pattern: BoolArray) -> None:
    """Refuse what counting shows to be impossible; the information matrix shows the rest."""
    stray = np.flatnonzero(~pattern.any(axis=1))
    if stray.size:
        raise InvalidModel("load on no factor", "items", stray)
    # Two items suffice where another factor is there to correlate with, and one that is the factor.
    items = pattern.sum(axis=0)
    alone = pattern[single_items(pattern)].any(axis=0)
    weak = np.flatnonzero((items < (3 if pattern.shape[1] == 1 else 2)) & ~alone)
    if weak.size:
        raise UnderIdentified(tuple(weak.tolist()))


def item_pairs(pairs: IntArray | None, pattern: BoolArray) -> IntArray:
    """(m, 2): the pairs of items whose residuals correlate, the later item first; None: there are none.

    Raises
    ------
    InvalidModel : an item with itself, a pair named twice, or an item that is its factor and has no residual.
    """
    if pairs is None or not len(pairs):
        return np.zeros((0, 2), dtype=np.int64)
    ordered = np.sort(pairs, axis=1)[:, ::-1]
    same = ordered[ordered[:, 0] == ordered[:, 1], 0]
    if same.size:
        raise InvalidModel("correlate with themselves", "items", same)
    found, count = np.unique(ordered, axis=0, return_counts=True)
    if (count > 1).any():
        raise InvalidModel("are named twice as a pair", "items", found[count > 1].ravel())
    exact = np.intersect1d(ordered, np.flatnonzero(single_items(pattern)))
    if exact.size:
        raise InvalidModel("have no residual that could correlate", "items", exact)
    return np.asarray(ordered)


def single_items(pattern: BoolArray) -> BoolArray:
    """(p,): whether an item is the only one of its factor, and loads on nothing else.

    Nothing tells such a factor from the item's error. It is the item: uniqueness 0, loading 1 (Bollen 1989,
    p. 172). None where there is but one factor.
    """
    if pattern.shape[1] == 1:
        return np.zeros(len(pattern), dtype=bool)
    own = pattern[:, pattern.sum(axis=0) == 1].any(axis=1)
    return np.asarray(own & (pattern.sum(axis=1) == 1))


def first_items(pattern: BoolArray) -> IntArray:
    """(k,): the first item that loads on the factor alone, else the first that loads on it."""
    alone = pattern & (pattern.sum(axis=1) == 1)[:, None]
    return np.asarray(np.where(alone.any(axis=0), alone.argmax(axis=0), pattern.argmax(axis=0)))


def measurement_cells(
    pattern: BoolArray, scaling: Scaling, markers: IntArray, pairs: IntArray | None = None
) -> Cells:
    """Free loadings by row, factor covariances by row of the lower triangle, uniquenesses, then the residual
    covariances of `pairs` (m, 2), as of `item_pairs`.

    Uniquenesses of `single_items` are not free but 0.
    """
    k = pattern.shape[1]
    free = pattern.copy()
    if scaling == "marker":
        free[markers, np.arange(k)] = False
    together = item_pairs(pairs, pattern)
    return Cells.join(
        Cells.of(Matrix.LOADING, *np.nonzero(free)),
        Cells.of(Matrix.FACTOR, *np.tril_indices(k, 0 if scaling == "marker" else -1)),
        Cells.of(Matrix.RESIDUAL, np.flatnonzero(~single_items(pattern))),
        Cells.of(Matrix.RESIDUAL, together[:, 0], together[:, 1]),
    )


def measurement_structure(
    pattern: BoolArray, scaling: Scaling, markers: IntArray, pairs: IntArray | None = None
) -> Structure:
    """The measurement model: free cells of `measurement_cells`, markers or factor variances fixed to 1."""
    p, k = pattern.shape
    fixed = Matrices.zeros(p, k)
    if scaling == "marker":
        fixed.loadings[markers, np.arange(k)] = 1.0
    else:
        np.fill_diagonal(fixed.factor_cov, 1.0)
    return Structure.unconstrained(fixed, measurement_cells(pattern, scaling, markers, pairs))
