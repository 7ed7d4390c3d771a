"""What the numeric core refuses, told of items and constructs by name, with remedies for a notebook."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from smartcity_survey.errors import NoSolution
from smartcity_survey.stages.naming import COMPONENTS, naming

T = TypeVar("T")

REMEDIES = {
    "constant": "Check the column, or leave the item out.",
    "constant_in_training": "Check the column, or leave the item out.",
    "missing": "Keep the complete rows: `ss.complete(answers, items)`.",
    "dependent_predictors": "Take one of these paths out of the model.",
    "at_bound": "Merge answer categories that hardly anyone chose, or leave one of the items out.",
    "too_many_components": "Ask for fewer.",
    "no_component": "No eigenvalue is above 1: ask for a number, or check whether these items belong "
    "together.",
    "under_identified": "A factor needs three items, or two where it correlates with others: name more "
    "items, or ask for fewer factors.",
    "invalid_model": "Correct the model.",
    "no_solution": "Check the items, the model and the options.",
}
"""Reason of a NoSolution -> what to do, where a run of the whole study would have its config changed."""


@contextmanager
def told(
    place: str,
    items: Sequence[str],
    constructs: Sequence[str] = (),
    *,
    number: str = "",
    of: str = "component",
) -> Iterator[None]:
    """Turn what the numeric core refuses into a NoSolution that names items (in its order) and constructs.

    Parameters
    ----------
    place : the function that was called.
    number : its argument that may ask for too many. of : what it asks for.
    """
    try:
        with naming(items, place, constructs):
            yield
    except NoSolution as error:
        problems = [
            replace(
                problem,
                place=_place(problem.place, error.reason, place, number),
                found=problem.found.removeprefix(f"{place}: ").replace("component", of),
                remedy=REMEDIES.get(error.reason, problem.remedy),
            )
            for problem in error.problems
        ]
        raise NoSolution(error.reason, error.names, problems) from error.__cause__


def _place(at: str, reason: str, place: str, number: str) -> str:
    """The function, or its argument that asks for what the answers do not have."""
    asked = at == COMPONENTS or (number == "folds" and reason == "too_few_rows")
    return f"{place}, {number}" if asked and number else place if asked else at


def attempt(
    notes: list[str], place: str, items: Sequence[str], constructs: Sequence[str], compute: Callable[[], T]
) -> T | None:
    """What `compute` returns; None where it has no solution, and then the reason is among the notes.

    For what is secondary: it must not cost the primary result.
    """
    try:
        with told(place, items, constructs):
            return compute()
    except NoSolution as error:
        notes += [f"Not computed: {problem}" for problem in error.problems]
        return None
