"""Messages in the language of the study: raised in English where something is found, translated when shown.

The yaml files of this folder hold, for every English sentence, its Russian and its Kazakh. What stands in
braces is whatever the sentence was filled with; `{n:d}` is a count, `{r:n}` a computed number, which gets the
decimal comma that both languages have, `{text:t}` a phrase that has a translation of its own, and
`{n:one|few|many}` in a translation is the form of a noun after that number. A sentence without an entry stays
English, and `python -m tests.messages` lists these; so does one whose entry lacks a language that was added.
"""

from __future__ import annotations

import locale
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources
from pathlib import Path
from typing import get_args

import yaml

from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.own_yaml import parse_own
from smartcity_survey.study.config import Language, StudySection

LANGUAGES: tuple[Language, ...] = get_args(Language)
_FIELD = re.compile(r"\{(?P<name>\w+)(?::(?P<kind>[^{}]*))?\}")
_DECIMAL = re.compile(r"-?\d+\.\d+")
_LANGUAGE_LINE = re.compile(
    rb"^[ \t\xa0\xc2]*language[ \t]*:[ \t]*[\"']?([a-z]{2})[\"']?[ \t\r]*(?:#.*)?$", re.M
)
_QUOTES = str.maketrans("“”", "«»")
"""Quotation marks of English, around what somebody wrote, into those of the other languages."""
_DEEPEST = 8
SPOKEN = "SMARTCITY_SURVEY_LANGUAGE"
"""Environment variable that tells the steps of a run which language to speak."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the catalogue.

    Attributes
    ----------
    pattern : matches the English sentence, whatever it is filled with.
    literal : how many letters are its own.
    phrases : fields that are translated on their own. numbers : fields that hold computed numbers.
    translations : language -> sentence with fields in braces.
    """

    pattern: re.Pattern[str]
    literal: int
    phrases: frozenset[str]
    numbers: frozenset[str]
    translations: Mapping[str, str]

    @classmethod
    def of(cls, english: str, translations: Mapping[str, str]) -> Sentence:
        """A sentence from its English template."""
        parts, literal, end, seen = [], 0, 0, set()
        phrases, numbers = set(), set()
        for field in _FIELD.finditer(english):
            own = english[end : field.start()]
            literal += len(own)
            parts.append(re.escape(own))
            name = field["name"]
            if name in seen:
                parts.append(f"(?P={name})")
            else:
                parts.append(f"(?P<{name}>-?[0-9][0-9,.]*)" if field["kind"] == "d" else f"(?P<{name}>.*?)")
            seen.add(name)
            phrases |= {name} if field["kind"] == "t" else set()
            numbers |= {name} if field["kind"] == "n" else set()
            end = field.end()
        parts.append(re.escape(english[end:]))
        pattern = re.compile("".join(parts), re.DOTALL)
        literal += len(english) - end
        return cls(pattern, literal, frozenset(phrases), frozenset(numbers), translations)


@cache
def catalogue() -> tuple[Sentence, ...]:
    """All sentences; those with most letters of their own first, as the others may fit what they fit."""
    found = []
    for file in sorted(resources.files(__package__).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".yaml"):
            for entry in parse_own(file.read_text(encoding="utf-8")):
                words: dict[str, str] = {
                    language: entry[language] for language in LANGUAGES if language in {*entry} - {"en"}
                }
                for english in [entry["en"]] if isinstance(entry["en"], str) else entry["en"]:
                    found.append(Sentence.of(english, words))
    return tuple(sorted(found, key=lambda sentence: -sentence.literal))


def translated(text: str, language: Language, depth: int = 0) -> str:
    """A sentence, phrase or place in a language; as it is where the catalogue has none like it."""
    if language == "en" or not text or depth > _DEEPEST:
        return text
    for sentence in catalogue():
        found = sentence.pattern.fullmatch(text) if language in sentence.translations else None
        if found and (sentence.literal or depth == 0):
            # Where a sentence has no semicolon, one in the text joins several.
            if ";" not in sentence.pattern.pattern and (parts := _one_by_one(text, language, depth)):
                return parts
            fields = {
                name: translated(value, language, depth + 1)
                if name in sentence.phrases
                else with_comma(value)
                if name in sentence.numbers
                else value.translate(_QUOTES)
                for name, value in found.groupdict().items()
            }
            return _FIELD.sub(partial(_filled, fields), sentence.translations[language])
    return _one_by_one(text, language, depth) or text


def with_comma(number: str) -> str:
    """A number as Russian and Kazakh write it; what is none, or has an exponent, as it is."""
    if not _DECIMAL.fullmatch(number):
        return number
    return number.replace("-", "\N{MINUS SIGN}").replace(".", ",")


def _one_by_one(text: str, language: Language, depth: int) -> str:
    """Sentences that semicolons join, each in a language; nothing where one has no translation."""
    several = text.removesuffix(".").split("; ")
    if len(several) < 2:
        return ""
    found_of_each = [translated(f"{one}.", language, depth + 1) for one in several]
    known = all(words != f"{one}." for words, one in zip(found_of_each, several, strict=True))
    return " ".join(found_of_each) if known else ""


def problem_in(problem: Problem, language: Language) -> str:
    """A problem as one line in a language."""
    parts = (problem.place, problem.found, problem.remedy)
    place, found, remedy = (translated(part, language) for part in parts)
    return f"{place}: {found} {remedy}"


def error_in(error: SurveyError, language: Language) -> str:
    """All problems of an error in a language, a line each."""
    return "\n".join(problem_in(problem, language) for problem in error.problems)


def language_of(folder: Path) -> Language | None:
    """The language of a study's report, however wrong the rest of its config; None where nobody can tell.

    Of a config that is no yaml, or no UTF-8, it is what a line `language: kk` says.
    """
    try:
        written = (folder / "config.yaml").read_bytes()
    except OSError:
        return None
    try:
        content = yaml.safe_load(written.decode("utf-8-sig"))
        asked = content["study"].get("language", StudySection.model_fields["language"].default)
    except (LookupError, TypeError, AttributeError):
        return None
    except (ValueError, RecursionError, yaml.YAMLError):
        line = _LANGUAGE_LINE.search(written)
        asked = line[1].decode() if line else None
    return next((language for language in LANGUAGES if language == asked), None)


def language_of_run(environment: Mapping[str, str] = os.environ) -> Language:
    """The language that a run speaks; by default that which started this step."""
    return next((language for language in LANGUAGES if language == environment.get(SPOKEN)), "en")


def language_of_system() -> Language:
    """The language of the locale where it is one of the program's, else English.

    What the environment asks for counts even where that locale is not installed.
    """
    asked = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    name = (next(filter(None, asked), None) or locale.getlocale()[0] or "").lower()
    spelt = {"russian": "ru", "kazakh": "kk"}
    code = next((short for long, short in spelt.items() if name.startswith(long)), name[:2])
    return next((language for language in LANGUAGES if language == code), "en")


def _filled(fields: Mapping[str, str], field: re.Match[str]) -> str:
    value, forms = fields[field["name"]], field["kind"]
    return _form(value, forms.split("|")) if forms and "|" in forms else value


def _form(number: str, forms: list[str]) -> str:
    """The form of a noun after a number: of 1, of 2 to 4 and of the rest, as Russian has them."""
    n = int(re.sub(r"\D", "", number) or 0)
    if "." in number:
        return forms[1]
    few = n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14)
    return forms[0] if n % 10 == 1 and n % 100 != 11 else forms[1] if few else forms[-1]
