"""Groups of respondents who deviate alike: a regression tree of a deviation on scores.

Breiman, Friedman, Olshen and Stone (1984), Classification and Regression Trees, ch. 8; groups as in Danks,
Ray and Shmueli (2024), Management Science 70, 647-669.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.errors import TooFewRows
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray

TAILS = (0.025, 0.975)
"""Quantiles of the deviations beyond which the mean of a group stands out."""
EQUAL = 1e-9
"""Splits whose gains differ by less of the gain are equal: of these the first variable's is taken."""


@dataclass(frozen=True, slots=True, eq=False)
class DeviantGroup:
    """A group whose mean deviation is beyond a quantile of all deviations.

    members : (n,), all with low <= score < high in each variable. mean : of their deviations.
    low, high : (c,), -inf and inf where nothing bounds a variable.
    """

    members: BoolArray
    mean: float
    low: Array
    high: Array


def deviant_groups(
    deviance: Array, scores: Array, *, smallest: int = 1, tails: tuple[float, float] = TAILS
) -> tuple[DeviantGroup, ...]:
    """The largest nodes of the full tree of deviance (n,) on scores (n, c) whose means are beyond the tails.

    Each node is split where the squared deviations from the two means are smallest, down to nodes of
    `smallest` respondents or of equal scores; nothing is pruned. Nodes that hold no group are not split,
    which changes no group. Limits are the roundest numbers that split as the middle between two scores does.
    The group that deviates most comes first.

    Raises TooFewRows where no split leaves `smallest` respondents on both sides.
    """
    n, c = scores.shape
    if n < 2 * smallest:
        raise TooFewRows(n, 2 * smallest)
    bounds = np.quantile(deviance, tails)
    groups: list[DeviantGroup] = []
    nodes = [(np.arange(n), np.full(c, -np.inf), np.full(c, np.inf))]
    while nodes:
        rows, low, high = nodes.pop()
        own = deviance[rows]
        mean = float(own.mean())
        if not bounds[0] <= mean <= bounds[1]:
            members = np.zeros(n, dtype=bool)
            members[rows] = True
            groups.append(DeviantGroup(members, mean, low, high))
            continue
        split = _best_split(own, scores[rows], smallest) if _may_hold(own, smallest, bounds) else None
        if split is None:
            continue
        variable, cut = split
        below = scores[rows, variable] < cut
        for side, limits, other in ((below, high, low), (~below, low, high)):
            moved = limits.copy()
            moved[variable] = cut
            nodes.append((rows[side], *((other, moved) if limits is high else (moved, other))))
    return tuple(sorted(groups, key=lambda group: -abs(group.mean)))


def _may_hold(deviance: Array, smallest: int, bounds: Array) -> bool:
    """Whether any `smallest` of these deviations have a mean beyond the bounds."""
    ordered = np.sort(deviance)
    return bool(ordered[:smallest].mean() < bounds[0] or ordered[-smallest:].mean() > bounds[1])


def _best_split(y: Array, x: Array, smallest: int) -> tuple[int, float] | None:
    """Variable, and the value below which respondents go to one side; None where no split gains anything."""
    n = len(y)
    if n < 2 * smallest:
        return None
    order = np.argsort(x, axis=0, kind="stable")
    ordered = np.take_along_axis(x, order, axis=0)
    left = np.cumsum((y - y.mean())[order], axis=0)[:-1]
    size = np.arange(1, n)[:, None]
    # The sums of both sides are each other's negatives: the mean of all is 0.
    gain = left**2 * (1 / size + 1 / (n - size))
    allowed = (ordered[1:] > ordered[:-1]) & (size >= smallest) & (n - size >= smallest)
    gain = np.where(allowed, gain, 0.0)
    best = gain.max()
    if best <= EQUAL * float(((y - y.mean()) ** 2).sum()):
        return None
    near: IntArray = np.argwhere((gain >= best * (1 - EQUAL)).T)[0]
    variable, place = int(near[0]), int(near[1])
    return variable, _roundest(float(ordered[place, variable]), float(ordered[place + 1, variable]))


def _roundest(low: float, high: float) -> float:
    """A number of as few decimals as can be with low < number <= high."""
    middle = (low + high) / 2
    for decimals in range(16):
        number = round(middle, decimals)
        if low < number <= high:
            return number
    return high
