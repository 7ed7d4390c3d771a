"""The predictors of a regression, checked and factored once.

Centred, column-scaled Householder QR: the normal equations X'X, which square the condition number,
are never formed (Golub & Van Loan 2013, section 5.3). With the orthonormal basis and the
small triangular transform kept here, every quantity of a regression is a short product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from smartcity_survey.stats.core.errors import (
    ConstantItems,
    InvalidWeights,
    LinearDependence,
    NotFinite,
    StatisticsError,
    TooFewRows,
)
from smartcity_survey.stats.core.types import Array, IntArray

EPS = float(np.finfo(np.float64).eps)

# A row whose leverage is 1 up to rounding is fitted exactly whatever its answer: without it the model
# cannot be estimated, and everything that divides by 1 - leverage is undefined.
LEVERAGE_ONE = 1e-10


@dataclass(frozen=True, slots=True)
class Design:
    """A model matrix [1 X] with weights W, factored as sqrt(W) [1 X] = basis inv(transform).

    basis : (n, k+1), orthonormal columns; the first belongs to the constant.
    transform : (k+1, k+1); coefficients = transform @ basis' sqrt(W) y, and
        inv([1 X]' W [1 X]) = transform @ transform'.
    root_weights : (n,), sqrt(W); the weights average 1, and all are 1 in an unweighted design.
    mean : (k,), weighted means of the predictors.
    norm : (k,), weighted root sums of squares about the mean.
    """

    basis: Array
    transform: Array
    root_weights: Array
    mean: Array
    norm: Array

    @property
    def leverage(self) -> Array:
        """(n,), diagonal of the hat matrix of the weighted rows."""
        leverage: Array = np.square(self.basis).sum(axis=1)
        return leverage

    @property
    def vif(self) -> Array:
        """(k,), variance inflation factors 1 / (1 - R2 of a predictor on the others)."""
        vif: Array = np.square(self.transform[1:, 1:] * self.norm[:, None]).sum(axis=1)
        return vif

    @property
    def row_influence(self) -> Array:
        """(n, k+1), derivative of the coefficients by each row's weighted outcome."""
        return self.basis @ self.transform.T

    def coefficients(self, outcome: Array) -> Array:
        """(k+1,), least squares coefficients of an outcome (n,), constant first."""
        return self.transform @ (self.basis.T @ (self.root_weights * outcome))

    def residuals(self, outcome: Array) -> Array:
        """(n,), weighted residuals sqrt(W) (y - fitted) of an outcome (n,)."""
        weighted = self.root_weights * outcome
        return weighted - self.basis @ (self.basis.T @ weighted)


def factor_design(x: Array, weights: Array | None = None) -> Design:
    """Check predictors and factor their model matrix.

    Parameters
    ----------
    x : (n, k) predictors without the constant.
    weights : (n,) positive weights; only their ratios matter.

    Raises
    ------
    NotFinite, ConstantItems, TooFewRows (n < k + 2), InvalidWeights, and LinearDependence, whose
    groups name the predictors that determine one another.
    """
    n, k = x.shape
    if k == 0:
        raise StatisticsError("a regression needs at least one predictor")
    _refuse_columns(NotFinite, [not np.isfinite(column).all() for column in x.T])
    if n < k + 2:
        raise TooFewRows(n, k + 2)
    root_weights = np.ones(n) if weights is None else _root_weights(weights, n)

    mean = np.square(root_weights) @ x / n
    centred = (x - mean) * root_weights[:, None]
    norm: Array = np.linalg.norm(centred, axis=0)
    size: Array = np.linalg.norm(x * root_weights[:, None], axis=0)
    _refuse_columns(ConstantItems, list(norm <= 10 * EPS * size))

    scaled = centred / norm
    q, r, order = linalg.qr(scaled, mode="economic", pivoting=True)
    # The digits lost by centring are noise in the scaled columns; no distance below it is real.
    noise = 10 * EPS * np.sqrt(n) * np.max(size / norm)
    if abs(r[-1, -1]) < noise:
        raise _linear_dependence(r, order, noise)

    slopes = np.empty((k, k))
    slopes[order] = linalg.solve_triangular(r, np.eye(k))
    slopes /= norm[:, None]
    transform = np.zeros((k + 1, k + 1))
    transform[1:, 1:] = slopes
    transform[0, 0] = 1 / np.sqrt(n)
    transform[0, 1:] = -mean @ slopes
    basis = np.column_stack([root_weights / np.sqrt(n), q])
    return Design(basis, transform, root_weights, mean, norm)


def deleted_share(leverage: Array) -> Array:
    """1 - leverage (n,), NaN where it is rounding error (see LEVERAGE_ONE)."""
    share = 1 - leverage
    share[share <= LEVERAGE_ONE] = np.nan
    return share


def check_outcome(y: Array, x: Array) -> None:
    """Refuse an outcome y (n,) that cannot be explained; it counts as the column after those of x (n, k).

    Raises
    ------
    NotFinite, ConstantItems, and StatisticsError for a number of rows other than x's.
    """
    n, k = x.shape
    if y.shape != (n,):
        raise StatisticsError(f"the outcome has shape {y.shape}, the predictors have {n} rows")
    if not np.isfinite(y).all():
        raise NotFinite((k,))
    if np.ptp(y) == 0:
        raise ConstantItems((k,))


def _refuse_columns(error: type[NotFinite | ConstantItems], found: Sequence[bool]) -> None:
    if any(found):
        raise error(tuple(int(column) for column in np.flatnonzero(found)))


def check_weights(weights: Array, n: int) -> None:
    """Refuse weights (n,) of n rows that are not positive numbers.

    Raises
    ------
    InvalidWeights, StatisticsError (not one weight for each row).
    """
    if weights.shape != (n,):
        raise StatisticsError(f"{weights.size} weights for {n} rows")
    bad = ~(np.isfinite(weights) & (weights > 0))
    if bad.any():
        raise InvalidWeights(tuple(int(row) for row in np.flatnonzero(bad)))


def _root_weights(weights: Array, n: int) -> Array:
    check_weights(weights, n)
    root_weights: Array = np.sqrt(weights / weights.mean())
    return root_weights


def _linear_dependence(r: Array, order: IntArray, noise: float) -> LinearDependence:
    """Name the dependent columns: each beyond the rank with those of the independent set it combines.

    r (k, k) is the pivoted triangle of unit-length centred columns, `order` (k,) their positions in x.
    """
    k = len(order)
    rank = int((np.abs(np.diagonal(r)) >= noise).sum())
    combination = linalg.solve_triangular(r[:rank, :rank], r[:rank, rank:])
    groups = []
    for column in range(k - rank):
        members = order[:rank][np.abs(combination[:, column]) > np.sqrt(EPS)]
        groups.append(tuple(sorted(int(index) for index in (*members, order[rank + column]))))
    eigenvalues = np.square(linalg.svdvals(r))
    smallest = float(eigenvalues[-1])
    condition = float(eigenvalues[0]) / smallest if smallest > 0 else np.inf
    return LinearDependence(tuple(sorted(groups)), smallest, condition)
