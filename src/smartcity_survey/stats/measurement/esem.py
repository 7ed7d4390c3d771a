"""Exploratory structural equation model: every item may load on every factor, turned to the declared scales.

Asparouhov and Muthen (2009), Structural Equation Modeling 16, 397-438; Marsh, Morin, Parker and Kaur (2014),
Annual Review of Clinical Psychology 10, 85-110.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from smartcity_survey.stats.core.errors import InvalidModel, NotPositiveDefinite, TooFewRows
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.factor.extraction import CommonFactors, maximum_likelihood_factors
from smartcity_survey.stats.factor.target_rotation import turned_to_zeros
from smartcity_survey.stats.sem.cfa import correlations_of
from smartcity_survey.stats.sem.cfa_model import require_identifiable
from smartcity_survey.stats.sem.likelihood import Point, Sample, evaluate
from smartcity_survey.stats.sem.maximum_likelihood import Minimum, StructureFit, fit_at
from smartcity_survey.stats.sem.structure import Cells, Matrices, Matrix, Structure

_STEP = 1e-20
"""Of complex derivatives, which lose no digits however small it is."""


@dataclass(frozen=True, slots=True, eq=False)
class Esem:
    """A model of p items that all load on all of k correlated factors.

    std_loadings, std_err_std_loadings : (p, k), of items and factors of variance 1, turned to zeros outside
        the declared scales; factors in the order of the scales, each positive on its own items.
    factor_corr, std_err_factor_corr : (k, k); the diagonal has no error.
    heywood : items whose uniqueness ended at the bound of the extraction, where nothing is known of errors:
        they are nan. admissible : there is none.
    ml : fit in item units, whatever the rotation.
    """

    std_loadings: Array
    std_err_std_loadings: Array
    factor_corr: Array
    std_err_factor_corr: Array
    heywood: IntArray
    admissible: bool
    ml: StructureFit


def fit_esem(S: Array, n: int, pattern: BoolArray, products: Callable[[Point], Array] | None = None) -> Esem:
    """Fit to item covariances S (p, p; divisor n) of n respondents.

    pattern : (p, k), which items were declared to measure which factor; loadings elsewhere are turned to
    zero as nearly as correlated factors allow. Maximum likelihood has the same fit in any rotation; errors
    allow for the rotation and for the items' variances being estimated (Jennrich 1973, Psychometrika 38,
    593-604). No uniqueness is below .005.

    products : from where all loadings are free, of items of variance 1, the mean over respondents of products
        of slopes (t, t), for errors by the sandwich of observed second derivatives. None: normal theory.

    Raises
    ------
    InvalidModel (one factor: there is nothing to turn), TooFewRows, UnderIdentified, NotConverged and what
    `maximum_likelihood_factors` raises.
    """
    p, k = pattern.shape
    if n <= p:
        raise TooFewRows(n, p + 1)
    require_identifiable(pattern)
    if k < 2:
        raise InvalidModel("leave nothing to turn", "factors", (0,))
    R = correlations_of(S)
    unrotated = maximum_likelihood_factors(R, k)
    turned = turned_to_zeros(unrotated.loadings, ~pattern)
    loadings, phi = turned.pattern, turned.factor_correlations
    errors, corr_errors = np.full_like(loadings, np.nan), np.full_like(phi, np.nan)
    if not unrotated.heywood.size:
        errors, corr_errors = _errors(Sample(n, R), loadings, phi, unrotated.uniquenesses, ~pattern, products)
    return Esem(
        std_loadings=loadings,
        std_err_std_loadings=errors,
        factor_corr=phi,
        std_err_factor_corr=corr_errors,
        heywood=unrotated.heywood,
        admissible=not unrotated.heywood.size,
        ml=_fit(S, n, loadings, phi, unrotated),
    )


def _fit(S: Array, n: int, loadings: Array, phi: Array, unrotated: CommonFactors) -> StructureFit:
    """The fit, with as many loadings held as the rotation is free to choose: k - 1 of each factor.

    Held are, of the items that tell the factors apart best, those on the other factors.
    """
    p, k = loadings.shape
    anchors = linalg.qr(loadings.T, pivoting=True, mode="r")[1][:k]
    free = np.ones((p, k), dtype=bool)
    # An anchor keeps the loading on the factor that it is largest on among those without one.
    free[anchors] = False
    left = np.abs(loadings[anchors])
    for _ in range(k):
        row, column = np.unravel_index(left.argmax(), left.shape)
        free[anchors[row], column] = True
        left[row], left[:, column] = -1.0, -1.0
    variances = np.diagonal(S)
    fixed = _filled(np.sqrt(variances)[:, None] * loadings, phi, variances * unrotated.uniquenesses)
    structure = Structure.unconstrained(fixed, _cells(free))
    minimum = Minimum(structure.values(fixed), unrotated.gradient_norm, unrotated.n_iterations)
    return fit_at([structure], [Sample(n, S)], minimum, multiplier=n)


def _filled(loadings: Array, phi: Array, uniquenesses: Array) -> Matrices:
    """The model matrices of a solution."""
    found = Matrices.zeros(*loadings.shape)
    found.loadings[:], found.factor_cov[:] = loadings, phi
    np.fill_diagonal(found.residual_cov, uniquenesses)
    return found


def _cells(free: BoolArray) -> Cells:
    """Free loadings by row, factor correlations by row of the lower triangle, uniquenesses."""
    p, k = free.shape
    return Cells.join(
        Cells.of(Matrix.LOADING, *np.nonzero(free)),
        Cells.of(Matrix.FACTOR, *np.tril_indices(k, -1)),
        Cells.of(Matrix.RESIDUAL, np.arange(p)),
    )


def _errors(
    sample: Sample,
    loadings: Array,
    phi: Array,
    uniquenesses: Array,
    zeros: BoolArray,
    products: Callable[[Point], Array] | None,
) -> tuple[Array, Array]:
    """Standard errors of the standardised loadings (p, k) and factor correlations (k, k).

    All loadings are free here, and the information is bordered by what the rotation holds: the products
    that vanish where its criterion is smallest.
    """
    p, k = loadings.shape
    fixed = _filled(loadings, phi, uniquenesses)
    structure = Structure.unconstrained(fixed, _cells(np.ones((p, k), dtype=bool)))
    theta = structure.values(fixed)
    point = evaluate(structure, sample, theta)
    if point is None:
        raise NotPositiveDefinite(float(np.linalg.eigvalsh(sample.covariance)[0]))
    held = _held(theta, p, k, zeros)
    size, border = len(theta), len(held)
    bordered = np.zeros((size + border, size + border))
    bordered[:size, :size] = point.information() if products is None else point.hessian()
    bordered[size:, :size], bordered[:size, size:] = held, held.T
    covariance = linalg.inv(bordered)[:size, :size] * 2
    if products is not None:
        covariance = covariance @ products(point) @ covariance
    covariance /= sample.n
    at = point.moments
    # A standardised loading is l / sqrt(sigma), and the item's variance sigma changes with all parameters.
    item, column = np.nonzero(np.ones((p, k), dtype=bool))
    changes = 2 * at.scale * at.columns[:, at.left] * at.columns[:, at.right]
    variance = np.diagonal(at.covariance)[item]
    jacobian = -(theta[: p * k] / (2 * variance**1.5))[:, None] * changes[item]
    jacobian[np.arange(p * k), np.arange(p * k)] += 1 / np.sqrt(variance)
    errors = np.full((p, k), np.nan)
    errors[item, column] = np.sqrt(np.einsum("ij,jk,ik->i", jacobian, covariance, jacobian, optimize=True))
    of_corr = np.full((k, k), np.nan)
    row, column = np.tril_indices(k, -1)
    of_corr[row, column] = np.sqrt(np.diagonal(covariance)[p * k : p * k + len(row)])
    of_corr[column, row] = of_corr[row, column]
    return errors, of_corr


def _held(theta: Array, p: int, k: int, zeros: BoolArray) -> Array:
    """(k (k - 1), t): derivatives of what the rotation makes 0: off the diagonal, L' (L where zeros) Phi^-1.

    Jennrich (1973); L are the loadings of items over their standard deviations in the model.
    """
    low = np.tril_indices(k, -1)
    apart = ~np.eye(k, dtype=bool)

    def products(values: NDArray[np.complex128]) -> NDArray[np.complex128]:
        loadings = values[: p * k].reshape(p, k)
        phi = np.eye(k, dtype=values.dtype)
        phi[low] = phi.T[low] = values[p * k : p * k + len(low[0])]
        variance = np.einsum("ij,jk,ik->i", loadings, phi, loadings) + values[-p:]
        scaled = loadings / np.sqrt(variance)[:, None]
        return np.asarray((scaled.T @ (scaled * zeros) @ np.linalg.inv(phi))[apart])

    columns = []
    for position in range(len(theta)):
        moved = theta.astype(np.complex128)
        moved[position] += _STEP * 1j
        columns.append(products(moved).imag / _STEP)
    return np.array(columns).T
