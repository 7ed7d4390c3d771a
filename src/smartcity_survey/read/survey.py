"""From a survey file to answers: the codebook's columns as numbers, every missing answer counted."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from smartcity_survey.codebook import Codebook
from smartcity_survey.config import DataSection
from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.read.cells import read_codes, wordings_of
from smartcity_survey.read.tables import Table, open_table
from smartcity_survey.stats.types import Array, BoolArray

RESPONDENT = "respondent"
"""Name of the identifying column in every respondent-level file."""
UNREADABLE_SHOWN = 100
"""Cells listed one by one before the rest is only counted."""


@dataclass(frozen=True, slots=True)
class Responses:
    """A survey file as numbers.

    Attributes
    ----------
    answers : one row per questionnaire in the file's order: `respondent` (text), then every item and
        demographic variable of the codebook (float; NaN where there is no answer).
    log : one row per column: `column, n_rows, n_answered, n_empty, n_declared_missing, n_labels`.
    how : how the file was read: format, encoding, delimiter.
    """

    answers: pd.DataFrame
    log: pd.DataFrame
    how: Mapping[str, str]


@dataclass(slots=True)
class _Column:
    """What has been read of one column so far."""

    wordings: Mapping[str, int]
    values: list[Array] = field(default_factory=list)
    n_empty: int = 0
    n_declared: int = 0
    n_labels: int = 0


def read_survey(path: Path, codebook: Codebook, section: DataSection) -> Responses:
    """Read the survey file that `data` in the config describes, in blocks of rows.

    Missing answers are empty cells, system-missing values, the codes that a `.sav` declares and the codes
    listed under `data.missing_codes`; each kind is counted per column. Answers in words count as the code
    that the codebook gives them, in any of its languages.

    Raises
    ------
    SurveyError
        listing every problem: file missing or unreadable, columns the codebook names but the file lacks,
        cells that are neither a number nor a known answer, no rows at all.
    """
    table = open_table(path, section)
    wanted = (*codebook.items, *codebook.demographics)
    _require_columns(table.columns, wanted, section, path)
    columns = {name: _Column(wordings_of(name, codebook)) for name in wanted}
    respondents: list[str] = []
    unreadable: list[Problem] = []
    for block in table.blocks:
        first = table.first_row + len(respondents)
        for name, column in columns.items():
            unreadable += _take(column, name, block[name], table, section, path, first)
        respondents += _identifiers(block, section, len(respondents))
    _refuse(unreadable, respondents, path)
    answers = {name: np.concatenate(column.values) for name, column in columns.items()}
    return Responses(
        pd.DataFrame({RESPONDENT: respondents, **answers}), _log(columns, len(respondents)), table.how
    )


def _take(
    column: _Column,
    name: str,
    cells: pd.Series,
    table: Table,
    section: DataSection,
    path: Path,
    first_row: int,
) -> list[Problem]:
    """Add a block of cells to a column; returns the cells that could not be read."""
    codes = read_codes(cells, column.wordings, section.decimal)
    declared = _declared_missing(codes.values, table.missing_ranges.get(name, ()), section.missing_codes)
    column.values.append(np.where(declared, np.nan, codes.values))
    column.n_empty += int(np.isnan(codes.values).sum()) - len(codes.unreadable)
    column.n_declared += int(declared.sum())
    column.n_labels += codes.n_labels
    return [
        Problem(
            f"{path}, row {first_row + row}, column {name}",
            f"{text!r} is neither a number nor an answer the codebook knows.",
            _remedy(text, column.wordings),
        )
        for row, text in codes.unreadable
    ]


def _remedy(text: str, wordings: Mapping[str, int]) -> str:
    if text.replace(",", "").replace("-", "").isdigit():
        return "Set `data.decimal: ','` where numbers are written with a decimal comma."
    close = difflib.get_close_matches(text.casefold(), wordings, n=1)
    if close:
        return f"Did you mean {close[0]!r} (code {wordings[close[0]]})? Correct the cell or the codebook."
    return "Replace it by its code, leave the cell empty, or add the wording to the codebook."


def _refuse(unreadable: list[Problem], respondents: list[str], path: Path) -> None:
    if len(unreadable) > UNREADABLE_SHOWN:
        rest = len(unreadable) - UNREADABLE_SHOWN
        more = Problem(str(path), f"{rest} more cells like these.", "Mend the first ones and try again.")
        raise SurveyError.of([*unreadable[:UNREADABLE_SHOWN], more])
    if unreadable:
        raise SurveyError.of(unreadable)
    if not respondents:
        raise SurveyError(str(path), "there is a header but no row of answers.", "Export the survey again.")


def _require_columns(
    columns: tuple[str, ...], wanted: tuple[str, ...], section: DataSection, path: Path
) -> None:
    needed = (*wanted, *([section.respondent] if section.respondent else []))
    problems = [
        Problem(f"{path}, column {name}", "the file has no such column.", _nearest_column(name, columns))
        for name in needed
        if name not in columns
    ]
    if problems:
        raise SurveyError.of(problems)


def _nearest_column(name: str, columns: tuple[str, ...]) -> str:
    by_fold = {column.casefold(): column for column in columns}
    close = difflib.get_close_matches(name.casefold(), by_fold, n=1)
    hint = f"Did you mean {by_fold[close[0]]!r}? " if close else ""
    return f"{hint}Correct the name in the codebook (or config) or in the file."


def _identifiers(block: pd.DataFrame, section: DataSection, already: int) -> list[str]:
    if section.respondent is None:
        return [f"row {already + number}" for number in range(1, len(block) + 1)]
    return [_identifier(value) for value in block[section.respondent]]


def _identifier(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _declared_missing(
    values: Array, ranges: tuple[tuple[float, float], ...], codes: tuple[float, ...]
) -> BoolArray:
    declared: BoolArray = np.isin(values, codes)
    for low, high in ranges:
        declared |= (values >= low) & (values <= high)
    return declared


def _log(columns: Mapping[str, _Column], n: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "column": list(columns),
            "n_rows": n,
            "n_answered": [n - column.n_empty - column.n_declared for column in columns.values()],
            "n_empty": [column.n_empty for column in columns.values()],
            "n_declared_missing": [column.n_declared for column in columns.values()],
            "n_labels": [column.n_labels for column in columns.values()],
        }
    )
