"""Full-information maximum likelihood: linear structural models of incomplete answers.

Rows that lack the same items are a group whose model is that of the items answered; all groups share their
parameters. Arbuckle (1996) in Marcoulides and Schumacker, Advanced Structural Equation Modeling, 243-277.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import linalg

from smartcity_survey.stats.core.errors import NotConverged, UnderIdentified
from smartcity_survey.stats.core.significance import ChiSquareTest, chi_square_test
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.missing.moment_information import Saturated
from smartcity_survey.stats.missing.normal_moments import NormalMoments
from smartcity_survey.stats.sem.cfa_fit import baseline
from smartcity_survey.stats.sem.cfa_robust import ScaledTest, independence, scaled_record, slope_covariance
from smartcity_survey.stats.sem.likelihood import Point, Sample, evaluate
from smartcity_survey.stats.sem.maximum_likelihood import (
    TOLERANCE,
    Incomplete,
    Minimum,
    StructureFit,
    factors_of,
    minimise,
    pooled_second_derivatives,
    undetermined_parameters,
)
from smartcity_survey.stats.sem.structure import Cells, Matrices, Matrix, Structure

_ROUNDING = 1e-12
"""A chi-square that is no larger a share of the log-likelihood is its rounding error."""


@dataclass(frozen=True, slots=True, eq=False)
class IncompleteFit:
    """A structural model with intercepts fitted to incomplete answers; t parameters.

    ml : as of complete answers with the moments of the saturated model, `ml.covariance` being `robust`.
    covariance : (t, t), of the parameters, from the observed information. robust : (t, t), by the sandwich
        estimator (Yuan and Bentler 2000), right for answers that are not normal; lavaan's MLR.
    scaled : chi-square over `scaling`, for answers that are not normal; lavaan's `yuan.bentler.mplus`. nan
        for df 0.
    """

    ml: StructureFit
    covariance: Array
    robust: Array
    scaling: float
    scaled: ChiSquareTest


def with_intercepts(structure: Structure) -> Structure:
    """The same model with a free intercept of every item, the last parameters."""
    p = structure.shape[0]
    cells = Cells.join(structure.cells, Cells.of(Matrix.INTERCEPT, np.arange(p)))
    first = int(structure.parameter.max(initial=-1)) + 1
    return replace(
        structure, cells=cells, parameter=np.concatenate((structure.parameter, first + np.arange(p)))
    )


def answered_part(structure: Structure, answered: BoolArray) -> Structure:
    """The model of the items answered (p,) alone, with the same parameters."""
    given = np.flatnonzero(answered)
    place = np.cumsum(answered) - 1
    cells, fixed = structure.cells, structure.fixed
    of_items = np.isin(cells.matrix, (Matrix.LOADING, Matrix.RESIDUAL, Matrix.INTERCEPT))
    items = np.where(of_items, cells.row, 0)
    others = np.where(np.isin(cells.matrix, (Matrix.RESIDUAL, Matrix.INTERCEPT)), cells.column, 0)
    keep = ~of_items | (answered[items] & (answered[others] | (cells.matrix == Matrix.LOADING)))
    row = np.where(of_items, place[items], cells.row)
    column = np.where(of_items & (cells.matrix != Matrix.LOADING), place[others], cells.column)
    return Structure(
        fixed=Matrices(
            fixed.loadings[given],
            fixed.paths,
            fixed.factor_cov,
            fixed.residual_cov[np.ix_(given, given)],
            fixed.intercepts[given],
            fixed.factor_means,
        ),
        cells=Cells(cells.matrix[keep], row[keep], column[keep]),
        parameter=structure.parameter[keep],
    )


def fit_incomplete(
    structure: Structure,
    moments: NormalMoments,
    start: Array,
    *,
    tolerance: float = TOLERANCE,
    max_iterations: int = 200,
) -> Minimum:
    """The maximum of the likelihood of a structure with intercepts, from starting values (t,).

    Raises
    ------
    UnderIdentified, NotConverged.
    """
    groups = [answered_part(structure, answered) for answered in moments.patterns.answered]
    return minimise(
        groups,
        pattern_samples(moments),
        start,
        multiplier=moments.n,
        tolerance=tolerance,
        max_iterations=max_iterations,
    )


def pattern_samples(moments: NormalMoments) -> list[Sample]:
    """Of each pattern the number of rows, and the means and covariances (divisor n) of what they answered."""
    samples = []
    patterns = moments.patterns
    for answered, rows in zip(patterns.answered, patterns.rows(), strict=True):
        given = moments.rows[np.ix_(rows, np.flatnonzero(answered))]
        mean = given.mean(axis=0)
        samples.append(Sample(len(rows), (given - mean).T @ (given - mean) / len(rows), mean))
    return samples


def incomplete_fit_at(
    structure: Structure, moments: NormalMoments, minimum: Minimum, saturated: float
) -> IncompleteFit:
    """The fit at a maximum of the likelihood that is known already.

    saturated : trace of the `Saturated` moments, for the scaled test.

    Raises
    ------
    UnderIdentified, NotConverged (no maximum: the observed information is not positive definite).
    """
    theta, n, p = minimum.theta, moments.n, len(moments.mean)
    patterns = moments.patterns
    groups = [answered_part(structure, answered) for answered in patterns.answered]
    samples = pattern_samples(moments)
    points = [evaluate(group, sample, theta) for group, sample in zip(groups, samples, strict=True)]
    sample = Sample(n, moments.covariance, moments.mean)
    whole = evaluate(structure, sample, theta)
    if whole is None or any(point is None for point in points):
        raise NotConverged("full-information maximum likelihood", minimum.n_iterations, minimum.gradient_norm)
    found = [point for point in points if point is not None]
    shares = patterns.counts / n
    expected, exact = pooled_second_derivatives(groups, shares, found, len(theta))
    undetermined = undetermined_parameters(expected)
    if undetermined.size:
        raise UnderIdentified(factors_of([structure], undetermined))
    bread = np.linalg.inv(exact / 2)
    slopes = _slopes(groups, shares, found, moments, len(theta))
    log_likelihood = -0.5 * sum(
        sample.n * (len(sample.covariance) * float(np.log(2 * np.pi)) + point.f)
        for sample, point in zip(samples, found, strict=True)
    )
    df = p * (p + 3) // 2 - len(theta)
    chi2 = 2 * (moments.log_likelihood - log_likelihood)
    if abs(chi2) <= _ROUNDING * abs(log_likelihood):
        chi2 = 0.0
    robust = np.asarray(bread @ slopes @ bread / n)
    test = chi_square_test(max(chi2, 0.0), df) if df else ChiSquareTest(chi2, 0, float("nan"))
    ml = StructureFit(
        structures=(structure,),
        samples=(sample,),
        points=(whole,),
        theta=theta,
        covariance=robust,
        f_min=chi2 / n,
        chi2=chi2,
        df=df,
        p=test.p,
        n=n,
        multiplier=n,
        gradient_norm=minimum.gradient_norm,
        n_iterations=minimum.n_iterations,
        incomplete=Incomplete(log_likelihood, 2 * (moments.log_likelihood - moments.baseline_log_likelihood)),
    )
    scaling = (saturated - float(np.trace(bread @ slopes))) / df if df else float("nan")
    scaled = chi_square_test(max(chi2 / scaling, 0.0), df) if df else test
    return IncompleteFit(ml, bread / n, robust, scaling, scaled)


def _slopes(
    groups: Sequence[Structure],
    shares: Array,
    points: Sequence[Point],
    moments: NormalMoments,
    size: int,
) -> Array:
    """(t, t): mean over the rows of products of their first derivatives."""
    total = np.zeros((size, size))
    parts = zip(groups, shares, points, moments.patterns.answered, moments.patterns.rows(), strict=True)
    for group, share, point, answered, rows in parts:
        given = moments.rows[np.ix_(rows, np.flatnonzero(answered))]
        products = slope_covariance(point, given, "yuan_bentler")
        total[np.ix_(group.parameter, group.parameter)] += share * products
    return total


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
