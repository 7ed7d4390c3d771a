"""The measurement model's parameters and the derivatives of its likelihood.

Sigma = L F L' + P with loadings L (p, k), factor covariances F (k, k) and a diagonal of uniquenesses P. The
discrepancy is ln|Sigma| + tr(S Sigma^-1); its gradient and its expected second derivatives are closed
formulas in A = Sigma^-1 (Joreskog 1969, Psychometrika 34, 183-202; Lawley and Maxwell 1971, ch. 7).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from smartcity_survey.stats.errors import UnderIdentified
from smartcity_survey.stats.types import Array, BoolArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """Where the q free parameters are: loadings first, then factor covariances, then uniquenesses.

    markers : (k,), item whose loading on the factor is 1.
    item, factor : (m,), position of each free loading. row, column : (k (k + 1) / 2,), lower triangle of F.
    p, k : numbers of items and factors.
    """

    markers: IntArray
    item: IntArray
    factor: IntArray
    row: IntArray
    column: IntArray
    p: int
    k: int

    @classmethod
    def of(cls, pattern: BoolArray) -> Pattern:
        """Parameters of a pattern (p, k) of loadings; markers are the first items that load on one factor.

        Raises
        ------
        UnderIdentified
            for a factor without an item of its own, and for one that two items or fewer cannot pin down:
            a single item alone, or two items where no other factor is there to correlate with.
        """
        p, k = pattern.shape
        pure = pattern & (pattern.sum(axis=1) == 1)[:, None]
        fewest = 3 if k == 1 else 2
        weak = np.flatnonzero(~pure.any(axis=0) | (pattern.sum(axis=0) < fewest))
        if weak.size:
            raise UnderIdentified(tuple(int(factor) for factor in weak))
        markers = pure.argmax(axis=0)
        free = pattern.copy()
        free[markers, np.arange(k)] = False
        item, factor = np.nonzero(free)
        row, column = np.tril_indices(k)
        return cls(markers, item, factor, row, column, p, k)

    @property
    def size(self) -> int:
        """q, the number of free parameters."""
        return len(self.item) + len(self.row) + self.p

    def split(self, theta: Array) -> tuple[Array, Array, Array]:
        """Loadings (p, k), factor covariances (k, k) and uniquenesses (p,) of parameters (q,)."""
        loadings = np.zeros((self.p, self.k))
        loadings[self.markers, np.arange(self.k)] = 1.0
        m = len(self.item)
        loadings[self.item, self.factor] = theta[:m]
        factor_cov = np.empty((self.k, self.k))
        factor_cov[self.row, self.column] = theta[m : -self.p]
        factor_cov[self.column, self.row] = theta[m : -self.p]
        return loadings, factor_cov, theta[-self.p :]

    def join(self, loadings: Array, factor_cov: Array, uniquenesses: Array) -> Array:
        """Parameters (q,) of marker-scaled matrices."""
        return np.concatenate(
            [loadings[self.item, self.factor], factor_cov[self.row, self.column], uniquenesses]
        )


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """The discrepancy at some parameters: ln|Sigma| + tr(S Sigma^-1), its gradient (q,), the expectation
    (q, q) of its second derivatives, and Sigma (p, p)."""

    discrepancy: float
    gradient: Array
    information: Array
    implied: Array


def evaluate(theta: Array, S: Array, pattern: Pattern) -> State | None:
    """The state at parameters (q,) for covariances S (p, p); None where Sigma is not positive definite."""
    loadings, factor_cov, uniquenesses = pattern.split(theta)
    implied = (loadings @ factor_cov) @ loadings.T
    implied.flat[:: pattern.p + 1] += uniquenesses
    factor, info = linalg.lapack.dpotrf(implied, lower=1)
    if info:
        return None
    inverse, _ = linalg.lapack.dpotri(factor, lower=1)
    inverse = np.tril(inverse) + np.tril(inverse, -1).T
    weighted = inverse @ S
    discrepancy = float(2 * np.log(np.diagonal(factor)).sum() + np.trace(weighted))
    slope = inverse - weighted @ inverse
    return State(
        discrepancy,
        _gradient(slope, loadings, factor_cov, pattern),
        _information(inverse, loadings, factor_cov, pattern),
        implied,
    )


def _gradient(slope: Array, loadings: Array, factor_cov: Array, pattern: Pattern) -> Array:
    by_loading = 2 * slope @ (loadings @ factor_cov)
    by_factor = loadings.T @ slope @ loadings
    doubled = np.where(pattern.row == pattern.column, 1.0, 2.0)
    return np.concatenate(
        [
            by_loading[pattern.item, pattern.factor],
            doubled * by_factor[pattern.row, pattern.column],
            np.diagonal(slope),
        ]
    )


def _information(A: Array, loadings: Array, factor_cov: Array, pattern: Pattern) -> Array:
    """tr(A dSigma_i A dSigma_j) for all pairs of parameters."""
    i, m, r, s = pattern.item, pattern.factor, pattern.row, pattern.column
    D = A @ loadings
    C = loadings.T @ D
    G = D @ factor_cov
    P = factor_cov @ C
    Q = P @ factor_cov
    # A diagonal element of F enters Sigma once, another element twice.
    once = np.where(r == s, 0.5, 1.0)
    mixed = G[i][:, m]
    loading_loading = 2 * (A[np.ix_(i, i)] * Q[np.ix_(m, m)] + mixed * mixed.T)
    loading_factor = 2 * once * (P[np.ix_(m, r)] * D[np.ix_(i, s)] + P[np.ix_(m, s)] * D[np.ix_(i, r)])
    loading_unique = 2 * A[i] * G[:, m].T
    factor_factor = (
        2 * np.outer(once, once) * (C[np.ix_(r, r)] * C[np.ix_(s, s)] + C[np.ix_(r, s)] * C[np.ix_(s, r)])
    )
    factor_unique = 2 * once[:, None] * (D[:, r] * D[:, s]).T
    return np.block(
        [
            [loading_loading, loading_factor, loading_unique],
            [loading_factor.T, factor_factor, factor_unique],
            [loading_unique.T, factor_unique.T, A * A],
        ]
    )


def starting_values(R: Array, pattern: Pattern) -> Array:
    """Parameters (q,) to begin with, from item correlations R (p, p): centroid loadings factor by factor."""
    loadings = np.zeros((pattern.p, pattern.k))
    block = np.zeros((pattern.p, pattern.k), dtype=bool)
    block[pattern.item, pattern.factor] = True
    block[pattern.markers, np.arange(pattern.k)] = True
    for j in range(pattern.k):
        items = np.flatnonzero(block[:, j])
        within = R[np.ix_(items, items)].copy()
        np.fill_diagonal(within, 0.5)
        signs = np.where(within[0] < 0, -1.0, 1.0)
        within *= np.outer(signs, signs)
        loadings[items, j] = signs * np.clip(within.sum(axis=0) / np.sqrt(max(within.sum(), 0.1)), 0.2, 0.95)
    weights = loadings / np.square(loadings).sum(axis=0)
    correlations = weights.T @ R @ weights
    spread = np.sqrt(np.diagonal(correlations))
    correlations = correlations / np.outer(spread, spread)
    uniquenesses = np.maximum(1 - np.square(loadings).sum(axis=1), 0.1)
    marker = loadings[pattern.markers, np.arange(pattern.k)]
    return pattern.join(loadings / marker, correlations * np.outer(marker, marker), uniquenesses)
