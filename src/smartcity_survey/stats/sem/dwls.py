"""Factor analysis of ordered answers: diagonally weighted least squares on polychoric correlations.

The discrepancy is the sum of (r - rho)^2 / variance of r over all pairs of items. Thresholds are free in the
model, so they fit exactly and drop out; behind every item stands a normal variable of variance 1.
Muthen, du Toit and Spisic (1997), Robust inference using weighted least squares; as lavaan's WLSMV.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse
from scipy.linalg import lapack

from smartcity_survey.stats.core.errors import LinearDependence, NotConverged, UnderIdentified
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.items.cell_influence import CellInfluence
from smartcity_survey.stats.items.polychoric_correlations import Polychoric
from smartcity_survey.stats.sem.cfa_model import measurement_structure, require_identifiable, single_items
from smartcity_survey.stats.sem.cfa_start import starting_values
from smartcity_survey.stats.sem.maximum_likelihood import factors_of, undetermined_parameters
from smartcity_survey.stats.sem.structure import ImpliedMoments, Matrices, Matrix, Structure, moments

TOLERANCE = 1e-10
MAX_HALVINGS = 30
COPIES = 0.9995
"""Items that correlate this much repeat one another: their weight would leave the others none."""


@dataclass(frozen=True, slots=True, eq=False)
class DwlsFit:
    """A measurement model of p ordered items and k correlated factors, t parameters.

    pattern : (p, k), which loadings are free. std_loadings : (p, k); std_err_std_loadings, nan where fixed.
    factor_corr : (k, k); std_err_factor_corr. uniquenesses : (p,), 1 less communality.
    sample, implied : (p, p), polychoric correlations and those of the model.
    discrepancy : minimum of the sum of weighted squares. n : respondents. df.
    derivatives : (m, t), sparse, of the m = p (p - 1) / 2 correlations, lower triangle by row.
    by_cell : influence of each respondent on them. weights : (m,), 1 over their asymptotic variances.
    gradient_norm : largest derivative of the discrepancy over the root of its second one. n_iterations.
    heywood : positions of items whose uniqueness is not positive. admissible : none is, and the factor
        correlations are positive definite.
    """

    pattern: BoolArray
    std_loadings: Array
    std_err_std_loadings: Array
    factor_corr: Array
    std_err_factor_corr: Array
    uniquenesses: Array
    sample: Array
    implied: Array
    discrepancy: float
    n: int
    df: int
    derivatives: sparse.csr_array
    by_cell: CellInfluence
    weights: Array
    gradient_norm: float
    n_iterations: int
    heywood: IntArray
    admissible: bool


def fit_dwls(
    items: Polychoric,
    pattern: BoolArray,
    *,
    tolerance: float = TOLERANCE,
    max_iterations: int = 200,
    with_errors: bool = True,
) -> DwlsFit:
    """Fit a measurement model to polychoric correlations by Gauss-Newton steps.

    Parameters
    ----------
    items : with influences by `outer_product` for lavaan's weights and standard errors.
    pattern : (p, k), whether the item loads on the factor; all factors correlate.
    tolerance : largest `gradient_norm` at convergence.
    with_errors : whether standard errors are wanted; they are nan without.

    Standard errors are robust: they come from the respondents' influences, whatever the weights, with divisor
    n - 1, as in lavaan.

    Raises
    ------
    InvalidModel, LinearDependence (two items are copies), UnderIdentified, NotConverged.
    """
    require_identifiable(pattern)
    R, n = items.correlation, items.by_cell.n
    pairs = np.tril_indices(len(R), -1)
    _require_distinct(R, pairs)
    weights = 1 / items.by_cell.mean_squares()
    structure = _structure(pattern)
    start = Matrices.zeros(*pattern.shape)
    start.loadings[:], start.factor_cov[:], _ = starting_values(R, pattern)
    theta, at, gradient_norm, n_iterations = _minimise(
        structure, R[pairs], weights, structure.values(start), tolerance, max_iterations
    )
    derivatives = pair_derivatives(at)
    std_err = np.full(len(theta), np.nan)
    if with_errors:
        std_err = np.sqrt(np.diagonal(_robust_covariance(derivatives, weights, items.by_cell)))
    matrices, errors = structure.matrices(theta), structure.in_place(std_err)
    communalities = np.diagonal(at.covariance).copy()
    heywood = np.flatnonzero((communalities >= 1) & ~single_items(pattern))
    implied = at.covariance.copy()
    np.fill_diagonal(implied, 1.0)
    return DwlsFit(
        pattern=pattern,
        std_loadings=matrices.loadings,
        std_err_std_loadings=errors.loadings,
        factor_corr=matrices.factor_cov,
        std_err_factor_corr=errors.factor_cov,
        uniquenesses=1 - communalities,
        sample=R,
        implied=implied,
        discrepancy=float(weights @ np.square((R - implied)[pairs])),
        n=n,
        df=len(weights) - len(theta),
        derivatives=derivatives,
        by_cell=items.by_cell,
        weights=weights,
        gradient_norm=gradient_norm,
        n_iterations=n_iterations,
        heywood=heywood,
        admissible=not heywood.size and not lapack.dpotrf(matrices.factor_cov, lower=1)[1],
    )


def _require_distinct(R: Array, pairs: tuple[IntArray, IntArray]) -> None:
    copies = np.flatnonzero(np.abs(R[pairs]) >= COPIES)
    if copies.size:
        groups = tuple((int(pairs[1][pair]), int(pairs[0][pair])) for pair in copies)
        eigenvalues = np.linalg.eigvalsh(R)
        raise LinearDependence(groups, float(eigenvalues[0]), float(eigenvalues[-1] / abs(eigenvalues[0])))


def pair_derivatives(at: ImpliedMoments) -> sparse.csr_array:
    """(m, q): derivatives of the implied covariances of all pairs, lower triangle by row, by the cells.

    Few pairs depend on a cell: the columns of which a derivative is made are zero for most items.
    """
    p = len(at.covariance)
    touched = [np.flatnonzero(column) for column in at.columns.T]
    pairs, values = [], []
    for left, right, scale in zip(at.left, at.right, at.scale, strict=True):
        i, j = touched[left][:, None], touched[right]
        value = scale * at.columns[i, left] * at.columns[j, right]
        # The element of an item with itself is no correlation; that of two items counts from either side.
        apart = i != j
        low, high = np.minimum(i, j), np.maximum(i, j)
        pairs.append((high * (high - 1) // 2 + low)[apart])
        values.append(value[apart])
    cells = np.repeat(np.arange(len(pairs)), [len(some) for some in pairs])
    shape = (p * (p - 1) // 2, len(pairs))
    return sparse.csr_array((np.concatenate(values), (np.concatenate(pairs), cells)), shape=shape)


def weighted_products(derivatives: sparse.csr_array, weights: Array) -> Array:
    """(t, t): D'WD of sparse derivatives (m, t) and weights (m,)."""
    return np.asarray((derivatives.T @ (sparse.diags_array(weights) @ derivatives)).toarray())


def _structure(pattern: BoolArray) -> Structure:
    """The measurement model without uniquenesses; factor variances of 1 need no marker."""
    structure = measurement_structure(pattern, "unit_variance", np.zeros(0, dtype=np.int64))
    cells, single = structure.cells, single_items(pattern)
    structure.fixed.loadings[single] = pattern[single]
    free = (cells.matrix != Matrix.RESIDUAL) & ~((cells.matrix == Matrix.LOADING) & single[cells.row])
    return structure.with_cells(cells[free])


def _minimise(
    structure: Structure, r: Array, weights: Array, theta: Array, tolerance: float, max_iterations: int
) -> tuple[Array, ImpliedMoments, float, int]:
    """Parameters (t,) and moments where the weighted squares are smallest, gradient norm, iterations."""
    pairs = np.tril_indices(structure.shape[0], -1)
    at = moments(structure.matrices(theta), structure.cells)
    residual = r - at.covariance[pairs]
    for iteration in range(max_iterations):
        derivatives = pair_derivatives(at)
        curvature = weighted_products(derivatives, weights)
        slope = derivatives.T @ (weights * residual)
        gradient_norm = float(np.abs(slope / np.sqrt(np.diagonal(curvature))).max())
        if gradient_norm <= tolerance:
            return theta, at, gradient_norm, iteration
        undetermined = undetermined_parameters(curvature)
        if undetermined.size:
            raise UnderIdentified(factors_of([structure], undetermined))
        step = linalg.solve(curvature, slope, assume_a="pos")
        loss = weights @ np.square(residual)
        for halving in range(MAX_HALVINGS):
            candidate = theta + step / 2**halving
            at = moments(structure.matrices(candidate), structure.cells)
            residual = r - at.covariance[pairs]
            # Rounding must not stop the iteration where the losses no longer differ.
            if weights @ np.square(residual) <= loss * (1 + 1e-13):
                theta = candidate
                break
        else:
            break
    raise NotConverged("diagonally weighted least squares", iteration + 1, gradient_norm)


def _robust_covariance(derivatives: sparse.csr_array, weights: Array, by_cell: CellInfluence) -> Array:
    """(t, t): covariances of the parameters by the sandwich of the respondents' influences."""
    bread = linalg.inv(weighted_products(derivatives, weights))
    weighted = sparse.diags_array(weights) @ derivatives
    covariance: Array = np.zeros(bread.shape)
    for part in by_cell.parts():
        by_respondent = by_cell.of_pairs(part).T @ weighted @ bread
        covariance += by_respondent.T @ by_respondent
    return covariance / (by_cell.n * (by_cell.n - 1))
