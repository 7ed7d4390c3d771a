"""A quantity pushed as far as it goes while every printed statistic holds (needs jax and daqp).

Sequential quadratic programming in the whitened steps of `reconstruct.covariance`: each step takes the
statistics as linear, goes uphill as far as a trust region and all intervals allow, and is then set right by
short steps back into the intervals. Ends are attained values: the true set is at least as wide.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from smartcity_survey.bounds import small
from smartcity_survey.bounds.programme import Programme
from smartcity_survey.bounds.quantities import Estimators, Quantity
from smartcity_survey.errors import SurveyError
from smartcity_survey.reconstruct.covariance import (
    State,
    covariance_boxes,
    excess,
    moved,
    slopes_at,
    square_root,
)
from smartcity_survey.reconstruct.design import Task
from smartcity_survey.reconstruct.evaluate import Evaluator
from smartcity_survey.reconstruct.formulas import Solved
from smartcity_survey.reconstruct.printed_study import MISFIT
from smartcity_survey.stats.core.types import Array

DETERMINANT = ("adequacy", "bartlett_chi2")
"""A statistic that holds the determinant of the correlations."""
ATTAINED = 0.02
"""Distance from an interval, in half-widths, within which a statistic counts as met (the engine's own)."""
_OFF = 0.25  # share of a step's length that its end may be off the intervals, after it was set right
_FIRST_STEP, _LEAST_STEP = 0.3, 0.003
MARGIN = 0.02
"""Share of an interval kept clear on either side, so that whole answers have room."""
_RESTORING = 4
_FINISHING = 6
_SINGULAR = 1e-13  # smallest eigenvalue of correlations, below which no further step can be computed
_SETTLED = (10, 1e-3)  # so many steps in a row that gain less than this in all: an end


@dataclass(frozen=True)
class Reading:
    """What is asked beside the printed numbers.

    Attributes
    ----------
    misfit : chi2 of the factor model at most; infinite where fit is not asked for.
    loading : outer loading that every item has at least; none: not asked for.
    loadings : lowest and highest outer loading of every item (m,), where they are printed.
    """

    name: str
    misfit: float = np.inf
    loading: float | None = None
    loadings: tuple[tuple[float, ...], tuple[float, ...]] | None = None

    def boxes(self, m: int) -> tuple[Array, Array]:
        """Intervals of the outer loadings of m items; none of them where the reading asks for none."""
        if self.loadings is not None:
            return np.array(self.loadings[0]), np.array(self.loadings[1])
        bounded = m if self.loading is not None else 0
        return np.full(bounded, self.loading or 0.0), np.full(bounded, np.inf)


@dataclass(frozen=True, slots=True)
class Place:
    """A covariance (p, p) with means (p,), and where factor model and rotation stand there."""

    state: State
    solved: Solved


@dataclass(frozen=True, slots=True)
class End:
    """The furthest attained value of a quantity.

    value, std_error, misfit (chi2) : there. settled : further steps gained nothing. steps : taken.
    """

    value: float
    std_error: float
    misfit: float
    settled: bool
    steps: int
    place: Place


class Statistics:
    """All statistics that a reading bounds, with their intervals: the printed ones, then outer loadings.

    low, high : (s,) the intervals. used : (s,), which are bounded at all. half : (s,), half-widths, or a unit
    where one side is open. margin : (s,), what a walk keeps clear on either side.
    """

    def __init__(self, problem: Task, estimators: Estimators, reading: Reading) -> None:
        self.problem, self.estimators, self.reading = problem, estimators, reading
        self.evaluator: Evaluator = estimators.evaluator
        low, high = covariance_boxes(self.problem)
        if MISFIT in self.problem.design.keys:
            high[self.misfit_at] = self.reading.misfit
        least, most = self.reading.boxes(len(self.estimators.items))
        self.low, self.high = np.append(low, least), np.append(high, most)
        self.of_loadings = least.size > 0
        self.used = np.isfinite(self.low) | np.isfinite(self.high)
        width = self.high - self.low
        self.half = np.where(np.isfinite(width), np.maximum(width / 2, 1e-9), 1e-3)
        self.margin = np.where(np.isfinite(width), MARGIN * width, MARGIN * self.half)

    @property
    def misfit_at(self) -> int:
        return self.problem.design.keys.index(MISFIT)

    @property
    def small(self) -> bool:
        """Whether an end may lie at singular correlations, and can be sought there by `small.ends_near`."""
        keys = self.problem.design.keys
        held = DETERMINANT in keys and bool(self.used[keys.index(DETERMINANT)])
        return not held and MISFIT not in keys and self.problem.design.p <= small.ITEMS

    def values(self, state: State) -> Array:
        found = self.evaluator.at_covariance(state.covariance, state.mean)
        if not self.of_loadings:
            return found
        return np.append(found, self.estimators.outer_loadings(state.covariance))

    def slopes(self, state: State) -> Array:
        found = slopes_at(state, self.evaluator)
        if not self.of_loadings:
            return found
        return np.vstack([found, whitened(self.estimators.outer_loading_slopes(state.covariance), state)])

    def plain_slopes(self, state: State) -> tuple[Array, Array]:
        """Slopes (s, p, p) in the covariance and (s, p) in the means, at a state just computed."""
        found = self.evaluator.jacobian_at(state.covariance, state.mean)
        if not self.of_loadings:
            return found.covariance, found.mean
        of_loadings = self.estimators.outer_loading_slopes(state.covariance)
        return (
            np.concatenate([found.covariance, of_loadings]),
            np.vstack([found.mean, np.zeros((len(of_loadings), len(state.mean)))]),
        )

    def worst(self, values: Array) -> float:
        """The largest distance from an interval, in half-widths."""
        return float((np.abs(excess(values, self.low, self.high)) / self.half)[self.used].max())


def whitened(slopes: Array, state: State) -> Array:
    """Slopes (s, p, p) in the covariance as slopes (s, p*p + p) in a step from the state."""
    root = square_root(state.covariance)
    inner = (root @ slopes @ root).reshape(len(slopes), -1)
    return np.hstack([inner, np.zeros((len(slopes), len(state.mean)))])


def push(
    statistics: Statistics,
    quantity: Quantity | None,
    sign: int,
    start: Place,
    rounds: int,
    until: float = np.inf,
    progress: Callable[[str], None] = lambda _: None,
) -> End:
    """The largest (sign 1) or smallest (sign -1) value of a quantity that is found from a start.

    Parameters
    ----------
    quantity : none for the factor model's misfit.
    rounds : steps at most; 0 for the start itself, set right.
    until : sign times the value at which enough is reached.

    Raises
    ------
    SurveyError
        where no place that meets the reading was met on the way.
    """
    # A step may leave what numbers hold or a covariance can be: no place to stand, and not worth a word.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        walk = _Walk(statistics, quantity, sign, start)
        taken = walk.climb(rounds, until, progress)
        walk.finish()
        if rounds and statistics.small and quantity is not None:
            walk.search_nearby(quantity)
    if walk.best is None:
        raise SurveyError(
            f"reading `{statistics.reading.name}`",
            f"no covariance that meets it was found within {rounds} steps.",
            "Ask for less, or begin from another seed.",
        )
    return walk.end(taken)


class _Walk:
    """A place on its way uphill, and the best one that met everything. Values are those of `push`."""

    def __init__(self, statistics: Statistics, quantity: Quantity | None, sign: int, start: Place) -> None:
        self.statistics, self.quantity, self.sign, self.start = statistics, quantity, sign, start.state
        self.evaluator, self.estimators = statistics.evaluator, statistics.estimators
        if _smallest_root(start.state) < _SINGULAR:
            raise SurveyError(
                "the start", "its correlations are singular, or cannot be.", "Begin from another seed."
            )
        self.evaluator.solved = start.solved
        self.best: tuple[float, Place] | None = None
        self.settled = False
        self.stand(start.state, statistics.values(start.state))

    def stand(self, here: State, values: Array) -> None:
        """Be at a place; keep it where it meets everything and is better than what was kept."""
        self.here, self.values, self.value = here, values, self.value_at(here, values)
        met = self.statistics.worst(values) <= ATTAINED and _smallest_root(here) >= -_SINGULAR
        if met and (self.best is None or self.sign * self.value > self.sign * self.best[0]):
            self.best = (self.value, Place(here, self.evaluator.solved))

    def value_at(self, state: State, values: Array) -> float:
        if self.quantity is None:
            return float(values[self.statistics.misfit_at])
        return self.estimators.value(self.quantity, state.covariance)

    def uphill(self, slopes: Array) -> Array:
        if self.quantity is None:
            return np.asarray(self.sign * slopes[self.statistics.misfit_at])
        slope = self.estimators.slope(self.quantity, self.here.covariance)
        return np.asarray(self.sign * whitened(slope[None], self.here)[0])

    def climb(self, rounds: int, until: float, progress: Callable[[str], None]) -> int:
        """Steps uphill until nothing is gained; how many were tried."""
        reach, price, scale = _FIRST_STEP, 1.0, None
        gains: list[float] = []
        count, least = _SETTLED
        for taken in range(1, rounds + 1):
            slopes = self.statistics.slopes(self.here)
            uphill = self.uphill(slopes)
            if not (np.isfinite(slopes[self.statistics.used]).all() and np.isfinite(uphill).all()):
                return taken  # where a reliability or a root vanishes, no slope leads on
            if scale is None:
                scale = np.maximum(np.linalg.norm(slopes, axis=1), 1e-9)
            programme = Programme(self.statistics, slopes, scale, uphill)
            step, price = programme.within(self.values, reach, price)
            tried = None if step is None else self.tried(programme, step, reach)
            if tried is None:
                reach /= 3
                if reach < _LEAST_STEP:
                    self.settled = True
                    return taken
                continue
            there, values, distance = tried
            before = self.value
            self.stand(there, values)
            reach *= 1.5 if distance < _OFF * reach / 10 else 0.8 if distance > _OFF * reach / 2 else 1.0
            gains.append(self.sign * (self.value - before))
            progress(f"{self.value:.4f}, {distance:.2g} off, reach {reach:.2g}")
            if self.sign * self.value >= until:
                self.finish()
                if self.best is not None and self.sign * self.best[0] >= until:
                    return taken
            if len(gains) >= count and sum(gains[-count:]) < least * max(1.0, abs(self.value)):
                self.settled = True
                return taken
        return rounds

    def tried(self, programme: Programme, step: Array, reach: float) -> tuple[State, Array, float] | None:
        """State, statistics and distance after a step and its setting right; None where it leads nowhere."""
        memory, before = self.evaluator.solved, programme.distance(self.values)
        try:
            there, values = _restored(self.statistics, programme, moved(self.here, step))
            if _smallest_root(there) >= _SINGULAR:
                distance = programme.distance(values)
                gain = self.sign * (self.value_at(there, values) - self.value)
                near = distance <= max(_OFF * reach, before / 2)
                if near and (gain > -1e-3 or before > _OFF * reach):
                    return there, values, distance
        except (SurveyError, np.linalg.LinAlgError):
            pass
        self.evaluator.solved = memory
        return None

    def finish(self) -> None:
        """Set the last place right with fresh slopes."""
        for _ in range(_FINISHING):
            if self.statistics.worst(self.values) <= ATTAINED:
                break
            slopes = self.statistics.slopes(self.here)
            scale = np.maximum(np.linalg.norm(slopes, axis=1), 1e-9)
            try:
                programme = Programme(self.statistics, slopes, scale, self.uphill(slopes))
                there, values = _restored(self.statistics, programme, self.here)
            except (SurveyError, np.linalg.LinAlgError):
                break
            self.stand(there, values)

    def search_nearby(self, quantity: Quantity) -> None:
        """Places of `small.ends_near`, for what may be singular."""
        found = small.ends_near(
            self.statistics.values,
            self.statistics.plain_slopes,
            lambda at: self.estimators.value(quantity, at),
            lambda at: self.estimators.slope(quantity, at),
            self.sign,
            self.statistics.used,
            self.statistics.low + self.statistics.margin,
            self.statistics.high - self.statistics.margin,
            self.here if self.best is None else self.best[1].state,
            self.start,
        )
        for there in found:
            self.stand(there, self.statistics.values(there))

    def end(self, taken: int) -> End:
        """The best place as an end."""
        assert self.best is not None
        value, place = self.best
        self.evaluator.solved, error, misfit = place.solved, np.nan, np.nan
        design = self.statistics.problem.design
        if self.quantity is not None:
            error = self.estimators.standard_error(self.quantity, place.state.covariance, design.n)
        if MISFIT in design.keys:
            misfit = float(self.statistics.values(place.state)[self.statistics.misfit_at])
        return End(value, error, misfit, self.settled, taken, place)


def _smallest_root(state: State) -> float:
    """The smallest eigenvalue of the correlations; minus infinity where they are no numbers."""
    sd = np.sqrt(np.diag(state.covariance))
    correlations = state.covariance / sd / sd[:, None]
    return float(np.linalg.eigvalsh(correlations)[0]) if np.isfinite(correlations).all() else -np.inf


def _restored(statistics: Statistics, programme: Programme, there: State) -> tuple[State, Array]:
    """A state set right by short steps with the slopes of the last one."""
    values = statistics.values(there)
    for _ in range(_RESTORING):
        if statistics.worst(values) <= ATTAINED / 2:
            break
        step = programme.step(values, None)
        if step is None:
            break
        there = moved(there, step)
        values = statistics.values(there)
    return there, values
