"""Regression with a random intercept of clusters: people of one school or mahalla answer alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar

from smartcity_survey.stats.core.correlations import check_conditioning
from smartcity_survey.stats.core.errors import LinearDependence, TooFewRows
from smartcity_survey.stats.core.significance import normal_interval, normal_two_sided
from smartcity_survey.stats.core.types import Array, IntArray

_LARGEST_RATIO = 1e4
"""Of the clusters' variance to that within: an intraclass correlation of .9999."""


@dataclass(frozen=True, slots=True)
class RandomIntercept:
    """y = constant + x b + u of the cluster + e, by restricted maximum likelihood.

    coef, std_err, z, p, ci_low, ci_high : (k + 1,), the constant first. between, within : variances of u and
    e. icc : between / (between + within). log_likelihood : restricted. clusters : how many.
    design_effect : of a mean, 1 + (average size - 1) icc, clusters averaged by their respondents.
    """

    coef: Array
    std_err: Array
    z: Array
    p: Array
    ci_low: Array
    ci_high: Array
    between: float
    within: float
    icc: float
    log_likelihood: float
    clusters: int
    design_effect: float


def fit_random_intercept(y: Array, x: Array, clusters: IntArray, level: float = 0.95) -> RandomIntercept:
    """Fit y (n,) on x (n, k) and a constant, with clusters (n,) coded 0, 1, ...; k may be 0.

    The likelihood is a function of one ratio of variances, whose minimum is searched for on a logarithmic
    scale and at 0. p and intervals are normal: with few clusters they are too small.

    Laird and Ware (1982), Biometrics 38, 963-974; Snijders and Bosker (2012), Multilevel Analysis, ch. 4.

    Raises
    ------
    TooFewRows, LinearDependence.
    """
    n = len(y)
    design = np.column_stack([np.ones(n), x])
    if n <= design.shape[1] + 1:
        raise TooFewRows(n, design.shape[1] + 2)
    if x.shape[1]:
        found = check_conditioning(np.atleast_2d(np.corrcoef(x, rowvar=False)))
        if found.dependent:
            raise LinearDependence(found.dependent, found.smallest_eigenvalue, found.condition_number)
    sizes = np.bincount(clusters)
    terms = np.column_stack([design, y])
    whole = terms.T @ terms
    sums: Array = np.stack([np.bincount(clusters, column) for column in terms.T], axis=1)
    profile = _Profile(n, sizes, whole, sums)
    best = minimize_scalar(
        lambda log_ratio: profile.deviance(float(np.exp(log_ratio))),
        bounds=(np.log(1e-8), np.log(_LARGEST_RATIO)),
        method="bounded",
        options={"xatol": 1e-10},
    )
    ratio = float(np.exp(best.x))
    if profile.deviance(0.0) <= best.fun:
        ratio = 0.0
    b, within, inverse = profile.solved(ratio)
    std_err = np.sqrt(within * np.diagonal(inverse))
    low, high = normal_interval(b, std_err, level)
    icc = ratio / (1 + ratio)
    return RandomIntercept(
        coef=b,
        std_err=std_err,
        z=b / std_err,
        p=normal_two_sided(b / std_err),
        ci_low=low,
        ci_high=high,
        between=ratio * within,
        within=within,
        icc=icc,
        log_likelihood=-profile.deviance(ratio) / 2,
        clusters=int((sizes > 0).sum()),
        design_effect=float(1 + ((sizes**2).sum() / n - 1) * icc),
    )


@dataclass(frozen=True, slots=True)
class _Profile:
    """Moments of (1, x, y), of all (q, q) and summed by cluster (G, q), of clusters with given sizes (G,)."""

    n: int
    sizes: IntArray
    whole: Array
    sums: Array

    def _weighted(self, ratio: float) -> Array:
        """(q, q): the moments with the inverse of I + ratio J in each cluster between."""
        shrunk = ratio / (1 + ratio * self.sizes)
        return np.asarray(self.whole - (self.sums * shrunk[:, None]).T @ self.sums)

    def solved(self, ratio: float) -> tuple[Array, float, Array]:
        """Coefficients, variance within, and the inverse of the predictors' moments."""
        moments = self._weighted(ratio)
        inverse = np.asarray(np.linalg.inv(moments[:-1, :-1]), dtype=np.float64)
        b = inverse @ moments[:-1, -1]
        left = float(moments[-1, -1] - b @ moments[:-1, -1])
        return b, left / (self.n - len(b)), inverse

    def deviance(self, ratio: float) -> float:
        """-2 times the restricted log-likelihood at its best variance."""
        b, within, inverse = self.solved(ratio)
        free = self.n - len(b)
        _, determinant = np.linalg.slogdet(inverse)
        return float(
            free * (np.log(2 * np.pi * within) + 1) + np.log1p(ratio * self.sizes).sum() - determinant
        )
