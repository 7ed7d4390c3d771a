"""Covariances and correlations of complete columns, and whether a correlation matrix can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from smartcity_survey.stats.core.design import check_weights
from smartcity_survey.stats.core.errors import (
    ConstantItems,
    LinearDependence,
    NotFinite,
    NotPositiveDefinite,
    TooFewRows,
)
from smartcity_survey.stats.core.types import Array, BoolArray

EPS = float(np.finfo(np.float64).eps)

ROWS_AT_ONCE = 50_000
"""Rows that are centred at a time."""

LARGEST_CONDITION = 1e12
"""Beyond this condition number the inverse has fewer than four correct digits: the matrix is singular.

Rounding leaves an exact dependence at 1e14 or more; survey answers that are merely alike stay below 1e6.
"""

NEGLIGIBLE_SHARE = 1e-6
"""A column whose standardised weight in a linear dependence is smaller takes no part in it."""


@dataclass(frozen=True, slots=True)
class Centred:
    """Columns about their mean: values (n, p), mean (p,), and which are constant up to rounding (p,)."""

    values: Array
    mean: Array
    constant: BoolArray


@dataclass(frozen=True, slots=True)
class Conditioning:
    """How near a correlation matrix of p items is to singular.

    log_determinant : natural logarithm; minus infinity where singular, NaN where indefinite.
    smallest_eigenvalue : without unit.
    condition_number : largest eigenvalue over the smallest; infinite where that is not positive.
    dependent : one tuple of item positions per linear dependence, the items that determine one another.
    """

    log_determinant: float
    smallest_eigenvalue: float
    condition_number: float
    dependent: tuple[tuple[int, ...], ...]


def centre(x: Array) -> Centred:
    """Columns of x (n, p) less their means.

    Raises
    ------
    NotFinite.
    """
    mean, constant = _centres(x)
    return Centred(x - mean, mean, constant)


def _centres(x: Array) -> tuple[Array, BoolArray]:
    """Means (p,) of the columns of x (n, p), and which are constant; a computed one can be up to rounding."""
    mean = x.mean(axis=0)
    if not np.isfinite(mean).all():
        raise NotFinite(tuple(j for j in range(x.shape[1]) if not np.isfinite(x[:, j]).all()))
    return mean, np.ptp(x, axis=0) <= 10 * EPS * np.abs(mean)


def covariance(x: Array, ddof: int = 1) -> Array:
    """Covariance matrix (p, p) of x (n, p), dividing by n - ddof.

    Raises
    ------
    TooFewRows (n < 2 or n <= ddof), NotFinite, ConstantItems.
    """
    mean = _means_that_vary(x, ddof)
    matrix = np.zeros((x.shape[1], x.shape[1]))
    for first in range(0, len(x), ROWS_AT_ONCE):
        values = x[first : first + ROWS_AT_ONCE] - mean
        matrix += values.T @ values
    return matrix / (len(x) - ddof)


def centred_items(x: Array, ddof: int = 1) -> Array:
    """Columns of x (n, p) less their means, where n and the columns admit a covariance matrix.

    Raises
    ------
    As `covariance`.
    """
    return np.asarray(x - _means_that_vary(x, ddof))


def _means_that_vary(x: Array, ddof: int) -> Array:
    """Means (p,) of columns that admit a covariance matrix."""
    n = len(x)
    if n < max(2, ddof + 1):
        raise TooFewRows(n, max(2, ddof + 1))
    mean, constant = _centres(x)
    if constant.any():
        raise ConstantItems(_positions(constant))
    return mean


def correlation(x: Array) -> Array:
    """Pearson correlation matrix (p, p) of x (n, p), with an exact unit diagonal.

    Raises
    ------
    As `covariance`.
    """
    matrix = covariance(x)
    sd = np.sqrt(np.diagonal(matrix))
    matrix /= np.outer(sd, sd)
    np.fill_diagonal(matrix, 1.0)
    return matrix


def weighted_correlation(x: Array, weights: Array) -> Array:
    """Pearson correlations (p, p) of x (n, p) with sampling weights (n,), whose scale does not matter.

    Raises
    ------
    NotFinite, ConstantItems, InvalidWeights.
    """
    check_weights(weights, len(x))
    constant = centre(x).constant
    if constant.any():
        raise ConstantItems(_positions(constant))
    shares = weights / weights.sum()
    z = x - shares @ x
    matrix: Array = (z * shares[:, None]).T @ z
    sd = np.sqrt(np.diagonal(matrix))
    matrix /= np.outer(sd, sd)
    np.fill_diagonal(matrix, 1.0)
    return matrix


def check_conditioning(R: Array) -> Conditioning:
    """Determinant, condition number and linear dependences of a correlation matrix R (p, p).

    A small determinant says nothing by itself: it shrinks with the number of items. A matrix is singular
    where its condition number exceeds `LARGEST_CONDITION`; its null space then names the items.
    """
    eigenvalues = np.linalg.eigvalsh(R)
    smallest, largest = float(eigenvalues[0]), float(eigenvalues[-1])
    condition = largest / smallest if smallest > 0 else np.inf
    if condition < LARGEST_CONDITION:
        return Conditioning(float(np.linalg.slogdet(R)[1]), smallest, condition, ())
    dependent = _dependences(R)
    return Conditioning(-np.inf if dependent else np.nan, smallest, condition, dependent)


def require_independence(R: Array, n: int | None = None) -> Conditioning:
    """The conditioning of R (p, p), refused where R has no inverse worth computing.

    Parameters
    ----------
    n : rows R was computed from, where known: with n <= p dependence is certain and names no item.

    Raises
    ------
    TooFewRows (n <= p), LinearDependence, NotPositiveDefinite (R is no correlation matrix of complete rows).
    """
    if n is not None and n <= len(R):
        raise TooFewRows(n, len(R) + 1)
    conditioning = check_conditioning(R)
    if conditioning.dependent:
        raise LinearDependence(
            conditioning.dependent, conditioning.smallest_eigenvalue, conditioning.condition_number
        )
    if conditioning.smallest_eigenvalue <= 0:
        raise NotPositiveDefinite(conditioning.smallest_eigenvalue)
    return conditioning


def _dependences(R: Array) -> tuple[tuple[int, ...], ...]:
    """Sets of items with a vanishing linear combination, one for each dimension of the null space.

    Copies of an item come first, each with its original; the rest are combinations among the originals.
    """
    alike = np.triu(np.abs(R) >= 1 - 1 / LARGEST_CONDITION, 1)
    copies = np.flatnonzero(alike.any(axis=0))
    groups: list[tuple[int, ...]] = [(int(alike[:, copy].argmax()), int(copy)) for copy in copies]
    originals = np.delete(np.arange(len(R)), copies)

    eigenvalues, vectors = np.linalg.eigh(R[np.ix_(originals, originals)])
    null = vectors[:, np.abs(eigenvalues) <= eigenvalues[-1] / LARGEST_CONDITION]
    if null.size:
        # Elimination on the best-conditioned rows leaves combinations of few items.
        pivots = linalg.qr(null.T, mode="r", pivoting=True)[1][: null.shape[1]]
        combinations = linalg.solve(null[pivots].T, null.T)
        groups += [tuple(originals[np.abs(row) > NEGLIGIBLE_SHARE].tolist()) for row in combinations]
    return tuple(sorted(groups))


def _positions(found: BoolArray) -> tuple[int, ...]:
    return tuple(int(position) for position in np.flatnonzero(found))
