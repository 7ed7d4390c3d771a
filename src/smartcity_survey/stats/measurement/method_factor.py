"""A factor of the method of asking behind all items: a latent one, or a marker that was asked as well.

What correlations and loadings lose once such a factor takes part tells how much of them may be due to the
method. Podsakoff, MacKenzie, Lee and Podsakoff (2003), Journal of Applied Psychology 88, 879-903; Williams,
Hartman and Cavazotte (2010), Organizational Research Methods 13, 477-514, for the marker.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import block_diag

from smartcity_survey.stats.core.errors import InvalidModel, NotConverged, StatisticsError
from smartcity_survey.stats.core.significance import ChiSquareTest, below_level, chi_square_test
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.sem.cfa import CfaFit, fit_cfa
from smartcity_survey.stats.sem.cfa_model import first_items, single_items
from smartcity_survey.stats.sem.likelihood import Sample
from smartcity_survey.stats.sem.maximum_likelihood import TOLERANCE, StructureFit, fit_structures
from smartcity_survey.stats.sem.structure import Cells, Matrices, Matrix, Structure

_FEWEST_MARKERS = 2
_BEGUN = 0.2
"""Standardised loading on the method that an iteration begins from."""
_FAR = 2.0
"""Variance of the method, over the largest factor's, that one begins from where the first had no end."""


@dataclass(frozen=True, slots=True, eq=False)
class MethodFactor:
    """A model of p items on k correlated factors and on a method factor that is correlated with none.

    std_loadings, method_loadings : (p,), standardised, of the items on their factor and on the method, whose
        loadings sum to a positive number; nan where its variance or their factor's is negative. factor_corr :
        (k, k).
    method_variance : share of the items' variance that the method explains, on average; below 0 where items
        would have to share less than nothing with it. admissible : it is not, uniquenesses and the factors'
        variances are positive and their correlations positive definite.
    """

    std_loadings: Array
    method_loadings: Array
    factor_corr: Array
    method_variance: float
    admissible: bool
    ml: StructureFit


@dataclass(frozen=True, slots=True, eq=False)
class MarkerModels:
    """The models of the CFA marker technique, of p items and m marker items.

    cfa : all factors correlated. baseline : the marker uncorrelated with the others, its loadings and
        uniquenesses held at those of `cfa`. constrained : with loadings of the items on the marker, all alike
        in the items' units. unconstrained : with loadings of their own; None where it has no solution.
        restricted : the better of these two with the factors' correlations held at those of `baseline`.
    of_constrained, of_unconstrained, of_restricted : tests of marker effects at all, of unequal ones, and of
        correlations that they bias; None as `unconstrained`.
    """

    cfa: CfaFit
    baseline: MethodFactor
    constrained: MethodFactor
    unconstrained: MethodFactor | None
    restricted: MethodFactor
    of_constrained: ChiSquareTest
    of_unconstrained: ChiSquareTest | None
    of_restricted: ChiSquareTest

    def better(self, alpha: float) -> MethodFactor:
        """The unconstrained model where loadings that differ fit better, else the constrained one."""
        return _better(self.constrained, self.unconstrained, self.of_unconstrained, alpha)


def fit_method_factor(measurement: CfaFit, *, equal: bool, tolerance: float = TOLERANCE) -> MethodFactor:
    """Add a method factor to the correlated factors of a fitted measurement model.

    equal : all items load on it alike, in their units, so that its variance is the one parameter; otherwise
        each by itself, the variance being 1.

    Raises
    ------
    InvalidModel (a single factor, which nothing tells from the method; an item of several factors),
    UnderIdentified, NotConverged.
    """
    pattern = measurement.pattern
    p, k = pattern.shape
    if k < 2:
        raise InvalidModel("cannot be told from a method of asking", "factors", np.arange(k))
    _require_one_factor(pattern)
    start, variance = _start(measurement, p, k), np.diagonal(measurement.sample)
    fixed = Matrices.zeros(p, k + 1)
    np.fill_diagonal(fixed.factor_cov, 1.0)
    structure = _structure(fixed, pattern, equal=None if equal else False)
    if equal:
        # Its variance, unlike a loading, may pass through zero.
        fixed.loadings[:, k] = 1.0
        start.factor_cov[k, k] = _BEGUN**2 * variance.mean()
        cells = Cells.join(structure.cells, Cells.of(Matrix.FACTOR, np.array([k])))
        structure = Structure.unconstrained(fixed, cells)
    start.loadings[:, k] = _BEGUN * np.sqrt(variance)
    sample = Sample(measurement.n, measurement.sample)
    try:
        ml = fit_structures([structure], [sample], _theta(structure, start), tolerance=tolerance)
    except NotConverged:
        if not equal:
            raise
        # The maximum may lie where factors have negative variances, as of items that load nearly alike.
        structure, start = _beyond(structure, start, pattern)
        ml = fit_structures([structure], [sample], _theta(structure, start), tolerance=tolerance)
    return _record(ml, pattern)


def fit_marker_models(
    S: Array, n: int, pattern: BoolArray, *, alpha: float = 0.05, tolerance: float = TOLERANCE
) -> MarkerModels:
    """Fit the models of the CFA marker technique.

    Parameters
    ----------
    S : (p + m, p + m), covariances with divisor n of the items of `pattern` (p, k), then of the m items of
        the marker. alpha : level by which `restricted` is of the constrained or the unconstrained model.

    Raises
    ------
    InvalidModel (a marker of a single item, whose error nothing tells; an item of several factors), and as
    `fit_cfa`.
    """
    p, k = pattern.shape
    m = len(S) - p
    if m < _FEWEST_MARKERS:
        raise InvalidModel("are too few for a marker that is a factor", "items", p + np.arange(m))
    _require_one_factor(pattern)
    whole = block_diag(pattern, np.ones((m, 1))).astype(bool)
    cfa = fit_cfa(S, n, whole, scaling="unit_variance", tolerance=tolerance)
    sample = Sample(n, S)
    fixed = Matrices.zeros(p + m, k + 1)
    np.fill_diagonal(fixed.factor_cov, 1.0)
    fixed.loadings[p:, k] = cfa.loadings[p:, k]
    marker = np.arange(p, p + m)
    fixed.residual_cov[marker, marker] = cfa.uniquenesses[p:]
    start = _start(cfa, p, k)
    sd = np.sqrt(np.diagonal(S))[:p]

    def fitted(structure: Structure, begun: Matrices) -> MethodFactor:
        ml = fit_structures([structure], [sample], _theta(structure, begun), tolerance=tolerance)
        return _record(ml, pattern)

    baseline = fitted(_structure(fixed, pattern), start)
    start.loadings[:p, k] = _BEGUN * sd.mean()
    constrained = fitted(_structure(fixed, pattern, equal=True), start)
    unconstrained, of_unequal = None, None
    try:
        unconstrained = fitted(_structure(fixed, pattern, equal=False), _found(constrained))
        of_unequal = _difference(constrained, unconstrained)
    except StatisticsError:
        pass  # loadings of their own are more than some answers tell; the constrained model stands
    better = _better(constrained, unconstrained, of_unequal, alpha)
    held = Matrices(*(array.copy() for array in fixed.in_order()))
    held.factor_cov[:k, :k] = _found(baseline).factor_cov[:k, :k]
    structure = _structure(held, pattern, equal=better is constrained, correlated=False)
    restricted = fitted(structure, _found(better))
    return MarkerModels(
        cfa=cfa,
        baseline=baseline,
        constrained=constrained,
        unconstrained=unconstrained,
        restricted=restricted,
        of_constrained=_difference(baseline, constrained),
        of_unconstrained=of_unequal,
        of_restricted=_difference(restricted, better),
    )


def _require_one_factor(pattern: BoolArray) -> None:
    several = np.flatnonzero(pattern.sum(axis=1) != 1)
    if several.size:
        raise InvalidModel("load on several factors", "items", several)


def _start(measurement: CfaFit, p: int, k: int) -> Matrices:
    """The first p items of a measurement model and its first k factors, of variance 1."""
    start = Matrices.zeros(len(measurement.pattern), k + 1)
    sd = np.sqrt(np.diagonal(measurement.factor_cov))
    start.loadings[:p, :k] = measurement.loadings[:p, :k] * sd[:k]
    start.factor_cov[:k, :k] = measurement.factor_corr[:k, :k]
    np.fill_diagonal(start.residual_cov, measurement.uniquenesses)
    return start


def _structure(
    fixed: Matrices, pattern: BoolArray, *, equal: bool | None = None, correlated: bool = True
) -> Structure:
    """Items on their factors and on the last one: by one parameter, by one for each, or (None) not at all."""
    p, k = pattern.shape
    items = np.arange(p)
    method = Cells.of(
        Matrix.LOADING, items[: 0 if equal is None else p], np.full(0 if equal is None else p, k)
    )
    own = Cells.join(
        Cells.of(Matrix.LOADING, *np.nonzero(pattern)),
        Cells.of(Matrix.FACTOR, *np.tril_indices(k if correlated else 0, -1)),
        Cells.of(Matrix.RESIDUAL, np.flatnonzero(~single_items(pattern))),
    )
    shared = np.zeros(len(method), dtype=np.int64) if equal else np.arange(len(method))
    return Structure(fixed, Cells.join(own, method), np.concatenate((np.arange(len(own)), len(own) + shared)))


def _beyond(structure: Structure, start: Matrices, pattern: BoolArray) -> tuple[Structure, Matrices]:
    """The model of a method of equal loadings with factors in the units of their first items, whose variances
    may have any sign; begun where the method explains so much that they are negative."""
    k = pattern.shape[1]
    factors, markers = np.arange(k), first_items(pattern)
    unit = start.loadings[markers, factors]
    cov = start.factor_cov[:k, :k] * np.outer(unit, unit)
    method = _FAR * np.diagonal(cov).max()
    # Loadings whose products with the variances fall as much from the first item's as they did.
    shrunk = np.diagonal(cov) / (np.diagonal(cov) - method)
    loadings = start.loadings.copy()
    loadings[:, :k] = np.where(pattern, 1 + (loadings[:, :k] / unit - 1) * shrunk, 0.0)
    fixed = replace(structure.fixed, loadings=structure.fixed.loadings.copy())
    fixed.loadings[markers, factors] = 1.0
    cells = structure.cells
    free = ~((cells.matrix == Matrix.LOADING) & np.isin(cells.row, markers) & (cells.column < k))
    _, parameter = np.unique(structure.parameter[free], return_inverse=True)
    variances = Cells.of(Matrix.FACTOR, factors)
    return (
        Structure(
            fixed,
            Cells.join(cells[free], variances),
            np.concatenate((parameter, parameter.max() + 1 + factors)),
        ),
        replace(start, loadings=loadings, factor_cov=block_diag(cov - method, method)),
    )


def _theta(structure: Structure, begun: Matrices) -> Array:
    """(t,): parameters where an iteration begins; of cells that share one, the last."""
    theta = np.empty(int(structure.parameter.max()) + 1)
    theta[structure.parameter] = structure.values(begun)
    return theta


def _record(ml: StructureFit, pattern: BoolArray) -> MethodFactor:
    p, k = pattern.shape
    matrices, implied = ml.structures[0].matrices(ml.theta), ml.points[0].moments.covariance
    variance, sd = float(matrices.factor_cov[k, k]), np.sqrt(np.diagonal(implied))[:p]
    with np.errstate(invalid="ignore"):  # a negative variance has no root
        spread = np.append(np.sqrt(np.diagonal(matrices.factor_cov)[:k]), 1.0)
    loadings = matrices.loadings[:p] * spread / sd[:, None]
    # Factors have no direction of their own: most of what loads on them is to be positive.
    turn = np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)
    loadings = loadings * turn
    corr = matrices.factor_cov[:k, :k] * np.outer(turn[:k], turn[:k]) / np.outer(spread[:k], spread[:k])
    uniquenesses = np.diagonal(matrices.residual_cov)[:p]
    return MethodFactor(
        std_loadings=loadings[:, :k].sum(axis=1),
        method_loadings=loadings[:, k] * (np.sqrt(variance) if variance >= 0 else np.nan),
        factor_corr=corr,
        method_variance=variance * float(np.mean(loadings[:, k] ** 2)),
        admissible=variance >= 0
        and bool((spread > 0).all())
        and bool((uniquenesses > 0)[~single_items(pattern)].all())
        and bool(np.linalg.eigvalsh(corr)[0] > 0),
        ml=ml,
    )


def _found(fit: MethodFactor) -> Matrices:
    return fit.ml.structures[0].matrices(fit.ml.theta)


def _difference(narrow: MethodFactor, wide: MethodFactor) -> ChiSquareTest:
    return chi_square_test(max(narrow.ml.chi2 - wide.ml.chi2, 0.0), narrow.ml.df - wide.ml.df)


def _better(
    constrained: MethodFactor, unconstrained: MethodFactor | None, test: ChiSquareTest | None, alpha: float
) -> MethodFactor:
    if unconstrained is None or test is None or not below_level(np.array(test.p), alpha):
        return constrained
    return unconstrained
