"""Chi-square and standard errors of a structural model for answers that are not normal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy import special

from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.core.errors import StatisticsError
from smartcity_survey.stats.core.significance import ChiSquareTest, chi_square_test
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.sem.cfa import CfaFit, cfa_record, fit_cfa
from smartcity_survey.stats.sem.cfa_fit import baseline, comparative_fit, rmsea_of
from smartcity_survey.stats.sem.likelihood import Point, Sample, evaluate
from smartcity_survey.stats.sem.maximum_likelihood import TOLERANCE, Fitted, StructureFit
from smartcity_survey.stats.sem.sem import SemFit, fit_sem, sem_record
from smartcity_survey.stats.sem.structure import Cells, Matrices, Matrix, Structure

Correction = Literal["satorra_bentler", "yuan_bentler"]
Answers = Array | Sequence[Array]

ROWS = 4096
"""Respondents taken at a time, so that memory does not grow with their number."""


@dataclass(frozen=True, slots=True)
class ScaledTest:
    """A chi-square scaled by the answers' fourth moments, and the indices that follow; nan for df 0.

    chi2 : the normal-theory chi-square over `scaling`. df. p : its upper tail.
    cfi, tli, rmsea with its interval (rmsea_low, rmsea_high; 90 %), p_close : robust, that is, estimates of
        what the normal-theory indices are in the population (Brosseau-Liard, Savalei and Li 2012,
        Multivariate Behavioral Research 47, 904-930; Brosseau-Liard and Savalei 2014, ibid. 49, 460-470).
    baseline_chi2, baseline_scaling : of independent items.
    """

    scaling: float
    chi2: float
    df: int
    p: float
    baseline_chi2: float
    baseline_scaling: float
    cfi: float
    tli: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    p_close: float


@dataclass(frozen=True, slots=True, eq=False)
class RobustCfa:
    """cfa : a measurement model with robust standard errors. test : its scaled chi-square."""

    cfa: CfaFit
    test: ScaledTest


@dataclass(frozen=True, slots=True, eq=False)
class RobustSem:
    """sem : a structural model with robust standard errors; its `restrictions` by the difference of scaled
    chi-squares. test : its scaled chi-square."""

    sem: SemFit
    test: ScaledTest


def fit_robust_cfa(
    x: Array,
    pattern: BoolArray,
    *,
    pairs: IntArray | None = None,
    tolerance: float = TOLERANCE,
    max_iterations: int = 200,
) -> RobustCfa:
    """Fit a measurement model (pattern, pairs as in `fit_cfa`) to answers x (n, p) that need not be normal.

    Estimates by maximum likelihood, errors by the sandwich of observed second derivatives (Huber 1967; White
    1982, Econometrica 50, 1-25), the chi-square scaled as by Yuan and Bentler (2000): lavaan's and Mplus's
    MLR.

    Raises
    ------
    As `fit_cfa`.
    """
    S, n = covariance(x, ddof=0), len(x)
    plain = fit_cfa(S, n, pattern, pairs=pairs, tolerance=tolerance, max_iterations=max_iterations)
    sd = np.sqrt(np.diagonal(S))
    cfa = cfa_record(
        _with_errors(plain.ml, x),
        _with_errors(plain.standard, x / sd),
        pattern,
        plain.markers,
        plain.pairs,
    )
    return RobustCfa(cfa, scaled_test(plain, x, "yuan_bentler"))


def fit_robust_sem(
    x: Array,
    pattern: BoolArray,
    paths: BoolArray,
    *,
    pairs: IntArray | None = None,
    level: float = 0.95,
    tolerance: float = TOLERANCE,
    max_iterations: int = 200,
) -> RobustSem:
    """Fit regressions among factors (arguments as in `fit_sem`) to answers x (n, p) that need not be normal.

    As `fit_robust_cfa`; what paths left out cost is tested as by Satorra and Bentler (2001).

    Raises
    ------
    As `fit_sem`.
    """
    S = covariance(x, ddof=0)
    plain = fit_sem(
        S,
        len(x),
        pattern,
        paths,
        pairs=pairs,
        level=level,
        tolerance=tolerance,
        max_iterations=max_iterations,
    )
    test = scaled_test(plain, x, "yuan_bentler")
    found = sem_record(_with_errors(plain.ml, x), plain.measurement, paths, level)
    if plain.restrictions is not None:
        wide = plain.measurement
        of_wide = scaled_test(wide, x, "yuan_bentler")
        found = replace(found, restrictions=scaled_difference(test, plain.ml.chi2, of_wide, wide.chi2))
    return RobustSem(found, test)


def satorra_bentler(fit: Fitted, x: Answers) -> ScaledTest:
    """Scale the chi-square of `fit` by the third and fourth moments of the answers it was fitted to.

    x : (n, p), or one such array per group. scaling = tr(U G) / df, where G is the covariance matrix of the
    answers and their products and U the residual weight matrix. Satorra and Bentler (1994); as lavaan's MLM,
    with divisor n.
    """
    return scaled_test(fit, x, "satorra_bentler")


def scaled_test(fit: Fitted, x: Answers, correction: Correction) -> ScaledTest:
    """Scaled chi-square of a model of one or several groups, with its robust indices.

    correction : `satorra_bentler` (lavaan's MLM) or `yuan_bentler` (MLR: observed in place of expected second
        derivatives; Yuan and Bentler 2000, Sociological Methodology 30, 165-200, in Mplus's variant).

    Raises
    ------
    StatisticsError : the answers are not those of the fit's groups.
    """
    ml = fit.ml
    groups = _by_group(ml, x)
    df, chi2 = ml.df, ml.chi2
    baseline_chi2, baseline_df = baseline(ml)
    if df == 0:
        nan = float("nan")
        return ScaledTest(nan, nan, 0, nan, baseline_chi2, nan, nan, nan, nan, nan, nan, nan)
    moments = _trace_of_moments(ml.points, ml.samples, groups, correction)
    curvature = ml.pooled([_curvature(point, correction) for point in ml.points])
    scaling = (moments - _taken_up(curvature, _pooled_slopes(ml, groups, correction))) / df
    # Means of independent items fit exactly, so the baseline needs none.
    independent = [independence(sample) for sample in ml.samples]
    moments = _trace_of_moments(independent, [replace(s, mean=None) for s in ml.samples], groups, correction)
    taken_up = sum(
        _taken_up(_curvature(point, correction), slope_covariance(point, answers, correction))
        for point, answers in zip(independent, groups, strict=True)
    )
    baseline_scaling = (moments - taken_up) / baseline_df
    return scaled_record(
        chi2, df, scaling, baseline_chi2, baseline_df, baseline_scaling, ml.multiplier, groups=len(groups)
    )


def scaled_record(
    chi2: float,
    df: int,
    scaling: float,
    baseline_chi2: float,
    baseline_df: int,
    baseline_scaling: float,
    n: int,
    *,
    groups: int = 1,
) -> ScaledTest:
    """The record of two chi-squares of the normal theory and their scalings; nan for df 0 or no scaling."""
    scaled_baseline = baseline_chi2 / baseline_scaling
    if df == 0 or not scaling > 0:
        nan = float("nan")
        return ScaledTest(
            scaling, nan, df, nan, scaled_baseline, baseline_scaling, nan, nan, nan, nan, nan, nan
        )
    excess = chi2 - scaling * df
    baseline_excess = baseline_chi2 - baseline_scaling * baseline_df
    rmsea = rmsea_of(chi2 / scaling, df, n, groups=groups, scaling=scaling)
    return ScaledTest(
        scaling=scaling,
        chi2=float(chi2 / scaling),
        df=df,
        p=float(special.chdtrc(df, max(chi2 / scaling, 0.0))),
        baseline_chi2=scaled_baseline,
        baseline_scaling=baseline_scaling,
        cfi=comparative_fit(excess, baseline_excess),
        tli=1 - excess / baseline_excess * baseline_df / df,
        rmsea=rmsea.value,
        rmsea_low=rmsea.low,
        rmsea_high=rmsea.high,
        p_close=rmsea.p_close,
    )


def scaled_difference(
    narrow: ScaledTest, narrow_chi2: float, wide: ScaledTest, wide_chi2: float
) -> ChiSquareTest:
    """Test of a model against a wider one that contains it, from their scaled and normal-theory chi-squares.

    Satorra and Bentler (2001), Psychometrika 66, 507-514, whose scaling need not be positive: then the
    statistic is negative, says nothing, and has p nan.
    """
    df = narrow.df - wide.df
    scaling = (narrow.scaling * narrow.df - (wide.scaling * wide.df if wide.df else 0.0)) / df
    statistic = (narrow_chi2 - wide_chi2) / scaling
    return chi_square_test(statistic, df) if scaling > 0 else ChiSquareTest(statistic, df, float("nan"))


def robust_covariance(fit: Fitted, x: Answers, correction: Correction) -> Array:
    """(t, t): covariances of the parameters, from the respondents' own slopes (the sandwich estimator).

    Raises
    ------
    StatisticsError : the answers are not those of the fit's groups.
    """
    return _sandwich(fit.ml, _by_group(fit.ml, x), correction)


def _sandwich(ml: StructureFit, groups: Sequence[Array], correction: Correction) -> Array:
    bread = np.linalg.inv(ml.pooled([_curvature(point, correction) for point in ml.points]) / 2)
    return np.asarray(bread @ _pooled_slopes(ml, groups, correction) @ bread / ml.n)


def slope_covariance(point: Point, x: Array, correction: Correction) -> Array:
    """(q, q): covariances of the respondents' parts of the derivatives of half the discrepancy.

    With Y = (x - mean) P C the part of a respondent is s Y_l Y_r, and the mean's multiple of Y_l, for a cell
    with columns c_l, c_r of C. The (p (p + 1) / 2)-square matrices of fourth moments and of weights are never
    formed. `satorra_bentler` takes means and products about the sample's, `yuan_bentler` about the model's.
    """
    at = point.moments
    into = point.precision @ at.columns
    of_model = correction == "yuan_bentler" and bool(at.shift.any())
    mean = at.mean if of_model else x.mean(axis=0)
    total, products = np.zeros(len(at.scale)), np.zeros((len(at.scale),) * 2)
    for first in range(0, len(x), ROWS):
        y = (x[first : first + ROWS] - mean) @ into
        slopes = at.scale * y[:, at.left] * y[:, at.right] + at.shift * y[:, at.left]
        total += slopes.sum(axis=0) / len(x)
        products += slopes.T @ slopes / len(x)
    expected = at.scale * point.of_precision[at.left, at.right] if of_model else total
    across = np.outer(total, expected)
    return np.asarray(products - across - across.T + np.outer(expected, expected))


def _with_errors(ml: StructureFit, x: Array) -> StructureFit:
    """What the likelihood says of a model, with errors that do not take answers for normal."""
    return replace(ml, covariance=_sandwich(ml, [x], "yuan_bentler"))


def _pooled_slopes(ml: StructureFit, groups: Sequence[Array], correction: Correction) -> Array:
    """(t, t): slope covariances of the groups, summed into the parameters."""
    return ml.pooled(
        [slope_covariance(point, x, correction) for point, x in zip(ml.points, groups, strict=True)]
    )


def _by_group(ml: StructureFit, x: Answers) -> list[Array]:
    groups = [x] if isinstance(x, np.ndarray) else list(x)
    given, fitted = [len(answers) for answers in groups], [sample.n for sample in ml.samples]
    if given != fitted:
        raise StatisticsError(f"answers of {given} respondents for a model fitted to {fitted}")
    return groups


def _trace_of_moments(
    points: Sequence[Point], samples: Sequence[Sample], groups: Sequence[Array], correction: Correction
) -> float:
    """The trace of weights times covariances of all moments, which the parameters take up in part."""
    trace = 0.0
    for point, sample, x in zip(points, samples, groups, strict=True):
        weight = point.precision if correction == "satorra_bentler" else np.linalg.inv(sample.covariance)
        mean, squares, products = x.mean(axis=0), 0.0, np.zeros_like(weight)
        for first in range(0, len(x), ROWS):
            centred = x[first : first + ROWS] - mean
            products += centred.T @ centred / len(x)
            squares += float(np.sum(np.square(np.einsum("ij,ij->i", centred @ weight, centred)))) / len(x)
        weighted = weight @ products
        trace += 0.5 * (squares - float(np.einsum("ij,ji->", weighted, weighted)))
        if sample.mean is not None:
            trace += float(np.trace(weighted))
    return trace


def _taken_up(curvature: Array, slopes: Array) -> float:
    return float(np.trace(np.linalg.solve(curvature / 2, slopes)))


def _curvature(point: Point, correction: Correction) -> Array:
    return point.information() if correction == "satorra_bentler" else point.hessian()


def independence(sample: Sample) -> Point:
    """The fitted model of independent items, its parameters the variances; means fit exactly."""
    p = len(sample.covariance)
    structure = Structure.unconstrained(Matrices.zeros(p, 0), Cells.of(Matrix.RESIDUAL, np.arange(p)))
    point = evaluate(structure, Sample(sample.n, sample.covariance), np.diagonal(sample.covariance).copy())
    assert point is not None  # variances are positive
    return point
