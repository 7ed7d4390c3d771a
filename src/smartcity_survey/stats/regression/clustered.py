"""Standard errors for rows that come in groups: interviewers, districts, waves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.design import factor_design
from smartcity_survey.stats.core.errors import StatisticsError
from smartcity_survey.stats.core.significance import t_quantile, t_two_sided
from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.regression.least_squares import OlsFit


@dataclass(frozen=True, slots=True)
class ClusteredErrors:
    """Inference on the coefficients of a regression, (k+1,) each, constant first.

    std_err, t, p, ci_low, ci_high : t has n_clusters - 1 degrees of freedom.
    covariance : (k+1, k+1).
    """

    std_err: Array
    t: Array
    p: Array
    ci_low: Array
    ci_high: Array
    covariance: Array
    n_clusters: int


def cluster_robust(fit: OlsFit, x: Array, clusters: IntArray) -> ClusteredErrors:
    """Errors that let the rows of a cluster (n,), a code per row, depend on one another in any way.

    Source: Liang & Zeger (1986) with the factor G / (G - 1) (n - 1) / (n - k - 1) that Stata and
    statsmodels use. With few clusters (below about 40) they are too small (Cameron & Miller 2015).

    Raises
    ------
    StatisticsError : fewer than two clusters.
    """
    members = np.unique(clusters, return_inverse=True)[1]
    count = int(members.max()) + 1
    if count < 2:
        raise StatisticsError("clustered standard errors need at least two clusters")
    design = factor_design(x, fit.weights)
    changes = design.row_influence * (design.root_weights * fit.residuals)[:, None]
    sums = np.zeros((count, changes.shape[1]))
    np.add.at(sums, members, changes)
    factor = count / (count - 1) * (fit.n - 1) / fit.df_residual
    covariance = factor * sums.T @ sums
    std_err = np.sqrt(np.diagonal(covariance))
    t = fit.coef / std_err
    margin = t_quantile((1 + fit.ci_level) / 2, count - 1) * std_err
    return ClusteredErrors(
        std_err=std_err,
        t=t,
        p=t_two_sided(t, count - 1),
        ci_low=fit.coef - margin,
        ci_high=fit.coef + margin,
        covariance=covariance,
        n_clusters=count,
    )
