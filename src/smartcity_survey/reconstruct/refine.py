"""Whole answers brought into every interval by small numbers of single-cell moves (needs jax and numba)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from smartcity_survey.reconstruct.anneal import have_one_peak, with_one_peak
from smartcity_survey.reconstruct.combine import combinations, greedily
from smartcity_survey.reconstruct.covariance import excess
from smartcity_survey.reconstruct.design import Task
from smartcity_survey.reconstruct.evaluate import Evaluator
from smartcity_survey.reconstruct.finish import bartlett, bartlett_changes
from smartcity_survey.reconstruct.moves import Limits, Moves, admissible, single_moves
from smartcity_survey.reconstruct.schedule import Schedule, Search
from smartcity_survey.reconstruct.units import Linear, Units, levelled, small_units
from smartcity_survey.stats.core.types import Array, IntArray

_CHI2 = ("adequacy", "bartlett_chi2")
_REACH = 5.0
_LEAST = 0.1
"""A statistic that moves change by less than 1/_REACH of its interval is weighed more, at most 1/_LEAST."""
_MARGIN = 0.005
"""Distance kept from bounds that are no roundings, such as blank loadings."""
_NEAR = 0.002
"""Unit in which such bounds are measured once a statistic comes within the margin."""
_NEARER = 0.25
"""Share of the half interval that the centre's surroundings are not made smaller than."""
_LEAST_ROOM = 0.02
"""Share of the half interval that every statistic is left on either side of where it is aimed."""
_STUCK = 0.9
"""A search that leaves more than this share of the squared distances was in vain."""
_PRESS, _EASE, _MOST_PRESSURE = 3.0, 0.8, 30.0
_FEW = 12
"""Statistics that progress names, and that are pressed, where no more are missed."""


class Refiner:
    """Answers on their way into the intervals: `x`, and `values`, their exact statistics."""

    def __init__(
        self,
        problem: Task,
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
        low, high = problem.boxes
        self.low, self.high = low.copy(), high.copy()
        keys = problem.design.keys
        bounded = np.isfinite(self.low) | np.isfinite(self.high)
        rounding = np.isfinite(self.low) & np.isfinite(self.high) & (self.low != -self.high)
        self.printed = np.flatnonzero(rounding)
        self.bounds = np.flatnonzero(bounded & ~rounding)
        self.margin = np.array([_MARGIN if keys[i][0] != "cfa" else 50.0 for i in self.bounds])
        low, high = self.low[self.printed], self.high[self.printed]
        self.half = (high - low) / 2
        self.centre = centre.copy()
        self.centre[self.printed] = np.clip(
            centre[self.printed], low + _LEAST_ROOM * self.half, high - _LEAST_ROOM * self.half
        )
        self.room = np.stack([self.centre[self.printed] - low, high - self.centre[self.printed]])
        self.chi2 = keys.index(_CHI2) if _CHI2 in keys else None
        if self.chi2 is not None:
            self._slacken_chi2(self.chi2, schedule.chi2_slack)
        self.adequacy = np.array([keys[i][0] == "adequacy" for i in self.printed])
        """Measures that combinations change beyond their slopes, and that are easily put right in the end."""
        self.aim_low, self.aim_high, self.scale = low.copy(), high.copy(), self.half.copy()
        self.drift = np.zeros(self.printed.size)
        """What the printed statistics move beyond their slopes with every move, learnt from past searches."""
        self.pressure = np.ones(self.printed.size)
        """How much more than the others a statistic counts that searches left outside its interval."""
        self.x = x.copy()
        self.refresh()

    # -- the whole way ------------------------------------------------------------------------------------

    def run(self, *, begun: bool = False) -> None:
        """Greedy, levelling, searches in intervals that tighten, and Bartlett's last digits.

        begun : an earlier run left the answers near; then only the last digits, and where these are not
        found, the searches as after a descent.
        """
        s = self.schedule
        if not begun:
            for most in s.greedy:
                self.greedy(most)
            for most, hot in s.level:
                self.level(most, hot)
        elif self._relent():
            return
        self._hold_all()
        widen, tries, descents, slowly = (s.again, 0, 1, False) if begun else (s.widest, 0, 0, True)
        best, fewest = self.x, self.missing(self.values).size
        for _ in range(s.searches):
            self.search(widen, s.search[tries % len(s.search)])
            if self.finish():
                return
            if self.missing(self.values).size < fewest:
                best, fewest = self.x, self.missing(self.values).size
            tries += 1
            settled = widen > 0 and self.badness(self.values)[0] < s.settled
            if not settled and tries < (s.patience if widen > 0 else s.last_patience):
                continue
            tries = 0
            if widen > 0:
                widen = widen * s.tighten if slowly and widen > s.narrowest else 0.0
                continue
            descents += 1  # what is left over settles only where the intervals are wide
            widen, slowly = s.again, False
            if descents % s.descents == 0:  # or somewhere else
                self.level(*s.level[-1])
                widen, slowly = s.widest, True
        self._back_to(best)
        self._relent()

    def _relent(self) -> bool:
        """Let off by one last digit what no search found, take back what then can be, and find Bartlett's.

        Single statistics are sought more easily than several: all others stay inside their intervals.

        Returns
        -------
        Whether nothing had to stay let off, and nothing is missed.
        """
        self._hold_all()
        start, missing = self.x, self.missing(self.values)
        if missing.size > _FEW:
            return False
        beyond = np.abs(excess(self.values, self.low, self.high))[missing]
        near = beyond < (self.high - self.low)[missing]
        given = [int(i) for i in missing[near & (missing != self.chi2) & np.isin(missing, self.printed)]]
        for i in given:
            self._let_off(i, 1.0)
        self.progress(f"let off by one last digit: {self._named(given)}")
        if self._settled(self.schedule.last_patience):
            for i in sorted(given, key=lambda i: beyond[missing == i][0]):
                before = self.x
                self._let_off(i, 0.0)
                if not self._settled(self.schedule.patience):
                    self._let_off(i, 1.0)
                    self._back_to(before)
                    self.progress(f"stays let off: {self._named([i])}")
        for _ in range(self.schedule.patience):
            if self.finish():
                return not self._off()
            self._settled(self.schedule.last_patience)
        let_off = np.union1d(self.missing(self.values), self._off())
        if let_off.size > missing.size:
            self._back_to(start)
        return False

    def _off(self) -> list[int]:
        """Positions of the statistics that are let off."""
        low, high = self.problem.boxes
        return [int(i) for i in np.flatnonzero((self.low != low) | (self.high != high))]

    def _hold_all(self) -> None:
        for i in self._off():
            self._let_off(i, 0.0)

    def _back_to(self, x: IntArray) -> None:
        self.x = x
        self.refresh()

    def _let_off(self, i: int, units: float) -> None:
        """Widen the interval of a statistic by so many units of its last digit to either side."""
        low, high = (ends[i] for ends in self.problem.boxes)
        unit = units * (high - low)
        here = np.searchsorted(self.printed, i)
        self.low[i], self.high[i] = low - unit, high + unit
        self.half[here] = (high - low) / 2 + unit
        room = _LEAST_ROOM * self.half[here]
        self.centre[i] = np.clip(self.values[i], self.low[i] + room, self.high[i] - room)
        self.room[:, here] = self.centre[i] - self.low[i], self.high[i] - self.centre[i]

    def _settled(self, tries: int) -> bool:
        """Whether nothing but Bartlett's statistic is missed, after so many searches at most."""
        self.pressure[:] = 1.0
        for k in range(tries + 1):
            missing = self.missing(self.values)
            if np.all(missing == self.chi2):
                return True
            if k < tries:
                self.search(0.0, self.schedule.search[k % len(self.schedule.search)])
        return False

    def finish(self) -> bool:
        """Whether nothing is missed, after Bartlett's last digits were tried if only they were missing."""
        for _ in range(self.schedule.finishes):
            missing = self.missing(self.values)
            if missing.size == 0 or self.chi2 is None or np.any(missing != self.chi2):
                break
            near = self.schedule.chi2_near
            middle = (self.low[self.chi2] + self.high[self.chi2]) / 2
            if abs(self.values[self.chi2] - middle) < near:
                self._last_digits(self.chi2, middle)
            else:
                self._slacken_chi2(self.chi2, near)
                self.search(0.0, self.schedule.search[0])
        return self.missing(self.values).size == 0

    def _slacken_chi2(self, chi2: int, distance: float) -> None:
        """Let Bartlett's statistic, whose last digits come at the end, be so far away meanwhile."""
        here = np.searchsorted(self.printed, chi2)
        self.half[here] = self.room[:, here] = distance

    def _last_digits(self, chi2: int, middle: float) -> None:
        """Of many combinations that leave all else in place, one that Bartlett's chi2 is printed for."""
        linear = self._linear(0.0, 1.0)
        units = self._units(linear, 0.0, None)
        sets, energies = self._combined(linear, units, self.schedule.last, self.schedule.keep_last)
        sets = [chosen for chosen, energy in zip(sets, energies, strict=True) if energy == 0]
        unique = {tuple(sorted(units.chosen(one))) for one in sets}
        trials = [self._moved(units.moves, np.array(one, dtype=np.int64)) for one in sorted(unique)]
        off = np.array([abs(bartlett(trial) - middle) for trial in trials])
        self.progress(
            f"Bartlett: {len(trials)} combinations leave all else in place, "
            f"nearest {off.min(initial=np.inf):.2g} away"
        )
        for k in np.flatnonzero(off <= (self.high[chi2] - self.low[chi2]) / 2):
            if self._plausible(trials[k]) and self.missing(self._exact(trials[k])).size == 0:
                self.x = trials[k]
                self.refresh()
                return

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
        off = excess(v[:, self.printed], self.aim_low, self.aim_high) / self.scale
        beyond = np.abs(excess(v[:, self.bounds], self.low[self.bounds], self.high[self.bounds]))
        return np.asarray((off**2).sum(1) + (beyond / (0.2 * self.margin)).sum(1))

    def _linear(self, widen: float, share: float) -> Linear:
        """The linear model; intervals are widened to `widen` times a typical move's effect.

        Around their centres `share` of them is aimed at.
        """
        x = self.x
        jacobian = self.evaluator.jacobian_of_answers(x.astype(float))
        inner_low = self.low[self.bounds] + self.margin
        inner_high = self.high[self.bounds] - self.margin
        close = excess(self.values[self.bounds], inner_low, inner_high) != 0
        near = self.bounds[close]
        tracked = np.concatenate([self.printed, near])
        weights = self.evaluator.weights()
        moves = single_moves(x, jacobian, weights, tracked, admissible(x, weights, self.limits))
        if self.chi2 is not None:  # its curvature alone is too large for a slope
            moves.effect[:, np.searchsorted(self.printed, self.chi2)] = bartlett_changes(
                x, moves.row, moves.column, moves.delta
            )
        moves.effect[:, : self.printed.size] += self.drift
        k = self.printed.size
        typical = np.sqrt((moves.effect[::7].astype(float) ** 2).mean(0))
        width = np.maximum(self.half, widen * typical[:k])
        # at first all are brought near their centres, which occurred together; later any place will do
        nearer = np.minimum(self.room, np.maximum(self.room.min(0), _NEARER * self.half))
        late = self.schedule.lateness(share)
        wide = share * np.maximum(nearer + late * (self.room - nearer), widen * typical[:k])
        weight = np.clip(_REACH * typical[:k] / width, _LEAST, 1.0)
        self.scale = width * np.where(self.adequacy, 1.0, weight) / self.pressure
        self.aim_low, self.aim_high = self.centre[self.printed] - wide[0], self.centre[self.printed] + wide[1]
        near_scale = self.margin[close] / _MARGIN * _NEAR
        scale = np.concatenate(
            [self.scale, near_scale * np.clip(_REACH * typical[k:] / near_scale, _LEAST, 1.0)]
        )
        inside = np.clip(self.values[self.bounds], inner_low, inner_high)[close]
        centre = np.concatenate([self.centre[self.printed], inside])
        moves.effect[:] /= scale
        return Linear(
            moves,
            (self.values[tracked] - centre) / scale,
            (np.concatenate([self.aim_low, inside - near_scale / 2]) - centre) / scale,
            (np.concatenate([self.aim_high, inside + near_scale / 2]) - centre) / scale,
        )

    def _moved(self, moves: Moves, chosen: IntArray) -> IntArray:
        x = self.x.copy()
        x[moves.row[chosen], moves.column[chosen]] += moves.delta[chosen]
        return x

    # -- searches -----------------------------------------------------------------------------------------

    def greedy(self, most: int) -> None:
        """The best moves one by one on one linear model, one per row at most, in the levelled metric."""
        linear = self._linear(0.0, 1.0)
        chosen = greedily(*levelled(linear, 1.0), linear.moves.row, most)
        self.x = self._with_one_peak(self._moved(linear.moves, chosen))
        self.refresh()
        self.progress(f"greedy: {chosen.size} moves, {self._missed()}")

    def level(self, most: int, hot: float) -> None:
        """A combination that brings all statistics near their centres in the levelled metric.

        What single moves hardly change counts as much as what they change a lot, so statistics that hold each
        other (coefficients, their standard errors, sums of weights) come right first; the rest stays within a
        typical move.
        """
        linear = self._linear(0.0, 1.0)
        effect, value = levelled(linear, 1e-2)
        zero = np.zeros(value.size)
        sets, _ = combinations(
            effect, linear.moves.row[:, None], value, zero, zero, most, 2 * self.schedule.trials,
            self._seeds(1), hot, 0.02,
        )  # fmt: skip
        self.x = self._with_one_peak(self._moved(linear.moves, sets[0]))
        self.refresh()
        self.progress(f"levelled: {sets[0].size} moves, {self._missed()}")

    def search(self, widen: float, step: Search) -> None:
        """The best of many combinations of small units, if it is better exactly."""
        linear = self._linear(widen, self.schedule.inner(widen))
        units = self._units(linear, step.aim, self.schedule.idle)
        sets, energies = self._combined(linear, units, step, self.schedule.keep)
        moved = [self._moved(units.moves, units.chosen(one)) for one in sets]
        fine = [k for k, trial in enumerate(moved) if self._plausible(trial)]
        if not fine:
            self.progress(f"intervals widened by {widen:.4f}: every combination bends an item")
            return
        sets, energies, trials = [sets[k] for k in fine], energies[fine], [moved[k] for k in fine]
        values = np.stack([self._exact(trial) for trial in trials])
        bad = self.badness(values)
        best, now = int(bad.argmin()), self.badness(self.values)[0]
        foreseen = np.stack([units.effect[one, : self.printed.size].sum(0) for one in sets])
        beyond = values[:, self.printed] - self.values[self.printed] - foreseen * self.scale
        self.drift += beyond.sum(0) / max(1, sum(units.chosen(one).size for one in sets))
        self._press(stuck=bad[best] > _STUCK * now)
        if bad[best] < now:
            self.x = trials[best]
            self.refresh()
        self.progress(
            f"intervals widened by {widen:.4f}: {now:.4g} -> {bad[best]:.4g} "
            f"(foreseen {energies[best]:.4g}), {self._missed()}"
        )

    def _press(self, stuck: bool) -> None:
        """After a search in vain the few that are missed count more; after others they slowly count less."""
        outside = excess(self.values[self.printed], self.aim_low, self.aim_high) != 0
        if stuck and np.count_nonzero(outside) <= _FEW:
            self.pressure[outside] = np.minimum(self.pressure[outside] * _PRESS, _MOST_PRESSURE)
        else:
            self.pressure = np.maximum(self.pressure * _EASE, 1.0)

    def _missed(self) -> str:
        """How many statistics are outside their intervals, and which if they are few."""
        missing = self.missing(self.values)
        return f"{missing.size} statistics missed" + (
            f": {self._named(missing)}" if 0 < missing.size <= _FEW else ""
        )

    def _named(self, positions: Iterable[int]) -> str:
        return "; ".join(" ".join(self.problem.design.keys[i]) for i in positions)

    def _plausible(self, x: IntArray) -> bool:
        """Whether every item has one peak; single moves keep it, many together may not."""
        return have_one_peak(x, self.limits.low, self.limits.high)

    def _with_one_peak(self, x: IntArray) -> IntArray:
        """The answers with what many moves bent made straight again; searches keep what is straight."""
        return with_one_peak(x, self.limits.low, self.limits.high, self.limits.frozen, self.rng)

    def _exact(self, x: IntArray) -> Array:
        return self.evaluator.of_answers(x.astype(float))[0]

    def _units(self, linear: Linear, aim: float, share: float | None) -> Units:
        """What combinations are made of: those of small effects, or that lead `aim` times the way."""
        s = self.schedule
        weighs = self.evaluator.weights() != 0
        idle = ~weighs.any(axis=0)[linear.moves.column] & weighs.any()  # none where there are no scores
        return small_units(linear, aim, s.pool, s.partners, idle, share, self.rng)

    def _combined(
        self, linear: Linear, units: Units, step: Search, keep: int
    ) -> tuple[list[IntArray], Array]:
        return combinations(
            units.effect, units.rows, linear.value, linear.low, linear.high, step.most, self.schedule.trials,
            self._seeds(self.schedule.restarts), step.hot, step.cold, keep,
        )  # fmt: skip

    def _seeds(self, number: int) -> list[int]:
        return [int(seed) for seed in self.rng.integers(2**31, size=number)]
