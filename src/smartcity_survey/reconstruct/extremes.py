"""Rows that printed minima and maxima of weighted scores need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from smartcity_survey.reconstruct.design import Target, Task, rounding_interval
from smartcity_survey.stats.core.types import Array

Extremes = Mapping[str, tuple[str, str]]
"""Score -> printed minimum and maximum."""

_NARROW = 0.1  # share of the maximum's rounding interval that must be left for a pure row of highest answers
_LIFT = 0.4  # size of the lift, as a share of that interval


def conflicting(problem: Task, extremes: Extremes) -> tuple[str, ...]:
    """Scores whose minimum and maximum cannot come from a row of lowest and a row of highest answers.

    Such rows score the sum of the weights times the ends of the scale, so both intervals bound that sum.
    """
    d = problem.design
    found = []
    for score, (minimum, maximum) in extremes.items():
        (a, b), (c, e) = (np.array(rounding_interval(text)) for text in (minimum, maximum))
        left = min(b / d.low, e / d.high) - max(a / d.low, c / d.high)
        if left < _NARROW * (e - c) / d.high:
            found.append(score)
    return tuple(found)


def missed_extremes(scores: Array, names: Sequence[str], extremes: Extremes) -> tuple[Target, ...]:
    """Printed extremes that the scores (n, c) of all rows do not round to, those of given rows or not."""
    ends = [scores.min(0), scores.max(0)]
    targets = [
        (Target(("score", name, which), *rounding_interval(text), text), float(own[list(names).index(name)]))
        for name, printed in extremes.items()
        for which, text, own in zip(("min", "max"), printed, ends, strict=True)
    ]
    return tuple(target for target, value in targets if not target.low <= value <= target.high)


def with_extreme_rows(problem: Task, extremes: Extremes) -> Task:
    """The problem with a first row of lowest and a second of highest answers that make the printed extremes.

    The maximum of a conflicting score is left to a third row (`with_lifted_rows`); its sum of weights is held
    just below what the minimum allows.
    """
    d = problem.design
    odd = conflicting(problem, extremes)
    targets = []
    for score, (minimum, maximum) in extremes.items():
        (a, b), (c, e) = rounding_interval(minimum), rounding_interval(maximum)
        if score in odd:
            targets.append(Target(("frozen", "0", score), b - 0.12 * (b - a), b - 0.005 * (b - a)))
        else:
            targets.append(Target(("frozen", "0", score), a, b, minimum))
            targets.append(Target(("frozen", "1", score), c, e, maximum))
    rows = ((d.low,) * d.p, (d.high,) * d.p)
    return Task(replace(d, frozen_rows=rows), problem.targets + tuple(targets))


def with_lifted_rows(problem: Task, extremes: Extremes, weights: Array) -> Task:
    """The problem with one more row for every conflicting score: all answers highest but one.

    That item weighs on the score with a small negative weight, so the row scores above the pure one.
    """
    d = problem.design
    rows, targets = list(d.frozen_rows), list(problem.targets)
    for score in conflicting(problem, extremes):
        c, e = rounding_interval(extremes[score][1])
        k = d.scores.index(score)
        item = int(np.argmin(np.abs(weights[k] + _LIFT * (e - c))))
        row = [d.high] * d.p
        row[item] -= 1
        key = ("frozen", str(len(rows)), score)
        rows.append(tuple(row))
        targets.append(Target(key, c, e, extremes[score][1]))
    return Task(replace(d, frozen_rows=tuple(rows)), tuple(targets))
