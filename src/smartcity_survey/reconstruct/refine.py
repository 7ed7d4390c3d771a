"""Whole answers brought into every interval by small numbers of single-cell moves (needs jax and numba)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from smartcity_survey.reconstruct.combine import combinations, small_pairs
from smartcity_survey.reconstruct.covariance import excess
from smartcity_survey.reconstruct.design import Problem
from smartcity_survey.reconstruct.evaluate import Evaluator
from smartcity_survey.reconstruct.finish import bartlett_pairs
from smartcity_survey.reconstruct.moves import Limits, Moves, admissible, single_moves
from smartcity_survey.reconstruct.schedule import Polish, Schedule
from smartcity_survey.stats.types import Array, IntArray

_CHI2 = ("adequacy", "bartlett_chi2")
_REACH = 5.0
_LEAST = 0.1
"""A statistic that moves change by less than 1/_REACH of its interval is weighed more, at most 1/_LEAST."""
_MARGIN = 0.005
"""Distance kept from bounds that are no roundings, such as blank loadings."""
_NEAR = 0.002
"""Unit in which such bounds are measured once a statistic comes within the margin."""
_QUIET = 1.5
"""Largest effect on any other statistic of the moves that give Bartlett's statistic its last digits."""
_LARGEST_SINGLE = 10.0
"""Single moves take part in the last searches only if their effect is this small."""


@dataclass(frozen=True, slots=True)
class Linear:
    """The moves and where the tracked statistics stand, in units of each one's scale, 0 at its centre.

    moves : effects (m, t); value, low, high : (t,).
    """

    moves: Moves
    value: Array
    low: Array
    high: Array


class Refiner:
    """Answers on their way into the intervals: `x`, and `values`, their exact statistics."""

    def __init__(
        self,
        problem: Problem,
        evaluator: Evaluator,
        x: IntArray,
        centre: Array,
        limits: Limits,
        schedule: Schedule,
        rng: np.random.Generator,
        progress: Callable[[str], None],
    ) -> None:
        self.problem, self.evaluator, self.limits = problem, evaluator, limits
        self.schedule, self.rng, self.progress = schedule, rng, progress
        self.centre = centre
        self.low, self.high = problem.boxes
        keys = problem.design.keys
        bounded = np.isfinite(self.low) | np.isfinite(self.high)
        rounding = np.isfinite(self.low) & np.isfinite(self.high) & (self.low != -self.high)
        self.printed = np.flatnonzero(rounding)
        self.bounds = np.flatnonzero(bounded & ~rounding)
        self.margin = np.array([_MARGIN if keys[i][0] != "cfa" else 50.0 for i in self.bounds])
        self.middle = np.zeros(len(keys))
        self.half = np.full(len(keys), np.inf)
        self.middle[rounding] = (self.low[rounding] + self.high[rounding]) / 2
        self.half[rounding] = (self.high[rounding] - self.low[rounding]) / 2
        self.goal_half = self.half.copy()
        if _CHI2 in keys:  # its last digits come at the end, by moves that change little else
            self.goal_half[keys.index(_CHI2)] = np.maximum(self.half[keys.index(_CHI2)], schedule.chi2_slack)
        self.width, self.scale, self.inner = self.goal_half.copy(), self.goal_half.copy(), 1.0
        self.x = x.copy()
        self.refresh()

    # -- the whole way ------------------------------------------------------------------------------------

    def run(self) -> None:
        """Greedy, levelling, searches that tighten, and Bartlett's last digits, until nothing is missed."""
        s = self.schedule
        for most in s.greedy:
            self.greedy(most)
        for most, hot in s.level:
            self.level(most, hot)
        for polish in s.polish:
            self.polish(polish)
        best, fewest = self.x, self.missing(self.values).size
        for _ in range(s.repeats):
            before = self.missing(self.values).size
            for polish in s.polish[-s.last :]:
                if self.finish():
                    return
                self.polish(polish)
            now = self.missing(self.values).size
            if now < fewest:
                best, fewest = self.x, now
            if now >= before:  # stuck: level again and come down elsewhere
                self.level(*s.kick)
                for polish in s.polish[: -s.last]:
                    self.polish(polish)
        if not self.finish() and fewest < self.missing(self.values).size:
            self.x = best
            self.refresh()

    def finish(self) -> bool:
        """Whether nothing is missed, after Bartlett's last digits were tried if only they were missing."""
        missing = self.missing(self.values)
        keys = self.problem.design.keys
        if _CHI2 not in keys or missing.size == 0:
            return missing.size == 0
        chi2 = keys.index(_CHI2)
        if np.any(missing != chi2):
            return False
        self.inner = 1.0
        linear = self._linear(0.0)
        here = np.searchsorted(self.printed, chi2)
        other = np.delete(np.arange(linear.value.size), here)
        quiet = np.flatnonzero(np.abs(linear.moves.effect[:, other]).max(1) < _QUIET)
        some = linear.moves.take(quiet)
        self.progress(f"Bartlett: {quiet.size} moves that change little else")
        pairs = bartlett_pairs(
            self.x,
            (some.row, some.column, some.delta),
            some.effect[:, other],
            self.low[chi2],
            self.high[chi2],
            self.schedule.pairs,
        )
        for pair in pairs:
            foreseen = (linear.value + some.effect[list(pair)].sum(0))[other]
            if np.any(excess(foreseen, linear.low[other] - 0.05, linear.high[other] + 0.05)):
                continue
            there = self._moved(some, np.array(pair))
            values, _ = self.evaluator.of_answers(there.astype(float))
            if self.missing(values).size == 0:
                self.x = there
                self.refresh()
                return True
        return False

    # -- where the answers stand --------------------------------------------------------------------------

    def refresh(self) -> None:
        """Exact statistics and Hessians at the present answers."""
        x = self.x.astype(float)
        self.evaluator.refresh(np.cov(x.T))
        self.values, _ = self.evaluator.of_answers(x)

    def missing(self, values: Array) -> IntArray:
        """Positions of the statistics outside their intervals."""
        return np.flatnonzero(excess(values, self.low, self.high))

    def badness(self, values: Array) -> Array:
        """Squared distances from the intervals as widened at present; of one vector (s,) or many (b, s)."""
        v = np.atleast_2d(values)
        i = self.printed
        off = np.maximum(np.abs(v[:, i] - self.middle[i]) - self.inner * self.width[i], 0) / self.scale[i]
        beyond = np.abs(excess(v[:, self.bounds], self.low[self.bounds], self.high[self.bounds]))
        return np.asarray((off**2).sum(1) + (beyond / (0.2 * self.margin)).sum(1))

    def _linear(self, widen: float) -> Linear:
        """The linear model; intervals are widened to `widen` times a typical move's effect."""
        x = self.x
        jacobian = self.evaluator.jacobian_of_answers(x.astype(float))
        inner_low = self.low[self.bounds] + self.margin
        inner_high = self.high[self.bounds] - self.margin
        close = excess(self.values[self.bounds], inner_low, inner_high) != 0
        near = self.bounds[close]
        tracked = np.concatenate([self.printed, near])
        centre = np.concatenate(
            [self.centre[self.printed], np.clip(self.values[self.bounds], inner_low, inner_high)[close]]
        )
        half = np.concatenate([self.goal_half[self.printed], self.margin[close] / _MARGIN * _NEAR])
        weights = self.evaluator.weights()
        moves = single_moves(x, jacobian, weights, tracked, admissible(x, weights, self.limits))
        typical = np.sqrt((moves.effect[::7].astype(float) ** 2).mean(0))
        width = np.maximum(half, widen * typical)
        scale = width * np.clip(_REACH * typical / width, _LEAST, 1.0)
        moves.effect[:] /= scale
        k = self.printed.size
        self.width[self.printed], self.scale[self.printed] = width[:k], scale[:k]
        middle = np.concatenate([self.middle[self.printed], centre[k:]])
        reach = np.concatenate([self.inner * width[:k], 0.5 * width[k:]])
        return Linear(
            moves, (self.values[tracked] - centre) / scale, (middle - centre - reach) / scale,
            (middle - centre + reach) / scale,
        )  # fmt: skip

    def _moved(self, moves: Moves, chosen: IntArray) -> IntArray:
        x = self.x.copy()
        x[moves.row[chosen], moves.column[chosen]] += moves.delta[chosen]
        return x

    # -- searches -----------------------------------------------------------------------------------------

    def greedy(self, most: int) -> None:
        """The best moves one by one on one linear model, one per row at most, in the levelled metric."""
        linear = self._linear(0.0)
        effect, r = _levelled(linear, 1.0)
        r = r.astype(np.float32)
        norm = np.einsum("mt,mt->m", effect, effect)
        free = np.ones(len(self.x), dtype=bool)
        chosen = []
        for _ in range(most):
            gain = 2 * (effect @ r) + norm
            gain[~free[linear.moves.row]] = np.inf
            best = int(gain.argmin())
            if gain[best] >= 0:
                break
            chosen.append(best)
            free[linear.moves.row[best]] = False
            r += effect[best]
        self.x = self._moved(linear.moves, np.array(chosen, dtype=np.int64))
        self.refresh()
        self.progress(f"greedy: {len(chosen)} moves, {self.missing(self.values).size} statistics missed")

    def level(self, most: int, hot: float) -> None:
        """A combination that brings all statistics near their centres in the levelled metric.

        What single moves hardly change counts as much as what they change a lot, so statistics that hold each
        other (coefficients, their standard errors, sums of weights) come right first; the rest stays within a
        typical move.
        """
        linear = self._linear(0.0)
        effect, value = _levelled(linear, 1e-2)
        zero = np.zeros(value.size)
        sets, _ = combinations(
            effect, linear.moves.row[:, None], value, zero, zero, most, 2 * self.schedule.trials, 1, hot,
            0.02, int(self.rng.integers(2**31)),
        )  # fmt: skip
        self.x = self._moved(linear.moves, sets[0])
        self.refresh()
        self.progress(f"levelled: {sets[0].size} moves, {self.missing(self.values).size} statistics missed")

    def polish(self, step: Polish) -> None:
        """The best of several combinations of pairs of moves that nearly cancel, if it is better exactly."""
        s = self.schedule
        self.inner = step.inner
        linear = self._linear(step.widen)
        size = np.linalg.norm(linear.moves.effect, axis=1)
        order = np.argsort(size * np.exp(self.rng.normal(0, 0.35, size.size)), kind="stable")[: s.pool]
        some = linear.moves.take(order)
        a, b = small_pairs(some.effect, some.row, s.partners)
        single = np.flatnonzero(size[order] < _LARGEST_SINGLE)
        effect = np.concatenate([some.effect[single], some.effect[a] + some.effect[b]])
        cells = np.concatenate([np.stack([single, np.full(single.size, -1)], 1), np.stack([a, b], 1)])
        keep = np.argsort(np.linalg.norm(effect, axis=1), kind="stable")[: 2 * s.pool]
        effect, cells = effect[keep], cells[keep]
        sets, energies = combinations(
            effect, np.where(cells >= 0, some.row[cells], -1), linear.value, linear.low, linear.high,
            step.most, s.trials, s.restarts, step.hot, 1e-3 * step.hot, int(self.rng.integers(2**31)),
        )  # fmt: skip
        trials = [self._moved(some, _cells(cells, chosen)) for chosen in sets]
        values = [self.evaluator.of_answers(trial.astype(float))[0] for trial in trials]
        bad = self.badness(np.stack(values))
        best, now = int(bad.argmin()), self.badness(self.values)[0]
        if bad[best] < now:
            self.x = trials[best]
            self.refresh()
        self.progress(
            f"polished: {now:.4g} -> {bad[best]:.4g} (foreseen {energies[best]:.4g}), "
            f"{self.missing(self.values).size} statistics missed"
        )


def _levelled(linear: Linear, floor: float) -> tuple[Array, Array]:
    """Effects and values in the metric in which typical moves go equally far in every direction."""
    effect = linear.moves.effect
    spread = effect.T.astype(float) @ effect / len(effect)
    root = np.linalg.inv(np.linalg.cholesky(spread + floor * np.eye(linear.value.size)))
    return effect @ root.T.astype(np.float32), root @ linear.value


def _cells(cells: IntArray, chosen: IntArray) -> IntArray:
    flat = cells[chosen].ravel()
    return np.asarray(flat[flat >= 0])
