"""Feedback: paths that run back and close a circle, and what can be estimated of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from smartcity_survey.errors import Problem
from smartcity_survey.study.model_checks import nearest

Paths = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class FeedbackEquation:
    """A construct of a circle and what leads to it.

    endogenous : predictors that other constructs lead to. exogenous : the others. instruments : constructs
    that nothing leads to, and that lead to an endogenous predictor, but not to the outcome at once.
    """

    outcome: str
    endogenous: tuple[str, ...]
    exogenous: tuple[str, ...]
    instruments: tuple[str, ...]


def feedback_equations(names: tuple[str, ...], paths: Paths, feedback: Paths) -> tuple[FeedbackEquation, ...]:
    """Of every construct on a circle of the paths and those that run back, in the order of `names`."""
    arrows = (*paths, *feedback)
    explained = {target for _, target in arrows}
    outside = tuple(name for name in names if name not in explained)
    equations = []
    for outcome in names:
        if outcome not in _reached(outcome, arrows):
            continue
        sources = {source for source, target in arrows if target == outcome}
        endogenous = tuple(name for name in names if name in sources & explained)
        moving = {name for name in outside if _reached(name, arrows) & set(endogenous)}
        equations.append(
            FeedbackEquation(
                outcome,
                endogenous,
                tuple(name for name in outside if name in sources),
                tuple(name for name in outside if name in moving - sources),
            )
        )
    return tuple(equations)


def feedback_problems(names: tuple[str, ...], paths: Paths, feedback: Paths, place: str) -> Iterator[Problem]:
    """Unknown constructs, paths given before or that close no circle, and too few instruments."""
    where = f"{place}.feedback"
    seen = set(paths)
    sound = True
    for source, target in feedback:
        unknown = [name for name in (source, target) if name not in names]
        for name in dict.fromkeys(unknown):
            yield Problem(where, f"{name} is not a construct that items measure.", nearest(name, names))
        if (source, target) in seen:
            yield Problem(where, f"{source} -> {target} is given twice.", "Give it once.")
        elif source == target or (not unknown and source not in _reached(target, (*paths, *feedback))):
            yield Problem(
                where,
                f"{source} -> {target} closes no circle with `paths`.",
                "Write it under `paths`, or correct it.",
            )
        else:
            sound = sound and not unknown
        seen.add((source, target))
    if not sound:
        return
    for equation in feedback_equations(names, paths, feedback):
        needed = len(equation.endogenous)
        there = told_apart(equation, names, (*paths, *feedback))
        if there < needed:
            yield Problem(
                where,
                f"what leads to {equation.outcome} cannot be told apart; constructs that nothing leads to "
                f"and that lead to {', '.join(equation.endogenous)} by ways of their own, not to "
                f"{equation.outcome} at once, needed: {needed}, found: {there}.",
                "Take out a path that leads to it, or name such constructs under `paths`.",
            )


def told_apart(equation: FeedbackEquation, names: tuple[str, ...], arrows: Paths) -> int:
    """How many endogenous predictors the instruments can tell apart: the rank condition.

    It is the rank of the reduced form between the two, which all coefficients share but those of a set of
    measure zero: so coefficients drawn at random show it. Wooldridge (2010), ch. 9.2.
    """
    rng = np.random.default_rng(0)
    # Also names that the model has not, of which other checks tell.
    every = dict.fromkeys((*names, *(name for arrow in arrows for name in arrow)))
    place = {name: index for index, name in enumerate(every)}
    direct = np.zeros((len(place), len(place)))
    for source, target in arrows:
        direct[place[target], place[source]] = rng.uniform(0.5, 1.5)
    total = np.linalg.inv(np.eye(len(place)) - direct)
    rows, columns = ([place[name] for name in part] for part in (equation.endogenous, equation.instruments))
    between = total[np.ix_(rows, columns)]
    return int(np.linalg.matrix_rank(between, rtol=1e-8)) if between.size else 0


def _reached(start: str, arrows: Paths) -> set[str]:
    """Constructs that a chain of arrows from `start` leads to."""
    found: set[str] = set()
    ahead = [start]
    while ahead:
        here = ahead.pop()
        for source, target in arrows:
            if source == here and target not in found:
                found.add(target)
                ahead.append(target)
    return found
