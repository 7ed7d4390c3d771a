"""What whole answers are drawn and annealed towards, from a solution at the level of covariances."""

from __future__ import annotations

import numpy as np

from smartcity_survey.reconstruct.anneal import Goal
from smartcity_survey.reconstruct.design import BEYOND_COVARIANCE, Target, Task
from smartcity_survey.stats.core.types import Array, BoolArray

_ANNEAL_MARGIN = 0.03
"""Distance that scores keep from the printed extremes while weights still move a little."""


def goal_of(problem: Task, covariance: Array, mean: Array, weights: Array) -> Goal:
    """Covariance, means, score moments and score limits of the annealing."""
    d = problem.design
    n = d.n
    c = len(d.scores)
    m2 = np.diag(weights @ covariance @ weights.T) * (n - 1) / n
    skewness = np.array([_middle(problem, ("score", s, "skewness"), 0.0) for s in d.scores])
    kurtosis = np.array([_middle(problem, ("score", s, "kurtosis"), 0.0) for s in d.scores])
    g1 = skewness * (n - 2) / np.sqrt(n * (n - 1))
    g2 = (kurtosis * (n - 2) * (n - 3) / (n - 1) - 6) / (n + 1)
    low, high = score_limits(problem, weights, _ANNEAL_MARGIN, 0.2 * _ANNEAL_MARGIN)
    return Goal(covariance, mean, weights, g1 * m2**1.5, (g2 + 3) * m2**2, low[:c], high[:c], d.low, d.high)


def score_limits(problem: Task, weights: Array, below: float, above: float) -> tuple[Array, Array]:
    """Lowest and highest scores (c,) of rows other than the given ones; infinite without given rows."""
    d = problem.design
    if not d.frozen_rows:
        c = weights.shape[0]
        return np.full(c, -np.inf), np.full(c, np.inf)
    scores = np.array(d.frozen_rows) @ weights.T
    return scores.min(0) + below, scores.max(0) - above


def centres(problem: Task, values: Array) -> Array:
    """Where each statistic is aimed: at the covariance solution; skewness, kurtosis and KMO at their middle.

    The middles of all intervals would not do: statistics hold each other (a mean follows from coefficients
    and other means), and only values that occurred together can be reached together.
    """
    low, high = problem.boxes
    centre = values.copy()
    for i, key in enumerate(problem.design.keys):
        free = key[-1] in BEYOND_COVARIANCE or key == ("adequacy", "kmo")
        if free and np.isfinite(low[i]) and np.isfinite(high[i]):
            centre[i] = (low[i] + high[i]) / 2
    return centre


def aimed_beside(problem: Task, centre: Array, shift: Array) -> Task:
    """The problem with its roundings moved by `shift` around the centres; bounds stay.

    Whole answers come out beside what they were drawn for; aiming beside by as much brings them to it.
    """
    low, high = problem.boxes
    targets = []
    for key, a, b, middle, by in zip(problem.design.keys, low, high, centre, shift, strict=True):
        if np.isfinite(a) and np.isfinite(b) and a != -b:
            half = max((b - a) / 2, 1e-9)
            targets.append(Target(key, middle + by - half, middle + by + half))
        elif np.isfinite(a) or np.isfinite(b):
            targets.append(Target(key, float(a), float(b)))
    return Task(problem.design, tuple(targets))


def correctable(problem: Task) -> BoolArray:
    """Which statistics are aimed beside: roundings of what covariances and means determine."""
    low, high = problem.boxes
    rounding = np.isfinite(low) & np.isfinite(high) & (low != -high)
    kinds = np.array([key[-1] not in BEYOND_COVARIANCE for key in problem.design.keys])
    both: BoolArray = rounding & kinds
    return both


def _middle(problem: Task, key: tuple[str, ...], otherwise: float) -> float:
    for target in problem.targets:
        if target.key == key and np.isfinite(target.low) and np.isfinite(target.high):
            return (target.low + target.high) / 2
    return otherwise
