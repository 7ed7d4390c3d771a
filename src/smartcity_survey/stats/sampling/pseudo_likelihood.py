"""Pseudo maximum likelihood: models of weighted or clustered answers, with errors by the sandwich.

The normal likelihood of the weighted moments gives the estimates; the weighted slopes of the units that were
drawn give their errors (Skinner 1989; Asparouhov 2005, Structural Equation Modeling 12, 411-434).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from smartcity_survey.stats.core.errors import TooFewUnits
from smartcity_survey.stats.core.significance import ChiSquareTest, chi_square_test
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_moments import weighted_covariance
from smartcity_survey.stats.sem.cfa import CfaFit, cfa_record, fit_cfa
from smartcity_survey.stats.sem.cfa_fit import baseline
from smartcity_survey.stats.sem.cfa_robust import ScaledTest, scaled_record
from smartcity_survey.stats.sem.likelihood import Point, Sample, evaluate
from smartcity_survey.stats.sem.maximum_likelihood import TOLERANCE, StructureFit
from smartcity_survey.stats.sem.sem import SemFit, fit_sem, sem_record
from smartcity_survey.stats.sem.structure import Cells, Matrices, Matrix, Structure


@dataclass(frozen=True, slots=True)
class DesignTest:
    """Chi-square over `scaling`; nan for df 0. scaled : with its p."""

    scaling: float
    scaled: ChiSquareTest


@dataclass(frozen=True, slots=True, eq=False)
class DesignCfa:
    """cfa : a measurement model whose errors allow for the design. test : of its fit, robust indices too."""

    cfa: CfaFit
    test: ScaledTest


@dataclass(frozen=True, slots=True, eq=False)
class DesignSem:
    """sem : a structural model whose errors allow for the design. test : of its fit, robust indices too."""

    sem: SemFit
    test: ScaledTest


def fit_design_cfa(
    x: Array,
    pattern: BoolArray,
    design: SurveyDesign,
    *,
    pairs: IntArray | None = None,
    tolerance: float = TOLERANCE,
    max_iterations: int = 200,
) -> DesignCfa:
    """Fit a measurement model (pattern, pairs as in `fit_cfa`) to answers x (n, p) that a design gave.

    As lavaan's `sampling.weights` and `cluster` with `estimator = "MLR"`: errors from the observed
    information and the units' slopes, the chi-square scaled as by Yuan and Bentler in Mplus's variant.

    Raises
    ------
    As `fit_cfa`; TooFewUnits (fewer clusters than factors).
    """
    S, n = weighted_covariance(x, design, 0), design.n
    require_units(design, pattern)
    sd = np.sqrt(np.diagonal(S))
    plain = fit_cfa(S, n, pattern, pairs=pairs, tolerance=tolerance, max_iterations=max_iterations)
    return DesignCfa(
        cfa_record(
            _with_errors(plain.ml, x, design),
            _with_errors(plain.standard, x / sd, design),
            pattern,
            plain.markers,
            plain.pairs,
        ),
        scaled_design_test(plain.ml, x, design),
    )


def fit_design_sem(
    x: Array,
    pattern: BoolArray,
    paths: BoolArray,
    design: SurveyDesign,
    *,
    pairs: IntArray | None = None,
    level: float = 0.95,
    tolerance: float = TOLERANCE,
    max_iterations: int = 200,
) -> DesignSem:
    """Fit regressions among factors (arguments as in `fit_sem`) to answers x (n, p) that a design gave.

    Raises
    ------
    As `fit_sem`; TooFewUnits (fewer clusters than factors).
    """
    require_units(design, pattern)
    plain = fit_sem(
        weighted_covariance(x, design, 0),
        design.n,
        pattern,
        paths,
        pairs=pairs,
        level=level,
        tolerance=tolerance,
        max_iterations=max_iterations,
    )
    found = sem_record(_with_errors(plain.ml, x, design), plain.measurement, paths, level)
    # The normal theory's difference of two chi-squares does not hold for a design.
    return DesignSem(replace(found, restrictions=None), scaled_design_test(plain.ml, x, design))


def design_covariance(
    ml: StructureFit, x: Array, design: SurveyDesign, groups: Sequence[BoolArray] | None = None
) -> Array:
    """(t, t): covariances of the parameters of a model, by the sandwich estimator.

    groups : (n,) each, the respondents of the model's groups; None where it has one.
    """
    bread = np.linalg.inv(ml.pooled([point.hessian() for point in ml.points]) / 2)
    return np.asarray(bread @ _products(ml, x, design, groups) @ bread / ml.n)


def parameter_influence(ml: StructureFit, x: Array, design: SurveyDesign) -> Array:
    """(n, t): each respondent's influence on the parameters of a model of one group, times n, unweighted."""
    point = ml.points[0]
    bread = np.linalg.inv(ml.pooled([point.hessian()]) / 2)
    slopes = _slopes(point, x - design.weights @ x / design.n)
    return np.asarray(slopes @ np.eye(len(ml.theta))[ml.structures[0].parameter] @ bread)


def design_test(
    ml: StructureFit, x: Array, design: SurveyDesign, groups: Sequence[BoolArray] | None = None
) -> DesignTest:
    """The chi-square of a model, scaled by what the design makes of its distribution.

    As lavaan's `yuan.bentler.mplus`; of clustered answers the items' means count as well, as there.

    groups : as in `design_covariance`. Clusters may have people in several groups, which lavaan does not
        allow for.
    """
    if ml.df == 0:
        nothing = float("nan")
        return DesignTest(nothing, ChiSquareTest(ml.chi2, 0, nothing))
    saturated = sum(
        _saturated(point, sample, x[members], design.subset(members))
        for point, sample, members in zip(ml.points, ml.samples, _members(design, groups), strict=True)
    )
    bread = np.linalg.inv(ml.pooled([point.hessian() for point in ml.points]) / 2)
    taken_up = float(np.einsum("ij,ji->", bread, _products(ml, x, design, groups)))
    scaling = (saturated - taken_up) / ml.df
    if not scaling > 0:
        nothing = float("nan")
        return DesignTest(scaling, ChiSquareTest(nothing, ml.df, nothing))
    return DesignTest(scaling, chi_square_test(max(ml.chi2 / scaling, 0.0), ml.df))


def scaled_design_test(
    ml: StructureFit, x: Array, design: SurveyDesign, groups: Sequence[BoolArray] | None = None
) -> ScaledTest:
    """`design_test` with indices that allow for the scalings of the model and of independent items."""
    baseline_chi2, baseline_df = baseline(ml)
    structures, theta = _independence(ml.samples)
    points = [evaluate(*each, theta) for each in zip(structures, ml.samples, strict=True)]
    of_baseline = replace(
        ml,
        structures=structures,
        points=tuple(point for point in points if point is not None),  # variances are positive
        theta=theta,
        df=baseline_df,
    )
    return scaled_record(
        ml.chi2,
        ml.df,
        design_test(ml, x, design, groups).scaling,
        baseline_chi2,
        baseline_df,
        design_test(of_baseline, x, design, groups).scaling,
        ml.multiplier,
        groups=len(ml.samples),
    )


def _independence(samples: Sequence[Sample]) -> tuple[tuple[Structure, ...], Array]:
    """Independent items in every group, with their means where these are modelled; and their parameters."""
    structures, values = [], []
    size = 0
    for sample in samples:
        p = len(sample.covariance)
        cells = Cells.of(Matrix.RESIDUAL, np.arange(p))
        values.append(np.diagonal(sample.covariance))
        if sample.mean is not None:
            # Weights move the means of independent items too, so that these count here.
            cells = Cells.join(cells, Cells.of(Matrix.INTERCEPT, np.arange(p)))
            values.append(sample.mean)
        structures.append(Structure(Matrices.zeros(p, 0), cells, size + np.arange(len(cells))))
        size += len(cells)
    return tuple(structures), np.concatenate(values)


def _saturated(point: Point, sample: Sample, x: Array, design: SurveyDesign) -> float:
    """The trace of the products of a group's moments, over their information, per respondent."""
    deviations = x - design.weights @ x / sample.n
    triangle = np.linalg.cholesky(sample.covariance)
    whitened = np.linalg.solve(triangle, deviations.T).T
    p = x.shape[1]
    if design.clusters is None:
        # The squared length of u u' - I is (u'u)^2 - 2 u'u + p.
        lengths = np.einsum("ij,ij->i", whitened, whitened)
        trace = float(design.weights**2 @ (lengths**2 - 2 * lengths + p)) / 2
    else:
        trace = 0.0
        for code in range(design.units):
            own = design.clusters == code
            w, u = design.weights[own], whitened[own]
            trace += float(np.square((u * w[:, None]).T @ u - w.sum() * np.eye(p)).sum()) / 2
        trace *= _small_sample(design)
    if design.clusters is not None or sample.mean is not None:
        sums = design.totals(deviations)
        of_means = np.linalg.inv(sample.covariance)
        if sample.mean is None:
            of_means = of_means - point.precision
        trace += float(np.einsum("ij,ji->", of_means, sums.T @ sums * _small_sample(design)))
    # Weights that average 1 in the group are those that average 1 in all groups, over size / n.
    return trace * sample.size / sample.n**2


def _products(ml: StructureFit, x: Array, design: SurveyDesign, groups: Sequence[BoolArray] | None) -> Array:
    """(t, t): mean over the respondents of products of the units' slopes, by the parameters."""
    codes = np.arange(design.n) if design.clusters is None else design.clusters
    sums = np.zeros((design.units, len(ml.theta)))
    for structure, point, sample, members in zip(
        ml.structures, ml.points, ml.samples, _members(design, groups), strict=True
    ):
        own = design.subset(members)
        mean = own.weights @ x[members] / own.n if sample.mean is None else point.moments.mean
        slopes = _slopes(point, x[members] - mean) @ np.eye(len(ml.theta))[structure.parameter]
        weighted = slopes * own.weights[:, None] * (sample.size / own.n)
        np.add.at(sums, codes[members], weighted * np.sqrt(_small_sample(own)))
    return np.asarray(sums.T @ sums / ml.n)


def _slopes(point: Point, deviations: Array) -> Array:
    """(n, q): each respondent's part of the derivatives of half the discrepancy by the free cells."""
    at = point.moments
    y = deviations @ (point.precision @ at.columns)
    of_covariance = at.scale * (y[:, at.left] * y[:, at.right] - point.of_precision[at.left, at.right])
    return np.asarray(of_covariance + at.shift * y[:, at.left])


def slope_products(point: Point, x: Array, design: SurveyDesign) -> Array:
    """(q, q): as `_products`, by the free cells of a model of one group without equalities."""
    sums = design.totals(_slopes(point, x - design.weights @ x / design.n))
    return np.asarray(sums.T @ sums * _small_sample(design) / design.n)


def _members(design: SurveyDesign, groups: Sequence[BoolArray] | None) -> Sequence[BoolArray]:
    return [np.ones(design.n, dtype=bool)] if groups is None else groups


def _small_sample(design: SurveyDesign) -> float:
    """Clusters count G / (G - 1) times."""
    return 1.0 if design.clusters is None else design.units / (design.units - 1)


def _with_errors(ml: StructureFit, x: Array, design: SurveyDesign) -> StructureFit:
    return replace(ml, covariance=design_covariance(ml, x, design))


def require_units(design: SurveyDesign, pattern: BoolArray) -> None:
    """Refuse fewer units than factors, as TooFewUnits."""
    if design.units <= pattern.shape[1]:
        raise TooFewUnits(design.units, pattern.shape[1] + 1)
