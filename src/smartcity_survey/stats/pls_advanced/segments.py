"""Unobserved segments: a finite mixture of the path model's regressions (FIMIX-PLS).

Hahn, Johnson, Herrmann and Huber (2002), Schmalenbach Business Review 54, 243-269; criteria: Sarstedt,
Becker, Ringle and Schwaiger (2011), Schmalenbach Business Review 63, 34-62.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.errors import NotConverged
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray

_LEAST_VARIANCE = 1e-8
"""A residual variance below this, of scores with variance 1: a segment fits a few respondents exactly."""


@dataclass(frozen=True, slots=True)
class Segments:
    """A mixture of K segments over a model of c constructs.

    shares : (K,), largest first. membership : (n, K), probability of each segment for each respondent.
    path_coefficients : (K, c, c). intercepts, residual_variances : (K, c), nan for what nothing explains.
    r2 : (K, c), of the weighted regressions. log_likelihood : of the best start. iterations : of it.
    parameters : free ones. starts : those that reached a solution. found : how many of them reached this one.
    """

    shares: Array
    membership: Array
    path_coefficients: Array
    intercepts: Array
    residual_variances: Array
    r2: Array
    log_likelihood: float
    parameters: int
    iterations: int
    starts: int
    found: int


@dataclass(frozen=True, slots=True)
class SegmentCriteria:
    """How many segments: the smaller a criterion, the better; normed entropy (EN): the nearer to 1."""

    aic: float
    aic3: float
    aic4: float
    bic: float
    caic: float
    hq: float
    mdl5: float
    entropy: float


def segment_criteria(fit: Segments) -> SegmentCriteria:
    """Information criteria and normed entropy of a mixture; EN of a single segment is nan."""
    n, k = fit.membership.shape
    deviance, parameters = -2 * fit.log_likelihood, fit.parameters
    p = np.where(fit.membership > 0, fit.membership, 1.0)
    entropy = float(1 + (p * np.log(p)).sum() / (n * np.log(k))) if k > 1 else float("nan")
    log_n = float(np.log(n))
    return SegmentCriteria(
        aic=deviance + 2 * parameters,
        aic3=deviance + 3 * parameters,
        aic4=deviance + 4 * parameters,
        bic=deviance + log_n * parameters,
        caic=deviance + (log_n + 1) * parameters,
        hq=deviance + 2 * float(np.log(log_n)) * parameters,
        mdl5=deviance + 5 * log_n * parameters,
        entropy=entropy,
    )


def find_segments(
    scores: Array,
    paths: BoolArray,
    k: int,
    *,
    starts: int = 10,
    seed: int = 0,
    tolerance: float = 1e-6,
    max_iterations: int = 5000,
    begun: Array | None = None,
) -> Segments:
    """The most likely mixture of k segments for construct scores (n, c) and paths (c, c), row to column.

    Every segment has its own regression, with intercept and residual variance, for each explained construct.
    Expectation and maximisation go on until the log-likelihood gains less than `tolerance`; of several random
    starts the best solution counts, and solutions in which a segment fits some respondents exactly do not.

    begun : (starts, n, k), memberships to start from, in place of random ones.

    Raises
    ------
    NotConverged where no start reaches a solution.
    """
    n = len(scores)
    designs = [
        (int(target), np.flatnonzero(paths[:, target])) for target in np.flatnonzero(paths.any(axis=0))
    ]
    if begun is None:
        # Uniform on the simplex: exponentials over their sum.
        streams = np.random.SeedSequence(seed).spawn(starts)
        drawn = np.stack([np.random.default_rng(one).standard_exponential((n, k)) for one in streams])
        begun = drawn / drawn.sum(axis=2, keepdims=True)
    reached = [
        found
        for membership in begun[: 1 if k == 1 else None]
        if (found := _climb(scores, designs, membership, tolerance, max_iterations)) is not None
    ]
    if not reached:
        raise NotConverged(f"a mixture of {k} segments", max_iterations, tolerance)
    best = max(reached, key=lambda one: one.log_likelihood)
    again = sum(best.log_likelihood - one.log_likelihood < 0.01 for one in reached)
    return _record(best, scores, designs, paths, len(reached), again)


@dataclass(frozen=True, slots=True)
class _Solution:
    membership: Array
    shares: Array
    coefficients: list[Array]
    variances: Array
    log_likelihood: float
    iterations: int


def _climb(
    scores: Array,
    designs: list[tuple[int, IntArray]],
    membership: Array,
    tolerance: float,
    max_iterations: int,
) -> _Solution | None:
    """Expectation and maximisation from a start; None where it does not converge or degenerates."""
    before = -np.inf
    ones = np.ones((len(scores), 1))
    predictors = [np.hstack([ones, scores[:, sources]]) for _, sources in designs]
    for iteration in range(1, max_iterations + 1):
        shares = membership.mean(axis=0)
        coefficients, variances = [], np.empty((len(designs), len(shares)))
        log_density = np.tile(np.log(np.maximum(shares, 1e-300)), (len(scores), 1))
        for place, ((target, _), x) in enumerate(zip(designs, predictors, strict=True)):
            own = _weighted_regressions(x, scores[:, target], membership)
            if own is None:
                return None
            residual = scores[:, target, None] - x @ own
            variance = (membership * residual**2).sum(axis=0) / membership.sum(axis=0)
            if not (variance > _LEAST_VARIANCE).all():
                return None
            coefficients.append(own)
            variances[place] = variance
            log_density -= 0.5 * (np.log(2 * np.pi * variance) + residual**2 / variance)
        top = log_density.max(axis=1, keepdims=True)
        density = np.exp(log_density - top)
        total = density.sum(axis=1, keepdims=True)
        log_likelihood = float((top + np.log(total)).sum())
        membership = density / total
        if log_likelihood - before < tolerance:
            return _Solution(membership, shares, coefficients, variances, log_likelihood, iteration)
        before = log_likelihood
    return None


def _weighted_regressions(x: Array, y: Array, weights: Array) -> Array | None:
    """(q, K): least squares of y (n,) on x (n, q) by the weights (n, K) of segments; None: dependent."""
    moments = np.einsum("nk,nq,nr->kqr", weights, x, x, optimize=True)
    try:
        found = np.linalg.solve(moments, np.einsum("nk,nq,n->kq", weights, x, y, optimize=True)[..., None])
    except np.linalg.LinAlgError:
        return None
    return np.asarray(found[..., 0].T) if np.isfinite(found).all() else None


def _record(
    best: _Solution,
    scores: Array,
    designs: list[tuple[int, IntArray]],
    paths: BoolArray,
    starts: int,
    found: int,
) -> Segments:
    k, c = best.membership.shape[1], len(paths)
    order = np.argsort(-best.shares, kind="stable")
    coefficients = np.zeros((k, c, c))
    intercepts, variances, r2 = (np.full((k, c), np.nan) for _ in range(3))
    weights = best.membership[:, order]
    for place, (target, sources) in enumerate(designs):
        own = best.coefficients[place][:, order]
        intercepts[:, target] = own[0]
        coefficients[:, sources, target] = own[1:].T
        variances[:, target] = best.variances[place][order]
        mean = np.average(np.tile(scores[:, [target]], k), axis=0, weights=weights)
        spread = np.average((scores[:, [target]] - mean) ** 2, axis=0, weights=weights)
        r2[:, target] = 1 - variances[:, target] / spread
    each = sum(len(sources) + 2 for _, sources in designs)
    return Segments(
        shares=best.membership.mean(axis=0)[order],
        membership=weights,
        path_coefficients=coefficients,
        intercepts=intercepts,
        residual_variances=variances,
        r2=r2,
        log_likelihood=best.log_likelihood,
        parameters=k * each + k - 1,
        iterations=best.iterations,
        starts=starts,
        found=found,
    )
