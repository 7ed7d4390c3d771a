"""Which covariances a structural model misses by more than sampling error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.sem.maximum_likelihood import Fitted

NEGLIGIBLE = 1e-6
"""A residual whose standard error is a smaller share of its covariance's is zero whatever the sample.

Its variance is a difference of terms, whose rounding is some 1e-14 of them."""


@dataclass(frozen=True, slots=True)
class CovarianceResiduals:
    """Residuals of p items, (p, p) each.

    residuals : sample less implied covariances. correlations : over the sample's standard deviations.
    std_err : of the residuals. z : residuals over their standard errors; nan where the model reproduces the
        covariance in every sample, as it does all variances of a factor model.
    """

    residuals: Array
    correlations: Array
    std_err: Array
    z: Array


def covariance_residuals(fit: Fitted) -> CovarianceResiduals:
    """Residuals of a model of one group, and their standard errors under normality.

    A residual is the part of a sample covariance that the parameters leave: for items a, b it is tr(M S),
    M = e_a e_b' - sum of w_j P Sigma_j P, where w weights the parameters as their estimates use the
    covariances. Its variance is tr(M S M S) 2 / n for symmetric M. Joreskog (1981), Bentler and Dijkstra
    (1985); as lavaan's `lavResiduals`.
    """
    ml = fit.ml
    point, sample = ml.points[0], ml.samples[0].covariance
    at, p = point.moments, len(sample)
    rows, columns = np.tril_indices(p)
    left, right = at.columns[:, at.left], at.columns[:, at.right]
    derivatives = at.scale * (left[rows] * right[columns] + right[rows] * left[columns])
    weights = derivatives @ ml.covariance * (ml.multiplier / 2)
    # tr(M S M S) in its three parts, each Sigma_j = l r' + r l' by its vectors: no matrix for any pair.
    diagonal = np.diagonal(sample)
    own = (diagonal[rows] * diagonal[columns] + np.square(sample[rows, columns])) / 2
    both = sample @ point.precision
    left_seen, right_seen = both @ left, both @ right
    shared = at.scale * (left_seen[rows] * right_seen[columns] + right_seen[rows] * left_seen[columns])
    inner = point.precision @ both
    crossed = left.T @ inner @ right
    among = (left.T @ inner @ left) * (right.T @ inner @ right) + crossed * crossed.T
    explained = 2 * np.outer(at.scale, at.scale) * among
    variances = own - 2 * np.einsum("mj,mj->m", weights, shared)
    variances += np.einsum("mj,mj->m", weights @ explained, weights)
    variances *= 2 / ml.multiplier
    std_err = np.zeros((p, p))
    std_err[rows, columns] = std_err[columns, rows] = np.sqrt(np.maximum(variances, 0))
    residuals = sample - at.covariance
    sd = np.sqrt(np.diagonal(sample))
    scale = np.outer(sd, sd)
    known = std_err > NEGLIGIBLE * scale
    z = np.divide(residuals, std_err, out=np.full((p, p), np.nan), where=known)
    return CovarianceResiduals(residuals, residuals / scale, std_err, z)
