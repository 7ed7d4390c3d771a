"""The covariance solution moved to where the statistics lie well inside their intervals (needs jax)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import linprog

from smartcity_survey.reconstruct.covariance import (
    CovarianceSolution,
    State,
    covariance_boxes,
    excess,
    moved,
    slopes_at,
)
from smartcity_survey.reconstruct.design import Task
from smartcity_survey.reconstruct.evaluate import Evaluator
from smartcity_survey.stats.core.types import Array

_LONGEST = 0.03  # step in each principal direction: the statistics are near linear within it
_ENOUGH = 0.6  # room in half-widths that is worth having; more of one statistic does not buy less of another
_PRICE = 100.0  # of a half-width outside an interval, against one of room inside
_LEAST = 0.5  # weight of the room that all have, against the sum of all room


def centred(
    problem: Task,
    evaluator: Evaluator,
    solution: CovarianceSolution,
    rounds: int,
    progress: Callable[[str], None],
) -> CovarianceSolution:
    """A solution near the given one with as much room as possible between its statistics and their limits.

    Whole answers reach a solution only about, so room on every side decides whether they reach it at all.
    Each round solves a linear programme in the principal directions of the statistics: most room for the one
    that has least, and most in all, capped for each.
    """
    low, high = covariance_boxes(problem)
    rounding = np.isfinite(low) & np.isfinite(high) & (low != -high)
    used = np.isfinite(low) | np.isfinite(high)
    state, values = State(solution.covariance, solution.mean), solution.values
    for _ in range(rounds):
        slopes = slopes_at(state, evaluator)
        unit = np.where(rounding, (high - low) / 2, np.maximum(np.linalg.norm(slopes, axis=1), 1e-9))
        scaled = (slopes / unit[:, None])[used]
        roots, directions = np.linalg.eigh(scaled @ scaled.T)
        keep = roots > 1e-12 * roots[-1]
        roots, directions = roots[keep], directions[:, keep]
        reach = _LONGEST * np.sqrt(roots)
        step = _most_room(
            directions * reach, ((values - low) / unit)[used], ((high - values) / unit)[used], rounding[used]
        )
        there = moved(state, scaled.T @ (directions @ (reach * step / roots)))
        state, values = there, evaluator.at_covariance(there.covariance, there.mean)
        inside = np.minimum(values - low, high - values)[rounding] / unit[rounding]
        progress(f"centred: least room {inside.min():.3f}, on average {np.minimum(inside, 1).mean():.3f}")
    off = float(np.abs(excess(values, low, high)).max())
    return CovarianceSolution(state.covariance, state.mean, values, off)


def _most_room(effect: Array, below: Array, above: Array, rounding: Array) -> Array:
    """Step (k,) within -1 and 1 with the most room; `below`, `above` : (t,) room to either limit now."""
    t, k = effect.shape
    room = np.where(rounding, 1.0, 0.0)
    # unknowns: the step (k), room of each (t), room that all have (1), distance outside (t)
    sides = [np.hstack([np.zeros((t, k)), -np.diag(room), room[:, None], np.zeros((t, t))])]
    limits = [np.zeros(t)]
    for sign, slack in ((-1.0, below), (1.0, above)):
        finite = np.isfinite(slack)
        block = np.hstack([sign * effect, np.diag(room), np.zeros((t, 1)), -np.eye(t)])
        sides.append(block[finite])
        limits.append(slack[finite])
    found = linprog(
        np.concatenate([np.zeros(k), -room, [-_LEAST * room.sum()], np.full(t, _PRICE)]),
        A_ub=np.vstack(sides),
        b_ub=np.concatenate(limits),
        bounds=[(-1, 1)] * k + [(-1, _ENOUGH)] * t + [(-1, _ENOUGH)] + [(0, None)] * t,
        method="highs",
    )
    return np.zeros(k) if found.x is None else np.asarray(found.x[:k])
