"""Confirmatory factor analysis by maximum likelihood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from smartcity_survey.stats.core.correlations import require_independence
from smartcity_survey.stats.core.errors import (
    ConstantItems,
    NotConverged,
    NotFinite,
    StatisticsError,
    TooFewRows,
    UnderIdentified,
)
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.sem.cfa_model import (
    Scaling,
    first_items,
    item_pairs,
    measurement_structure,
    require_identifiable,
    single_items,
)
from smartcity_survey.stats.sem.cfa_start import alike_factors, starting_values
from smartcity_survey.stats.sem.likelihood import Sample
from smartcity_survey.stats.sem.maximum_likelihood import (
    TOLERANCE,
    Minimum,
    StructureFit,
    fit_at,
    fit_structures,
)
from smartcity_survey.stats.sem.structure import Matrices, Matrix, Structure

_CLOSE = 0.05
"""RMSEA up to which a model fits closely (Browne and Cudeck 1993)."""
_SECOND_ITERATIONS = 50
_LOWER = 1e-8
"""By how much of a discrepancy one minimum has to be lower than another to be another one."""


@dataclass(frozen=True, slots=True, eq=False)
class CfaFit:
    """A measurement model of p items and k correlated factors, fitted by maximum likelihood.

    pattern : (p, k), which loadings are free. markers : (k,), item that gives each factor its unit and sign.
    loadings : (p, k), in item units per unit of the factor. uniquenesses : (p,), item variance the factors
        leave. factor_cov : (k, k). std_err_loadings (p, k), std_err_uniquenesses (p,), std_err_factor_cov
        (k, k) : from the expected information; nan for what is fixed.
    std_loadings (p, k), factor_corr (k, k) : items and factors of variance 1; std_err_std_loadings,
        std_err_factor_corr : by the delta method; nan for what is fixed.
    heywood : positions of items whose uniqueness is not positive though free (not of a
        `cfa_model.single_items`). admissible : none is, and the factor covariances are positive definite; an
        inadmissible solution describes no possible population. Correlated residuals have to have positive
        definite covariances too.
    pairs : (m, 2), items whose residuals correlate, the later one first; `correlated_residuals` has them.
    ml : the likelihood's result in the scaling asked for, with the parameters in the order loadings by row,
        factor covariances (lower triangle by row), uniquenesses, residual covariances. standard : the same of
        items and factors of variance 1; from both, with other errors, `cfa_record` makes a fit with these.
    """

    pattern: BoolArray
    markers: IntArray
    loadings: Array
    uniquenesses: Array
    factor_cov: Array
    std_err_loadings: Array
    std_err_uniquenesses: Array
    std_err_factor_cov: Array
    std_loadings: Array
    factor_corr: Array
    std_err_std_loadings: Array
    std_err_factor_corr: Array
    heywood: IntArray
    admissible: bool
    pairs: IntArray
    ml: StructureFit
    standard: StructureFit

    @property
    def chi2(self) -> float:
        """Discrepancy chi-square."""
        return self.ml.chi2

    @property
    def df(self) -> int:
        """Degrees of freedom."""
        return self.ml.df

    @property
    def p(self) -> float:
        """Upper tail of the chi-square; nan for df 0."""
        return self.ml.p

    @property
    def f_min(self) -> float:
        """Discrepancy at the minimum (twice the value lavaan prints)."""
        return self.ml.f_min

    @property
    def n(self) -> int:
        """Respondents."""
        return self.ml.n

    @property
    def gradient_norm(self) -> float:
        """As in `StructureFit`."""
        return self.ml.gradient_norm

    @property
    def n_iterations(self) -> int:
        """Iterations of Newton's method."""
        return self.ml.n_iterations

    @property
    def sample(self) -> Array:
        """(p, p): covariances of the respondents."""
        return self.ml.samples[0].covariance

    @property
    def implied(self) -> Array:
        """(p, p): covariances of the model."""
        return self.ml.points[0].moments.covariance

    @property
    def r2(self) -> Array:
        """(p,): share of each item's variance that the factors explain."""
        return np.asarray(1 - self.uniquenesses / np.diagonal(self.implied))

    @property
    def residual_cov(self) -> Array:
        """(p, p): of the residuals, uniquenesses on the diagonal."""
        return self.ml.structures[0].matrices(self.ml.theta).residual_cov

    @property
    def residual_correlations(self) -> Array:
        """(p, p): sample less model correlations."""
        return correlations_of(self.sample) - correlations_of(self.implied)


def fit_cfa(
    S: Array,
    n: int,
    pattern: BoolArray,
    *,
    pairs: IntArray | None = None,
    scaling: Scaling = "marker",
    markers: IntArray | None = None,
    wishart: bool = False,
    tolerance: float = TOLERANCE,
    max_iterations: int = 200,
) -> CfaFit:
    """Fit a measurement model to item covariances S (p, p; divisor n, or n - 1 by Wishart) of n respondents.

    Parameters
    ----------
    pattern : (p, k), whether the item loads on the factor; all factors correlate. A factor of a single item
        is that item, without error (`cfa_model.single_items`).
    pairs : (m, 2), positions of items whose residuals correlate, each pair a parameter more; None: of none.
    scaling : `marker` gives a factor the unit of its marker, whose loading is 1; `unit_variance` gives every
        factor variance 1. Fit, standardised loadings and factor correlations are the same.
    markers : (k,), by default the first item that loads on the factor alone, else the first that loads on it.
    tolerance : largest `gradient_norm` (see `StructureFit`) at convergence.

    The iteration runs on correlations and factors of variance 1, so that neither units nor markers matter.
    Joreskog (1969), Psychometrika 34, 183-202; likelihood and standard errors as in lavaan.

    Raises
    ------
    TooFewRows (n <= p), NotFinite, ConstantItems, LinearDependence, NotPositiveDefinite, InvalidModel (an
    item loads nowhere; pairs that `cfa_model.item_pairs` refuses), UnderIdentified, NotConverged (small
    samples may have no finite minimum).
    """
    if n <= len(S):
        raise TooFewRows(n, len(S) + 1)
    unknown = np.flatnonzero(~np.isfinite(S).all(axis=0))
    if unknown.size:
        raise NotFinite(tuple(unknown.tolist()))
    constant = np.flatnonzero(np.diagonal(S) <= 0)
    if constant.size:
        raise ConstantItems(tuple(constant.tolist()))
    require_identifiable(pattern)
    pairs = item_pairs(pairs, pattern)
    require_independence(correlations_of(S), n)
    markers = first_items(pattern) if markers is None else markers
    standard = _fit_standardised(S, n, pattern, pairs, markers, wishart, tolerance, max_iterations)
    structure, theta = rescaled(standard, np.sqrt(np.diagonal(S)), pattern, markers, scaling, pairs)
    minimum = Minimum(theta, standard.gradient_norm, standard.n_iterations)
    ml = fit_at([structure], [Sample(n, S)], minimum, multiplier=standard.multiplier)
    return cfa_record(ml, standard, pattern, markers, pairs)


def _fit_standardised(
    S: Array,
    n: int,
    pattern: BoolArray,
    pairs: IntArray,
    markers: IntArray,
    wishart: bool,
    tolerance: float,
    max_iterations: int,
) -> StructureFit:
    """The model of the item correlations with factors of variance 1, at the lower of two minima.

    Where the model misfits, as with items under each other's construct, the discrepancy can have several
    minima. One start follows each factor's own items, the other takes all factors for nearly the same. A
    model that fits closely leaves no room for a lower minimum that would matter, and is not fitted again.
    """
    R = correlations_of(S)
    structure = measurement_structure(pattern, "unit_variance", markers, pairs)
    found: StructureFit | None = None
    refused: StatisticsError | None = None
    for start_at, iterations in (
        (starting_values, max_iterations),
        (alike_factors, min(max_iterations, _SECOND_ITERATIONS)),
    ):
        start = Matrices.zeros(*pattern.shape)
        start.loadings[:], start.factor_cov[:], uniquenesses = start_at(R, pattern)
        np.fill_diagonal(start.residual_cov, uniquenesses)
        try:
            fit = fit_structures(
                [structure],
                [Sample(n, R)],
                structure.values(start),
                wishart=wishart,
                tolerance=tolerance,
                max_iterations=iterations,
            )
        except (NotConverged, UnderIdentified) as error:
            refused = refused or error
            continue
        if found is None or fit.f_min < found.f_min - _LOWER * max(found.f_min, 1.0):
            found = fit
        if found.chi2 <= found.df * (1 + found.multiplier * _CLOSE**2):
            break
    if found is None:
        raise refused or NotConverged("maximum likelihood", max_iterations, np.inf)
    return found


def rescaled(
    standard: StructureFit,
    sd: Array,
    pattern: BoolArray,
    markers: IntArray,
    scaling: Scaling,
    pairs: IntArray | None = None,
) -> tuple[Structure, Array]:
    """The model in item units and in the scaling asked for, and its parameters."""
    matrices = standard.structures[0].matrices(standard.theta)
    loadings = matrices.loadings * sd[:, None]
    of_marker = loadings[markers, np.arange(len(markers))]
    unit = of_marker if scaling == "marker" else np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)
    structure = measurement_structure(pattern, scaling, markers, pairs)
    found = Matrices.zeros(*pattern.shape)
    found.loadings[:] = loadings / unit
    found.factor_cov[:] = matrices.factor_cov * np.outer(unit, unit)
    found.residual_cov[:] = matrices.residual_cov * np.outer(sd, sd)
    return structure, structure.values(found)


def cfa_record(
    ml: StructureFit,
    standard: StructureFit,
    pattern: BoolArray,
    markers: IntArray,
    pairs: IntArray | None = None,
) -> CfaFit:
    """The record of a model fitted in the scaling asked for and with items and factors of variance 1."""
    matrices = ml.structures[0].matrices(ml.theta)
    spread = np.sqrt(np.abs(np.diagonal(matrices.factor_cov)))
    item_sd = np.sqrt(np.diagonal(ml.points[0].moments.covariance))
    std_err = _standard_errors(ml)
    std_err_std_loadings, std_err_factor_corr = _standardised_errors(standard)
    single = single_items(pattern)
    std_err_std_loadings[single] = np.nan  # 1 whatever the sample
    uniquenesses = np.diagonal(matrices.residual_cov).copy()
    heywood = np.flatnonzero((uniquenesses <= 0) & ~single)
    indefinite = lapack.dpotrf(matrices.factor_cov, lower=1)[1]
    pairs = item_pairs(pairs, pattern)
    together = np.unique(pairs)
    if pairs.size:
        indefinite |= lapack.dpotrf(matrices.residual_cov[np.ix_(together, together)], lower=1)[1]
    return CfaFit(
        pattern=pattern,
        markers=markers,
        loadings=matrices.loadings,
        uniquenesses=uniquenesses,
        factor_cov=matrices.factor_cov,
        std_err_loadings=std_err.loadings,
        std_err_uniquenesses=np.diagonal(std_err.residual_cov).copy(),
        std_err_factor_cov=std_err.factor_cov,
        std_loadings=matrices.loadings * spread / item_sd[:, None],
        factor_corr=matrices.factor_cov / np.outer(spread, spread),
        std_err_std_loadings=std_err_std_loadings,
        std_err_factor_corr=std_err_factor_corr,
        heywood=heywood,
        admissible=not heywood.size and not indefinite,
        pairs=pairs,
        ml=ml,
        standard=standard,
    )


def _standard_errors(ml: StructureFit) -> Matrices:
    """Standard errors in the places of their parameters, nan elsewhere."""
    return ml.structures[0].in_place(np.sqrt(np.diagonal(ml.covariance)))


def _standardised_errors(standard: StructureFit) -> tuple[Array, Array]:
    """Standard errors of standardised loadings (p, k) and factor correlations (k, k).

    A standardised loading is l / sqrt(sigma); where factors have variance 1, both change with the parameters.
    """
    structure, at = standard.structures[0], standard.points[0].moments
    cells = structure.cells
    changes = 2 * at.scale * at.columns[:, at.left] * at.columns[:, at.right]
    loading = np.flatnonzero(cells.matrix == Matrix.LOADING)
    item = cells.row[loading]
    variance = np.diagonal(at.covariance)[item]
    jacobian = -(standard.theta[loading] / (2 * variance**1.5))[:, None] * changes[item]
    jacobian[np.arange(len(loading)), loading] += 1 / np.sqrt(variance)
    of_loadings = np.sqrt(np.einsum("ij,jk,ik->i", jacobian, standard.covariance, jacobian, optimize=True))
    std_err = _standard_errors(standard)
    std_err.loadings[item, cells.column[loading]] = of_loadings
    return std_err.loadings, std_err.factor_cov


def correlations_of(covariances: Array) -> Array:
    """Correlations (p, p) of covariances (p, p), with an exact unit diagonal."""
    sd = np.sqrt(np.diagonal(covariances))
    matrix: Array = covariances / np.outer(sd, sd)
    np.fill_diagonal(matrix, 1.0)
    return matrix
