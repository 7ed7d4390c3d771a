"""Chi-square and standard errors of a structural model for answers that are not normal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from smartcity_survey.stats.cfa_fit import baseline, comparative_fit, rmsea_of
from smartcity_survey.stats.likelihood import Point, Sample, evaluate
from smartcity_survey.stats.maximum_likelihood import Fitted
from smartcity_survey.stats.structure import Cells, Matrices, Matrix, Structure
from smartcity_survey.stats.types import Array

Correction = Literal["satorra_bentler", "yuan_bentler"]

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


def satorra_bentler(fit: Fitted, x: Array) -> ScaledTest:
    """Scale the chi-square of `fit` by the fourth moments of the answers x (n, p) it was fitted to.

    scaling = tr(U G) / df, where G is the covariance matrix of the answers' products and U the residual
    weight matrix. Satorra and Bentler (1994); as lavaan's MLM, with divisor n.
    """
    return scaled_test(fit, x, "satorra_bentler")


def scaled_test(fit: Fitted, x: Array, correction: Correction) -> ScaledTest:
    """Scaled chi-square of a model of one group without mean structure, with its robust indices.

    correction : `satorra_bentler` (lavaan's MLM) or `yuan_bentler` (MLR: observed in place of expected second
        derivatives; Yuan and Bentler 2000, Sociological Methodology 30, 165-200, in Mplus's variant).
    """
    ml = fit.ml
    df, chi2 = ml.df, ml.chi2
    baseline_chi2, baseline_df = baseline(ml)
    if df == 0:
        nan = float("nan")
        return ScaledTest(nan, nan, 0, nan, baseline_chi2, nan, nan, nan, nan, nan, nan, nan)
    scaling = _scaling(ml.points[0], ml.samples[0], x, df, correction)
    independent = _independence(ml.samples[0])
    baseline_scaling = _scaling(independent, ml.samples[0], x, baseline_df, correction)
    excess = chi2 - scaling * df
    baseline_excess = baseline_chi2 - baseline_scaling * baseline_df
    rmsea = rmsea_of(chi2 / scaling, df, ml.multiplier, scaling=scaling)
    return ScaledTest(
        scaling=scaling,
        chi2=chi2 / scaling,
        df=df,
        p=float(special.chdtrc(df, max(chi2 / scaling, 0.0))),
        baseline_chi2=baseline_chi2 / baseline_scaling,
        baseline_scaling=baseline_scaling,
        cfi=comparative_fit(excess, baseline_excess),
        tli=1 - excess / baseline_excess * baseline_df / df,
        rmsea=rmsea.value,
        rmsea_low=rmsea.low,
        rmsea_high=rmsea.high,
        p_close=rmsea.p_close,
    )


def robust_covariance(fit: Fitted, x: Array, correction: Correction) -> Array:
    """(t, t): covariances of the parameters, from the respondents' own slopes (the sandwich estimator)."""
    ml = fit.ml
    point = ml.points[0]
    bread = np.linalg.inv(_curvature(point, correction) / 2)
    return np.asarray(bread @ slope_covariance(point, x) @ bread / len(x))


def slope_covariance(point: Point, x: Array) -> Array:
    """(q, q): covariances of the respondents' parts of the derivatives of half the discrepancy.

    With Y = (x - mean) P C the part of a respondent is s Y_l Y_r for a cell with columns c_l, c_r of C. The
    (p (p + 1) / 2)-square matrices of fourth moments and of weights are never formed.
    """
    at = point.moments
    into, mean = point.precision @ at.columns, x.mean(axis=0)
    total, products = np.zeros(len(at.scale)), np.zeros((len(at.scale),) * 2)
    for first in range(0, len(x), ROWS):
        y = (x[first : first + ROWS] - mean) @ into
        slopes = at.scale * y[:, at.left] * y[:, at.right]
        total += slopes.sum(axis=0)
        products += slopes.T @ slopes
    return np.asarray(products / len(x) - np.outer(total, total) / len(x) ** 2)


def _scaling(point: Point, sample: Sample, x: Array, df: int, correction: Correction) -> float:
    """tr(U G) / df: the trace over all moments less what the parameters take up."""
    weight = point.precision if correction == "satorra_bentler" else np.linalg.inv(sample.covariance)
    mean, squares, products = x.mean(axis=0), 0.0, np.zeros_like(weight)
    for first in range(0, len(x), ROWS):
        centred = x[first : first + ROWS] - mean
        products += centred.T @ centred
        squares += float(np.sum(np.square(np.einsum("ij,ij->i", centred @ weight, centred))))
    weighted = weight @ products / len(x)
    of_moments = 0.5 * (squares / len(x) - np.einsum("ij,ji->", weighted, weighted))
    taken_up = np.trace(np.linalg.solve(_curvature(point, correction) / 2, slope_covariance(point, x)))
    return float((of_moments - taken_up) / df)


def _curvature(point: Point, correction: Correction) -> Array:
    return point.information() if correction == "satorra_bentler" else point.hessian()


def _independence(sample: Sample) -> Point:
    """The fitted model of independent items."""
    p = len(sample.covariance)
    structure = Structure.unconstrained(Matrices.zeros(p, 0), Cells.of(Matrix.RESIDUAL, np.arange(p)))
    point = evaluate(structure, Sample(sample.n, sample.covariance), np.diagonal(sample.covariance).copy())
    assert point is not None  # variances are positive
    return point
