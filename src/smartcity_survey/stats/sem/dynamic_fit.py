"""Cut-offs of fit indices for one model and sample size, instead of one rule for all models.

McNeish and Wolf (2023), Dynamic fit index cutoffs for confirmatory factor analysis models, Psychological
Methods 28, 61-88: simulate from the estimated model, right and with loadings it leaves out, and see which
values of SRMR, RMSEA and CFI tell the two apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import blas

from smartcity_survey.stats.core.errors import HeywoodCase, InvalidModel, NotConverged, NotPositiveDefinite
from smartcity_survey.stats.core.last_bits import steady
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.sem.cfa import CfaFit, fit_cfa
from smartcity_survey.stats.sem.cfa_stack import Chord, fit_stack

STACKED = 2**21
"""Elements of the samples that are fitted at once."""

SHARE_OF_ROOM = 0.95
"""Largest added loading, as a share of what the item's variance has room for."""


@dataclass(frozen=True, slots=True, eq=False)
class DynamicCutoffs:
    """Cut-offs of SRMR, RMSEA and CFI (columns, in this order) for l levels of misfit.

    items, factors, loadings : (l,), the loadings that the levels leave out; level 1 the first, level 2 the
        first two, and so on.
    cutoffs : (l, 3), met by a share (5 %) of the samples of a level. separated : (l, 3), whether all but that
        share of the samples of the right model meet it too; where not, the index cannot tell the two apart.
    right : (3,), met by all but that share of the samples of the right model.
    draws : (l + 1, B, 3), the right model first; nan where the fit failed. n_failed : (l + 1,).
    """

    items: IntArray
    factors: IntArray
    loadings: Array
    cutoffs: Array
    separated: Array
    right: Array
    draws: Array
    n_failed: IntArray


def dynamic_cutoffs(
    fit: CfaFit,
    *,
    draws: int = 500,
    share: float = 0.05,
    seed: int = 0,
    progress: Callable[[int], None] = lambda _: None,
) -> DynamicCutoffs:
    """Simulate cut-offs for the model of `fit` at its sample size, with k - 1 levels of misfit.

    Level by level one item more gets a second loading, as large as its own where its variance has room: of
    every factor the item of lowest loading, lowest first, factors of three items or more before others; the
    second factor is the most reliable one whose pair with the item's own is not used yet. Factors of a single
    item take no part: nothing of theirs can be left out.

    Parameters
    ----------
    progress : called with the number of samples finished, of k times `draws`.

    Raises
    ------
    InvalidModel (fewer than two factors, or items on several), HeywoodCase, NotPositiveDefinite (the
    estimates describe no population), NotConverged (more than half of the fits of a level failed).
    """
    if (fit.pattern.sum(axis=0) > 1).sum() < 2 or (fit.pattern.sum(axis=1) > 1).any():
        raise InvalidModel(
            "dynamic cut-offs need two factors of several items, and items that load on one of them"
        )
    if fit.heywood.size:
        raise HeywoodCase(tuple(fit.heywood.tolist()))
    if not fit.admissible:
        smallest = [np.linalg.eigvalsh(matrix)[0] for matrix in (fit.factor_corr, fit.residual_cov)]
        raise NotPositiveDefinite(float(smallest[0] if smallest[0] <= 0 else smallest[1]))
    items, factors, added = omitted_loadings(fit.std_loadings, fit.factor_corr, fit.pattern)
    levels = len(items) + 1
    item_sd = np.sqrt(np.diagonal(fit.implied))
    together = fit.residual_cov / np.outer(item_sd, item_sd)
    np.fill_diagonal(together, 0.0)
    results = np.full((levels, draws, 3), np.nan)
    streams = np.random.SeedSequence(seed).spawn(levels * draws)
    for level in range(levels):
        loadings = fit.std_loadings.copy()
        loadings[items[:level], factors[:level]] = added[:level]
        population = loadings @ fit.factor_corr @ loadings.T + together
        np.fill_diagonal(population, 1.0)
        root = np.asarray(np.linalg.cholesky(population), dtype=np.float64)
        own = streams[level * draws : (level + 1) * draws]
        fitted = fit_cfa(
            population, fit.n, fit.pattern, pairs=fit.pairs, markers=fit.markers, scaling="unit_variance"
        )
        chord = Chord.of(fitted)
        at_once = max(1, STACKED // root.size)
        for first in range(0, draws, at_once):
            part = slice(first, first + at_once)
            drawn = [_wishart(root, fit.n, np.random.default_rng(stream)) for stream in own[part]]
            samples, log_determinants = (np.array(values) for values in zip(*drawn, strict=True))
            results[level, part] = _indices(samples, log_determinants, fitted, chord)
            progress(level * draws + min(first + at_once, draws))
    n_failed = np.isnan(results[:, :, 0]).sum(axis=1)
    if (n_failed > draws / 2).any():
        raise NotConverged("simulated factor analyses", draws, float(n_failed.max()))
    # A worse model has a larger SRMR and RMSEA, and a smaller CFI.
    worse = np.array([share, share, 1 - share])
    cutoffs = np.array([_quantiles(level, worse) for level in results[1:]])
    right = _quantiles(results[0], 1 - worse)
    signs = np.array([1, 1, -1])
    return DynamicCutoffs(
        items, factors, added, cutoffs, signs * right < signs * cutoffs, right, results, n_failed
    )


def omitted_loadings(
    std_loadings: Array, factor_corr: Array, pattern: BoolArray
) -> tuple[IntArray, IntArray, Array]:
    """Items, factors and sizes of the loadings that the levels add: one fewer than factors of several."""
    several = np.flatnonzero(pattern.sum(axis=0) > 1).tolist()
    own = pattern.argmax(axis=1)
    size = steady(np.abs(std_loadings[np.arange(len(own)), own]))
    squares = np.square(std_loadings)
    shared_items = pattern & (pattern.sum(axis=0) > 1)
    information = np.sum(
        np.divide(squares, 1 - squares, out=np.zeros_like(squares), where=shared_items), axis=0
    )
    # Coefficient H, a factor's largest reliability, rises with this sum.
    weakest = np.array([np.flatnonzero(own == j)[np.argmin(size[own == j])] for j in several])
    few = pattern.sum(axis=0)[own[weakest]] < 3
    chosen = weakest[np.lexsort((size[weakest], few))][: len(several) - 1]
    used: set[frozenset[int]] = set()
    items, factors, loadings = [], [], []
    for item in sorted(chosen, key=lambda i: size[i]):
        home = int(own[item])
        free = [j for j in several if j != home and frozenset((home, j)) not in used]
        other = max(free, key=lambda j: information[j])
        used.add(frozenset((home, other)))
        shared = std_loadings[item, home] * factor_corr[home, other]
        room = np.sqrt(shared**2 + 1 - size[item] ** 2) - shared
        items.append(int(item))
        factors.append(other)
        loadings.append(min(size[item], SHARE_OF_ROOM * room))
    return np.array(items), np.array(factors), np.array(loadings)


def _wishart(root: Array, n: int, rng: np.random.Generator) -> tuple[Array, float]:
    """Covariances (p, p; divisor n) of n normal rows from covariances root root', and their ln determinant.

    By Bartlett's triangle. root : (p, p), lower.
    """
    p = len(root)
    triangle = rng.normal(size=(p, p))
    triangle[np.diag_indices(p)] = np.sqrt(rng.chisquare(n - 1 - np.arange(p)))
    # Column by column the transposes are as they lie in memory; what is above the diagonal is not read.
    factor = blas.dtrmm(1.0, triangle.T, root.T).T
    log_determinant = 2 * (np.log(np.diagonal(root)) + np.log(np.diagonal(triangle))).sum() - p * np.log(n)
    return np.asarray(factor @ factor.T / n), float(log_determinant)


def _indices(samples: Array, log_determinants: Array, population: CfaFit, chord: Chord) -> Array:
    """SRMR, RMSEA and CFI (B, 3) of the model in each sample (B, p, p); nan where it cannot be fitted."""
    found = fit_stack(samples, population, chord=chord, log_determinants=log_determinants)
    ml, p = population.ml, samples.shape[1]
    sd = np.sqrt(np.diagonal(samples, axis1=1, axis2=2))
    residuals = samples - found.implied
    residuals /= sd[:, :, None]
    residuals /= sd[:, None, :]
    squares = np.einsum("bij,bij->b", residuals, residuals) + np.einsum("bii,bii->b", residuals, residuals)
    independent = 2 * np.log(sd).sum(axis=1) - log_determinants
    excess = np.maximum(ml.multiplier * found.f_min - ml.df, 0)
    worst = np.maximum(ml.multiplier * independent - p * (p - 1) // 2, excess)
    return np.stack(
        [
            np.sqrt(squares / (p * (p + 1))),
            np.sqrt(excess / (ml.df * ml.multiplier)),
            1 - np.divide(excess, worst, out=np.zeros_like(worst), where=worst != 0),
        ],
        axis=1,
    )


def _quantiles(draws: Array, probabilities: Array) -> Array:
    """(3,): one quantile of each index over the draws (B, 3) that could be fitted."""
    fitted = draws[~np.isnan(draws[:, 0])]
    return np.array([np.quantile(fitted[:, j], probability) for j, probability in enumerate(probabilities)])
