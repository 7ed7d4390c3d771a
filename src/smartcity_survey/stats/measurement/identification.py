"""Whether residuals that are let correlate can be told from what the items' factors have in common."""

from __future__ import annotations

import numpy as np

from smartcity_survey.stats.core.types import Array, BoolArray, IntArray

_ENOUGH = 3
"""Items that say all that a factor without pairs can say of others."""
_RANK, _TAKES_PART = 1e-8, 1e-6


def undetermined_pairs(owner: IntArray, pairs: IntArray) -> BoolArray:
    """(m,): pairs whose residual covariance a model of correlated factors does not determine.

    owner : (p,), the one factor of each item. pairs : (m, 2), items whose residuals correlate.

    A covariance is determined where no direction leaves all covariances of items as they are and changes it:
    the null space of the Jacobian, which all parameters share but those of a set of measure zero, so that
    parameters drawn at random show it (Bekker, Merckens and Wansbeek 1994, Identification, Equivalent Models
    and Computer Algebra). Variances of items are left out: each has a uniqueness of its own. An item that is
    alone is its factor.
    """
    if not len(pairs):
        return np.zeros(0, dtype=bool)
    paired = np.isin(owner, owner[pairs.ravel()])
    rank = np.array([(owner[:item] == factor).sum() for item, factor in enumerate(owner)])
    kept = np.flatnonzero(paired | (rank < _ENOUGH))
    factors, own = np.unique(owner[kept], return_inverse=True)
    k, alone = len(factors), np.bincount(own)[own] == 1
    rng = np.random.default_rng(0)
    loadings = np.where(alone, 1.0, rng.uniform(0.5, 1.5, len(kept)))
    related = np.eye(k) + np.tril(rng.uniform(0.5, 1.5, (k, k)), -1)
    related = np.maximum(related, related.T)
    one, other = np.triu_indices(len(kept), 1)
    place = {int(item): at for at, item in enumerate(kept)}
    together = np.sort([[place[int(item)] for item in pair] for pair in pairs], axis=1)
    changes: list[Array] = []
    for item in np.flatnonzero(~alone):
        at_one = (one == item) * loadings[other]
        changes.append((at_one + (other == item) * loadings[one]) * related[own[one], own[other]])
    for first, second in zip(*np.triu_indices(k, 1), strict=True):
        across = (own[one] == first) & (own[other] == second) | (own[one] == second) & (own[other] == first)
        changes.append(across * loadings[one] * loadings[other])
    changes += [np.asarray((one == first) & (other == second), dtype=float) for first, second in together]
    # As many rows as parameters or more, so that directions beyond the moments are among those found.
    jacobian = np.column_stack(changes)
    missing = max(jacobian.shape[1] - len(jacobian), 0)
    jacobian = np.vstack([jacobian, np.zeros((missing, jacobian.shape[1]))])
    triangle = np.linalg.qr(jacobian, mode="r")
    _, sizes, directions = np.linalg.svd(triangle)
    free = directions[sizes <= _RANK * sizes[0]] if sizes[0] else directions
    return np.asarray(np.abs(free[:, -len(pairs) :]).max(axis=0, initial=0.0) > _TAKES_PART)
