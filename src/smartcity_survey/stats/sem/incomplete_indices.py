"""Robust fit indices of models of incomplete answers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import linalg

from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.missing.moment_information import Saturated
from smartcity_survey.stats.missing.normal_moments import NormalMoments
from smartcity_survey.stats.sem.cfa_fit import baseline
from smartcity_survey.stats.sem.cfa_robust import ScaledTest, independence, scaled_record
from smartcity_survey.stats.sem.incomplete import IncompleteFit, with_intercepts
from smartcity_survey.stats.sem.likelihood import Point, Sample, evaluate


@dataclass(frozen=True, slots=True, eq=False)
class _Chance:
    """What chance adds to discrepancies. Each (t, t), of means and covariances: the information W that
    incomplete answers have, their sampling covariances, and the information V of complete answers."""

    information: Array
    covariance: Array
    complete: Array

    def expected(self, point: Point) -> float:
        """The rows times the discrepancy of complete answers from a model that holds.

        The moments miss those of the model by M times their errors, M = I - D A and A = (D'WD)^-1 D'W, where
        D are derivatives of the model's moments; V weighs what is missed: tr(V M C M') for covariances C.
        """
        slopes = _moment_slopes(point)
        weighted = slopes.T @ self.information
        into = np.linalg.solve(weighted @ slopes, weighted)
        spread, seen = into @ self.covariance, self.complete @ slopes
        taken = np.einsum("ij,ij->", slopes.T @ seen, spread @ into.T)
        return float(np.sum(self.complete * self.covariance) - 2 * np.sum(seen.T * spread) + taken)


def corrected_test(found: IncompleteFit, moments: NormalMoments, of_moments: Saturated) -> ScaledTest:
    """The scaled chi-square of a model of incomplete answers, with indices that gaps do not bend.

    moments, of_moments : the saturated model that `found` was fitted with.

    Chi-square, scaling and p are those of `found`. What CFI, TLI and RMSEA compare are discrepancies of
    complete answers, from the saturated moments to those of the model and of independent items, less what
    chance makes of them for any distribution of the answers: Zhang and Savalei (2023), Psychological Methods
    28, 263-283 (the sandwich variant), lavaan's `cfi.robust` with `missing = "fiml"` and MLR.
    """
    ml = found.ml
    baseline_chi2, baseline_df = baseline(ml)
    z = (moments.rows - np.nanmean(moments.rows, axis=0)) / np.nanstd(moments.rows, axis=0)
    # Means and variances of independent items, each by its own answers, take up this much.
    taken_up = float((1 + (np.nanmean(z**4, axis=0) - 1) / 2).sum())
    tested = scaled_record(
        ml.chi2,
        ml.df,
        found.scaling,
        baseline_chi2,
        baseline_df,
        (of_moments.trace() - taken_up) / baseline_df,
        ml.multiplier,
    )
    sample = ml.samples[0]
    own = np.concatenate((np.nanvar(moments.rows, axis=0), np.nanmean(moments.rows, axis=0)))
    independent = evaluate(with_intercepts(independence(sample).structure), sample, own)
    assert independent is not None  # variances are positive
    chance = _Chance(of_moments.information, of_moments.covariance(), _complete_information(sample))
    indices = scaled_record(
        ml.n * _discrepancy(ml.points[0], sample),
        ml.df,
        chance.expected(ml.points[0]) / ml.df if ml.df else float("nan"),
        ml.n * _discrepancy(independent, sample),
        baseline_df,
        chance.expected(independent) / baseline_df,
        ml.n,
    )
    return replace(
        indices,
        scaling=tested.scaling,
        chi2=tested.chi2,
        p=tested.p,
        baseline_chi2=tested.baseline_chi2,
        baseline_scaling=tested.baseline_scaling,
    )


def _discrepancy(point: Point, sample: Sample) -> float:
    """Of complete answers, from the sample's moments to those at the point."""
    return point.f - sample.log_determinant() - len(sample.covariance)


def _moment_slopes(point: Point) -> Array:
    """(t, parameters): derivatives of the means, then of the covariances by row of the lower triangle."""
    at, parameter = point.moments, point.structure.parameter
    row, column = np.tril_indices(len(at.covariance))
    left, right = at.columns[:, at.left], at.columns[:, at.right]
    of_covariances = at.scale * (left[row] * right[column] + right[row] * left[column])
    return np.asarray(np.vstack((at.shift * left, of_covariances)) @ np.eye(parameter.max() + 1)[parameter])


def _complete_information(sample: Sample) -> Array:
    """(t, t): information per row of complete normal answers with the sample's covariances."""
    precision = np.linalg.inv(sample.covariance)
    row, column = np.tril_indices(len(precision))
    half = np.where(row == column, 0.5, 1.0)
    of_covariances = precision[np.ix_(row, row)] * precision[np.ix_(column, column)]
    of_covariances += precision[np.ix_(row, column)] * precision[np.ix_(column, row)]
    return np.asarray(linalg.block_diag(precision, half[:, None] * half * of_covariances))
