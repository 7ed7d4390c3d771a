"""Yaml files as validated objects; everything wrong with one is said in its author's words, all at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from smartcity_survey.errors import Problem, SurveyError, reason_of
from smartcity_survey.hand_yaml import parse_yaml, refuse_endless
from smartcity_survey.study.spelling import unlike

M = TypeVar("M", bound="Section")
Location = tuple[int | str, ...]

_TEXT = "Write a text; put it in quotes where yaml takes it for a number, a date or yes/no."
_KEYS = "Write `key: value` lines below it."
REMEDIES: Mapping[str, str] = {
    "model_type": _KEYS,
    "dict_type": _KEYS,
    "tuple_type": "Write a list: [a, b].",
    "too_short": "Write {min_length} or more in the list.",
    "too_long": "Write {max_length} or fewer in the list.",
    "string_type": _TEXT,
    "string_unicode": _TEXT,
    "string_pattern_mismatch": "Write a letter or more, and none of {pattern}.",
    "int_type": "Write a whole number.",
    "int_parsing": "Write a whole number.",
    "int_parsing_size": "Write a whole number.",
    "int_from_float": "Write a whole number.",
    "float_type": "Write a number.",
    "float_parsing": "Write a number.",
    "finite_number": "Write a number.",
    "greater_than": "Write a number above {gt}.",
    "greater_than_equal": "Write {ge} or more.",
    "less_than": "Write a number below {lt}.",
    "less_than_equal": "Write {le} or less.",
    "bool_type": "Write true or false.",
    "bool_parsing": "Write true or false.",
    "literal_error": "Choose one of {expected}.",
    "recursion_loop": "Write it out: no block holds itself.",
}
"""What to write, by the kind of what pydantic found; in braces what it tells of the limits."""


NONE_OF, OF_THESE = "^[^", "]+$"
"""What a pattern of names begins and ends with: between them stand letters that no name has."""
UNKNOWN_KEY = frozenset({"extra_forbidden", "invalid_key"})
"""Keys that a block has not, and those that are numbers, which none has."""
MOST_SECTIONS = 4
"""Sections that a key at the margin may be sent to."""
_BOOLEAN_WORDS = {"true": "Yes, yes, On, True", "false": "No, no, Off, False"}


@dataclass(frozen=True)
class Refines:
    """Mark of a key that says how another key of its section is done, and does nothing without it."""

    key: str


class Section(BaseModel):
    """A block of a yaml file: every key known, nothing added later."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _no_boolean_as_number(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse true and false where a number is due: they would count as 1 and 0."""
        kinds = set(_kinds(cls.model_fields[str(info.field_name)].annotation))
        # Sections look into themselves.
        if kinds & {int, float} and bool not in kinds and not any(issubclass(k, Section) for k in kinds):
            found = next(_booleans(value), None)
            if found is not None:
                raise PydanticCustomError("boolean_as_number", "{found}", {"found": found})
        return value


def refuse_contradictions(*found: Iterable[str]) -> None:
    """Refuse a section whose values are right one by one and contradict one another; all are told at once.

    found : sentences without their point, of what contradicts what and what to do.

    Raises
    ------
    PydanticCustomError
        where there is one; for validators of sections.
    """
    if every := tuple(chain(*found)):
        raise PydanticCustomError("contradictions", "{found}", {"found": every})


def read_yaml(path: Path) -> Mapping[str, Any]:
    """A yaml file's top-level mapping; SurveyError where there is none."""
    try:
        refuse_endless(path)
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SurveyError(
            str(path), "no such file.", "Check the path, or run from the study's folder."
        ) from None
    except OSError as error:
        raise SurveyError(
            str(path), f"cannot be opened ({reason_of(error)}).", "Name a file that you may read."
        ) from None
    except UnicodeDecodeError as error:
        raise SurveyError(
            str(path), f"not UTF-8 text (byte {error.start}).", "Save the file as UTF-8."
        ) from None
    except ValueError:
        raise SurveyError(repr(str(path)), "this is no name of a file.", "Correct it.") from None
    content = parse_yaml(text, path)
    if not isinstance(content, Mapping):
        raise SurveyError(str(path), "no keys found.", "Write `key: value` lines, as in the bundled file.")
    return content


def parse(model: type[M], content: Mapping[str, Any], place: str) -> M:
    """Validate a mapping against a model.

    Raises
    ------
    SurveyError
        listing every unknown, missing or misspelt key and every wrong value; `place` names the file.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise SurveyError.of(list(_problems(error.errors(), content, model, place))) from None


def _problems(
    details: Sequence[Any], content: Mapping[str, Any], model: type[Section], place: str
) -> Iterator[Problem]:
    by_location: dict[Location, list[Any]] = {}
    for detail in details:
        by_location.setdefault(_location(detail, content), []).append(detail)
    for location, found in by_location.items():
        # Of a value that may be of several kinds, the kind that was meant fails at the deepest place.
        if not any(location == other[: len(location)] for other in by_location if other != location):
            yield from _problems_at(location, found, model, place)


def _location(detail: Any, content: object) -> Location:
    """Keys that lead to the problem; pydantic's names for the kinds it tried are left out."""
    location: list[int | str] = []
    for part in detail["loc"]:
        if isinstance(content, Mapping):
            key = next((key for key in content if str(key) == str(part)), None)
            if key is not None:
                content = content[key]
                location.append(part)
        elif isinstance(part, int) and isinstance(content, Sequence) and 0 <= part < len(content):
            content = content[part]
            location.append(part)
    return (*location, detail["loc"][-1]) if detail["type"] == "missing" else tuple(location)


def _problems_at(
    location: Location, details: Sequence[Any], model: type[Section], place: str
) -> Iterator[Problem]:
    contradictions = [one for one in details if one["type"] == "contradictions"]
    for found in (found for one in contradictions for found in one["ctx"]["found"]):
        yield Problem(_where(location, place), "contradiction:", f"{found}.")
    if not contradictions:
        yield _problem(location, details, model, place)


def _where(location: Location, place: str) -> str:
    return ", ".join(filter(None, (place, ".".join(map(str, location)))))


def _problem(location: Location, details: Sequence[Any], model: type[Section], place: str) -> Problem:
    where = _where(location, place)
    kind, given = details[0]["type"], _shown(details[0].get("input"))
    if kind in UNKNOWN_KEY:
        known = sorted(_keys(model, location[:-1]))
        elsewhere = [name for name in _keys(model, ()) if str(location[-1]) in _keys(model, (name,))]
        if 0 < len(elsewhere) <= MOST_SECTIONS and len(location) == 1:
            sections = ", ".join(f"`{name}`" for name in elsewhere)
            hint = f"It belongs under {sections}: put it there, indented by two blanks."
            return Problem(where, "it stands at the wrong place.", hint)
        close = difflib.get_close_matches(str(location[-1]), known, n=1, cutoff=0.5)
        if close and (different := unlike(close[0], str(location[-1]))):
            found = f"unknown key, which looks like a known one but for {different}."
            return Problem(where, found, f"Write `{close[0]}` anew.")
        hint = f"Did you mean `{close[0]}`?" if close else f"Known keys: {', '.join(known)}."
        return Problem(where, "unknown key.", hint)
    if kind == "missing" and isinstance(location[-1], int):
        shorter = f"the list ends before its entry {location[-1] + 1}."
        return Problem(_where(location[:-1], place), shorter, _description(model, location[:-1]) or "Add it.")
    if kind == "missing":
        return Problem(where, "this key is missing.", _description(model, location) or "Add it.")
    if kind == "value_error":
        message = str(details[0]["msg"]).removeprefix("Value error, ")
        return Problem(where, "contradiction:", f"{message}.")
    if kind == "told":
        return Problem(where, details[0]["ctx"]["found"], details[0]["ctx"]["remedy"])
    if kind == "boolean_as_number":
        word = str(details[0]["ctx"]["found"]).lower()
        found = f"found the boolean {word}, which is how yaml reads {_BOOLEAN_WORDS[word]}."
        return Problem(
            where, found, f"Write a number; a word goes in quotes: {_BOOLEAN_WORDS[word].split(',')[0]!r}."
        )
    remedies = dict.fromkeys(_remedy(detail) for detail in details)
    found = f"{given} is not allowed." if kind == "literal_error" else f"found {given}."
    return Problem(where, found, " Or: ".join(remedies))


def _remedy(detail: Any) -> str:
    known = REMEDIES.get(detail["type"])
    if known is None:  # of a validator of ours, in words of ours
        return f"{detail['msg']}."
    return known.format_map({name: _limit(name, value) for name, value in detail.get("ctx", {}).items()})


def _limit(name: str, value: Any) -> str:
    match name:
        case "expected":
            return str(value).replace(" or ", ", ")
        case "pattern":
            return " ".join(value.removeprefix(NONE_OF).removesuffix(OF_THESE))
        case _ if isinstance(value, (int, float)):
            return f"{Decimal(str(value)).normalize():f}"
    return str(value)


def _shown(value: object) -> str:
    if isinstance(value, date):
        return f"the date {value}"
    text = str(value) if isinstance(value, Exception) else repr(value)
    return text if len(text) <= 80 else f"{text[:80]}..."


def _keys(model: type[Section], location: Location) -> Iterator[str]:
    section = _section(model, location)
    if section is not None:
        for name, field in section.model_fields.items():
            yield field.alias or name


def _description(model: type[Section], location: Location) -> str:
    section = _section(model, location[:-1])
    fields = {field.alias or name: field for name, field in section.model_fields.items()} if section else {}
    field = fields.get(str(location[-1]))
    return f"It says: {field.description}." if field and field.description else ""


def _section(model: type[Section], location: Location) -> type[Section] | None:
    """The section a location leads to; mappings and lists are stepped through."""
    current: type[Section] | None = model
    for part in location:
        field = None if current is None else current.model_fields.get(str(part))
        if field is not None:
            current = next(_section_types(field.annotation), current)
    return current


def _kinds(annotation: Any) -> Iterator[type]:
    """All types an annotation is made of."""
    if isinstance(annotation, type):
        yield annotation
    for argument in get_args(annotation):
        yield from _kinds(argument)


def _booleans(value: Any) -> Iterator[bool]:
    """True and false in a value, among its keys too."""
    if isinstance(value, bool):
        yield value
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _booleans(part)
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _booleans(key)
            yield from _booleans(part)


def _section_types(annotation: Any) -> Iterator[type[Section]]:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for argument in get_args(annotation):
        yield from _section_types(argument)
