"""From printed statistics to whole answers, level by level (needs jax and numba)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.reconstruct.anneal import annealed, drawn_answers
from smartcity_survey.reconstruct.centring import centred
from smartcity_survey.reconstruct.covariance import CovarianceSolution, covariance_boxes, excess, nearest
from smartcity_survey.reconstruct.design import Key, Target, Task, rounding_interval
from smartcity_survey.reconstruct.evaluate import Evaluator
from smartcity_survey.reconstruct.extremes import (
    Extremes,
    conflicting,
    missed_extremes,
    with_extreme_rows,
    with_lifted_rows,
)
from smartcity_survey.reconstruct.goals import aimed_beside, centres, correctable, goal_of, score_limits
from smartcity_survey.reconstruct.moves import Limits, within_ends
from smartcity_survey.reconstruct.possible import require_possible_numbers
from smartcity_survey.reconstruct.refine import Refiner
from smartcity_survey.reconstruct.relations import CONTRADICTION, narrowed
from smartcity_survey.reconstruct.schedule import Schedule
from smartcity_survey.reconstruct.start import starting_state
from smartcity_survey.stats.core.types import Array, IntArray

Progress = Callable[[str], None]
_POSSIBLE = 0.02
"""Distance from an interval, in half-widths, that the first level may leave; whole answers close it."""


@dataclass(frozen=True, slots=True)
class Reconstruction:
    """Answers and how they fit.

    Attributes
    ----------
    answers : (n, p); the first rows are those the printed extremes need.
    values : (s,) the statistics, in the order of `problem.design.keys`.
    missed : targets that the answers do not meet, extremes among them by the scores of all rows.
    weights : (c, p) weights of the scores.
    """

    problem: Task
    answers: IntArray
    values: Array
    missed: tuple[Target, ...]
    weights: Array


def reconstruct_answers(
    problem: Task,
    seed: int,
    extremes: Extremes | None = None,
    schedule: Schedule | None = None,
    progress: Progress = lambda _: None,
) -> Reconstruction:
    """Whole answers with the statistics a problem asks for; the same seed gives the same answers.

    Raises
    ------
    SurveyError
        where the targets contradict each other: it names those that cannot hold together.
    """
    schedule = schedule or Schedule()
    start, draws, search = (np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(3))
    problem, evaluator, solution = solved_covariance(problem, start, extremes, schedule, progress)
    return answers_near(problem, evaluator, solution, draws, search, schedule, extremes, progress)


def solved_covariance(
    problem: Task,
    rng: np.random.Generator,
    extremes: Extremes | None,
    schedule: Schedule,
    progress: Progress = lambda _: None,
) -> tuple[Task, Evaluator, CovarianceSolution]:
    """Covariances and means with all printed statistics, and the problem with the rows its extremes need.

    Raises
    ------
    SurveyError
        where the targets contradict each other: it names those that cannot hold together.
    """
    require_possible_numbers(problem)
    narrowed(problem)  # says what cannot hold together
    if extremes:
        problem = with_extreme_rows(problem, extremes)
    evaluator = Evaluator(problem.design)
    state = starting_state(problem, evaluator, rng, schedule, progress)
    solution = nearest(problem, evaluator, state.covariance, state.mean, schedule.rounds, progress)
    require_possible(problem, solution)
    if extremes and conflicting(problem, extremes):
        problem = with_lifted_rows(problem, extremes, evaluator.weights())
        evaluator = _continued(problem, evaluator)
        solution = nearest(problem, evaluator, solution.covariance, solution.mean, schedule.rounds, progress)
        require_possible(problem, solution)
    return problem, evaluator, solution


def answers_near(
    problem: Task,
    evaluator: Evaluator,
    solution: CovarianceSolution,
    draws: np.random.Generator,
    search: np.random.Generator,
    schedule: Schedule,
    extremes: Extremes | None = None,
    progress: Progress = lambda _: None,
    begun: IntArray | None = None,
) -> Reconstruction:
    """Whole answers near a covariance that has all printed statistics and that the evaluator stands at.

    extremes : as printed, of all rows; where a search lets another row pass the given ones, it is brought
        back and the search goes on, a few times.
    begun : (n, p), answers of an earlier call that missed some statistics; they are gone on with.
    """
    printed = extremes or {}
    solution = centred(problem, evaluator, solution, schedule.centring, progress)
    centre = centres(problem, solution.values)
    x = begun
    if x is None:
        x = _annealed_to(problem, evaluator, solution, centre, schedule, draws, progress)
    found: Reconstruction | None = None
    for _ in range(schedule.returns):
        evaluator.refresh(np.cov(x.T.astype(float)))
        going_on = found is not None or begun is not None
        if going_on:
            x = within_ends(x, evaluator.weights(), _printed_ends(problem, printed))
            evaluator.refresh(np.cov(x.T.astype(float)))
        limits = _limits(problem, evaluator.weights())
        refiner = Refiner(narrowed(problem), evaluator, x, centre, limits, schedule, search, progress)
        refiner.run(begun=going_on)
        x = refiner.x
        made, beyond = _judged(problem, refiner, evaluator.weights(), printed)
        if found is None or len(made.missed) < len(found.missed):
            found = made
        if not beyond:
            break
    if found is None:
        raise ValueError("a schedule without searches")
    return found


def _judged(
    problem: Task, refiner: Refiner, weights: Array, extremes: Extremes
) -> tuple[Reconstruction, tuple[Target, ...]]:
    """What a search came to, and the printed extremes that it misses.

    The engine steers the extremes of the given rows; in print they are of all rows.
    """
    values = dict(zip(problem.design.keys, refiner.values, strict=True))
    outside = (target for target in problem.targets if _outside(values[target.key], target))
    beyond = missed_extremes(refiner.x @ weights.T, problem.design.scores, extremes)
    missed = (*(target for target in outside if target.key[0] != "frozen"), *beyond)
    return Reconstruction(problem, refiner.x, refiner.values, missed, weights), beyond


def require_possible(problem: Task, solution: CovarianceSolution) -> None:
    """Refuse targets that no covariance matrix has; those still outside contradict each other."""
    low, high = covariance_boxes(problem)
    off = excess(solution.values, low, high)
    width = np.where(np.isfinite(high - low), (high - low) / 2, 1e-3)
    bad = np.flatnonzero(np.abs(off) > _POSSIBLE * np.maximum(width, 1e-9))
    if bad.size:
        keys = problem.design.keys
        raise SurveyError.of(
            [_contradicting(problem, keys[i], (low[i], high[i]), float(solution.values[i])) for i in bad]
        )


def _contradicting(problem: Task, key: Key, asked: tuple[float, float], value: float) -> Problem:
    """A statistic outside its interval, beside what is printed of it, or asked without print."""
    where, (low, high) = problem.where(key), asked
    if printed := [target.printed for target in problem.by_key.get(key, ()) if target.printed]:
        texts = ", ".join(dict.fromkeys(printed))
        return Problem(where, f"printed {texts}, beside the others {value:.6g}.", CONTRADICTION)
    if np.isinf(high):
        found = f"not printed and asked to be at least {low:.6g}, beside the others {value:.6g}."
    elif np.isinf(low):
        found = f"not printed and asked to be at most {high:.6g}, beside the others {value:.6g}."
    else:
        found = f"not printed and asked to be from {low:.6g} to {high:.6g}, beside the others {value:.6g}."
    return Problem(where, found, "docs/bounds.md says what is asked beside the print, and when it is not.")


def _continued(problem: Task, evaluator: Evaluator) -> Evaluator:
    new = Evaluator(problem.design)
    new.solved = evaluator.solved
    return new


def _annealed_to(
    problem: Task,
    evaluator: Evaluator,
    solution: CovarianceSolution,
    centre: Array,
    schedule: Schedule,
    rng: np.random.Generator,
    progress: Progress,
) -> IntArray:
    """Annealed answers; the aim is moved by what they miss, and they are annealed again, a few times."""
    n = problem.design.n
    goal = goal_of(problem, solution.covariance, solution.mean, evaluator.weights())
    x = _spread(drawn_answers(goal, n, rng), problem, rng)
    frozen = len(problem.design.frozen_rows)
    progress("annealing")
    x = annealed(x, goal, frozen, rng, schedule.sweeps, hot=2.0)
    use = correctable(problem)
    shift = np.zeros(use.size)
    there = evaluator.solved
    for _ in range(schedule.corrections):
        evaluator.refresh(np.cov(x.T.astype(float)))
        values, _ = evaluator.of_answers(x.astype(float))
        shift -= 0.9 * np.where(use, values - centre, 0.0)
        evaluator.solved = there
        beside = aimed_beside(problem, centre, shift)
        aim = nearest(
            beside, evaluator, solution.covariance, solution.mean, schedule.corrected_rounds, progress
        )
        solution = replace(aim, values=solution.values)
        there = evaluator.solved
        goal = goal_of(problem, solution.covariance, solution.mean, evaluator.weights())
        progress("annealing towards a corrected aim")
        x = annealed(x, goal, frozen, rng, schedule.corrected_sweeps, hot=0.7)
    return x


def _spread(x: IntArray, problem: Task, rng: np.random.Generator) -> IntArray:
    """The draws with the given rows in front, and no other row all the same."""
    d = problem.design
    for i, row in enumerate(d.frozen_rows):
        x[i] = row
    for flat in np.flatnonzero((x == x[:, :1]).all(1)):
        if flat >= len(d.frozen_rows):
            j = rng.choice(d.p, max(1, d.p // 10), replace=False)
            x[flat, j] += np.where(x[flat, j] == d.high, -1, 1)
    return x


def _limits(problem: Task, weights: Array) -> Limits:
    d = problem.design
    return Limits(d.low, d.high, len(d.frozen_rows), *score_limits(problem, weights, 0.02, 0.004))


def _printed_ends(problem: Task, extremes: Extremes) -> Limits:
    """Scores that round to the printed extremes at the farthest: rows beyond are brought back, no others."""
    d = problem.design
    ends = np.tile([[-np.inf], [np.inf]], len(d.scores))
    for name, (minimum, maximum) in extremes.items():
        ends[:, d.scores.index(name)] = rounding_interval(minimum)[0], rounding_interval(maximum)[1]
    return Limits(d.low, d.high, len(d.frozen_rows), *ends)


def _outside(value: float, target: Target) -> bool:
    return not target.low <= value <= target.high
