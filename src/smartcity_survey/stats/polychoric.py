"""Polychoric correlations: what answers in categories say about normal variables behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from smartcity_survey.stats.correlation import correlation
from smartcity_survey.stats.errors import NotConverged
from smartcity_survey.stats.types import Array, IntArray

Information = Literal["expected", "outer_product"]

LARGEST_CORRELATION = 0.9995
"""Closer to 1, cells are left without probability. An estimate that ends here says that items are copies."""

# Beyond eight standard deviations the normal distribution has nothing left in double precision.
_INFINITE = 8.0
# Cells with less probability than this say nothing; their score is 0/0.
_EMPTY = 1e-12


@dataclass(frozen=True, slots=True)
class Polychoric:
    """Polychoric correlations of p items over n respondents.

    correlation : (p, p), unit diagonal; need not be positive definite.
    influence : (n, p, p), influence of each respondent on the correlations, summing to 0 over respondents:
        without one of them R is about R - influence / (n - 1).
    thresholds : (p, K + 1), of K categories, the outer ones at minus and plus 8.
    n_iterations : scoring steps until no correlation moved by the tolerance.
    """

    correlation: Array
    influence: Array
    thresholds: Array
    n_iterations: int


def bivariate_normal_cdf(h: Array, k: Array, rho: Array) -> Array:
    """P(X <= h, Y <= k) of standard normal X, Y with correlation rho; arrays broadcast.

    Source: Owen (1956), Annals of Mathematical Statistics 27, 1075-1090, equation 2.1.
    """
    root = np.sqrt(1.0 - np.square(rho))
    with np.errstate(divide="ignore", invalid="ignore"):
        slope_h = np.where(h == 0, np.where(k >= 0, np.inf, -np.inf), (k / h - rho) / root)
        slope_k = np.where(k == 0, np.where(h >= 0, np.inf, -np.inf), (h / k - rho) / root)
    opposite = (h * k < 0) | ((h * k == 0) & (h + k < 0))
    value = 0.5 * (special.ndtr(h) + special.ndtr(k)) - special.owens_t(h, slope_h)
    value -= special.owens_t(k, slope_k) + 0.5 * opposite
    # At the origin both slopes would be 0/0.
    return np.where((h == 0) & (k == 0), 0.25 + np.arcsin(rho) / (2 * np.pi), value)


def polychoric(
    codes: IntArray,
    *,
    information: Information = "expected",
    tolerance: float = 1e-8,
    max_iterations: int = 100,
) -> Polychoric:
    """Two-step polychoric correlations of ordered answers.

    Parameters
    ----------
    codes : (n, p), whole numbers; each item's distinct codes are its categories.
    information : of the influences; `expected` under the normal distribution, or `outer_product` of the
        respondents' own derivatives, as lavaan and Mplus weight (Muthen 1984, Psychometrika 49, 115-132).

    Thresholds come from each item's shares, then every pair's correlation from its contingency table by
    scoring. The influence of a respondent accounts for both steps.

    Sources: Olsson (1979), Psychometrika 44, 443-460; Joreskog (1994), Psychometrika 59, 381-389.

    Raises
    ------
    ConstantItems, NotConverged.
    """
    n, p = codes.shape
    ranks = _ranks(codes)
    pearson = correlation(ranks.astype(np.float64))
    K = int(ranks.max()) + 1
    cumulative = np.stack([(ranks <= k).mean(axis=0) for k in range(-1, K)], axis=1)
    thresholds = np.clip(special.ndtri(cumulative), -_INFINITE, _INFINITE)
    first, second = np.triu_indices(p, 1)
    shares = _shares(ranks, first, second, K)
    a, b = thresholds[first], thresholds[second]
    rho, n_iterations = _maximise(
        a, b, shares, pearson[first, second], tolerance=tolerance, max_iterations=max_iterations
    )
    R = np.eye(p)
    R[first, second] = R[second, first] = rho
    influence = np.zeros((n, p, p))
    by_pair = _influence(
        ranks, thresholds, cumulative, first, second, rho, shares if information == "outer_product" else None
    )
    influence[:, first, second] = influence[:, second, first] = by_pair
    return Polychoric(R, influence, thresholds, n_iterations)


def _maximise(
    a: Array, b: Array, shares: Array, start: Array, *, tolerance: float, max_iterations: int
) -> tuple[Array, int]:
    """Correlations (pairs,) at which the likelihood of each table is largest, and the scoring steps taken.

    The sign of the derivative brackets the maximum; a step that leaves the bracket is replaced by its middle.
    """
    rho = np.clip(start, -LARGEST_CORRELATION, LARGEST_CORRELATION)
    low, high = np.full_like(rho, -LARGEST_CORRELATION), np.full_like(rho, LARGEST_CORRELATION)
    n_iterations, change = 0, np.inf
    while change >= tolerance:
        if n_iterations == max_iterations:
            raise NotConverged("polychoric correlations", n_iterations, change)
        n_iterations += 1
        score, probability = _scores(a, b, rho)
        slope = (shares * score).sum(axis=(1, 2))
        information = (probability * score**2).sum(axis=(1, 2))
        low, high = np.where(slope >= 0, rho, low), np.where(slope <= 0, rho, high)
        updated = rho + slope / information
        updated = np.where((updated < low) | (updated > high), 0.5 * (low + high), updated)
        change = float(np.abs(updated - rho).max())
        rho = updated
    return rho, n_iterations


def _ranks(codes: IntArray) -> IntArray:
    """(n, p): positions of the answers among each item's categories, from 0."""
    ranks = np.empty(codes.shape, dtype=np.int64)
    for item, column in enumerate(codes.T):
        ranks[:, item] = np.unique(column, return_inverse=True)[1]
    return ranks


def _shares(ranks: IntArray, first: IntArray, second: IntArray, K: int) -> Array:
    """(pairs, K, K): shares of respondents in each cell of each pair's table."""
    n, p = ranks.shape
    dummies = (ranks[:, :, None] == np.arange(K)).astype(np.float64).reshape(n, p * K)
    table = (dummies.T @ dummies / n).reshape(p, K, p, K)
    return np.asarray(table[first, :, second, :])


def _scores(a: Array, b: Array, rho: Array) -> tuple[Array, Array]:
    """Derivatives (pairs, K, K) of log cell probabilities by rho, and the probabilities."""
    h, k, r = a[:, 1:-1, None], b[:, None, 1:-1], rho[:, None, None]
    density = np.exp(-(h**2 - 2 * r * h * k + k**2) / (2 * (1 - r**2))) / (2 * np.pi * np.sqrt(1 - r**2))
    # Beyond the outer thresholds the distribution is that of one item alone, and flat.
    cumulative = np.zeros((len(rho), a.shape[1], b.shape[1]))
    cumulative[:, 1:-1, 1:-1] = bivariate_normal_cdf(h, k, r)
    cumulative[:, -1, :], cumulative[:, :, -1] = special.ndtr(b), special.ndtr(a)
    flat = np.pad(density, ((0, 0), (1, 1), (1, 1)))
    probability, slope = (np.diff(np.diff(grid, axis=1), axis=2) for grid in (cumulative, flat))
    score = np.divide(slope, probability, out=np.zeros_like(slope), where=probability > _EMPTY)
    return score, probability


def _influence(
    ranks: IntArray,
    thresholds: Array,
    cumulative: Array,
    first: IntArray,
    second: IntArray,
    rho: Array,
    shares: Array | None,
) -> Array:
    """(n, pairs): influence on each correlation, by its own table and through both items' thresholds.

    Information is averaged over the cells' shares (pairs, K, K) or, without them, their probabilities.
    """
    a, b = thresholds[first], thresholds[second]
    score, probability = _scores(a, b, rho)
    average = probability if shares is None else shares
    information = (average * score**2).sum(axis=(1, 2))
    weighted = np.divide(score * average, probability, out=np.zeros_like(score), where=probability > _EMPTY)
    by_cell = score[np.arange(len(rho)), ranks[:, first], ranks[:, second]]
    by_threshold = _threshold_influence(ranks, thresholds, cumulative)
    through_a = np.einsum("pk,npk->np", _threshold_slopes(a, b, rho, weighted), by_threshold[:, first])
    flipped = weighted.transpose(0, 2, 1)
    through_b = np.einsum("pk,npk->np", _threshold_slopes(b, a, rho, flipped), by_threshold[:, second])
    total = by_cell - through_a - through_b
    return np.asarray((total - total.mean(axis=0)) / information)


def _threshold_influence(ranks: IntArray, thresholds: Array, cumulative: Array) -> Array:
    """(n, p, K - 1): influence on each inner threshold."""
    inner = slice(1, thresholds.shape[1] - 1)
    below = ranks[:, :, None] <= np.arange(thresholds.shape[1] - 2)
    density = np.exp(-np.square(thresholds[:, inner]) / 2) / np.sqrt(2 * np.pi)
    return np.asarray((below - cumulative[:, inner]) / density)


def _threshold_slopes(a: Array, b: Array, rho: Array, score: Array) -> Array:
    """(pairs, K - 1): expected score by each inner threshold of the first item."""
    inner = a[:, 1:-1, None]
    r = rho[:, None, None]
    conditional = special.ndtr((b[:, None, :] - r * inner) / np.sqrt(1 - r**2))
    gain = np.exp(-np.square(inner) / 2) / np.sqrt(2 * np.pi) * np.diff(conditional, axis=2)
    # Raising a threshold moves probability from the category above it to the one below.
    return np.asarray((gain * (score[:, :-1] - score[:, 1:])).sum(axis=2))
