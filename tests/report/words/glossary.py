"""The glossaries of the three languages, and every text in which their words stand."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from smartcity_survey.audit import messages
from smartcity_survey.locales import GLOSSARY
from smartcity_survey.report import wording
from smartcity_survey.study.config import Language
from tests.conftest import REPOSITORY

LOCALES = (wording.LOCALES, messages.LOCALES)
CODEBOOK = REPOSITORY / "data/codebook.yaml"
PAPER = REPOSITORY / "data/published/wording.csv"


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the field in one language: its word, and patterns of what must not stand for it."""

    word: str
    never: tuple[re.Pattern[str], ...]

    def found(self, text: str) -> str | None:
        """What stands for the term in a text and must not."""
        hit = next((hit for pattern in self.never if (hit := pattern.search(text))), None)
        return hit.group() if hit else None


@cache
def terms(language: Language) -> Mapping[str, Term]:
    """Terms of a language by their English name."""
    return {
        name: Term(entry["word"], tuple(re.compile(each, re.IGNORECASE) for each in entry.get("never", ())))
        for name, entry in _read(language)["terms"].items()
    }


@cache
def latin(language: Language) -> frozenset[str]:
    """Words in Latin letters that a Russian or Kazakh text may have."""
    return frozenset(words_in_latin(" ".join(_read(language).get("latin", ()))))


def words_in_latin(text: str) -> list[str]:
    """Words of two Latin letters and more, without keys, files and what is filled in."""
    prose = re.sub(r"{\w*}|[A-Za-z0-9_]+(?:[._/\[][A-Za-z0-9_\]]+)+(?:: \w+)?", " ", text)
    return re.findall(r"[A-Za-zÀ-ž]{2,}", prose)


_AUTOMATIC = re.compile(r"\{[^}]*\}|\[@[^\]]*\]")
"""What is filled in later: numbers and names in braces, references in brackets."""


def texts(language: Language) -> Iterator[tuple[str, str, str]]:
    """File, key and text of everything that a reader of that language may be shown."""
    for locale in LOCALES:
        for file in sorted((locale / language).glob("*.yaml")):
            if file.name != GLOSSARY:
                yield from _leaves(file, yaml.safe_load(file.read_text(encoding="utf-8")), "", None)
    yield from _leaves(CODEBOOK, yaml.safe_load(CODEBOOK.read_text(encoding="utf-8")), "", language)
    if language != "en":
        with PAPER.open(encoding="utf-8", newline="") as lines:
            for line in csv.DictReader(lines):
                yield PAPER.name, line["en"], line[language]


def _leaves(file: Path, content: Any, key: str, language: Language | None) -> Iterator[tuple[str, str, str]]:
    """Texts below a key; of a codebook, which has all languages side by side, those of one."""
    if isinstance(content, dict):
        for name, below in content.items():
            if language is None or name not in {"kk", "ru", "en"}:
                yield from _leaves(file, below, f"{key}.{name}" if key else str(name), language)
            elif name == language:
                yield f"{file.parent.name}/{file.name}", key, str(below)
    elif language is None and isinstance(content, str) and not key.startswith("numbers."):
        yield f"{file.parent.name}/{file.name}", key, _AUTOMATIC.sub("", content)


def _read(language: Language) -> Mapping[str, Any]:
    content: Mapping[str, Any] = yaml.safe_load(
        (wording.LOCALES / language / GLOSSARY).read_text(encoding="utf-8")
    )
    return content
