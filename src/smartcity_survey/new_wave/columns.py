"""What a survey file says about each of its columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from smartcity_survey.data.read.cells import Missing, as_dates, cell_text, read_codes
from smartcity_survey.data.read.question import percent_and_fraction
from smartcity_survey.data.read.tables import Table
from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.new_wave.metadata import meaning_the_same

MOST_DISTINCT = 200
"""Different numbers of a column that are kept; a column with more is a measurement."""
MOST_TEXTS = 3000
"""Different texts of a column that are kept; a column with more is free text."""
SLIDER_NUMBERS, SLIDER_LOW, SLIDER_HIGH = 20, 15, 80
"""A slider to 100 takes more different numbers than the first, from below the second to above the third."""
MOST_REPEATS = 0.1
"""Share of rows that repeat an earlier one before a column identifies nobody."""
MOST_SLIPS = 0.05
"""Share of answers that may be words beside codes."""
MOST_LISTED = 40
"""Largest code of a list of codes."""
_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}(,\d{3})+")
_PLAIN = re.compile(r"(?!\d{4}-\d\d-\d\d$)[\w-]+")


@dataclass(frozen=True, slots=True)
class AnswerCodes:
    """A run of whole codes, and the wording of each where the file gives it.

    spellings : further wordings of codes. ordered : whether the order of the words is known.
    continuous : whether numbers between the codes are answers too. n_languages : that its wordings are in.
    """

    lowest: int
    highest: int
    answers: Mapping[int, str]
    spellings: Mapping[str, int] = field(default_factory=dict)
    ordered: bool = True
    continuous: bool = False
    n_languages: int = 1


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
    group : heading of the block of columns it stands in; empty where there is none.
    ends : smallest and largest number; None without numbers. is_whole : whether all numbers are whole.
    rows : a row for each text, the first that holds it.
    coded : text of a cell -> its code, casefolded, where words have codes.
    scale : the scale its answers are on, where its words tell it.
    slips : texts beside codes that mean neither a code nor no answer.
    number_rows : as `rows`, for the numbers of `counts`. units : units behind numbers, with their cells.
    with_unit : texts of a number with its unit.
    percents : a percentage and a number below 1 without the sign, where both stand in the column.
    order : its words from lowest to highest, where the file has an order of them.
    n_rows : rows of the file. spellings : texts taken for another one that differs in nothing people see.
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
    group: str = ""
    ends: tuple[float, float] | None = None
    is_whole: bool = True
    rows: Mapping[str, int] = field(default_factory=dict)
    coded: Mapping[str, int] = field(default_factory=dict)
    scale: AnswerCodes | None = None
    slips: Mapping[str, int] = field(default_factory=dict)
    number_rows: Mapping[float, int] = field(default_factory=dict)
    units: Mapping[str, int] = field(default_factory=dict)
    with_unit: Mapping[str, int] = field(default_factory=dict)
    percents: tuple[str, str] | None = None
    spellings: Mapping[str, str] = field(default_factory=dict)
    n_rows: int = 0
    order: tuple[str, ...] = ()

    @property
    def is_codes(self) -> bool:
        """Whether there is nothing but whole numbers (or words that tell theirs)."""
        return bool(self.counts) and not self.words and all(code == int(code) for code in self.counts)

    @property
    def is_measure(self) -> bool:
        """Whether there are numbers alone, some with a fraction, or a slider's from 0 to 100."""
        return self.ends is not None and not self.words and (not self.is_whole or self.is_slider)

    @property
    def is_slider(self) -> bool:
        """Whether whole numbers run through most of 0 to 100: too many to be codes, too wide for ages."""
        if self.ends is None or self.words or self.answers or len(self.counts) <= SLIDER_NUMBERS:
            return False
        low, high = self.ends
        return 0 <= low <= SLIDER_LOW and SLIDER_HIGH <= high <= 100

    def synonyms(self) -> dict[str, str]:
        """Words -> the commonest of the column that means the same, in whatever language."""
        return meaning_the_same(sorted(self.words, key=lambda word: -self.words[word]))

    def without(self, codes: Sequence[float], texts: Sequence[str]) -> Column:
        """The column without answers that mean none."""
        lost = sum(self.counts.get(code, 0) for code in codes) + sum(
            self.words.get(word, 0) for word in texts
        )
        if not lost:
            return self
        counts = {code: n for code, n in self.counts.items() if code not in codes}
        words = {word: n for word, n in self.words.items() if word not in texts}
        ends = (min(counts), max(counts)) if counts else self.ends if not self.counts else None
        answers = {code: label for code, label in self.answers.items() if code not in codes}
        left = self.n_answered - lost
        return replace(self, counts=counts, words=words, ends=ends, answers=answers, n_answered=left)


@dataclass(slots=True)
class _Seen:
    counts: Counter[float] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    rows: dict[str, int] = field(default_factory=dict)
    n_answered: int = 0
    n_rows: int = 0
    texts: set[str] | None = field(default_factory=set)
    repeats: int = 0
    is_plain: bool = True
    is_dates: bool = True
    low: float = np.inf
    high: float = -np.inf
    is_whole: bool = True
    number_rows: dict[float, int] = field(default_factory=dict)
    percent: tuple[str, int] | None = None
    fraction: tuple[str, int] | None = None

    def add(self, cells: pd.Series, missing: Missing, decimal: str) -> None:
        codes = read_codes(cells, {}, missing, decimal)
        numbers = codes.values[np.isfinite(codes.values)]
        self.n_rows += len(cells)
        self.n_answered += numbers.size + len(codes.unreadable)
        if numbers.size:
            self.low, self.high = min(self.low, numbers.min()), max(self.high, numbers.max())
            self.is_whole = self.is_whole and bool((numbers == np.floor(numbers)).all())
        if len(self.counts) <= MOST_DISTINCT:
            self.counts.update(numbers.tolist())
            different, first = np.unique(codes.values, return_index=True)
            for number, position in zip(different.tolist(), first.tolist(), strict=True):
                if number == number:
                    self.number_rows.setdefault(number, int(cells.index[position]))
        percent, fraction = percent_and_fraction(cells)
        self.percent, self.fraction = self.percent or percent, self.fraction or fraction
        if len(self.words) <= MOST_TEXTS:
            self.words.update(text for _, text in codes.unreadable)
            for position, text in codes.unreadable:
                self.rows.setdefault(text, int(cells.index[position]))
        self.is_dates = self.is_dates and not as_dates(codes, cells).unreadable
        if self.texts is not None:
            texts = [cell_text(cell) for cell in cells]
            n_before = len(self.texts)
            self.texts.update(texts)
            self.repeats += len(texts) - (len(self.texts) - n_before)
            self.is_plain = self.is_plain and all(map(_PLAIN.fullmatch, texts))
            if "" in self.texts or self.repeats > MOST_REPEATS * (len(self.texts) + self.repeats):
                self.texts = None


def describe_columns(
    table: Table, decimal: str, groups: Sequence[str] = (), problems: list[Problem] | None = None
) -> tuple[Column, ...]:
    """Read all columns of a table once.

    Parameters
    ----------
    decimal : mark of numbers written as text. groups : headings above the names, by position.
    problems : to which the lines that are no rows are added; None: they are an error.

    Raises
    ------
    SurveyError
        listing the lines that are no rows, where nobody takes them.
    """
    seen = {name: _Seen() for name in table.columns}
    missing = {name: Missing(ranges=table.missing_ranges.get(name, ())) for name in table.columns}
    lines: list[Problem] = []
    for batch in table.batches(table.columns):
        lines += batch.problems
        for name, column in seen.items():
            column.add(batch.cells[name], missing[name], decimal)
    if lines and problems is None:
        raise SurveyError.of(lines)
    if problems is not None:
        problems += lines
    headings = [*groups, *[""] * len(seen)]
    return tuple(
        _column(name, column, table, missing[name], group)
        for (name, column), group in zip(seen.items(), headings, strict=False)
    )


def _column(name: str, seen: _Seen, table: Table, missing: Missing, group: str) -> Column:
    answers = {
        int(code): label
        for code, label in table.answers.get(name, {}).items()
        if code == int(code) and not missing.among(np.array([code])).any()
    }
    counts: Mapping[float, int] = seen.counts if len(seen.counts) <= MOST_DISTINCT else {}
    words: Mapping[str, int] = seen.words if len(seen.words) <= MOST_TEXTS else {"": len(seen.words)}
    return Column(
        name,
        table.labels.get(name, name),
        seen.n_answered,
        counts,
        words,
        answers,
        codes_in_words=False,
        repeats=None if seen.texts is None else seen.repeats,
        is_plain=seen.is_plain,
        is_dates=seen.is_dates and seen.n_answered > 0,
        group=group,
        ends=(float(seen.low), float(seen.high)) if seen.low <= seen.high else None,
        is_whole=seen.is_whole,
        rows=seen.rows,
        number_rows=seen.number_rows,
        n_rows=seen.n_rows,
        order=table.orders.get(name, ()),
        percents=(seen.percent[0], seen.fraction[0]) if seen.percent and seen.fraction else None,
    )


def has_decimal_commas(columns: Sequence[Column], delimiter: str = "") -> bool:
    """Whether cells that were no numbers would be with a decimal comma.

    `1,3` of several answers is none, nor are the commas of a column whose numbers begin with no zero and have
    three digits behind each comma: there they stand between thousands.
    """
    for column in columns:
        words = [word for word in column.words if re.fullmatch(r"-?\d+(,\d+)+", word)]
        decimals = [word for word in words if word.count(",") == 1]
        if decimals and not all(map(_THOUSANDS.fullmatch, words)) and not is_list_of_codes(column, delimiter):
            return True
    return False


def is_list_of_codes(column: Column, delimiter: str = "") -> bool:
    """Whether cells name several codes with commas between them, in order, none twice: `1,3,4`.

    Three codes in a cell are no number with a decimal comma. Of two, each stands alone in other cells, or
    commas part the columns of the file too, where no program writes decimal commas.
    """
    lists = [word for word in column.words if re.fullmatch(r"\d+(\s*,\s*\d+)+", word)]
    if not lists or len(lists) < len(column.words) or not column.is_whole:
        return False
    texts = [[code.strip() for code in word.split(",")] for word in lists]
    codes = [[int(code) for code in own] for own in texts]
    in_order = all(own == sorted(set(own)) for own in codes)
    plain = all(
        text == str(code)
        for own, ints in zip(texts, codes, strict=True)
        for text, code in zip(own, ints, strict=True)
    )
    known = {code for own in codes for code in own}
    alone = {int(code) for code in column.counts}
    told = (
        any(len(own) > 2 for own in codes) or known <= alone or (delimiter == "comma" and bool(alone & known))
    )
    return in_order and plain and told and max(known) <= MOST_LISTED
