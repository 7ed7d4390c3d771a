"""Feedback: paths that run back and close a circle, and what can be estimated of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from smartcity_survey.errors import Problem
from smartcity_survey.study.model_checks import nearest

Paths = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class FeedbackEquation:
    """A construct of a circle and what leads to it.

    endogenous : predictors that other constructs lead to. exogenous : the others. instruments : constructs
    that nothing leads to, and that do not lead to the outcome.
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
        equations.append(
            FeedbackEquation(
                outcome,
                tuple(name for name in names if name in sources & explained),
                tuple(name for name in outside if name in sources),
                tuple(name for name in outside if name not in sources and _takes_part(name, arrows)),
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
        needed, there = len(equation.endogenous), len(equation.instruments)
        if there < needed:
            yield Problem(
                where,
                f"what leads to {equation.outcome} cannot be told apart; constructs that nothing leads to "
                f"and that do not lead to it, needed: {needed}, found: {there}.",
                "Take out a path that leads to it, or name such constructs under `paths`.",
            )


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


def _takes_part(name: str, arrows: Paths) -> bool:
    return any(name == source for source, _ in arrows)
