"""What a model says of pairs of items whose residuals may correlate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.significance import normal_interval, normal_two_sided
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.sem.maximum_likelihood import Fitted
from smartcity_survey.stats.sem.structure import Matrix


@dataclass(frozen=True, slots=True)
class CorrelatedResiduals:
    """Residual covariances of m pairs of items, (m,) each.

    items, others : positions of the items, the later one first. covariance, with std_err; z = covariance /
        std_err; p : two-sided, normal. correlation : of the two residuals, nan where one has no positive
        variance; std_err_correlation by the delta method, ci_low, ci_high of the level asked for.
    """

    items: IntArray
    others: IntArray
    covariance: Array
    std_err: Array
    z: Array
    p: Array
    correlation: Array
    std_err_correlation: Array
    ci_low: Array
    ci_high: Array


def correlated_residuals(fit: Fitted, *, level: float = 0.95) -> CorrelatedResiduals:
    """The freed residual covariances of a model of one group, with the errors that the fit has.

    The correlation is lavaan's `std.all` of `x1 ~~ x2`: the covariance over the residuals' own deviations.
    """
    ml = fit.ml
    structure = ml.structures[0]
    cells, residual_cov = structure.cells, structure.matrices(ml.theta).residual_cov
    position = np.flatnonzero((cells.matrix == Matrix.RESIDUAL) & (cells.row != cells.column))
    items, others = cells.row[position], cells.column[position]
    covariance, std_err = ml.theta[position], np.sqrt(np.diagonal(ml.covariance))[position]
    variance = np.diagonal(residual_cov)
    product = variance[items] * variance[others]
    known = (variance[items] > 0) & (variance[others] > 0)
    correlation = np.full(len(position), np.nan)
    correlation[known] = covariance[known] / np.sqrt(product[known])
    own = np.empty(len(variance), dtype=np.int64)
    diagonal = (cells.matrix == Matrix.RESIDUAL) & (cells.row == cells.column)
    own[cells.row[diagonal]] = np.flatnonzero(diagonal)
    pair = np.arange(len(position))
    jacobian = np.zeros((len(position), len(ml.theta)))
    jacobian[pair, position] = 1 / np.sqrt(np.where(known, product, np.nan))
    for side in (items, others):
        jacobian[pair, own[side]] = -correlation / (2 * variance[side])
    errors = np.sqrt(np.einsum("ij,jk,ik->i", jacobian, ml.covariance, jacobian))
    low, high = normal_interval(correlation, errors, level)
    return CorrelatedResiduals(
        items=items,
        others=others,
        covariance=covariance,
        std_err=std_err,
        z=covariance / std_err,
        p=normal_two_sided(covariance / std_err),
        correlation=correlation,
        std_err_correlation=errors,
        ci_low=low,
        ci_high=high,
    )


def reliability_with_residuals(
    loadings: Array, factor_cov: Array, residual_cov: Array, blocks: BoolArray
) -> Array:
    """(c,): omega of the sums of items, with the covariances of their residuals.

    c = (sum of loadings)^2 phi over itself plus the sum of all residual variances and covariances of the
    items, twice each covariance: congeneric items; blocks (p, c) tells whose they are. Bollen (1980),
    American Sociological Review 45, 370-385; Raykov (2001), British Journal of Mathematical and Statistical
    Psychology 54, 315-323; as semTools's `compRelSEM(obs.var = FALSE)`.
    """
    own = np.where(blocks, loadings, 0.0)
    common = np.square(own.sum(axis=0)) * np.diagonal(factor_cov)
    within = np.einsum("ic,ij,jc->c", blocks.astype(float), residual_cov, blocks.astype(float))
    return np.asarray(common / (common + within))
