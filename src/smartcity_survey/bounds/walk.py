"""A quantity pushed as far as it goes while every printed statistic holds (needs jax and daqp).

Sequential quadratic programming in the whitened steps of `reconstruct.covariance`: each step takes the
statistics as linear, goes uphill as far as a trust region and all intervals allow, and is then set right by
short steps back into the intervals. Ends are attained values: the true set is at least as wide.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import daqp
import numpy as np

from smartcity_survey.bounds import small
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
from smartcity_survey.stats.core.types import Array

MISFIT = ("cfa", "chi2")
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
_LEFT = (0.0, 0.3, 0.7)
"""Shares of a distance that a step may leave, where no step closes all of them."""
_PRECISION = 1e-11  # of a programme: intervals such as Bartlett's are narrow beside their statistic's slope
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


@dataclass
class Statistics:
    """All statistics that a reading bounds, with their intervals: the printed ones, then outer loadings."""

    problem: Task
    estimators: Estimators
    reading: Reading
    low: Array = field(init=False)
    high: Array = field(init=False)

    def __post_init__(self) -> None:
        self.evaluator: Evaluator = self.estimators.evaluator
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
    evaluator, estimators = statistics.evaluator, statistics.estimators
    evaluator.solved = start.solved
    here, values = start.state, statistics.values(start.state)

    def of(state: State, values: Array) -> float:
        if quantity is None:
            return float(values[statistics.misfit_at])
        return estimators.value(quantity, state.covariance)

    def uphill(state: State, slopes: Array) -> Array:
        if quantity is None:
            return np.asarray(sign * slopes[statistics.misfit_at])
        return np.asarray(sign * whitened(estimators.slope(quantity, state.covariance)[None], state)[0])

    value = of(here, values)
    best: tuple[float, Place] | None = None
    reach, price, scale = _FIRST_STEP, 1.0, None
    gains: list[float] = []
    taken, settled = 0, False

    if _smallest_root(here) < _SINGULAR:
        raise SurveyError(
            "the start", "its correlations are singular, or cannot be.", "Begin from another seed."
        )

    def keep() -> None:
        nonlocal best
        met = statistics.worst(values) <= ATTAINED and _smallest_root(here) >= -_SINGULAR
        if met and (best is None or sign * value > sign * best[0]):
            best = (value, Place(here, evaluator.solved))

    keep()
    while taken < rounds:
        taken += 1
        slopes = statistics.slopes(here)
        if not np.isfinite(slopes[statistics.used]).all():
            break
        if scale is None:
            scale = np.maximum(np.linalg.norm(slopes, axis=1), 1e-9)
        programme = _Programme(statistics, slopes, scale, uphill(here, slopes))
        step, price = programme.within(values, reach, price)
        memory, before = evaluator.solved, programme.distance(values)
        try:
            if step is None:
                raise SurveyError("the step", "it has no solution.", "")
            there, new = _restored(statistics, programme, moved(here, step))
            if _smallest_root(there) < _SINGULAR:
                raise SurveyError("the correlations", "they are singular.", "")
            distance, gain = programme.distance(new), sign * (of(there, new) - value)
            ahead = distance <= max(_OFF * reach, before / 2) and (gain > -1e-3 or before > _OFF * reach)
        except (SurveyError, np.linalg.LinAlgError):
            ahead = False
        if not ahead:
            evaluator.solved = memory
            reach /= 3
            if reach < _LEAST_STEP:
                settled = True
                break
            continue
        here, values, value = there, new, of(there, new)
        reach *= 1.5 if distance < _OFF * reach / 10 else 0.8 if distance > _OFF * reach / 2 else 1.0
        keep()
        gains.append(gain)
        progress(f"{value:.4f}, {distance:.2g} off, reach {reach:.2g}")
        if best is not None and sign * best[0] >= until:
            break
        count, least = _SETTLED
        if len(gains) >= count and sum(gains[-count:]) < least * max(1.0, abs(value)):
            settled = True
            break
    for _ in range(_FINISHING):
        if statistics.worst(values) <= ATTAINED:
            break
        slopes = statistics.slopes(here)
        programme = _Programme(
            statistics, slopes, np.maximum(np.linalg.norm(slopes, axis=1), 1e-9), slopes[0]
        )
        try:
            here, values = _restored(statistics, programme, here)
        except (SurveyError, np.linalg.LinAlgError):
            break
    value = of(here, values)
    keep()
    if rounds and statistics.small and quantity is not None:
        found_near = small.ends_near(
            evaluator,
            lambda at: estimators.value(quantity, at),
            lambda at: estimators.slope(quantity, at),
            sign,
            statistics.used,
            statistics.low + statistics.margin,
            statistics.high - statistics.margin,
            here if best is None else best[1].state,
            start.state,
        )
        for here in found_near:
            values, value = statistics.values(here), estimators.value(quantity, here.covariance)
            keep()
    if best is None:
        raise SurveyError(
            f"reading `{statistics.reading.name}`",
            f"no covariance that meets it was found within {rounds} steps.",
            "Ask for less, or begin from another seed.",
        )
    evaluator.solved = best[1].solved
    found = statistics.values(best[1].state)
    n = statistics.problem.design.n
    error = (
        float("nan") if quantity is None else estimators.standard_error(quantity, best[1].state.covariance, n)
    )
    misfit = float(found[statistics.misfit_at]) if MISFIT in statistics.problem.design.keys else float("nan")
    return End(best[0], error, misfit, settled, taken, best[1])


def _smallest_root(state: State) -> float:
    """The smallest eigenvalue of the correlations; minus infinity where they are no numbers."""
    sd = np.sqrt(np.diag(state.covariance))
    correlations = state.covariance / sd / sd[:, None]
    return float(np.linalg.eigvalsh(correlations)[0]) if np.isfinite(correlations).all() else -np.inf


class _Programme:
    """The quadratic programme of one step, in the span of the statistics' slopes and the way uphill."""

    def __init__(self, statistics: Statistics, slopes: Array, scale: Array, gradient: Array) -> None:
        self.statistics = statistics
        used = statistics.used
        self.scale = scale[used]
        self.low, self.high = (
            (statistics.low + statistics.margin)[used],
            (statistics.high - statistics.margin)[used],
        )
        self.length = float(np.linalg.norm(gradient))
        rows = np.vstack([slopes[used] / self.scale[:, None], gradient / max(self.length, 1e-12)])
        roots, vectors = np.linalg.eigh(rows @ rows.T)
        keep = roots > 1e-12 * roots[-1]
        self.coordinates = vectors[:, keep] * np.sqrt(roots[keep])
        self.back = (rows.T @ vectors[:, keep]) / np.sqrt(roots[keep])

    def distance(self, values: Array) -> float:
        """How far the statistics are off their intervals, in lengths of a step: the largest by its slope."""
        off = excess(values, self.statistics.low, self.statistics.high)[self.statistics.used]
        return float((np.abs(off) / self.scale).max())

    def within(self, values: Array, reach: float, price: float) -> tuple[Array | None, float]:
        """The best step of a length about `reach`, and the price of length that gives it; none: no step."""
        step = None
        price = price / reach
        for _ in range(3):
            step = self.step(values, price)
            if step is None:
                return None, price * reach
            length = float(np.linalg.norm(step))
            if length <= 1.3 * reach and (length >= 0.7 * reach or price < 1e-6):
                break
            price *= max(length, 1e-9) / reach
        return step, price * reach

    def step(self, values: Array, price: float | None) -> Array | None:
        """Uphill at a price of length, or (None) the shortest step into the intervals."""
        uphill = 0.0 if price is None else self.length / price
        # Below its interval a statistic has a positive `low`, above it a negative `high`.
        low = (self.low - values[self.statistics.used]) / self.scale
        high = (self.high - values[self.statistics.used]) / self.scale
        for left in _LEFT:
            found = self._solved(
                uphill, low - left * np.maximum(low, 0.0), high - left * np.minimum(high, 0.0)
            )
            if found is not None:
                step: Array = self.back @ found
                return step
        return None

    def _solved(self, uphill: float, low: Array, high: Array) -> Array | None:
        size = self.coordinates.shape[1]
        found, _, flag, _ = daqp.solve(
            np.eye(size),
            -self.coordinates[-1] * uphill,
            self.coordinates[:-1].copy(),
            high.copy(),
            low.copy(),
            np.zeros(len(low), dtype=np.intc),
            primal_tol=_PRECISION,
            dual_tol=_PRECISION,
        )
        if flag <= 0:
            return None
        step: Array = np.asarray(found, dtype=np.float64)
        return step


def _restored(statistics: Statistics, programme: _Programme, there: State) -> tuple[State, Array]:
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
