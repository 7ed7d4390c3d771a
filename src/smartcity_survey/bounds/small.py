"""The last digits of an end, where a questionnaire is small and no printed number keeps correlations regular.

Many an end then lies where the correlations are singular. The whitened steps of `walk` come near that border
and crawl along it. In a Cholesky factor of the covariance it is near, and smooth: S = L L'.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from scipy.optimize import minimize

from smartcity_survey.errors import SurveyError
from smartcity_survey.reconstruct.covariance import State
from smartcity_survey.reconstruct.start import disturbed
from smartcity_survey.stats.core.types import Array, BoolArray

ITEMS = 12
"""Most items of a questionnaire that is small: 78 entries of L."""
_ROUNDS, _PRECISION = 100, 1e-13
_STARTS, _AROUND = 12, (0.3, 3.0)  # how many, and the lengths of the whitened steps from the start to them
_STREAM = 1  # of those steps: the same question has the same answer
_EXACT = 1e-7  # an interval as narrow as this is one value


def ends_near(
    statistics: Callable[[State], Array],
    slopes: Callable[[State], tuple[Array, Array]],
    value: Callable[[Array], float],
    slope: Callable[[Array], Array],
    sign: int,
    used: BoolArray,
    low: Array,
    high: Array,
    end: State,
    start: State,
) -> Iterator[State]:
    """Places that sequential least squares (SLSQP, Kraft 1988) finds from an end and from around a start.

    A set may have several local ends, and the way to the furthest may not lead uphill. Not all places need be
    better than the end, or meet every interval.

    Parameters
    ----------
    statistics, slopes : (s,) at a place; their slopes (s, p, p) in its covariance and (s, p) in its means.
    value, slope : of the quantity at a covariance (p, p); the slopes (p, p) are symmetric.
    sign : 1 for the largest value, -1 for the smallest.
    used, low, high : (s,), which statistics have an interval, and its ends.
    """
    p = len(start.mean)
    cells = np.tril_indices(p)
    exact = used & (high - low <= _EXACT)
    below, above = used & ~exact & np.isfinite(low), used & ~exact & np.isfinite(high)

    def state(at: Array) -> tuple[Array, State]:
        root = np.zeros((p, p))
        root[cells] = at[: len(cells[0])]
        return root, State(root @ root.T, at[len(cells[0]) :])

    def values(at: Array) -> Array:
        return statistics(state(at)[1])

    def by_entries(slopes: Array, root: Array) -> Array:
        """Slopes (s, p, p) in the covariance as slopes in the entries of L."""
        return np.asarray(2 * (slopes @ root)[:, cells[0], cells[1]])

    def slopes_of_entries(at: Array) -> Array:
        root, there = state(at)
        of_covariance, of_mean = slopes(there)
        return np.hstack([by_entries(of_covariance, root), of_mean])

    def slopes_inward(at: Array) -> Array:
        found = slopes_of_entries(at)
        return np.vstack([found[below], -found[above]])

    def merit(at: Any) -> float:
        return -sign * value(state(at)[1].covariance)

    def merit_slope(at: Any) -> Array:
        root, there = state(at)
        return np.append(-sign * by_entries(slope(there.covariance)[None], root)[0], np.zeros(p))

    constraints: list[Any] = [
        {
            "type": "eq",
            "fun": lambda at: values(at)[exact] - (low[exact] + high[exact]) / 2,
            "jac": lambda at: slopes_of_entries(at)[exact],
        },
        {
            "type": "ineq",
            "fun": lambda at: np.append((values(at) - low)[below], (high - values(at))[above]),
            "jac": slopes_inward,
        },
    ]
    given = [one for one, has in zip(constraints, (exact, below | above), strict=True) if has.any()]
    rng = np.random.default_rng(_STREAM)
    for size in (0.0, *np.linspace(*_AROUND, _STARTS)):
        there = disturbed(start, size, rng) if size else end
        try:
            found = minimize(
                merit,
                np.append(np.linalg.cholesky(there.covariance)[cells], there.mean),
                jac=merit_slope,
                method="SLSQP",
                constraints=given,
                options={"maxiter": _ROUNDS, "ftol": _PRECISION},
            )
        except (SurveyError, np.linalg.LinAlgError):
            continue
        there = state(found.x)[1]
        if np.isfinite(found.x).all() and np.diag(there.covariance).min() > 0:
            yield there
