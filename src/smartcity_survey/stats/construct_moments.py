"""Correlations of constructs and covariates under several measurement models, with respondents' influence.

Whatever the measurement (scores, PLS composites, PLSc, confirmatory factors), a structural model needs only
these correlations; their influence carries the uncertainty of the measurement into every standard error.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from smartcity_survey.stats.cfa import CfaFit
from smartcity_survey.stats.errors import HeywoodCase, ImproperSolution, NotConverged
from smartcity_survey.stats.item_moments import ItemMoments, standardised
from smartcity_survey.stats.pls_consistent import disattenuate, rho_a
from smartcity_survey.stats.pls_model import Layout, PlsModel
from smartcity_survey.stats.pls_stack import Reason, Verdicts, estimate
from smartcity_survey.stats.types import Array, BoolArray

# Respondents whose perturbed correlations are estimated at a time, for memory.
_STACK = 128
# Influences are differences of order 1/n: more digits of the weights would not be seen.
_TOLERANCE = 1e-9
_MAX_ITERATIONS = 1000
# Central differences of a gradient of order 1 are good to the square of this.
_DIFFERENCE = 1e-5


@dataclass(frozen=True, slots=True)
class ConstructMoments:
    """Correlations of c constructs followed by d covariates over n respondents, q = c + d.

    correlation : (q, q), unit diagonal.
    influence : (n, q, q): without one respondent correlations are about `correlation - influence / (n - 1)`.
    scores : (n, q), standardised (divisor n), where constructs are observed scores; None for latent ones.
    """

    correlation: Array
    influence: Array
    scores: Array | None


def score_moments(scores: Array, covariates: Array) -> ConstructMoments:
    """Moments of observed scores (n, c), their weights taken as given.

    Influence is that of covariances of variables once standardised, so that regressions on it are ordinary
    least squares with sandwich errors.
    """
    z = standardised(np.hstack((scores, covariates)))
    R = z.T @ z / len(z)
    return ConstructMoments(R, z[:, :, None] * z[:, None, :] - R, z)


@dataclass(frozen=True, slots=True)
class PlsMoments:
    """Moments of PLS composites, and of the common factors behind them by PLSc.

    factors : None where PLSc has no admissible solution.
    """

    composites: ConstructMoments
    factors: ConstructMoments | None


def pls_moments(items: ItemMoments, model: PlsModel) -> PlsMoments:
    """Moments of a PLS model's constructs; covariates are correlates, not part of the model.

    Influence is by perturbation: the model is estimated once more for each respondent, on correlations with
    that respondent's influence taken out.

    Raises
    ------
    NotConverged, ImproperSolution, where the composites themselves cannot be estimated.
    """
    layout = Layout.of(replace(model, consistent=True))
    sample = _pls_correlations(items.correlation[:, :, None], items.p, layout)
    stacks = []
    for first in range(0, items.n, _STACK):
        influence = items.influence[first : first + _STACK]
        perturbed = items.correlation - influence / (items.n - 1)
        stacks.append(_pls_correlations(perturbed.transpose(1, 2, 0), items.p, layout))
    composites, factors = (
        (whole[:, :, 0], np.concatenate(parts, axis=2).transpose(2, 0, 1))
        for whole, parts in zip(sample, zip(*stacks, strict=True), strict=True)
    )
    proper = np.isfinite(factors[0]).all() and np.isfinite(factors[1]).all()
    return PlsMoments(_by_perturbation(*composites), _by_perturbation(*factors) if proper else None)


def _pls_correlations(R: Array, p: int, layout: Layout) -> tuple[Array, Array]:
    """(q, q, B) twice: correlations of composites and covariates, and of factors (nan where improper) and
    covariates, from those of items and covariates (m, m, B)."""
    order = layout.order
    verdicts = Verdicts.clean(R.shape[2])
    composites = estimate(
        np.ascontiguousarray(R[order][:, order]),
        layout,
        verdicts,
        tolerance=_TOLERANCE,
        max_iterations=_MAX_ITERATIONS,
    )
    refused = np.flatnonzero(verdicts.reason)
    if refused.size:
        reason = Reason(int(verdicts.reason[refused[0]]))
        if reason is Reason.NOT_CONVERGED:
            raise NotConverged("PLS", _MAX_ITERATIONS, float(composites.change[refused[0]]))
        raise ImproperSolution(int(verdicts.position[refused[0]]), reason.name.lower())
    beside = np.add.reduceat(composites.weights[:, None, :] * R[order, p:], layout.starts, axis=0)
    observed = _joint(composites.construct_corr, beside, R[p:, p:])
    factors = disattenuate(composites, layout, verdicts)
    with np.errstate(invalid="ignore"):
        reliability = np.where(layout.corrected[:, None], rho_a(composites.weights, layout), 1.0)
        latent = _joint(factors.construct_corr, beside / np.sqrt(reliability)[:, None], R[p:, p:])
    latent[:, :, verdicts.reason != Reason.ADMISSIBLE] = np.nan
    return observed, latent


def _joint(constructs: Array, beside: Array, covariates: Array) -> Array:
    """(q, q, B) from blocks (c, c, B), (c, d, B) and (d, d, B)."""
    c, d = beside.shape[:2]
    joint = np.empty((c + d, c + d, beside.shape[2]))
    joint[:c, :c], joint[:c, c:], joint[c:, c:] = constructs, beside, covariates
    joint[c:, :c] = beside.transpose(1, 0, 2)
    return joint


def factor_moments(items: ItemMoments, fit: CfaFit, membership: BoolArray) -> ConstructMoments:
    """Moments of the factors of a confirmatory analysis of the items' correlations, every item on one factor.

    Parameters
    ----------
    fit : maximum likelihood on `items.correlation` without the covariates.
    membership : (p, c), as the fit's pattern.

    Influence is that of maximum-likelihood estimates, robust to answers that are not normal (Yuan and Bentler
    2000). Correlations with covariates are those of Bartlett's scores, which are unbiased for factors
    (Skrondal and Laake 2001, Psychometrika 66, 563-575).

    Raises
    ------
    HeywoodCase
    """
    if fit.heywood.size:
        raise HeywoodCase(tuple(int(item) for item in fit.heywood))
    p = items.p
    factor = membership.argmax(axis=1)
    loadings = fit.std_loadings[np.arange(p), factor]
    change = _likelihood_influence(
        items.correlation[:p, :p], items.influence[:, :p, :p], loadings, fit.factor_corr, membership
    )
    sample = _factor_correlations(
        loadings[None], fit.factor_corr[None], items.correlation[None], p, membership
    )
    step = items.n - 1
    perturbed = _factor_correlations(
        loadings - change.loadings / step,
        fit.factor_corr - change.factor_corr / step,
        items.correlation - items.influence / step,
        p,
        membership,
    )
    return _by_perturbation(sample[0], perturbed)


@dataclass(frozen=True, slots=True)
class _FactorInfluence:
    """Influence of n respondents on standardised loadings (n, p) and factor correlations (n, c, c)."""

    loadings: Array
    factor_corr: Array


def _likelihood_influence(
    R: Array, influence: Array, loadings: Array, factor_corr: Array, membership: BoolArray
) -> _FactorInfluence:
    """Influence on the estimates of Sigma = L F L' + P with unit factor variances, from that on R (n, p, p).

    The estimates minimise ln|Sigma| + tr(R Sigma^-1). A small change of R moves them by the inverse of the
    second derivatives (here by differences of the exact gradient) times the change of the gradient.
    """
    p, c = membership.shape
    row, column = np.triu_indices(c, 1)

    def matrices(theta: Array) -> tuple[Array, Array, Array]:
        """Loadings (p, c), factor correlations (c, c) and the inverse of Sigma (p, p)."""
        pattern = theta[:p, None] * membership
        corr = np.eye(c)
        corr[row, column] = corr[column, row] = theta[2 * p :]
        inverse: Array = np.asarray(
            np.linalg.inv(pattern @ corr @ pattern.T + np.diag(theta[p : 2 * p])), dtype=np.float64
        )
        return pattern, corr, inverse

    def slopes(weighted: Array, pattern: Array, corr: Array) -> Array:
        """(..., q): tr(W Sigma_j) for symmetric W (..., p, p) and every parameter j."""
        by_loading = 2 * ((weighted @ (pattern @ corr)) * membership).sum(axis=-1)
        by_factor = 2 * (pattern.T @ weighted @ pattern)[..., row, column]
        by_uniqueness = np.diagonal(weighted, axis1=-2, axis2=-1)
        return np.concatenate((by_loading, by_uniqueness, by_factor), axis=-1)

    def gradient(theta: Array) -> Array:
        pattern, corr, inverse = matrices(theta)
        return slopes(inverse - inverse @ R @ inverse, pattern, corr)

    theta = np.concatenate((loadings, 1.0 - np.square(loadings), factor_corr[row, column]))
    steps = _DIFFERENCE * np.eye(len(theta))
    second = [(gradient(theta + step) - gradient(theta - step)) / (2 * _DIFFERENCE) for step in steps]
    pattern, corr, inverse = matrices(theta)
    moved = slopes(inverse @ influence @ inverse, pattern, corr)
    change: Array = np.asarray(np.linalg.solve(np.array(second).T, moved.T).T, dtype=np.float64)
    factor_change = np.zeros((len(change), c, c))
    factor_change[:, row, column] = factor_change[:, column, row] = change[:, 2 * p :]
    return _FactorInfluence(change[:, :p], factor_change)


def _factor_correlations(
    loadings: Array, factor_corr: Array, correlation: Array, p: int, membership: BoolArray
) -> Array:
    """(B, q, q): of factors and covariates, from loadings (B, p) and correlations of factors (B, c, c) and of
    items and covariates (B, m, m)."""
    weights = loadings / (1.0 - np.square(loadings))
    scale = (weights * loadings) @ membership
    weighted = weights[:, :, None] * correlation[:, :p, p:]
    beside = np.einsum("bpd,pc->cdb", weighted, membership.astype(np.float64)) / scale.T[:, None]
    blocks = factor_corr.transpose(1, 2, 0), beside, correlation[:, p:, p:].transpose(1, 2, 0)
    return _joint(*blocks).transpose(2, 0, 1)


def _by_perturbation(sample: Array, perturbed: Array) -> ConstructMoments:
    influence = (sample - perturbed) * (len(perturbed) - 1)
    return ConstructMoments(sample, influence - influence.mean(axis=0), None)
