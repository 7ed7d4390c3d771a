"""Cells of one question as they are read, and what is wrong with them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from smartcity_survey.data.read.cells import (
    DATE_OR_TIME,
    PERCENT,
    ColumnCodes,
    Missing,
    cell_text,
    distinct_cells,
    missing_codes,
    read_codes,
    read_dates,
    rows_text,
    wordings_of,
    written_wordings,
)
from smartcity_survey.data.read.formulas import OPEN_AND_SAVE, UNSTORED
from smartcity_survey.data.read.tables import Table
from smartcity_survey.errors import Problem, counted
from smartcity_survey.stats.core.types import Array
from smartcity_survey.study.codebook import WEIGHT, Codebook
from smartcity_survey.study.config import DataSection
from smartcity_survey.study.dates import EXAMPLE, is_spelt_as_date

_FRACTION = re.compile(r"0?[.,]\d*[1-9]\d*")


@dataclass(slots=True)
class QuestionCells:
    """What has been read so far of one question, whose column is headed `head`.

    `unreadable` and `dotted` are texts with the rows that hold them: no answers, and dates as day.month.year.
    `percents` and `fractions` are of a question about the respondent: the first text with a percent sign, and
    the first number below 1 without, each with its row.
    """

    name: str
    head: str
    wordings: Mapping[str, int]
    written: Mapping[str, str]
    missing: Missing
    of_dates: bool = False
    of_respondent: bool = False
    parts: list[ColumnCodes] = field(default_factory=list)
    unreadable: dict[str, list[int]] = field(default_factory=dict)
    dotted: dict[str, list[int]] = field(default_factory=dict)
    percents: tuple[str, int] | None = None
    fractions: tuple[str, int] | None = None

    def values(self) -> Array:
        return np.concatenate([part.values for part in self.parts])

    def units(self) -> list[str]:
        """Units that stood behind numbers."""
        return list(dict.fromkeys(unit for part in self.parts for unit in part.units if unit))

    def counts(self) -> dict[str, int]:
        n_empty = sum(part.n_empty for part in self.parts)
        n_declared = sum(part.n_declared for part in self.parts)
        n_rows = sum(len(part.values) for part in self.parts)
        return {
            "n_rows": n_rows,
            "n_answered": n_rows - n_empty - n_declared,
            "n_empty": n_empty,
            "n_declared_missing": n_declared,
            "n_labels": sum(part.n_labels for part in self.parts),
        }


def question_cells(
    name: str, head: str, codebook: Codebook, section: DataSection, table: Table
) -> QuestionCells:
    """A question of the codebook, of which nothing has been read yet."""
    if name == WEIGHT:
        return QuestionCells(name, head, {}, {}, Missing())
    missing = missing_codes(section, table.missing_ranges.get(head, ()))
    question = codebook.demographics.get(name)
    of_dates = bool(question and question.of_dates)
    return QuestionCells(
        name,
        head,
        wordings_of(name, codebook),
        written_wordings(name, codebook),
        missing,
        of_dates,
        of_respondent=question is not None,
    )


def take(column: QuestionCells, cells: pd.Series, decimal: str) -> None:
    """Add a batch of cells to a column."""
    if column.of_dates:
        codes = read_dates(cells, column.missing, decimal)
    else:
        codes = read_codes(cells, column.wordings, column.missing, decimal, units=column.of_respondent)
        if column.of_respondent:
            percent, fraction = percent_and_fraction(cells)
            column.percents = column.percents or percent
            column.fractions = column.fractions or fraction
    column.parts.append(codes)
    for found, texts in ((codes.unreadable, column.unreadable), (codes.dotted, column.dotted)):
        for position, text in found:
            texts.setdefault(text, []).append(int(cells.index[position]))


def percent_and_fraction(cells: pd.Series) -> tuple[tuple[str, int] | None, tuple[str, int] | None]:
    """The first percentage, and the first number between 0 and 1 that has no sign, each with its row."""
    if pd.api.types.is_numeric_dtype(cells):
        return None, None
    percent = fraction = None
    codes, distinct = distinct_cells(cells)
    first = np.unique(codes, return_index=True)[1]
    for row, cell in zip(cells.index[first].tolist(), distinct, strict=True):
        text = cell_text(cell)
        if percent is None and PERCENT.fullmatch(text):
            percent = text, int(row)
        if fraction is None and _FRACTION.fullmatch(text):
            fraction = text, int(row)
    return percent, fraction


def unreadable(column: QuestionCells, section: DataSection, path: Path) -> list[Problem]:
    """Cells of a question that are no answers, those of one text together."""
    if column.of_dates and UNSTORED not in column.unreadable:
        return list(_undated(column, path))
    words = dict(column.unreadable)
    unstored = words.pop(UNSTORED, [])
    dates = {text: words.pop(text) for text in column.unreadable if DATE_OR_TIME.fullmatch(text)}
    problems = [
        Problem(
            f"{path}, {rows_text(rows)}, column {column.head}",
            f"{_quoted(text)} is neither a number nor an answer the codebook knows.",
            _remedy(text, column, section.decimal),
        )
        for text, rows in words.items()
    ]
    if unstored:
        problems.append(
            Problem(
                f"{path}, {rows_text(unstored)}, column {column.head}",
                f"formulas without values ({counted(len(unstored), 'cell')}): what they come to is not in "
                "the file.",
                OPEN_AND_SAVE,
            )
        )
    if dates:
        more = (
            f" (and {counted(len(dates) - 1, 'other date or time', 'other dates or times')})"
            if len(dates) > 1
            else ""
        )
        rows = sorted(row for found in dates.values() for row in found)
        problems.append(
            Problem(
                f"{path}, {rows_text(rows)}, column {column.head}",
                f"{next(iter(dates))!r} is neither a number nor an answer the codebook knows{more}.",
                "It is a date or a time: write its code or a number, such as the year, in its place, or take "
                "the question out of the codebook. A question about the respondent may have bands of dates: "
                "write the ends of its `bands` as dates (from: 2026-01-01, to: 2026-06-30).",
            )
        )
    if column.percents and column.fractions:
        (percent, first), (fraction, second) = column.percents, column.fractions
        problems.append(
            Problem(
                f"{path}, {rows_text(sorted((first, second)))}, column {column.head}",
                f"{percent!r} stands beside {fraction!r}: a percentage and a fraction are different numbers.",
                "Write all of them one way in the file: 75% or 0.75.",
            )
        )
    return problems


def _undated(column: QuestionCells, path: Path) -> Iterator[Problem]:
    """Cells of a column of dates that are none for certain, those of one form together."""
    n_dotted = sum(map(len, column.dotted.values()))
    mixed = n_dotted != column.counts()["n_answered"]
    forms: dict[str, dict[str, list[int]]] = {}
    for text, rows in {**column.unreadable, **(column.dotted if mixed else {})}.items():
        forms.setdefault(re.sub("[0-9]+", "0", text), {})[text] = rows
    for texts in forms.values():
        first = next(iter(texts))
        if first in column.dotted:
            why = "has the day first, but not every date of the column has"
        elif is_spelt_as_date(first):
            why = "is no day of the calendar, or no time of a day"
        else:
            why = "is no date as ISO 8601 writes it, and none is guessed"
        more = f" (and {len(texts) - 1} others like it)" if len(texts) > 1 else ""
        every = sorted(row for rows in texts.values() for row in rows)
        yield Problem(
            f"{path}, {rows_text(every)}, column {column.head}",
            f"{_quoted(first)} {why}{more}.",
            f"Write dates as in {EXAMPLE}. What means no answer belongs into `data.missing_codes`.",
        )


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:60] + "...")


def _remedy(text: str, column: QuestionCells, decimal: str) -> str:
    other = "," if decimal == "." else "."
    if other in text and text.replace(other, "", 1).removeprefix("-").isdigit():
        return f"Set `data.decimal: '{other}'` if that is the decimal mark."
    close = difflib.get_close_matches(text.casefold(), column.wordings, n=1)
    if close:
        meant, code = column.written[close[0]], column.wordings[close[0]]
        return f"Did you mean {meant!r} (code {code})? Correct the cell or the codebook."
    return (
        "Replace it by its code, add the wording to the codebook, or, where it means no answer, "
        "to `data.missing_codes`."
    )
