"""What a survey file says about each of its columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources

import numpy as np
import pandas as pd
import yaml

from smartcity_survey.data.read.cells import Missing, cell_text, read_codes, read_dates
from smartcity_survey.data.read.tables import Table
from smartcity_survey.errors import Problem, SurveyError

MOST_DISTINCT = 200
"""Different values of a column that are kept; a column with more is a measurement or free text."""
MOST_REPEATS = 0.1
"""Share of rows that repeat an earlier one before a column identifies nobody."""
_PLAIN = re.compile(r"(?!\d{4}-\d\d-\d\d$)[\w-]+")
_NUMBERED_ANSWER = re.compile(r"^(?P<code>\d{1,2})\s*[-–—.):=(]\s*\D")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a survey file.

    Attributes
    ----------
    name : its header.
    label : the file's own label; the header where there is none.
    n_answered : cells that are neither empty nor declared missing.
    counts : how often each number occurs; empty where words or too many numbers occur.
    words : how often each text occurs that is no number; empty where too many occur.
    answers : wording of codes, from the file's value labels, or from its words where these tell their code.
    codes_in_words : whether the cells hold the wording itself.
    repeats : rows that hold the same text as an earlier one; None where a cell is empty or many repeat.
    is_plain : whether all texts are of letters, digits and hyphens alone, as identifiers are.
    is_dates : whether all answers are dates as can be read (2026-11-28, 28.11.2026).
    """

    name: str
    label: str
    n_answered: int
    counts: Mapping[float, int]
    words: Mapping[str, int]
    answers: Mapping[int, str]
    codes_in_words: bool
    repeats: int | None
    is_plain: bool
    is_dates: bool = False

    @property
    def is_codes(self) -> bool:
        """Whether there is nothing but whole numbers (or words that tell theirs)."""
        return bool(self.counts) and not self.words and all(code == int(code) for code in self.counts)


@dataclass(slots=True)
class _Seen:
    counts: Counter[float] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    n_answered: int = 0
    texts: set[str] | None = field(default_factory=set)
    repeats: int = 0
    is_plain: bool = True
    is_dates: bool = True

    def add(self, cells: pd.Series, missing: Missing, decimal: str) -> None:
        codes = read_codes(cells, {}, missing, decimal)
        self.n_answered += int(np.isfinite(codes.values).sum()) + len(codes.unreadable)
        if len(self.counts) <= MOST_DISTINCT:
            self.counts.update(codes.values[np.isfinite(codes.values)].tolist())
        if len(self.words) <= MOST_DISTINCT:
            self.words.update(text for _, text in codes.unreadable)
        self.is_dates = self.is_dates and not read_dates(cells, missing, decimal).unreadable
        if self.texts is not None:
            texts = [cell_text(cell) for cell in cells]
            n_before = len(self.texts)
            self.texts.update(texts)
            self.repeats += len(texts) - (len(self.texts) - n_before)
            self.is_plain = self.is_plain and all(map(_PLAIN.fullmatch, texts))
            if "" in self.texts or self.repeats > MOST_REPEATS * (len(self.texts) + self.repeats):
                self.texts = None


def describe_columns(table: Table, decimal: str) -> tuple[Column, ...]:
    """Read all columns of a table once; numbers written as text have this decimal mark.

    Raises
    ------
    SurveyError
        listing the lines that are no rows.
    """
    seen = {name: _Seen() for name in table.columns}
    missing = {name: Missing(ranges=table.missing_ranges.get(name, ())) for name in table.columns}
    problems: list[Problem] = []
    for batch in table.batches(table.columns):
        problems += batch.problems
        for name, column in seen.items():
            column.add(batch.cells[name], missing[name], decimal)
    if problems:
        raise SurveyError.of(problems)
    return tuple(_column(name, column, table, missing[name]) for name, column in seen.items())


def has_decimal_commas(columns: tuple[Column, ...]) -> bool:
    """Whether cells that were no numbers would be with a decimal comma."""
    return any(re.fullmatch(r"-?\d+,\d+", word) for column in columns for word in column.words)


def _column(name: str, seen: _Seen, table: Table, missing: Missing) -> Column:
    answers = {
        int(code): label
        for code, label in table.answers.get(name, {}).items()
        if code == int(code) and not missing.among(np.array([code])).any()
    }
    counts: Mapping[float, int] = seen.counts if len(seen.counts) <= MOST_DISTINCT else {}
    words: Mapping[str, int] = seen.words if len(seen.words) <= MOST_DISTINCT else {"": len(seen.words)}
    told = _codes_of(words) if words and not seen.counts else {}
    if told:
        counts = {float(code): words[word] for word, code in told.items()}
        answers, words = {code: word for word, code in sorted(told.items(), key=lambda pair: pair[1])}, {}
    return Column(
        name,
        table.labels.get(name, name),
        seen.n_answered,
        counts,
        words,
        answers,
        codes_in_words=bool(told),
        repeats=None if seen.texts is None else seen.repeats,
        is_plain=seen.is_plain,
        is_dates=seen.is_dates and seen.n_answered > 0,
    )


def _codes_of(words: Mapping[str, int]) -> dict[str, int]:
    """Code of every wording, where they carry a number or belong to a usual scale; else nothing."""
    numbered = {word: int(match["code"]) for word in words if (match := _NUMBERED_ANSWER.match(word))}
    if len(numbered) == len(words) == len(set(numbered.values())):
        return numbered
    for scale in _usual_scales():
        told = {word: scale[word.casefold()] for word in words if word.casefold() in scale}
        if len(told) == len(words) == len(set(told.values())):
            return told
    return {}


def _usual_scales() -> list[dict[str, int]]:
    text = resources.files(__package__).joinpath("wordings.yaml").read_text(encoding="utf-8")
    return [
        {wording.casefold(): code for code, wordings in scale.items() for wording in wordings}
        for scale in yaml.safe_load(text).values()
    ]
