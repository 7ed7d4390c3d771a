"""Raking: weights that give a sample the known margins of its population."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.design import check_weights
from smartcity_survey.stats.core.errors import NotConverged, StatisticsError
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray

TOLERANCE = 1e-12
MAX_ITERATIONS = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Margin:
    """A known margin. cells : (n,), each respondent's cell, 0, 1, ...; shares : (K,), of the population."""

    cells: IntArray
    shares: Array


class EmptyCells(StatisticsError):
    """Cells of a known margin that hold no respondent; `margin` and `cells` are positions."""

    def __init__(self, margin: int, cells: tuple[int, ...]) -> None:
        self.margin = margin
        self.cells = cells
        super().__init__(f"margin {margin}: nobody is in the cells {cells}")


@dataclass(frozen=True, slots=True, eq=False)
class Raked:
    """weights : (n,), average 1. n_iterations : rounds over all margins."""

    weights: Array
    n_iterations: int


@dataclass(frozen=True, slots=True, eq=False)
class Trimmed:
    """weights : (n,), average 1, within the bounds. beyond : (n,), which were cut."""

    weights: Array
    beyond: BoolArray


def rake(
    weights: Array,
    margins: Sequence[Margin],
    *,
    tolerance: float = TOLERANCE,
    max_iterations: int = MAX_ITERATIONS,
) -> Raked:
    """Adjust weights (n,) to each margin in turn until all hold.

    Deming and Stephan (1940), Annals of Mathematical Statistics 11, 427-444; Deville, Sarndal and Sautory
    (1993), JASA 88, 1013-1020.

    tolerance : largest difference of a cell's weighted share from the margin's.

    Raises
    ------
    InvalidWeights; EmptyCells; NotConverged (the margins contradict one another in this sample).
    """
    n = len(weights)
    check_weights(weights, n)
    for position, margin in enumerate(margins):
        empty = (np.bincount(margin.cells, minlength=len(margin.shares)) == 0) & (margin.shares > 0)
        if empty.any():
            raise EmptyCells(position, tuple(np.flatnonzero(empty).tolist()))
    raked = weights / weights.sum()
    gap = np.inf
    for iteration in range(max_iterations):
        gap = max(float(np.abs(weighted_share(raked, m) - m.shares).max()) for m in margins)
        if gap <= tolerance:
            return Raked(raked * n, iteration)
        for margin in margins:
            raked = raked * (margin.shares / weighted_share(raked, margin))[margin.cells]
    raise NotConverged("raking", max_iterations, gap)


def weighted_share(weights: Array, margin: Margin) -> Array:
    """(K,): share of the weights (n,) in each cell of a margin."""
    sums = np.bincount(margin.cells, weights, len(margin.shares))
    return np.asarray(sums / weights.sum())


def trim(weights: Array, low: float, high: float) -> Trimmed:
    """Cut weights (n,) that average 1 to low <= w <= high; their sum stays, the others share what was cut.

    What is cut is spread evenly over the weights within the bounds, again where that takes others beyond them
    (Potter 1990, Proceedings of the Section on Survey Research Methods, 225-230).

    Raises
    ------
    StatisticsError : no weight is left within the bounds.
    """
    found, beyond = weights / weights.mean(), np.zeros(len(weights), dtype=bool)
    while True:
        outside = (found < low) | (found > high)
        # What an earlier round set to a bound may lie beyond it by rounding.
        outside &= ~(np.isclose(found, low, rtol=1e-12) | np.isclose(found, high, rtol=1e-12))
        if not outside.any():
            return Trimmed(found, beyond)
        if outside.all():
            raise StatisticsError("no weight is within the bounds")
        beyond |= outside
        cut = np.clip(found, low, high)
        cut[~outside] += (found - cut).sum() / np.count_nonzero(~outside)
        found = cut
