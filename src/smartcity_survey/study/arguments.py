"""Arguments of a wrong kind, refused by name before anything is computed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from smartcity_survey.errors import SurveyError


def in_order(values: object, place: str, what: str, *, remedy: str) -> tuple[object, ...]:
    """Values whose order is part of what is asked, from a list, a tuple, an index and the like.

    Parameters
    ----------
    place : the argument. what : the values, in plural.

    Raises
    ------
    SurveyError
        for a set or a mapping, a text, and what holds no values at all.
    """
    if isinstance(values, (set, frozenset)):
        raise SurveyError(
            place, "a set was given, and a set has no order.", f"List the {what} in their order. {remedy}"
        )
    if isinstance(values, (str, bytes, dict)) or not isinstance(values, Iterable):
        raise SurveyError(place, f"{kind_of(values)} was given for {what}.", remedy)
    return tuple(values)


def require_text(value: object, place: str, remedy: str) -> str:
    """Refuse, with a SurveyError, what is no text."""
    if not isinstance(value, str):
        raise SurveyError(place, f"{kind_of(value)} was given for a text.", remedy)
    return value


def require_path(value: object, place: str) -> Path:
    """A path from a text or a `pathlib.Path`; a SurveyError refuses anything else."""
    if not isinstance(value, (str, os.PathLike)) or isinstance(name := os.fspath(value), bytes):
        raise SurveyError(
            place, f"{kind_of(value)} was given for a path.", 'Give a text, as "survey.csv", or a Path.'
        )
    return Path(name)


def require_choice(value: object, place: str, choices: Sequence[str]) -> None:
    """Refuse, with a SurveyError, what is none of the choices."""
    if not isinstance(value, str) or value not in choices:
        raise SurveyError(place, f"{value!r} is not known.", f"Choose from {', '.join(choices)}.")


def kind_of(value: object) -> str:
    """What a value is, for a message: `None`, `the number 5`, `a list`."""
    if value is None:
        return "None"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"the number {value!r}"
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"
