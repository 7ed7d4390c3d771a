"""Columns that survey tools write of themselves, and those that tell who a person is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import Any

from smartcity_survey.new_wave.wordings.phrases import plain
from smartcity_survey.own_yaml import parse_own

SIGNS_NEEDED = 2
"""Columns by which a tool is known; one where it has no more."""
MOST_WORDS = 7
"""Words of a question that asks one thing about the respondent."""
MOST_WORDS_OF_HEADING = 5
PERSONAL = "personal"
TECHNICAL = "written by the survey tool"


@dataclass(frozen=True, slots=True)
class Tool:
    """A survey tool. Names are without case, and `*` in them stands for anything.

    tests, unfinished, unverified : column -> what it holds where somebody tried the form out, did not finish
    it, or where nobody has looked at the answers.
    """

    name: str
    signs: tuple[str, ...]
    id: tuple[str, ...]
    personal: tuple[str, ...]
    columns: tuple[str, ...]
    missing_codes: tuple[int, ...]
    tests: Mapping[str, tuple[str, ...]]
    unfinished: Mapping[str, tuple[str, ...]]
    unverified: Mapping[str, tuple[str, ...]]


def tool_of(names: Iterable[str]) -> Tool | None:
    """The tool whose signs the columns bear; nothing where none does."""
    heads = [head for name in names for head in _heads(name)]
    best, most = None, 0.0
    for tool in _tools():
        n = sum(
            any(fnmatchcase(head, one) for head in heads for one in sign.split("|")) for sign in tool.signs
        )
        if n < min(SIGNS_NEEDED, len(tool.signs)):
            continue
        share = n / len(tool.signs)
        known = sum(_matches(head, (*tool.columns, *tool.personal, *tool.id)) for head in heads)
        if known + share > most:
            best, most = tool, known + share
    return best


def known_tests() -> dict[str, tuple[str, ...]]:
    """What any tool calls a test, a preview or spam, in words alone: column -> texts."""
    return {
        column: words
        for tool in _tools()
        for column, values in tool.tests.items()
        if (words := tuple(value for value in values if not value.isdigit()))
    }


def why_metadata(name: str, label: str, tool: Tool | None) -> str:
    """Why a column is no question: `personal`, or written by the tool; nothing where it may be one."""
    heads = {*_heads(name), _head(label)}
    if tool and any(_matches(head, tool.personal) for head in heads):
        return PERSONAL
    if any(_matches(head, _known("personal")) for head in heads):
        return PERSONAL
    if tool and any(_matches(head, (*tool.columns, *tool.id)) for head in heads):
        return f"written by {tool.name}"
    if any(_matches(head, _known("technical")) for head in heads):
        return TECHNICAL
    return ""


def identifies(name: str, tool: Tool | None) -> bool:
    """Whether the tool numbers questionnaires in this column."""
    return tool is not None and any(_matches(head, tool.id) for head in _heads(name))


def asks_about_respondent(label: str) -> bool:
    """Whether a short question asks for gender, age and the like."""
    words = re.findall(r"\w+", label.casefold())
    return len(words) <= MOST_WORDS and not _known("respondent").isdisjoint(words)


def is_called_weight(name: str, label: str) -> bool:
    """Whether a column is called a weight: how many people a respondent stands for, or the body's."""
    return not _known("weight").isdisjoint({_head(name), _head(label)})


def heads_respondent(heading: str) -> bool:
    """Whether the heading of a group of questions says that they are about the respondent."""
    own = " ".join(re.findall(r"[^\W_]+", heading.casefold()))
    return any(f" {words} " in f" {own} " for words in _known("about_respondent"))


def asks_for_age(label: str) -> bool:
    """Whether a short question asks how old somebody is."""
    words = re.findall(r"\w+", label.casefold())
    return len(words) <= MOST_WORDS and any(
        own == words[start : start + len(own)]
        for own in (phrase.split() for phrase in _known("age"))
        for start in range(len(words))
    )


def meaning_the_same(words: Iterable[str]) -> dict[str, str]:
    """Answers about the respondent -> the one of them before it that means the same, in whatever language."""
    first: dict[int, str] = {}
    found = {}
    for word in words:
        group = _synonyms().get(plain(word))
        if group is not None and first.setdefault(group, word) != word:
            found[word] = first[group]
    return found


def gaps() -> frozenset[str]:
    """Texts that stand for an empty cell, casefolded."""
    return _known("gaps")


def _head(name: str) -> str:
    return name.strip().casefold().strip("\"'")


def _heads(name: str) -> list[str]:
    """A name, and the code and the text of `code. Text`."""
    code, dot, text = name.partition(". ")
    return [_head(name), *([_head(code), _head(text)] if dot and re.fullmatch(r"\w+", code) else [])]


def _matches(head: str, patterns: Iterable[str]) -> bool:
    # What stands for anything is looked for in headings alone: a statement may speak of e-mail.
    short = len(head.split()) <= MOST_WORDS_OF_HEADING
    return any(fnmatchcase(head, pattern) for pattern in patterns if short or "*" not in pattern)


@cache
def _content() -> Mapping[str, Any]:
    text = resources.files(__package__).joinpath("metadata.yaml").read_text(encoding="utf-8")
    content: Mapping[str, Any] = parse_own(text)
    return content


@cache
def _synonyms() -> Mapping[str, int]:
    return {plain(str(word)): n for n, words in enumerate(_content()["synonyms"]) for word in words}


@cache
def _known(key: str) -> frozenset[str]:
    return frozenset(str(name).casefold() for name in _content()[key])


@cache
def _tools() -> Sequence[Tool]:
    def all_of(entry: Mapping[str, Any], key: str) -> tuple[str, ...]:
        return tuple(str(name).casefold() for name in entry.get(key, ()))

    def values_of(entry: Mapping[str, Any], key: str) -> dict[str, tuple[str, ...]]:
        return {
            str(column).casefold(): tuple(map(str, values)) for column, values in entry.get(key, {}).items()
        }

    return [
        Tool(
            name,
            all_of(entry, "signs"),
            all_of(entry, "id"),
            all_of(entry, "personal"),
            all_of(entry, "columns"),
            tuple(entry.get("missing_codes", ())),
            values_of(entry, "tests"),
            values_of(entry, "unfinished"),
            values_of(entry, "unverified"),
        )
        for name, entry in _content()["tools"].items()
    ]
