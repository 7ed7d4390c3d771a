"""The normal-theory discrepancy of a linear structural model in one group, with exact derivatives.

    F = ln|Sigma| + tr(S Sigma^-1) - ln|S| - p + (m - mu)' Sigma^-1 (m - mu)

Joreskog (1969), Psychometrika 34, 183-202; Bollen (1989), Structural Equations with Latent Variables,
appendix 4B. The last term is there only where a mean structure is fitted. With P = Sigma^-1, d = m - mu and
G = P - P (S + d d') P, all derivatives are gathers from C' P C, C' G C and C' P d (see `structure`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from smartcity_survey.stats.core.triangles import symmetric_inverse
from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.sem.structure import ImpliedMoments, Matrix, Structure, moments


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """What a group of respondents contributes.

    n : respondents. covariance : (p, p). mean : (p,), or None where no mean structure is fitted.
    weight : sum of their sampling weights, which over all groups is the number of respondents; None where all
        count alike.
    """

    n: int
    covariance: Array
    mean: Array | None = None
    weight: float | None = None

    @property
    def size(self) -> float:
        """How much the group counts beside others."""
        return self.n if self.weight is None else self.weight

    def log_determinant(self) -> float:
        """ln|S|."""
        return float(np.linalg.slogdet(self.covariance)[1])


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """The discrepancy at one point, and what its derivatives are gathered from.

    f : ln|Sigma| + tr(S P) + d'P d, that is F + ln|S| + p. precision : P (p, p).
    of_precision : C'P C (m, m). of_slope : C'G C (m, m). of_deviation : C'P d (m,), zero without means.
    """

    f: float
    moments: ImpliedMoments
    structure: Structure
    precision: Array
    of_precision: Array
    of_slope: Array
    of_deviation: Array

    def gradient(self) -> Array:
        """(q,): first derivatives by the free cells."""
        at = self.moments
        return np.asarray(
            2 * at.scale * self.of_slope[at.left, at.right] - 2 * at.shift * self.of_deviation[at.left]
        )

    def information(self) -> Array:
        """(q, q): expected second derivatives, tr(P dSigma_i P dSigma_j) + 2 dmu_i' P dmu_j."""
        return self._products(self.of_precision)[0]

    def information_between(self, cells: IntArray, others: IntArray) -> Array:
        """(len(cells), len(others)): that part of the information."""
        at, matrix = self.moments, self.of_precision
        by_left, by_right = matrix[at.left[cells]], matrix[at.right[cells]]
        left, right = at.left[others], at.right[others]
        ll = by_left[:, left]
        products = ll * by_right[:, right] + by_left[:, right] * by_right[:, left]
        expected = 2 * at.scale[cells, None] * at.scale[others] * products
        if at.shift.any():
            expected += 2 * at.shift[cells, None] * at.shift[others] * ll
        return np.asarray(expected)

    def information_diagonal(self) -> Array:
        """(q,): the diagonal of the information."""
        at, matrix = self.moments, self.of_precision
        ll, rr = matrix[at.left, at.left], matrix[at.right, at.right]
        products = ll * rr + np.square(matrix[at.left, at.right])
        return np.asarray(2 * np.square(at.scale) * products + 2 * np.square(at.shift) * ll)

    def hessian(self) -> Array:
        """(q, q): second derivatives."""
        return self.second_derivatives()[1]

    def second_derivatives(self) -> tuple[Array, Array]:
        """Their expectation and they themselves, (q, q) each."""
        at = self.moments
        expected, ll, lr, rl, rr = self._products(self.of_precision)
        slope = self.of_slope
        sl, sr = slope[at.left], slope[at.right]
        g_ll, g_lr, g_rr = sl[:, at.left], sl[:, at.right], sr[:, at.right]
        scales = at.scale[:, None] * at.scale
        hessian = expected - 2 * scales * (g_ll * rr + g_rr * ll + g_lr * rl + g_lr.T * lr)
        # How the columns of C move: dc_m / d theta_j = by_left[j, m] c_l(j) + by_right[j, m] c_r(j).
        by_left, by_right = _column_changes(self.structure, at)
        turning = 2 * (
            by_left[:, at.left] * g_lr
            + by_right[:, at.left] * g_rr
            + by_left[:, at.right] * g_ll
            + by_right[:, at.right] * g_lr.T
        )
        hessian += (turning * at.scale).T
        if at.shift.any():
            hessian += self._mean_terms(ll, lr, by_left, by_right)
        return expected, hessian

    def _products(self, matrix: Array) -> tuple[Array, Array, Array, Array, Array]:
        """Expected second derivatives and the four gathers they consist of."""
        at = self.moments
        by_left, by_right = matrix[at.left], matrix[at.right]
        ll, lr, rr = by_left[:, at.left], by_left[:, at.right], by_right[:, at.right]
        rl = lr.T
        expected = 2 * at.scale[:, None] * at.scale * (ll * rr + lr * rl)
        if at.shift.any():
            expected += 2 * at.shift[:, None] * at.shift * ll
        return expected, ll, lr, rl, rr

    def _mean_terms(self, ll: Array, lr: Array, by_left: Array, by_right: Array) -> Array:
        """Second derivatives the means add beyond 2 dmu_i' P dmu_j."""
        at, w = self.moments, self.of_deviation
        cross = 2 * at.shift * (at.scale * w[at.right])[:, None] * ll
        cross += 2 * at.shift * (at.scale * w[at.left])[:, None] * lr.T
        shift_changes = _shift_changes(self.structure, at)
        curved = shift_changes * w[at.left]
        curved += at.shift * (by_left[:, at.left] * w[at.left][:, None])
        curved += at.shift * (by_right[:, at.left] * w[at.right][:, None])
        return np.asarray(cross + cross.T - 2 * curved.T)


def evaluate(structure: Structure, sample: Sample, theta: Array) -> Point | None:
    """The point at parameters theta; None where the implied covariances are not positive definite."""
    at = moments(structure.matrices(theta), structure.cells)
    triangle, failed = lapack.dpotrf(at.covariance, lower=1)
    if failed:
        return None
    precision = symmetric_inverse(triangle)
    weighted = precision @ sample.covariance
    f = 2 * np.log(np.diagonal(triangle)).sum() + np.trace(weighted)
    slope = precision - weighted @ precision
    of_precision = at.columns.T @ precision @ at.columns
    of_deviation = np.zeros(at.columns.shape[1])
    if sample.mean is not None:
        standardised = precision @ (sample.mean - at.mean)
        f += standardised @ (sample.mean - at.mean)
        slope -= np.outer(standardised, standardised)
        of_deviation = at.columns.T @ standardised
    of_slope = at.columns.T @ slope @ at.columns
    return Point(float(f), at, structure, precision, of_precision, of_slope, of_deviation)


def _column_changes(structure: Structure, at: ImpliedMoments) -> tuple[Array, Array]:
    """(q, m) each: how much of c_l(j) and of c_r(j) every column of C gains as cell j grows."""
    p, k = structure.shape
    kind, row, column = structure.cells.matrix, structure.cells.row, structure.cells.column
    by_left = np.zeros((len(kind), p + 2 * k))
    by_right = np.zeros_like(by_left)
    total, factor_cov = at.total_effects, at.factor_cov
    for matrix, source in ((Matrix.LOADING, column), (Matrix.PATH, row)):
        here = kind == matrix
        by_left[here, p : p + k] = total[source[here]]
        by_left[here, p + k :] = factor_cov[source[here]]
    path, factor = kind == Matrix.PATH, kind == Matrix.FACTOR
    by_right[path, p + k :] = total.T[column[path]]
    scale = at.scale[factor][:, None]
    by_left[factor, p + k :] = scale * total.T[column[factor]]
    by_right[factor, p + k :] = scale * total.T[row[factor]]
    return by_left, by_right


def _shift_changes(structure: Structure, at: ImpliedMoments) -> Array:
    """(q, q): change of the shift of cell i (column) as cell j (row) grows."""
    kind, row, column = structure.cells.matrix, structure.cells.row, structure.cells.column
    mean_changes = np.zeros((len(kind), len(at.factor_means)))
    means, path = kind == Matrix.MEAN, kind == Matrix.PATH
    mean_changes[means] = at.total_effects.T[row[means]]
    mean_changes[path] = at.total_effects.T[column[path]] * at.factor_means[row[path]][:, None]
    changes = np.zeros((len(kind), len(kind)))
    for matrix, factor in ((Matrix.LOADING, column), (Matrix.PATH, row)):
        here: IntArray = np.flatnonzero(kind == matrix)
        changes[:, here] = mean_changes[:, factor[here]]
    return changes
