"""Ordinary least squares where nothing but means and covariances is left of the rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from smartcity_survey.stats.core.correlations import require_independence
from smartcity_survey.stats.core.errors import TooFewRows
from smartcity_survey.stats.core.significance import t_interval, t_two_sided
from smartcity_survey.stats.core.types import Array


@dataclass(frozen=True, slots=True)
class OlsOfMoments:
    """A regression on k predictors and a constant over n rows, with classical errors.

    coef, std_err, t, p, ci_low, ci_high : (k + 1,), constant first. beta : (k,), standardised. r2, adj_r2.
    std_error_estimate : of the residuals. n.
    """

    coef: Array
    std_err: Array
    t: Array
    p: Array
    ci_low: Array
    ci_high: Array
    beta: Array
    r2: float
    adj_r2: float
    std_error_estimate: float
    n: int


def ols_of_moments(mean: Array, covariance: Array, n: int, ci_level: float = 0.95) -> OlsOfMoments:
    """Regress the last of k + 1 variables on the others, from means (k + 1,) and covariances (divisor n - 1).

    ci_level : of the intervals of the coefficients.

    Raises
    ------
    TooFewRows (n < k + 2), LinearDependence.
    """
    k = len(mean) - 1
    if n < k + 2:
        raise TooFewRows(n, k + 2)
    within, beside = covariance[:k, :k], covariance[:k, k]
    sd = np.sqrt(np.diagonal(covariance))
    require_independence(within / np.outer(sd[:k], sd[:k]), n)
    inverse = linalg.inv(within)
    slopes = inverse @ beside
    r2 = float(slopes @ beside / covariance[k, k])
    df = n - k - 1
    error_variance = (1 - r2) * covariance[k, k] * (n - 1) / df
    of_slopes = error_variance * inverse / (n - 1)
    constant = mean[k] - slopes @ mean[:k]
    of_constant = error_variance / n + mean[:k] @ of_slopes @ mean[:k]
    coef = np.concatenate(([constant], slopes))
    std_err = np.sqrt(np.concatenate(([of_constant], np.diagonal(of_slopes))))
    t = coef / std_err
    ci_low, ci_high = t_interval(coef, std_err, df, ci_level)
    return OlsOfMoments(
        coef=coef,
        std_err=std_err,
        t=t,
        p=t_two_sided(t, df),
        ci_low=ci_low,
        ci_high=ci_high,
        beta=slopes * sd[:k] / sd[k],
        r2=r2,
        adj_r2=1 - (1 - r2) * (n - 1) / df,
        std_error_estimate=float(np.sqrt(error_variance)),
        n=n,
    )
