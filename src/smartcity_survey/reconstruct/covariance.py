"""Covariances and means with all printed statistics: the first level of a reconstruction (needs jax)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from scipy.linalg import expm

from smartcity_survey.errors import SurveyError
from smartcity_survey.reconstruct.design import BEYOND_COVARIANCE, Task
from smartcity_survey.reconstruct.evaluate import Evaluator, Jacobian
from smartcity_survey.stats.core.types import Array

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class State:
    """Covariance (p, p) with divisor n - 1, means (p,)."""

    covariance: Array
    mean: Array


@dataclass(frozen=True, slots=True)
class CovarianceSolution:
    """Covariance (p, p), divisor n - 1, means (p,), statistics (s,) there, and the largest violation."""

    covariance: Array
    mean: Array
    values: Array
    violation: float


def excess(values: Array, low: Array, high: Array) -> Array:
    """Signed distance to the boxes: positive above, negative below, 0 inside."""
    distance: Array = np.maximum(values - high, 0) - np.maximum(low - values, 0)
    return distance


def nearest(
    problem: Task,
    evaluator: Evaluator,
    covariance: Array,
    mean: Array,
    rounds: int = 80,
    progress: Callable[[str], None] = lambda _: None,
) -> CovarianceSolution:
    """The printed statistics reached from a starting covariance by short Levenberg-Marquardt steps.

    A step is S -> R exp(E) R' with S = R R' and a symmetric E of least norm: S stays positive definite, and
    |E|^2 / 2 is to second order the ML discrepancy between the two, so a start that fits a factor model keeps
    fitting it.
    """
    low, high = covariance_boxes(problem)
    state, values = levenberg_marquardt(
        State(covariance, mean),
        lambda there: evaluator.at_covariance(there.covariance, there.mean),
        lambda there: slopes_at(there, evaluator),
        moved,
        (low, high),
        rounds,
        evaluator,
        progress,
    )
    off = float(np.abs(excess(values, low, high)).max())
    return CovarianceSolution(state.covariance, state.mean, values, off)


def moved(here: State, step: Array) -> State:
    """The state after a step (p*p + p,): E row by row, then the whitened change of the means."""
    p = here.mean.size
    root = square_root(here.covariance)
    covariance = root @ expm(step[: p * p].reshape(p, p)) @ root
    return State((covariance + covariance.T) / 2, here.mean + root @ step[p * p :])


def slopes_at(here: State, evaluator: Evaluator) -> Array:
    """Slopes (s, p*p + p) in a step from a state whose statistics were just computed."""
    return _whitened(evaluator.jacobian_at(here.covariance, here.mean), square_root(here.covariance))


def covariance_boxes(problem: Task) -> tuple[Array, Array]:
    """The boxes of what covariances and means determine; skewness and kurtosis are left free."""
    low, high = (ends.copy() for ends in problem.boxes)
    for i, key in enumerate(problem.design.keys):
        if key[-1] in BEYOND_COVARIANCE:
            low[i], high[i] = -np.inf, np.inf
    return low, high


def levenberg_marquardt(
    state: T,
    values_at: Callable[[T], Array],
    slopes_at: Callable[[T], Array],
    move: Callable[[T, Array], T],
    boxes: tuple[Array, Array],
    rounds: int,
    evaluator: Evaluator,
    progress: Callable[[str], None],
) -> tuple[T, Array]:
    """Bring values into their boxes by damped short steps; each is measured in units of its slope's norm."""
    damping = 1e-1
    values = values_at(state)
    for round_ in range(rounds):
        off = excess(values, *boxes)
        if np.abs(off).max() < 1e-11:
            break
        slopes = slopes_at(state)
        if round_ == 0:
            scale = np.linalg.norm(slopes, axis=1)
            scale[scale < 1e-9] = np.inf
        merit = float(((off / scale) ** 2).sum())
        if round_ % 5 == 0:
            progress(f"round {round_}: distance {np.sqrt(merit):.3g}, damping {damping:.1g}")
        while damping < 1e6:
            step = short_step(slopes, scale, values, *boxes, damping)
            memory = evaluator.solved
            try:
                there = move(state, step)
                new = values_at(there)
                better = float(((excess(new, *boxes) / scale) ** 2).sum()) < merit
            except (SurveyError, np.linalg.LinAlgError):
                better = False
            if better:
                state, values, damping = there, new, damping / 4
                break
            evaluator.solved = memory
            damping *= 4
        else:
            break
    return state, values


def short_step(slopes: Array, scale: Array, values: Array, low: Array, high: Array, damping: float) -> Array:
    """The step x with least damping |x|^2 + sum of squared distances to the boxes, by a few active sets."""
    wanted = np.isfinite(low) | np.isfinite(high)
    wanted &= np.isfinite(scale)
    g = slopes[wanted] / scale[wanted, None]
    v, lo, hi = (part[wanted] / scale[wanted] for part in (values, low, high))
    gram = g @ g.T
    active = excess(v, lo, hi) != 0
    multiplier = np.zeros(len(g))
    for _ in range(12):
        off = np.where(v > hi, v - hi, np.where(v < lo, v - lo, np.where(multiplier < 0, v - hi, v - lo)))
        block = np.ix_(active, active)
        multiplier = np.zeros(len(g))
        multiplier[active] = np.linalg.solve(gram[block] + damping * np.eye(active.sum()), -off[active])
        there = v + gram @ multiplier
        new = excess(there, lo, hi) != 0
        multiplier_sign = np.where(new & ~active, -np.sign(excess(there, lo, hi)), multiplier)
        if not (new & ~active).any():
            break
        multiplier, active = multiplier_sign, active | new
    return multiplier @ g


def square_root(covariance: Array) -> Array:
    values, vectors = np.linalg.eigh(covariance)
    root: Array = (vectors * np.sqrt(values)) @ vectors.T
    return root


def _whitened(jacobian: Jacobian, root: Array) -> Array:
    """Slopes (s, p*p + p) in E and in the whitened mean."""
    inner = root @ jacobian.covariance @ root
    return np.hstack([inner.reshape(len(inner), -1), jacobian.mean @ root])
