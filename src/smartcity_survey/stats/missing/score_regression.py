"""Regressions of scores on scores by incomplete items: maximum likelihood with the items' saturated model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.correlations import require_independence
from smartcity_survey.stats.core.errors import ConstantItems
from smartcity_survey.stats.core.significance import normal_interval, normal_two_sided
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.missing.normal_moments import NormalMoments


@dataclass(frozen=True, slots=True, eq=False)
class ScoreRegression:
    """A regression of one score on k others, by maximum likelihood.

    Per coefficient, (k + 1,), constant first: coef, std_err, z, p (two-sided, normal), ci_low, ci_high.
    Per predictor, (k,): beta, tolerance, vif; zero_order, partial, part : correlations with the outcome.
    covariance : (k + 1, k + 1), of the coefficients. r2. residual_sd : divisor n. n : rows with an answer.
    """

    coef: Array
    std_err: Array
    z: Array
    p: Array
    ci_low: Array
    ci_high: Array
    covariance: Array
    beta: Array
    tolerance: Array
    vif: Array
    zero_order: Array
    partial: Array
    part: Array
    r2: float
    residual_sd: float
    n: int


def regress_scores(
    moments: NormalMoments, weights: Array, covariance: Array, *, level: float = 0.95
) -> ScoreRegression:
    """Regress the last of the scores (k + 1, p weights of items) on the others.

    Scores are sums of weights times items, so that their means and covariances follow from the items'. What
    maximum likelihood says of the items' saturated model, it says of every function of it: other items are
    used to the full for what is missing. Standard errors by the delta method.

    Parameters
    ----------
    covariance : (t, t), sampling covariances of means and covariances, by `moment_covariance` (right for any
        distribution) or the inverse of `observed_information` (normal answers).

    Raises
    ------
    ConstantItems (a score that does not vary; k is the outcome), LinearDependence of the predictors.
    """
    S, mean = weights @ moments.covariance @ weights.T, weights @ moments.mean
    k = len(S) - 1
    variances = np.diagonal(S)
    constant = np.flatnonzero(variances <= 0)
    if constant.size:
        raise ConstantItems(tuple(constant.tolist()))
    sd = np.sqrt(variances)
    R = S / np.outer(sd, sd)
    np.fill_diagonal(R, 1.0)
    require_independence(R[:k, :k])
    inverse = np.linalg.inv(S[:k, :k])
    slopes = inverse @ S[:k, k]
    left = weights[k] - slopes @ weights[:k]
    # With r the weights of the residual: d slopes = S_xx^-1 W_x dSigma r; d constant = r' d mean - ...
    p = len(moments.mean)
    row, column = np.tril_indices(p)
    of_covariances = weights[:k][:, row] * left[column] + weights[:k][:, column] * left[row]
    of_covariances[:, row == column] /= 2
    by_covariances = inverse @ of_covariances
    jacobian = np.zeros((k + 1, p + len(row)))
    jacobian[1:, p:] = by_covariances
    jacobian[0, :p] = left
    jacobian[0, p:] = -mean[:k] @ by_covariances
    of_coefficients = jacobian @ covariance @ jacobian.T
    coef = np.concatenate(([mean[k] - slopes @ mean[:k]], slopes))
    std_err = np.sqrt(np.diagonal(of_coefficients))
    z = coef / std_err
    low, high = normal_interval(coef, std_err, level)
    r2 = float(slopes @ S[:k, k] / S[k, k])
    beta = slopes * sd[:k] / sd[k]
    tolerance = 1 / np.diagonal(np.linalg.inv(R[:k, :k]))
    part = beta * np.sqrt(tolerance)
    return ScoreRegression(
        coef=coef,
        std_err=std_err,
        z=z,
        p=normal_two_sided(z),
        ci_low=low,
        ci_high=high,
        covariance=of_coefficients,
        beta=beta,
        tolerance=tolerance,
        vif=1 / tolerance,
        zero_order=R[:k, k].copy(),
        partial=part / np.sqrt(1 - r2 + part**2),
        part=part,
        r2=r2,
        residual_sd=float(np.sqrt(max(S[k, k] * (1 - r2), 0.0))),
        n=moments.n,
    )
