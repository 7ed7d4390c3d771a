"""Polychoric correlations: what answers in categories say about normal variables behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.errors import CorrelationsAtBound, LinearDependence, NotConverged
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.items.bivariate_normal import (
    INFINITE,
    CellProbabilities,
    bivariate_normal_cdf,
    cells,
    log_normal_difference,
)
from smartcity_survey.stats.items.cell_influence import CellInfluence, joint_counts

__all__ = [
    "LARGEST_CORRELATION",
    "NO_CONTINUITY",
    "Polychoric",
    "bivariate_normal_cdf",
    "corrected_pairs",
    "polychoric",
]

Information = Literal["expected", "outer_product"]

LARGEST_CORRELATION = 1 - 1e-6
"""Correlations are sought between this and its negative; a likelihood that still rises here is refused.

Of 2000 respondents who answer two yes/no items half and half, one who contradicts all others leaves a maximum
at 1 - 1.2e-6.
"""

NO_CONTINUITY = (0.0, 0.0)
"""Nothing is added to empty cells."""

# Where the normal distribution has less than this part of a respondent, somebody's squared score would swamp
# everybody else's information, and the standard error come out several times too small.
_EXCLUDED = 1e-3


@dataclass(frozen=True, slots=True)
class Polychoric:
    """Polychoric correlations of p items over n respondents.

    correlation : (p, p), unit diagonal; need not be positive definite.
    by_cell : influence of each respondent on the correlations, summing to 0 over respondents: without one of
        them R is about R - influence / (n - 1).
    thresholds : (p, K + 1), of K categories, the outer ones at minus and plus 8.
    n_iterations : steps until no correlation moved by the tolerance.
    corrected : pairs of items to whose empty cells a count was added.
    """

    correlation: Array
    by_cell: CellInfluence
    thresholds: Array
    n_iterations: int
    corrected: tuple[tuple[int, int], ...] = ()

    @property
    def influence(self) -> Array:
        """(n, p, p): of all respondents at once."""
        return self.by_cell.of().transpose(2, 0, 1)


def polychoric(
    codes: IntArray,
    *,
    information: Information = "expected",
    continuity: tuple[float, float] = NO_CONTINUITY,
    tolerance: float = 1e-8,
    max_iterations: int = 100,
) -> Polychoric:
    """Two-step polychoric correlations of ordered answers.

    Parameters
    ----------
    codes : (n, p), whole numbers; each item's distinct codes are its categories.
    information : of the influences; `expected` under the normal distribution, or `outer_product` of the
        respondents' own derivatives, as lavaan and Mplus weight (Muthen 1984, Psychometrika 49, 115-132).
    continuity : respondents added to an empty cell of two-by-two tables, and to every empty cell of larger
        ones, as lavaan's `zero.add`. A two-by-two table keeps its margins: its diagonals gain and lose as
        much. Where it has two empty cells the items are copies, and nothing is added.

    Thresholds come from each item's shares, then every pair's correlation from its contingency table by
    maximum likelihood. The influence of a respondent accounts for both steps.

    Sources: Olsson (1979), Psychometrika 44, 443-460; Joreskog (1994), Psychometrika 59, 381-389.

    Raises
    ------
    ConstantItems
    LinearDependence
        where each answer to one item goes with one answer to another.
    CorrelationsAtBound
        where the likelihood of other pairs rises up to a correlation of 1 or -1.
    NotConverged
    """
    n, p = codes.shape
    ranks = _ranks(codes)
    pearson = correlation(ranks.astype(np.float64))
    K = int(ranks.max()) + 1
    cumulative = np.stack([(ranks <= k).mean(axis=0) for k in range(-1, K)], axis=1)
    thresholds = np.clip(special.ndtri(cumulative), -INFINITE, INFINITE)
    first, second = np.triu_indices(p, 1)
    observed = _shares(ranks, first, second, K)
    shares, corrected = _without_empty_cells(observed, ranks.max(axis=0) + 1, first, second, continuity, n)
    _require_maximum(shares, observed, first, second)
    a, b = thresholds[first], thresholds[second]
    rho, n_iterations = _maximise(
        a, b, shares, pearson[first, second], tolerance=tolerance, max_iterations=max_iterations
    )
    beyond = np.flatnonzero(np.abs(rho) > LARGEST_CORRELATION - 2 * tolerance)
    if beyond.size:
        raise CorrelationsAtBound(_positions(beyond, first, second))
    R = np.eye(p)
    R[first, second] = R[second, first] = rho
    influence = _influence(
        ranks, thresholds, cumulative, rho, observed, shares if information == "outer_product" else None
    )
    changed = _positions(np.flatnonzero(corrected), first, second)
    return Polychoric(R, influence, thresholds, n_iterations, changed)


def corrected_pairs(codes: IntArray, continuity: tuple[float, float]) -> tuple[tuple[int, int], ...]:
    """Pairs of items to whose empty cells `polychoric` adds a count; codes (n, p)."""
    if not any(continuity):
        return ()
    ranks = _ranks(codes)
    sizes = ranks.max(axis=0) + 1
    first, second = np.triu_indices(len(sizes), 1)
    shares = _shares(ranks, first, second, int(sizes.max()))
    corrected = _without_empty_cells(shares, sizes, first, second, continuity, len(ranks))[1]
    return _positions(np.flatnonzero(corrected), first, second)


def _positions(pairs: IntArray, first: IntArray, second: IntArray) -> tuple[tuple[int, int], ...]:
    """Both items of some of the pairs."""
    return tuple((int(first[pair]), int(second[pair])) for pair in pairs)


def _maximise(
    a: Array, b: Array, shares: Array, start: Array, *, tolerance: float, max_iterations: int
) -> tuple[Array, int]:
    """Correlations (pairs,) at which the likelihood of each table is largest, and the steps taken.

    Newton's steps. The sign of the derivative brackets the maximum; a step that leaves the bracket or
    is not half as long as the last is replaced by its middle. Pairs that have arrived rest.
    """
    rho = np.clip(start, -LARGEST_CORRELATION, LARGEST_CORRELATION)
    low, high = np.full_like(rho, -LARGEST_CORRELATION), np.full_like(rho, LARGEST_CORRELATION)
    moving = np.arange(len(rho))
    n_iterations, change = 0, np.full(len(rho), np.inf)
    while moving.size:
        if n_iterations == max_iterations:
            raise NotConverged("polychoric correlations", n_iterations, float(change.max()))
        n_iterations += 1
        at, table = rho[moving], shares[moving]
        found = cells(a[moving], b[moving], at, table > 0)
        slope = (table * found.score).sum(axis=(1, 2))
        bend = (table * (found.curvature - found.score**2)).sum(axis=(1, 2))
        lower, upper = np.where(slope >= 0, at, low[moving]), np.where(slope <= 0, at, high[moving])
        step = np.divide(-slope, bend, out=np.full_like(slope, np.inf), where=bend < 0)
        safe = (at + step >= lower) & (at + step <= upper) & (np.abs(step) <= 0.5 * change)
        updated = np.where(safe, at + step, 0.5 * (lower + upper))
        rho[moving], low[moving], high[moving] = updated, lower, upper
        change = np.abs(updated - at)
        moving, change = moving[change >= tolerance], change[change >= tolerance]
    return rho, n_iterations


def _ranks(codes: IntArray) -> NDArray[np.int16]:
    """(n, p): positions of the answers among each item's categories, from 0."""
    ranks = np.empty(codes.shape, dtype=np.int16)
    for item, column in enumerate(codes.T):
        ranks[:, item] = np.unique(column, return_inverse=True)[1]
    return ranks


def _shares(ranks: NDArray[np.int16], first: IntArray, second: IntArray, K: int) -> Array:
    """(pairs, K, K): shares of respondents in each cell of each pair's table."""
    return np.asarray(joint_counts(ranks, K)[first, second] / len(ranks))


def _without_empty_cells(
    shares: Array, sizes: IntArray, first: IntArray, second: IntArray, continuity: tuple[float, float], n: int
) -> tuple[Array, BoolArray]:
    """Shares (pairs, K, K), a count added to empty cells of the pairs' own categories; and which pairs.

    sizes : (p,), categories of each item.
    """
    K = shares.shape[1]
    used = np.arange(K) < sizes[:, None]
    empty = (shares == 0) & used[first][:, :, None] & used[second][:, None, :]
    small = (sizes[first] == 2) & (sizes[second] == 2)
    added = np.zeros_like(shares)
    one_empty = small & (empty.sum(axis=(1, 2)) == 1)
    on_diagonal = empty[:, 0, 0] | empty[:, 1, 1]
    contrast = np.where(on_diagonal, 1.0, -1.0)[one_empty, None, None] * np.array([[1.0, -1.0], [-1.0, 1.0]])
    added[one_empty, :2, :2] = contrast * continuity[0] / n
    added[~small] = empty[~small] * continuity[1] / n
    return shares + added, np.asarray(added.any(axis=(1, 2)))


def _require_maximum(shares: Array, observed: Array, first: IntArray, second: IntArray) -> None:
    """Refuse tables (pairs, K, K) whose likelihood rises up to a correlation of 1 or -1.

    At 1 a normal distribution has the cells of the answers in order, and no other table has these margins
    without a respondent above another on one item and below on the other. So the likelihood of a table is
    largest at 1 where no two respondents are so, and vanishes there otherwise; likewise at -1.
    """
    bound = np.flatnonzero((_opposed(shares) == 0) | (_opposed(shares[:, :, ::-1]) == 0))
    if not bound.size:
        return
    answered = observed[bound] > 0
    copies = (answered.sum(axis=1) <= 1).all(axis=1) & (answered.sum(axis=2) <= 1).all(axis=1)
    if copies.any():
        # Copies correlate 1, so no matrix that holds them has an inverse.
        raise LinearDependence(_positions(bound[copies], first, second), 0.0, np.inf)
    raise CorrelationsAtBound(_positions(bound, first, second))


def _opposed(shares: Array) -> Array:
    """(pairs,): share of pairs of respondents one of whom is above on one item and below on the other."""
    above = np.zeros_like(shares)
    above[:, :-1, 1:] = np.cumsum(np.cumsum(shares[:, ::-1], axis=1)[:, ::-1], axis=2)[:, 1:, :-1]
    return np.asarray((shares * above).sum(axis=(1, 2)))


def _influence(
    ranks: NDArray[np.int16],
    thresholds: Array,
    cumulative: Array,
    rho: Array,
    observed: Array,
    shares: Array | None,
) -> CellInfluence:
    """Influence on each correlation, by its own table and through both items' thresholds.

    observed : (pairs, K, K), shares of the respondents. shares : those that information is averaged over;
        without them it is the cells' probabilities.
    """
    n, p = ranks.shape
    first, second = np.triu_indices(p, 1)
    a, b = thresholds[first], thresholds[second]
    found = cells(a, b, rho, observed > 0)
    average = found.probability
    if shares is not None:
        average = np.where(n * average < _EXCLUDED, average, shares)
    weight = found.score * average
    by_threshold = threshold_influence(thresholds, cumulative)
    through_a = np.einsum("pk,pck->pc", _threshold_slopes(a, b, rho, weight, found), by_threshold[first])
    mirrored = _threshold_slopes(b, a, rho, weight.transpose(0, 2, 1), found.transposed())
    through_b = np.einsum("pk,pck->pc", mirrored, by_threshold[second])
    # Respondents in one cell of a table have the same influence.
    by_cell = found.score - through_a[:, :, None] - through_b[:, None, :]
    by_cell -= (observed * by_cell).sum(axis=(1, 2), keepdims=True)
    by_cell /= (weight * found.score).sum(axis=(1, 2), keepdims=True)
    table = np.zeros((p, p, *by_cell.shape[1:]))
    table[first, second], table[second, first] = by_cell, by_cell.transpose(0, 2, 1)
    return CellInfluence(ranks, table)


def threshold_influence(thresholds: Array, cumulative: Array) -> Array:
    """(p, K, K - 1): influence of an answer in each category on each inner threshold."""
    K = thresholds.shape[1] - 1
    inner = slice(1, K)
    below = np.arange(K)[:, None] <= np.arange(K - 1)
    density = np.exp(-np.square(thresholds[:, inner]) / 2) / np.sqrt(2 * np.pi)
    return np.asarray((below - cumulative[:, None, inner]) / density[:, None])


def _threshold_slopes(a: Array, b: Array, rho: Array, weight: Array, found: CellProbabilities) -> Array:
    """(pairs, K - 1): mean product of the score and the derivative of the cells by each inner threshold of a.

    weight : (pairs, K, K), scores times the shares they are averaged over.
    """
    inner = a[:, 1:-1, None]
    outer = np.where(np.abs(b) >= INFINITE, np.copysign(np.inf, b), b)[:, None, :]
    bounds = (outer - rho[:, None, None] * inner) / np.sqrt(1 - rho[:, None, None] ** 2)
    log_gain = log_normal_difference(bounds[:, :, :-1], bounds[:, :, 1:]) - 0.5 * (
        inner**2 + np.log(2 * np.pi)
    )
    # Raising a threshold moves probability from the category above it to the one below.
    gains = (np.exp(log_gain - found.log_probability[:, rows]) for rows in (slice(-1), slice(1, None)))
    below, above = (
        np.multiply(gain, part, out=np.zeros_like(part), where=part != 0)
        for gain, part in zip(gains, (weight[:, :-1], weight[:, 1:]), strict=True)
    )
    return np.asarray((below - above).sum(axis=2))
