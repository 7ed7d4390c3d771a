"""Which single further table a paper would have to print for its verdicts to be decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from smartcity_survey.bounds.ends import SIGNS
from smartcity_survey.bounds.quantities import Estimators, Quantity
from smartcity_survey.bounds.walk import End, Place, Reading, Statistics, push
from smartcity_survey.reconstruct.design import Target, Task
from smartcity_survey.reconstruct.evaluate import Evaluator
from smartcity_survey.stats.core.types import Array, IntArray

DECIMALS = 3
"""Digits that a further table is taken to be printed with."""
_ROUNDS = 25


def narrowed_ends(
    problem: Task, estimators: Estimators, quantity: Quantity, start: Place, strict: Reading
) -> Iterator[tuple[str, str, float]]:
    """(table, side, value): ends of a path of PLS-SEM under a reading if one more table were printed.

    Each table is printed as it is at the start, whose path is in all of these sets.

    - `item_descriptives`: means and standard deviations of the items.
    - `outer_loadings`: PLS-SEM's.
    - `construct_correlations`: of the composites. The path is a function of these alone, so what is left is
      what their rounding leaves, to first order.
    """
    half = 0.5 * 10.0**-DECIMALS
    estimators.evaluator.solved = start.solved
    loadings = estimators.outer_loadings(start.state.covariance)
    pinned = replace(strict, loadings=(tuple(loadings - half), tuple(loadings + half)))
    described, of_described = _with_descriptives(problem, estimators.evaluator, start, half)
    for side, sign in SIGNS.items():
        for table, task, own, reading in (
            ("item_descriptives", described, of_described, strict),
            ("outer_loadings", problem, estimators, pinned),
        ):
            end: End = push(Statistics(task, own, reading), quantity, sign, start, _ROUNDS)
            yield table, side, end.value
    estimators.evaluator.solved = start.solved
    value = estimators.value(quantity, start.state.covariance)
    left = rounding_half_width(*estimators.regression_of(quantity, start.state.covariance), half)
    yield from (("construct_correlations", side, value + sign * left) for side, sign in SIGNS.items())


def _with_descriptives(
    problem: Task, evaluator: Evaluator, start: Place, half: float
) -> tuple[Task, Estimators]:
    """The problem with means and standard deviations of the items printed as they are at the start."""
    design = replace(problem.design, item_moments=True)
    sd = np.sqrt(np.diag(start.state.covariance))
    targets = [
        Target(("item", item, name), float(value) - half, float(value) + half)
        for name, values in (("mean", start.state.mean), ("sd", sd))
        for item, value in zip(design.items, values, strict=True)
    ]
    new = Evaluator(design)
    new.solved = start.solved
    return Task(design, (*problem.targets, *targets)), Estimators(new)


def rounding_half_width(
    correlations: Array, outcome: int, predictors: IntArray, at: int, half: float
) -> float:
    """How far a standardised coefficient can move if every correlation moves by `half`, to first order.

    From b = R^-1 r: db = R^-1 (dr - dR b), each term at its worst. `at` : the predictor's place.
    """
    r = correlations[np.ix_(predictors, predictors)]
    inverse = np.linalg.inv(r)
    b = inverse @ correlations[predictors, outcome]
    own = inverse[at]
    among = np.abs(np.outer(own, b) + np.outer(b, own))[np.triu_indices(len(b), 1)].sum()
    return float(half * (np.abs(own).sum() + among))
