"""Necessary condition analysis: an outcome that nobody has without enough of a condition.

Dul (2016), Organizational Research Methods 19, 10-52; test: Dul, van der Laan and Kuik (2020), Organizational
Research Methods 23, 385-395; with PLS-SEM: Richter et al. (2020), Industrial Management & Data Systems 120,
2243-2267.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.types import Array, BoolArray, IntArray

_ROUNDING = 1e-9
"""Share of the scope within which two scores count as equal."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The border of the empty upper left corner of condition and outcome.

    peers : (m, 2), condition and outcome where more of the condition first goes with more of the outcome.
    intercept, slope : of the line through the peers (CR-FDH); nan where there are fewer than two.
    lowest, highest : (2,), the scope: least and largest condition and outcome.
    """

    peers: Array
    intercept: float
    slope: float
    lowest: Array
    highest: Array

    def required_by_steps(self, outcome: Array) -> Array:
        """(k,): least condition with which anybody reached outcomes (k,), by CE-FDH; nan beyond the highest.

        The least condition of all where the outcome is reached with it: not necessary there.
        """
        slack = _ROUNDING * (self.highest[1] - self.lowest[1])
        place = np.searchsorted(self.peers[:, 1], outcome - slack)
        reached = place < len(self.peers)
        return np.where(reached, self.peers[np.minimum(place, len(self.peers) - 1), 0], np.nan)

    def required_by_line(self, outcome: Array) -> Array:
        """(k,): the same by the line of CR-FDH; nan where it asks for more than anybody has."""
        needed = np.maximum((outcome - self.intercept) / self.slope, self.lowest[0])
        beyond = needed > self.highest[0] + _ROUNDING * (self.highest[0] - self.lowest[0])
        return np.where(beyond, np.nan, needed)


@dataclass(frozen=True, slots=True)
class Necessity:
    """How far a condition is necessary for an outcome.

    step_effect, line_effect : share of the scope above the ceiling, by CE-FDH and CR-FDH: 0 (not necessary)
        to 1. step_p, line_p : share of random pairings with an effect as large; nan without draws.
    line_accuracy : share of respondents on or below the line; all are on or below the steps.
    """

    ceiling: Ceiling
    step_effect: float
    line_effect: float
    step_p: float
    line_p: float
    line_accuracy: float


def necessary_condition(condition: Array, outcome: Array, draws: int = 0, seed: int = 0) -> Necessity:
    """Necessary condition analysis of two scores (n,); effects are nan where one of them is constant.

    draws : random pairings of condition and outcome, each by a stream of its own. p = (1 + number of pairings
    with an effect as large) / (1 + draws), as in all permutation tests here; NCA's own divides by draws.
    """
    ladder = _Ladder.of(condition)
    step, line = (float(found[0]) for found in ladder.effects(outcome[:, None]))
    ceiling = ladder.ceiling(outcome)
    step_p = line_p = accuracy = float("nan")
    if np.isfinite(step):
        above = outcome - ceiling.intercept - ceiling.slope * condition
        slack = _ROUNDING * (ceiling.highest[1] - ceiling.lowest[1])
        accuracy = float((above <= slack).mean()) if np.isfinite(ceiling.slope) else float("nan")
        if draws:
            streams = np.random.SeedSequence(seed).spawn(draws)
            pairings = [np.random.default_rng(stream).permutation(outcome) for stream in streams]
            random = ladder.effects(np.column_stack(pairings))
            step_p, line_p = (
                float((1 + (found >= own - _ROUNDING).sum()) / (1 + draws))
                for found, own in zip(random, (step, line), strict=True)
            )
    return Necessity(ceiling, step, line, step_p, line_p, accuracy)


@dataclass(frozen=True, slots=True)
class _Ladder:
    """A condition in order: its levels (l,), the order (n,) of respondents, where each level starts (l,)."""

    levels: Array
    order: IntArray
    starts: IntArray

    @classmethod
    def of(cls, condition: Array) -> _Ladder:
        order = np.argsort(condition, kind="stable")
        levels, starts = np.unique(condition[order], return_index=True)
        return cls(levels, order, starts)

    def heights(self, outcomes: Array) -> tuple[Array, BoolArray]:
        """Largest outcome (l, B) up to each level, and whether it is the first there, for outcomes (n, B)."""
        within = np.maximum.reduceat(outcomes[self.order], self.starts, axis=0)
        heights = np.maximum.accumulate(within, axis=0)
        first = np.ones(heights.shape, dtype=bool)
        first[1:] = heights[1:] > heights[:-1]
        return heights, first

    def effects(self, outcomes: Array) -> tuple[Array, Array]:
        """Effect sizes (B,) by CE-FDH and by CR-FDH of outcomes (n, B)."""
        width = self.levels[-1] - self.levels[0]
        low, high = outcomes.min(axis=0), outcomes.max(axis=0)
        with np.errstate(all="ignore"):
            scope = np.where((width > 0) & (high > low), width * (high - low), np.nan)
            heights, peers = self.heights(outcomes)
            steps = (np.diff(self.levels)[:, None] * (high - heights[:-1])).sum(axis=0)
            intercept, slope = self.line(heights, peers)
            # The line leaves the scope where it meets its floor, on the left, and its top, on the right.
            left, right = (
                np.clip((edge - intercept) / slope, self.levels[0], self.levels[-1]) for edge in (low, high)
            )
            gap_left, gap_right = (
                np.clip(high - intercept - slope * x, 0.0, high - low) for x in (left, right)
            )
            below = (left - self.levels[0]) * (high - low) + (right - left) * (gap_left + gap_right) / 2
            return steps / scope, np.where(np.isnan(slope), 0.0, below) / scope

    def line(self, heights: Array, peers: BoolArray) -> tuple[Array, Array]:
        """Intercept and slope (B,) by least squares through the peers; nan where there are fewer than two."""
        count = peers.sum(axis=0)
        x, y = np.where(peers, self.levels[:, None], 0.0), np.where(peers, heights, 0.0)
        mean_x, mean_y = x.sum(axis=0) / count, y.sum(axis=0) / count
        from_x = np.where(peers, x - mean_x, 0.0)
        with np.errstate(all="ignore"):
            slope = (from_x * y).sum(axis=0) / (from_x**2).sum(axis=0)
        slope = np.where(count > 1, slope, np.nan)
        return mean_y - slope * mean_x, slope

    def ceiling(self, outcome: Array) -> Ceiling:
        heights, peers = self.heights(outcome[:, None])
        intercept, slope = self.line(heights, peers)
        at = peers[:, 0]
        return Ceiling(
            np.column_stack([self.levels[at], heights[at, 0]]),
            float(intercept[0]),
            float(slope[0]),
            np.array([self.levels[0], outcome.min()]),
            np.array([self.levels[-1], outcome.max()]),
        )
