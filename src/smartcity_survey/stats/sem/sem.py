"""Structural equations: regressions among the factors of a measurement model, by maximum likelihood.

Where every factor may depend on every earlier one, the regressions only rewrite the factor covariances, and
the fit is that of the measurement model. Paths that are left out restrict it, which costs chi-square.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from smartcity_survey.stats.core.errors import InvalidModel
from smartcity_survey.stats.core.significance import ChiSquareTest, chi_square_test, normal_two_sided
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.sem.cfa import CfaFit, fit_cfa
from smartcity_survey.stats.sem.cfa_model import measurement_cells, single_items
from smartcity_survey.stats.sem.likelihood import Sample
from smartcity_survey.stats.sem.maximum_likelihood import TOLERANCE, StructureFit, fit_structures
from smartcity_survey.stats.sem.structure import Cells, Matrices, Matrix, Structure, moments


@dataclass(frozen=True, slots=True, eq=False)
class PathEstimates:
    """Paths among k factors, (k, k) each, row = source, column = target; nan where there is no path.

    coef : in units of the target per unit of the source. std_err; z = coef / std_err; p : two-sided, normal.
    beta : for factors of variance 1, with std_err_beta by the delta method and the interval ci_low, ci_high.
    r2, std_err_r2 : (k,), share of each factor's variance that its sources explain; nan without sources.
    """

    coef: Array
    std_err: Array
    z: Array
    p: Array
    beta: Array
    std_err_beta: Array
    ci_low: Array
    ci_high: Array
    r2: Array
    std_err_r2: Array


@dataclass(frozen=True, slots=True, eq=False)
class SemFit:
    """A structural model of p items and k factors.

    paths : (k, k), which factor (row) acts on which (column). measurement : the model of the same items in
        which all factors correlate freely. estimates : the paths.
    loadings : (p, k). uniquenesses : (p,). factor_cov, factor_corr : (k, k), implied for the factors.
    disturbance_cov : (k, k), what the paths leave of it; equal to it among factors without sources.
    restrictions : test of what the paths left out cost against `measurement`; None where none restricts.
    admissible : uniquenesses are positive and the factor covariances positive definite.
    ml : the likelihood's result; parameters are loadings, paths, disturbance covariances, uniquenesses,
        residual covariances.
    """

    paths: BoolArray
    measurement: CfaFit
    estimates: PathEstimates
    loadings: Array
    uniquenesses: Array
    factor_cov: Array
    factor_corr: Array
    disturbance_cov: Array
    restrictions: ChiSquareTest | None
    admissible: bool
    ml: StructureFit


def fit_sem(
    S: Array,
    n: int,
    pattern: BoolArray,
    paths: BoolArray,
    *,
    pairs: IntArray | None = None,
    markers: IntArray | None = None,
    level: float = 0.95,
    wishart: bool = False,
    tolerance: float = TOLERANCE,
    max_iterations: int = 200,
) -> SemFit:
    """Fit regressions among factors to item covariances S (p, p) of n respondents.

    Parameters
    ----------
    pattern, pairs, markers, wishart, tolerance, max_iterations : as in `fit_cfa`.
    paths : (k, k), row = source, column = target; without loops.
    level : of the intervals of standardised paths.

    Factors without sources correlate freely, and so do the disturbances of factors that act on nothing, as in
    lavaan's `sem`; other disturbances are independent. Bollen (1989), Structural Equations with Latent
    Variables, chapter 8.

    Raises
    ------
    InvalidModel (loops), and what `fit_cfa` raises.
    """
    require_recursive(paths)
    measurement = fit_cfa(
        S,
        n,
        pattern,
        pairs=pairs,
        markers=markers,
        wishart=wishart,
        tolerance=tolerance,
        max_iterations=max_iterations,
    )
    structure, start = structural_model(measurement, paths)
    ml = fit_structures(
        [structure],
        [Sample(n, S)],
        structure.values(start),
        wishart=wishart,
        tolerance=tolerance,
        max_iterations=max_iterations,
    )
    return sem_record(ml, measurement, paths, level)


def sem_record(ml: StructureFit, measurement: CfaFit, paths: BoolArray, level: float) -> SemFit:
    """The record of a fitted structural model and of its measurement model."""
    structure = ml.structures[0]
    matrices, factor_cov = structure.matrices(ml.theta), ml.points[0].moments.factor_cov
    sd = np.sqrt(np.diagonal(factor_cov))
    uniquenesses = np.diagonal(matrices.residual_cov).copy()
    together = np.unique(measurement.pairs)
    lost = ml.df - measurement.df
    return SemFit(
        paths=paths,
        measurement=measurement,
        estimates=path_estimates(ml, paths, ml.covariance, level=level),
        loadings=matrices.loadings,
        uniquenesses=uniquenesses,
        factor_cov=factor_cov,
        factor_corr=factor_cov / np.outer(sd, sd),
        disturbance_cov=matrices.factor_cov,
        restrictions=chi_square_test(max(ml.chi2 - measurement.chi2, 0.0), lost) if lost else None,
        admissible=bool(
            (uniquenesses > 0)[~single_items(measurement.pattern)].all()
            and np.linalg.eigvalsh(factor_cov)[0] > 0
            and (np.linalg.eigvalsh(matrices.residual_cov[np.ix_(together, together)]) > 0).all()
        ),
        ml=ml,
    )


def require_recursive(paths: BoolArray) -> None:
    """Refuse paths by which a factor acts on itself, directly or through others."""
    reach = paths.copy()
    for _ in range(len(paths)):
        reach |= reach @ paths
    looped = np.flatnonzero(np.diagonal(reach))
    if looped.size:
        raise InvalidModel("act on themselves through the paths", "factors", looped)


def path_estimates(
    ml: StructureFit, paths: BoolArray, covariance: Array, *, level: float = 0.95
) -> PathEstimates:
    """Paths of a fitted model with standard errors from any covariance (t, t) of its parameters.

    `ml.covariance` is the normal theory's; `cfa_robust.robust_covariance` allows for other answers.
    """
    cells, matrices = ml.structures[0].cells, ml.structures[0].matrices(ml.theta)
    position = np.flatnonzero(cells.matrix == Matrix.PATH)
    source, target = cells.row[position], cells.column[position]
    variance, slopes = _factor_variances(matrices, cells)
    coef, std_err = ml.theta[position], np.sqrt(np.diagonal(covariance))[position]
    ratio = np.sqrt(variance[source] / variance[target])
    beta = coef * ratio
    relative = slopes / variance[:, None]
    jacobian = 0.5 * beta[:, None] * (relative[source] - relative[target])
    jacobian[np.arange(len(position)), position] += ratio
    std_err_beta = _delta(jacobian, covariance)
    half = float(special.ndtri(0.5 + level / 2)) * std_err_beta
    r2, std_err_r2 = _explained(matrices, cells, paths, variance, relative, covariance)

    def placed(values: Array) -> Array:
        matrix = np.full(paths.shape, np.nan)
        matrix[source, target] = values
        return matrix

    return PathEstimates(
        coef=placed(coef),
        std_err=placed(std_err),
        z=placed(coef / std_err),
        p=placed(normal_two_sided(coef / std_err)),
        beta=placed(beta),
        std_err_beta=placed(std_err_beta),
        ci_low=placed(beta - half),
        ci_high=placed(beta + half),
        r2=r2,
        std_err_r2=std_err_r2,
    )


def structural_model(measurement: CfaFit, paths: BoolArray) -> tuple[Structure, Matrices]:
    """The structural model in the markers' units, and where its iteration begins: each factor regressed on
    its sources within the factor covariances of the measurement model."""
    pattern, markers = measurement.pattern, measurement.markers
    p, k = pattern.shape
    explained, acts = paths.any(axis=0), paths.any(axis=1)
    free = np.eye(k, dtype=bool) | np.outer(~explained, ~explained)
    free |= np.outer(explained & ~acts, explained & ~acts)
    measured = measurement_cells(pattern, "marker", markers, measurement.pairs)
    cells = Cells.join(
        measured[measured.matrix == Matrix.LOADING],
        Cells.of(Matrix.PATH, *np.nonzero(paths)),
        Cells.of(Matrix.FACTOR, *np.nonzero(np.tril(free))),
        measured[measured.matrix == Matrix.RESIDUAL],
    )
    fixed, start = Matrices.zeros(p, k), Matrices.zeros(p, k)
    fixed.loadings[markers, np.arange(k)] = 1.0
    start.loadings[:] = measurement.loadings
    start.residual_cov[:] = measurement.residual_cov
    factor_cov = measurement.factor_cov
    for target in np.flatnonzero(explained):
        sources = np.flatnonzero(paths[:, target])
        within = factor_cov[np.ix_(sources, sources)]
        start.paths[sources, target] = np.linalg.solve(within, factor_cov[sources, target])
    left = np.eye(k) - start.paths.T
    start.factor_cov[:] = np.where(free, left @ factor_cov @ left.T, 0.0)
    return Structure.unconstrained(fixed, cells), start


def _factor_variances(matrices: Matrices, cells: Cells) -> tuple[Array, Array]:
    """Variances of the factors (k,) and their derivatives by the free cells (k, q)."""
    k = len(matrices.paths)
    # The factors' covariances are those of items that equal them.
    of_factors = Matrices(
        np.eye(k), matrices.paths, matrices.factor_cov, np.zeros((k, k)), np.zeros(k), np.zeros(k)
    )
    here = np.flatnonzero((cells.matrix == Matrix.PATH) | (cells.matrix == Matrix.FACTOR))
    at = moments(of_factors, cells[here])
    slopes = np.zeros((k, len(cells)))
    slopes[:, here] = 2 * at.scale * at.columns[:, at.left] * at.columns[:, at.right]
    return np.diagonal(at.covariance).copy(), slopes


def _explained(
    matrices: Matrices, cells: Cells, paths: BoolArray, variance: Array, relative: Array, covariance: Array
) -> tuple[Array, Array]:
    """R2 of the factors and its standard errors, (k,) each."""
    explained = np.flatnonzero(paths.any(axis=0))
    left = np.diagonal(matrices.factor_cov) / variance
    disturbance = (cells.matrix == Matrix.FACTOR) & (cells.row == cells.column)
    position = np.empty(len(variance), dtype=np.int64)
    position[cells.row[disturbance]] = np.flatnonzero(disturbance)
    jacobian = left[explained, None] * relative[explained]
    jacobian[np.arange(len(explained)), position[explained]] -= 1 / variance[explained]
    r2, std_err = np.full(len(variance), np.nan), np.full(len(variance), np.nan)
    r2[explained] = 1 - left[explained]
    std_err[explained] = _delta(jacobian, covariance)
    return r2, std_err


def _delta(jacobian: Array, covariance: Array) -> Array:
    """Standard errors of functions with these derivatives (r, t) by the parameters."""
    return np.asarray(np.sqrt(np.einsum("ij,jk,ik->i", jacobian, covariance, jacobian, optimize=True)))
