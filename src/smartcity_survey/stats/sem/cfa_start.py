"""Where the iteration of a confirmatory factor analysis begins: closed formulas, exact for clean data."""

from __future__ import annotations

import numpy as np

from smartcity_survey.stats.core.types import Array, BoolArray

LARGEST_COMMUNALITY = 0.95
ALIKE_LOADING, ALIKE_CORRELATION = 0.7, 0.9
"""Of the second start."""
SMALLEST_EIGENVALUE = 0.05
"""Of the factor correlations at the start: the iteration needs room on all sides."""


def starting_values(R: Array, pattern: BoolArray) -> tuple[Array, Array, Array]:
    """Standardised loadings (p, k), factor correlations (k, k), uniquenesses (p,) for correlations R (p, p).

    Each factor's own items (those that load on nothing else, else all of its items) give a composite by the
    first eigenvector of their correlations. Composites, corrected for attenuation, give the factor
    correlations, and these the loadings of the other items by regression.
    """
    p, k = pattern.shape
    alone = pattern & (pattern.sum(axis=1) == 1)[:, None]
    composites, loadings = np.zeros((p, k)), np.zeros((p, k))
    for j in range(k):
        own = np.flatnonzero(alone[:, j] if alone[:, j].any() else pattern[:, j])
        if len(own) == 1 and pattern[:, j].sum() == 1:  # the factor is its item
            loadings[own, j] = composites[own, j] = 1.0
            continue
        vector = np.linalg.eigh(R[np.ix_(own, own)])[1][:, -1]
        vector *= 1.0 if vector.sum() >= 0 else -1.0
        # r_ij = l_i l_j with l proportional to the vector gives v'(R - I)v = |l|^2 (1 - sum of v_i^4).
        shared = vector @ R[np.ix_(own, own)] @ vector - 1
        length = np.sqrt(max(shared, 0.1) / max(1 - np.sum(vector**4), 0.1))
        limit = np.sqrt(LARGEST_COMMUNALITY)
        loadings[own, j] = np.clip(length * vector, -limit, limit)
        composites[own, j] = vector / (loadings[own, j] @ vector)
    with_factors = R @ composites
    factor_corr = _shrunk(composites.T @ with_factors)
    for i in np.flatnonzero(~alone.any(axis=1)):
        on = np.flatnonzero(pattern[i])
        loadings[i, on] = np.linalg.solve(factor_corr[np.ix_(on, on)], with_factors[i, on])
        communality = loadings[i] @ factor_corr @ loadings[i]
        loadings[i] *= np.sqrt(min(1.0, LARGEST_COMMUNALITY / communality)) if communality > 0 else 1.0
    communalities = np.einsum("ij,jk,ik->i", loadings, factor_corr, loadings)
    return loadings, factor_corr, 1 - communalities


def alike_factors(R: Array, pattern: BoolArray) -> tuple[Array, Array, Array]:
    """Starting values as of `starting_values` that take all factors for nearly the same.

    Items of equal loadings, signs as in the first component of all items.
    """
    k = pattern.shape[1]
    first = np.linalg.eigh(R)[1][:, -1]
    sign = np.where(first * (1.0 if first.sum() >= 0 else -1.0) < 0, -1.0, 1.0)
    several = pattern / np.sqrt(pattern.sum(axis=1, keepdims=True))
    loadings = ALIKE_LOADING * sign[:, None] * several
    single = pattern.sum(axis=0) == 1
    own = pattern[:, single].any(axis=1) & (pattern.sum(axis=1) == 1)
    loadings[own] = pattern[own]
    factor_corr = np.full((k, k), ALIKE_CORRELATION)
    factor_corr[single] = factor_corr[:, single] = 0.5
    np.fill_diagonal(factor_corr, 1.0)
    communalities = np.einsum("ij,jk,ik->i", loadings, factor_corr, loadings)
    return loadings, factor_corr, 1 - communalities


def _shrunk(matrix: Array) -> Array:
    """The nearest matrix towards the identity that is a safe correlation matrix; its diagonal becomes 1."""
    off_diagonal = matrix - np.diag(np.diagonal(matrix))
    lowest = np.linalg.eigvalsh(off_diagonal)[0] if len(matrix) else 0.0
    share = min(1.0, (1 - SMALLEST_EIGENVALUE) / -lowest) if lowest < 0 else 1.0
    return np.asarray(np.eye(len(matrix)) + share * off_diagonal)
