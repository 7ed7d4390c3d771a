"""What is wrong with a value in a yaml file is told in our words, whatever a library calls it."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_args

import pytest
from pydantic_core import _pydantic_core

import smartcity_survey
from smartcity_survey.errors import SurveyError
from smartcity_survey.messages import problem_in, translated
from smartcity_survey.parsing import NONE_OF, OF_THESE, REMEDIES, UNKNOWN_KEY, Section
from smartcity_survey.study.config import Language, parse_config

RAISED: Mapping[str, set[str]] = {
    "model": {"model_type", "recursion_loop"},
    "model-fields": {"missing", "invalid_key", "extra_forbidden"},
    "str": {"string_type", "string_unicode"},
    "dict": {"dict_type"},
    "tuple": {"tuple_type", "too_long", "missing"},
    "float": {"float_type", "float_parsing", "finite_number"},
    "int": {"int_type", "int_parsing", "int_parsing_size", "int_from_float", "finite_number"},
    "bool": {"bool_type", "bool_parsing"},
    "literal": {"literal_error"},
    "function-before": {"value_error"},
    "function-after": {"value_error"},
    "function-wrap": {"value_error"},
    "model-field": set(),
    "default": set(),
    "nullable": set(),
    "union": set(),
    "any": set(),
    "definitions": set(),
    "definition-ref": set(),
}
"""Parts of a model, and the kinds of errors that each can raise."""
BOUNDS = {
    "pattern": "string_pattern_mismatch",
    "ge": "greater_than_equal",
    "gt": "greater_than",
    "le": "less_than_equal",
    "lt": "less_than",
    "multiple_of": "multiple_of",
}
LENGTHS = {"min_length": "too_short", "max_length": "too_long"}
UNBOUND = {"type", "schema", "strict", "ref", "metadata", "serialization", "allow_inf_nan"}
"""Keys of a part of a model that raise nothing of their own."""
TOLD_BEFORE = {"missing", "value_error", *UNKNOWN_KEY}
"""Kinds that are told otherwise than by what to write."""
LIBRARY = re.compile(r"[Ii]nput|should|[Uu]nable|validation|Tuple|String|Keys|Extra|Field required")


def _sections(kind: type[Section] = Section) -> Iterator[type[Section]]:
    for own in kind.__subclasses__():
        yield own
        yield from _sections(own)


def _parts(node: Any) -> Iterator[Mapping[str, Any]]:
    """Parts of a model as pydantic has compiled it; what is written out again is left out."""
    if isinstance(node, Mapping):
        if isinstance(node.get("type"), str):
            yield node
        for key, value in node.items():
            if key not in ("metadata", "serialization", "config"):
                yield from _parts(value)
    elif isinstance(node, (list, tuple)):
        for value in node:
            yield from _parts(value)


@cache
def _raised() -> Mapping[str, set[str]]:
    """Kinds that our models can raise, with the patterns of names that they have."""
    for module in pkgutil.walk_packages(smartcity_survey.__path__, "smartcity_survey."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found: dict[str, set[str]] = {}
    for section in _sections():
        for part in _parts(section.__pydantic_core_schema__):
            if part["type"] in ("with-info", "no-info"):  # how a validator is called
                continue
            for kind in RAISED[part["type"]]:
                found.setdefault(kind, set())
            if part["type"] in ("str", "int", "float"):
                assert part.keys() <= UNBOUND | BOUNDS.keys(), part
            bounds = LENGTHS if part["type"] == "tuple" else BOUNDS
            for key in part.keys() & bounds.keys():
                found.setdefault(bounds[key], set()).add(str(part[key]))
    return found


def test_every_kind_that_our_models_raise_has_our_words() -> None:
    known = {error["type"] for error in _pydantic_core.list_all_errors()}
    kinds = set(_raised())
    assert len(kinds) > 20
    assert kinds <= known, "names of pydantic's kinds have changed"
    assert kinds - TOLD_BEFORE - REMEDIES.keys() == set()
    assert REMEDIES.keys() - kinds == set(), "words that nothing needs"


def test_patterns_of_names_list_what_no_name_has() -> None:
    for pattern in _raised()["string_pattern_mismatch"]:
        assert pattern.startswith(NONE_OF)
        assert pattern.endswith(OF_THESE)


@pytest.mark.parametrize("language", [language for language in get_args(Language) if language != "en"])
def test_our_words_are_translated(language: Language) -> None:
    for remedy in REMEDIES.values():
        english = re.sub(r"\{\w+\}", "7", remedy)
        words = re.sub(r"`[^`]*`|\[a, b\]|yaml|true|false", "", translated(english, language))
        assert not re.search(r"[A-Za-z]{2,}", words), words


@pytest.mark.parametrize(
    ("section", "written", "said"),
    [
        ("weighting", {"trim": [0.5]}, "weighting.trim: the list ends before its entry 2. It says: raked"),
        (
            "weighting",
            {"trim": [0.5, 2, 3]},
            "weighting.trim: found [0.5, 2, 3]. Write 2 or fewer in the list.",
        ),
        ("weighting", {"trim": [1e-9, 2]}, "weighting.trim.0: found 1e-09. Write 0.000001 or more."),
        ("weighting", {5: 1}, "weighting.5: unknown key. Known keys: margins, trim."),
        (
            "weighting",
            {"margins": [{"of": [], "population": [[1, 2]]}]},
            "found []. Write 1 or more in the list.",
        ),
        ("study", {"title": "T", "wave": "a/b"}, "'a/b'. Write a letter or more, and none of = / >."),
        ("study", {"title": b"\xff"}, "study.title: found b'\\xff'. Write a text; put it in quotes"),
        ("plan", {"margin_of_error": 0}, "plan.margin_of_error: found 0. Write "),
        ("plan", {"clusters": {"size": 1}}, "plan.clusters.size: found 1. Write "),
        ("plan", {"response": 0}, "plan.response: found 0. Write a number above 0."),
        ("pls", {"folds": float("nan")}, "pls.folds: found nan. Write a number."),
        ("pls", {"folds": "9" * 5000}, "Write a whole number."),
        ("pls", {"continuity": [0, 1]}, "pls.continuity.1: found 1. Write a number below 1."),
        ("pls", None, "pls: found None. Write `key: value` lines below it."),
    ],
)
def test_slips_are_told_in_our_words(
    section: str, written: Any, said: str, config_content: dict[str, Any]
) -> None:
    with pytest.raises(SurveyError) as caught:
        parse_config({**config_content, section: written}, "config.yaml")
    (problem,) = caught.value.problems
    assert said in str(problem)
    assert not LIBRARY.search(str(problem))
    for language in ("ru", "kk"):
        words = problem_in(problem, language)
        assert problem.remedy not in words or not problem.remedy
