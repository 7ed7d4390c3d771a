"""Cells as codes: numbers, numbers written as text, and answers written out in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from functools import partial

import numpy as np
import pandas as pd

from smartcity_survey.data.read.units import number_with_unit
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import DataSection
from smartcity_survey.study.dates import day_number, dotted_number
from smartcity_survey.study.spelling import folded as folded

DATE_OR_TIME = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d+)?)?|-?\d+:\d\d:\d\d(\.\d+)?")
"""How `cell_text` writes dates, times and durations."""
ROWS_SHOWN = 5
"""Rows that a message names one by one."""
PERCENT = re.compile(r"-?\d+([.,]\d+)?\s*%")
_SWAP_MARKS = str.maketrans(",.", ".,")


def rows_text(rows: Sequence[int]) -> str:
    """Some rows in a message: the first of them, and how many there are."""
    shown = ", ".join(map(str, rows[:ROWS_SHOWN]))
    more = f", ... ({len(rows)} in all)" if len(rows) > ROWS_SHOWN else ""
    return f"row{'s' if len(rows) > 1 else ''} {shown}{more}"


@dataclass(frozen=True, slots=True)
class Missing:
    """What means no answer in a column, beside an empty cell.

    Attributes
    ----------
    codes : numbers.
    ranges : (lowest, highest), both included.
    texts : words, casefolded.
    """

    codes: tuple[float, ...] = ()
    ranges: tuple[tuple[float, float], ...] = ()
    texts: frozenset[str] = frozenset()

    def among(self, values: Array) -> BoolArray:
        """(n,): which values are codes of no answer."""
        declared: BoolArray = np.isin(values, self.codes)
        for low, high in self.ranges:
            declared |= (values >= low) & (values <= high)
        return declared


@dataclass(frozen=True, slots=True)
class ColumnCodes:
    """A column as numbers.

    Attributes
    ----------
    values : (n,), NaN where there is no answer, or none that could be read.
    n_empty, n_declared : cells without an answer: empty ones, and those whose content means that.
    n_labels : cells that held the wording of an answer instead of its code.
    unreadable : position and text of the cells that are none of these.
    dotted : of dates, position and text of those that were read as day.month.year.
    units : of numbers, those that stood behind some of them.
    """

    values: Array
    n_empty: int
    n_declared: int
    n_labels: int
    unreadable: tuple[tuple[int, str], ...]
    dotted: tuple[tuple[int, str], ...] = ()
    units: tuple[str, ...] = ()


def missing_codes(section: DataSection, declared: Sequence[tuple[float, float]] = ()) -> Missing:
    """What means no answer by the config and by the file's own declaration of a column.

    A number in quotes counts as the number: in a text file nobody can tell them apart.
    """
    codes, texts = [], []
    for code in section.missing_codes:
        number = code if not isinstance(code, str) else _number(code, section.decimal)
        if isinstance(code, str):
            texts.append(folded(code))
        if number is not None:
            codes.append(number)
    return Missing(tuple(codes), tuple(declared), frozenset(texts))


def _number(text: str, decimal: str) -> float | None:
    value = _numbers(pd.Series([text], dtype=object), decimal)[0]
    return None if np.isnan(value) else float(value)


def read_codes(
    cells: pd.Series, wordings: Mapping[str, int], missing: Missing, decimal: str, *, units: bool = False
) -> ColumnCodes:
    """Read a column of cells.

    Parameters
    ----------
    wordings : casefolded wording of an answer -> its code.
    decimal : decimal mark of numbers written as text; the other mark is then no part of a number.
    units : whether `25 years` is the number 25, where it is no wording.
    """
    codes, distinct = distinct_cells(cells)
    values = _numbers(distinct, decimal)
    texts = {at: cell_text(distinct.iat[at]) for at in np.flatnonzero(np.isnan(values)).tolist()}
    kinds = np.full(len(distinct), _Kind.NUMBER)
    behind: dict[str, None] = {}
    for at, text in texts.items():
        word = folded(text)
        if not text:
            kinds[at] = _Kind.EMPTY
        elif word in wordings:
            values[at], kinds[at] = wordings[word], _Kind.WORDING
        elif word in missing.texts:
            kinds[at] = _Kind.DECLARED
        elif units and (found := number_with_unit(text, decimal)):
            values[at], unit = found
            behind[unit] = None
        else:
            kinds[at] = _Kind.UNREADABLE
    declared = missing.among(values)
    kinds_of_rows = kinds[codes]
    n_declared = int(declared[codes].sum()) + int((kinds_of_rows == _Kind.DECLARED).sum())
    values[declared] = np.nan
    return ColumnCodes(
        values[codes],
        n_empty=int((kinds_of_rows == _Kind.EMPTY).sum()),
        n_declared=n_declared,
        n_labels=int((kinds_of_rows == _Kind.WORDING).sum()),
        unreadable=tuple(
            (row, texts[int(codes[row])])
            for row in np.flatnonzero(kinds_of_rows == _Kind.UNREADABLE).tolist()
        ),
        units=tuple(behind),
    )


class _Kind(IntEnum):
    """What a cell holds."""

    NUMBER = 0
    EMPTY = 1
    WORDING = 2
    DECLARED = 3
    UNREADABLE = 4


def distinct_cells(cells: pd.Series) -> tuple[IntArray, pd.Series]:
    """Which of the distinct cells each cell is, and these, in the order in which they come.

    Cells that are not all text are not compared: 1 and `true` would be the same.
    """
    if pd.api.types.is_object_dtype(cells) and pd.api.types.infer_dtype(cells, skipna=False) == "string":
        codes, found = pd.factorize(cells, use_na_sentinel=False)
        return codes.astype(np.int64), pd.Series(found, dtype=object)
    return np.arange(len(cells)), cells


def read_dates(cells: pd.Series, missing: Missing, decimal: str) -> ColumnCodes:
    """Read a column of dates as numbers of days; a number that does not mean no answer is unreadable."""
    return as_dates(read_codes(cells, {}, missing, decimal), cells)


def as_dates(codes: ColumnCodes, cells: pd.Series) -> ColumnCodes:
    """The same of cells that are read as numbers already."""
    numbers = [(row, cell_text(cells.iat[row])) for row in np.flatnonzero(~np.isnan(codes.values)).tolist()]
    values = np.full(len(cells), np.nan)
    unreadable: list[tuple[int, str]] = []
    dotted: list[tuple[int, str]] = []
    for row, text in sorted((*numbers, *codes.unreadable)):
        number = day_number(text)
        if number is None:
            number = dotted_number(text)
            (unreadable if number is None else dotted).append((row, text))
        values[row] = np.nan if number is None else number
    return replace(codes, values=values, unreadable=tuple(unreadable), dotted=tuple(dotted))


def wordings_of(name: str, codebook: Codebook) -> dict[str, int]:
    """Every wording of every answer to an item or demographic question, casefolded, to its code."""
    return {folded(wording): code for wording, code in _wordings(name, codebook)}


def written_wordings(name: str, codebook: Codebook) -> dict[str, str]:
    """The same wordings, casefolded, to how the codebook writes them."""
    return {folded(wording): wording for wording, _ in _wordings(name, codebook)}


def _wordings(name: str, codebook: Codebook) -> Iterator[tuple[str, int]]:
    """Wordings with their codes; where two are one when casefolded, the label stands last."""
    if name in codebook.items:
        scale = codebook.scale_of(name)
        spellings, answers = scale.spellings, scale.answers
    else:
        question = codebook.demographics[name]
        spellings, answers = question.spellings, question.categories
    yield from spellings.items()
    for code, label in answers.items():
        yield from ((wording, code) for wording in ([label] if isinstance(label, str) else label.values()))


def without_dates(value: object) -> object:
    """A cell whose date, time or duration is written as `cell_text` does; any other as it is."""
    # Of a pandas object column with dates every cell becomes a number of nanoseconds, the empty ones too.
    return cell_text(value) if isinstance(value, (date, time, timedelta)) else value


def cell_text(value: object) -> str:
    """What a person sees in a cell; nothing where it is empty. Whole numbers have no decimals.

    Dates and times are written as ISO 8601 has them (2026-11-28, 14:30:00), with a space between the two; a
    date at midnight is a date, for spreadsheets know no difference. Durations are hours, minutes and seconds.
    """
    if isinstance(value, str):  # most cells of most files
        return value.strip()
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _duration(value: timedelta) -> str:
    """Hours, minutes and seconds; the hours may be more than a day's."""
    microseconds = abs(value) // timedelta(microseconds=1)
    seconds, fraction = divmod(microseconds, 1_000_000)
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return ("-" if value < timedelta() else "") + clock + (f".{fraction:06d}" if fraction else "")


def _unsigned(cell: object) -> object:
    """A percentage as its number: `75 %` is 75."""
    return cell.rstrip()[:-1] if isinstance(cell, str) and PERCENT.fullmatch(cell.strip()) else cell


def _numbers(cells: pd.Series, decimal: str) -> Array:
    """(n,), NaN where a cell is no finite number."""
    if pd.api.types.is_numeric_dtype(cells):
        values = cells.to_numpy(dtype=np.float64, na_value=np.nan, copy=True)
    elif decimal == "." and all(type(cell) is str for cell in cells):
        # Most cells of most files: numbers, with no space that is not plain.
        values = np.array(pd.to_numeric(cells, errors="coerce"), dtype=np.float64)
        rest = np.flatnonzero(np.isnan(values))
        if rest.size:
            values[rest] = pd.to_numeric(cells.iloc[rest].map(_plain), errors="coerce")
    else:
        plain = cells.map(partial(_plain, swap_marks=decimal == ","))
        values = np.array(pd.to_numeric(plain, errors="coerce"), dtype=np.float64)
    values[~np.isfinite(values)] = np.nan
    return values


def _plain(cell: object, swap_marks: bool = False) -> object:
    """A cell as `to_numeric` should see it: text without spaces and with a decimal point, no booleans."""
    cell = _unsigned(cell)
    if isinstance(cell, str):
        # Word and Excel make a minus sign of a hyphen.
        text = cell.strip().replace("\u2212", "-")
        return text.translate(_SWAP_MARKS) if swap_marks else text
    return None if isinstance(cell, bool) else cell
