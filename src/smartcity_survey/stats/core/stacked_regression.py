"""Regressions on stacks of correlation matrices, one sample per place on the last axis."""

from __future__ import annotations

import contextlib

import numpy as np

from smartcity_survey.stats.core.types import Array, IntArray

# A variable whose share of variance not shared with those before it is below this is a combination of them.
DEPENDENT = 1e-10


def selection(corr: Array, target: int, predictors: IntArray) -> Array:
    """(k + 1, k + 1, B): correlations of k predictors and their target, in this order."""
    variables = np.append(predictors, target)
    return np.asarray(corr[variables[:, None], variables])


def sweep(matrix: Array, pivots: int) -> Array:
    """Sweep the first `pivots` rows of symmetric matrices (m, m, B) in place.

    With predictors before outcomes, [[X'X, X'y], [y'X, y'y]] becomes
    [[inverse of X'X, coefficients], [-coefficients', residual]]: one pass gives a regression with its VIF.
    Returns the smallest pivot (B,); a pivot of a correlation matrix is the share of a variable's variance
    that the variables before it leave. Beaton (1964); Goodnight (1979), American Statistician 33, 149-158.
    """
    smallest = np.full(matrix.shape[2], np.inf)
    for k in range(pivots):
        pivot = matrix[k, k].copy()
        np.minimum(smallest, pivot, out=smallest)
        row = matrix[k] / pivot
        column = matrix[:, k] / pivot
        matrix -= matrix[:, k, None] * row
        matrix[k] = row
        matrix[:, k] = -column
        matrix[k, k] = 1.0 / pivot
    return smallest


def eliminate(matrix: Array) -> tuple[Array, Array]:
    """Coefficients (k, B) of the last variable on the k others, from correlations (k + 1, k + 1, B).

    The part of `sweep` that this takes, by Gauss-Jordan elimination; overwrites the matrix. Also the smallest
    pivot (B,). A single sample goes to LAPACK, which is quicker for one.
    """
    k = len(matrix) - 1
    if matrix.shape[2] == 1:
        with contextlib.suppress(np.linalg.LinAlgError):  # dependent variables, whose pivot is wanted
            within = matrix[:k, :k, 0]
            pivots = np.diagonal(np.linalg.cholesky(within)) ** 2
            coefficients = np.linalg.solve(within, matrix[:k, k])
            return np.asarray(coefficients), np.asarray(pivots.min(keepdims=True))
    smallest = np.full(matrix.shape[2], np.inf)
    for pivot in range(k):
        np.minimum(smallest, matrix[pivot, pivot], out=smallest)
        row = matrix[pivot, pivot + 1 :] / matrix[pivot, pivot]
        matrix[:, pivot + 1 :] -= matrix[:, pivot, None] * row
        matrix[pivot, pivot + 1 :] = row
    return matrix[:k, k], smallest
