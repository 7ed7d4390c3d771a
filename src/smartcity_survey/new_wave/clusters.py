"""Columns of one scale, parted by their correlations into what may be constructs: a guess to start from."""

from __future__ import annotations

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from smartcity_survey.stats.core.types import Array, IntArray

DRAWS = 60
QUANTILE = 0.95
FEWEST = 2
SEED = 1
NOTHING = 1e-9
"""Sum of squares of a standardised column, among some rows, that is rounding alone."""
LOOSEST = 0.2
"""A column whose correlations with all others are smaller belongs to no group."""


def part(answers: Array) -> IntArray:
    """(p,): number of the group of each column, by the order of their first columns; -1 for columns of none.

    As many groups as eigenvalues of the reduced correlation matrix exceed those of random answers (parallel
    analysis of common factors, Humphreys & Montanelli 1975), found by average linkage of 1 - |r|. Fewer where
    a group would have a single column. Absolute correlations: a reversed item belongs to its group.

    Parameters
    ----------
    answers : (n, p), NaN where there is no answer.
    """
    p = answers.shape[1]
    if p < 2 * FEWEST:
        return np.zeros(p, dtype=np.intp)
    complete = int(np.isfinite(answers).all(axis=1).sum())
    n = max(complete, int(0.5 * len(answers)))
    if n <= p + 1:
        return np.zeros(p, dtype=np.intp)
    r = _correlations(answers)
    distances = 1 - np.abs(r)
    np.fill_diagonal(distances, 0)
    tree = linkage(squareform(distances, checks=False), "average")
    loose = np.max(1 - distances - np.eye(p), axis=1) < LOOSEST
    for k in range(n_factors(r, n), 0, -1):
        groups = fcluster(tree, k, "maxclust")
        groups = np.asarray(groups - 1, dtype=np.intp)
        sizes = np.bincount(groups[~loose], minlength=k)
        if (sizes[sizes > 0] >= FEWEST).all() and sizes.any():
            return _in_order(np.where(loose, -1, groups))
    return np.zeros(p, dtype=np.intp)


def n_factors(r: Array, n: int) -> int:
    """Eigenvalues of the reduced correlation matrix above the quantile of random rows'; at least 1."""
    rng = np.random.default_rng(SEED)
    p = len(r)
    random = np.stack([_reduced(_correlations(rng.standard_normal((n, p)))) for _ in range(DRAWS)])
    above = _reduced(r) > np.quantile(random, QUANTILE, axis=0)
    return max(1, min(int(np.logical_and.accumulate(above).sum()), p // FEWEST))


def _reduced(r: Array) -> Array:
    """Eigenvalues, descending, with squared multiple correlations in the diagonal."""
    reduced = r.copy()
    np.fill_diagonal(reduced, 1 - 1 / np.maximum(np.diag(np.linalg.pinv(r)), 1))
    return np.asarray(np.linalg.eigvalsh(reduced)[::-1], dtype=np.float64)


def _correlations(answers: Array) -> Array:
    """(p, p): of the rows that have both; 0 where a column does not vary, or not among these rows."""
    given = np.isfinite(answers)
    there = given.astype(np.float64)
    n = np.maximum(there.sum(axis=0), 1)
    x = np.where(given, answers - np.where(given, answers, 0).sum(axis=0) / n, 0)
    spread = np.sqrt((x**2).sum(axis=0) / n)
    x = x / np.where(spread > 0, spread, 1)
    both = there.T @ there
    # Row i, column j: of column i, in the rows that have j too.
    sums, squares = x.T @ there, (x**2).T @ there
    rows = np.maximum(both, 1)
    variances = squares - sums**2 / rows
    products = x.T @ x - sums * sums.T / rows
    varied = (both > 2) & (variances > NOTHING) & (variances.T > NOTHING)
    r = np.where(varied, products / np.sqrt(np.where(varied, variances * variances.T, 1)), 0)
    np.fill_diagonal(r, 1)
    return np.asarray(np.clip(r, -1, 1), dtype=np.float64)


def _in_order(groups: IntArray) -> IntArray:
    firsts = dict.fromkeys(int(group) for group in groups if group >= 0)
    numbers = {group: number for number, group in enumerate(firsts)}
    return np.array([numbers.get(int(group), -1) for group in groups], dtype=np.intp)
