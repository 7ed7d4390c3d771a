"""Keys of a relation or claim held against what its planner takes, before the planner sees them."""

from __future__ import annotations

import inspect
import types
from collections.abc import Mapping, Sequence
from typing import Any, Union, get_args, get_origin, get_type_hints

from smartcity_survey.audit.case import Planner
from smartcity_survey.audit.headers import nearest
from smartcity_survey.errors import SurveyError

# Keys every relation and claim may have, whatever its kind.
COMMON = frozenset({"kind", "place", "says", "bears_on", "note"})
_GIVEN = {"paper", "place"}
_IN_WORDS = {str: "a name", float: "a number", int: "a number", bool: "true or false", type(None): "nothing"}


def options_of(entry: Mapping[str, Any], planner: Planner, place: str) -> dict[str, Any]:
    """The keys of an entry as arguments of its planner.

    Raises
    ------
    SurveyError
        for a key that is unknown, missing or holds something of another form; the nearest known key is named.
    """
    # `is` is a word of Python's, so planners call it `is_`.
    options = {f"{key}_" if key == "is" else key: v for key, v in entry.items() if key not in COMMON}
    signature, hints = inspect.signature(planner), get_type_hints(planner)
    keys = [
        name.rstrip("_")
        for name, one in signature.parameters.items()
        if name not in _GIVEN and one.kind is not inspect.Parameter.VAR_KEYWORD
    ]
    try:
        signature.bind(None, place, **options)
    except TypeError as error:
        close = next(
            (near for key in entry if key not in {*COMMON, *keys} if (near := nearest(key, keys))), ""
        )
        remedy = f"Known are {', '.join(keys)}." + (f" The nearest is {close}." if close else "")
        raise SurveyError(place, f"its keys do not fit: {error}.", remedy) from None
    for key, value in options.items():
        hint = hints.get(key, Any)
        if key in signature.parameters and not fits(value, hint):
            found = f"`{key.rstrip('_')}: {value}` cannot be read."
            raise SurveyError(place, found, f"Give {_in_words(hint)}.")
    return options


def fits(value: Any, hint: Any) -> bool:
    """Whether a value read from YAML is of the form that an annotation asks for."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Any or isinstance(hint, str):
        return True
    if origin in {Union, types.UnionType}:
        return any(fits(value, one) for one in inner)
    if hint is str:
        # YAML reads a line called 2018 as a number.
        return isinstance(value, str | int | float) and not isinstance(value, bool)
    if hint in {float, int}:
        return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")
    if origin is Mapping or hint is Mapping:
        return isinstance(value, Mapping) and all(
            isinstance(key, str) and (not inner or fits(one, inner[1])) for key, one in value.items()
        )
    if origin is Sequence or hint is Sequence:
        return isinstance(value, list | tuple) and all(not inner or fits(one, inner[0]) for one in value)
    return isinstance(value, hint) if isinstance(hint, type) else True


def _in_words(hint: Any) -> str:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        return " or ".join(dict.fromkeys(_in_words(one) for one in inner if one is not type(None)))
    if origin is Sequence:
        return "a list"
    return "keys with values" if origin is Mapping else _IN_WORDS.get(hint, "another value")
