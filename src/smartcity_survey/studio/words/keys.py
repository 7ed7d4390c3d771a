"""Keys of config and codebook, which messages write in backticks, by what the page calls them.

Messages are written for the files. Whoever looks at the page knows no file, and is told the step and the name
of the field; of a key that has none, that it is a line of a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from yaml import safe_load as parse_yaml

from smartcity_survey.studio.options import (
    CALLED,
    CHOICES,
    OPTIONS_STEP,
    SECTIONS,
    Offered,
    in_capitals,
    offered,
)
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import Config

STEPS_OF_KEYS = {
    **dict.fromkeys(("items", "demographics", "multiple_choice"), (2, "Used as")),
    **dict.fromkeys(("answers", "ordered", "scale"), (2, "Answers")),
    "label": (2, "Label"),
    **dict.fromkeys(("constructs", "construct", "model.constructs"), (3, "Constructs")),
    "reverse": (3, "worded the other way round"),
    **dict.fromkeys(("model", "paths", "model.paths"), (4, "What explains what")),
    **dict.fromkeys(("hypotheses", "model.hypotheses"), (4, "Hypotheses")),
    "check": (6, "Check"),
}
"""A key that a step of its own holds, or a command -> the step's number, and what it is called there."""
_CODE = re.compile(r"`([^`]+)`")

Words = Callable[[str], str]


def by_fields(said: str, words: Words, quoted: Words) -> str:
    """A text in the page's language whose keys are called by the fields of the page.

    Parameters
    ----------
    words : puts an English text into that language. quoted : puts a name into its quotation marks.
    """
    left: dict[str, None] = {}

    def named(code: re.Match[str]) -> str:
        key, _, value = code[1].rstrip(":").partition(": ")
        if value.startswith("{") and (several := _fields_within(key, value, words, quoted)):
            return several
        if found := field_of(key, value):
            step, name, chosen = found
            shown = f": {words(chosen)}" if chosen else ""
            name = called(name, words)
            return f"{quoted(name)} ({words(f'step {step}')}){shown}"
        if key.rpartition(".")[2] in _keys():
            left[f"`{key}`"] = None
        return code[0]

    told = _CODE.sub(named, said)
    if left:
        told += " " + words(
            f"There is no field for {', '.join(left)} here: it is a line of a file of the study."
        )
    return told


def _fields_within(key: str, written: str, words: Words, quoted: Words) -> str:
    """Fields and values of a section that is written on one line; nothing where one of them has no field."""
    options = {one.key: one for one in offered()}
    values = {f"{key}.{name}": str(value) for name, value in parse_yaml(written).items()}
    if key not in SECTIONS or not values.keys() <= options.keys():
        return ""
    fields = [
        f"{quoted(called(CALLED.get(name) or options[name].description, words))}: "
        f"{words(CHOICES.get(value, value))}"
        for name, value in values.items()
    ]
    return f"{quoted(words(SECTIONS[key]))} ({words(f'step {OPTIONS_STEP}')}): {'; '.join(fields)}"


def called(english: str, words: Words) -> str:
    """The name of a field, or of an option by its description, in the page's language."""
    return in_capitals(words(english).partition(";")[0].replace("`", ""))


def field_of(key: str, value: str = "") -> tuple[int, str, str] | None:
    """Step, name and value, all in English, of the field that a key has on the page.

    Parameters
    ----------
    key : as `pls.interval`, or without its section where no other has such a key.
    """
    options = {one.key: one for one in offered()}
    tails = [one for one in options.values() if one.key.endswith(f".{key}") and _may_be(one, value)]
    if key in SECTIONS and not (value and (tails or f"{key}.{value}" in options)):
        return OPTIONS_STEP, SECTIONS[key], ""
    if key in STEPS_OF_KEYS:
        return (*STEPS_OF_KEYS[key], "")
    within = options.get(f"{key}.{value}")  # as `study: language`
    option = within or options.get(key) or (tails[0] if len(tails) == 1 else None)
    if option is None:
        return None
    chosen = "" if within else CHOICES.get(value, value.strip("[]'"))
    return OPTIONS_STEP, CALLED.get(option.key, option.description), chosen


def _may_be(option: Offered, value: str) -> bool:
    return not (value and option.choices) or value in option.choices


@cache
def _keys() -> frozenset[str]:
    """All keys of config and codebook."""
    return frozenset(key for kind in (Config, Codebook) for key in _properties(kind.model_json_schema()))


def _properties(schema: Any) -> Iterator[str]:
    """Names of all properties within a schema."""
    if isinstance(schema, Mapping):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from _properties(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _properties(part)
