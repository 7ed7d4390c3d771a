"""Weights that turn items into scores: scores (n, c) = answers (n, p) @ weights.T, weights (c, p).

The answers are taken as given, not as deviations from their means: someone who answers 1 throughout
scores the sum of the weights.
"""

from __future__ import annotations

import numpy as np

from smartcity_survey.stats.core.errors import HeywoodCase
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.sem.cfa import CfaFit
from smartcity_survey.stats.sem.cfa_model import single_items


def sum_score_weights(membership: BoolArray) -> Array:
    """Sum of each construct's items; membership (p, c)."""
    weights: Array = np.asarray(membership.T, dtype=np.float64)
    return weights


def mean_score_weights(membership: BoolArray) -> Array:
    """Mean of each construct's items; membership (p, c)."""
    return np.asarray(sum_score_weights(membership) / membership.sum(axis=0)[:, None])


def component_score_weights(R: Array, scale: Array, membership: BoolArray) -> Array:
    """First principal component of each construct's standardised items, with variance 1.

    R (p, p), correlations of the items; scale (p,), their standard deviations. The sum of a component's
    loadings is positive.
    """
    weights = np.zeros(membership.T.shape)
    for j, block in enumerate(membership.T):
        items = np.flatnonzero(block)
        values, vectors = np.linalg.eigh(R[np.ix_(items, items)])
        vector = vectors[:, -1] * np.sign(vectors[:, -1].sum())
        weights[j, items] = vector / np.sqrt(values[-1]) / scale[items]
    return weights


def regression_score_weights(fit: CfaFit) -> Array:
    """Thurstone's regression scores, F L' Sigma^-1: every item weighs a little in every score.

    As predictors of one regression they are right where the factor model holds the predictors alone; as its
    outcome they shrink, and where predictors and outcome come from one joint model its coefficients are
    biased in either direction (Skrondal and Laake 2001, Psychometrika 66, 563-575).
    """
    return np.asarray(np.linalg.solve(fit.implied, fit.loadings @ fit.factor_cov).T)


def bartlett_score_weights(fit: CfaFit) -> Array:
    """Bartlett's scores, (L' P^-1 L)^-1 L' P^-1: unbiased for the factors.

    Right as the outcome of a regression; as its predictors they bring their error of measurement along, as
    means of items do (Skrondal and Laake 2001).

    Raises
    ------
    HeywoodCase
        where an item has no positive uniqueness to be weighted by.
    """
    if fit.heywood.size:
        raise HeywoodCase(tuple(fit.heywood.tolist()))
    # An item that is its factor has no uniqueness; any weight gives the same score, the item.
    uniquenesses = np.where(single_items(fit.pattern), 1.0, fit.uniquenesses)
    weighted = fit.loadings / uniquenesses[:, None]
    if fit.pairs.size:
        residual_cov = fit.residual_cov + np.diag(uniquenesses - fit.uniquenesses)
        weighted = np.asarray(np.linalg.solve(residual_cov, fit.loadings), dtype=np.float64)
    return np.asarray(np.linalg.solve(fit.loadings.T @ weighted, weighted.T))
