"""From a survey file to answers: the codebook's columns as numbers, every missing answer counted."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from smartcity_survey.data.read.cells import (
    DATE_OR_TIME,
    ROWS_SHOWN,
    ColumnCodes,
    Missing,
    cell_text,
    missing_codes,
    read_codes,
    read_dates,
    rows_text,
    wordings_of,
)
from smartcity_survey.data.read.choices import Choosing
from smartcity_survey.data.read.drawn import misnamed, weight_problems, without_cluster
from smartcity_survey.data.read.groups import ungrouped
from smartcity_survey.data.read.opening import open_table
from smartcity_survey.data.read.tables import Table
from smartcity_survey.errors import Problem, SurveyError, counted
from smartcity_survey.stats.core.types import Array
from smartcity_survey.study.codebook import CLUSTER, RESPONDENT, WEIGHT, Codebook
from smartcity_survey.study.config import DataSection
from smartcity_survey.study.dates import EXAMPLE, is_spelt_as_date

PROBLEMS_SHOWN = 100
"""Problems listed one by one before the rest is only counted."""
MOST_CELLS = 100_000_000
"""Answers of one survey: all later steps hold them in memory, at eight bytes each, several times over."""


@dataclass(frozen=True, slots=True)
class Responses:
    """A survey file as numbers.

    Attributes
    ----------
    answers : one row per questionnaire in the file's order: `respondent` (text), then every item and
        demographic variable of the codebook (float; NaN where there is no answer); with `data.weight` also
        `sampling_weight`, with `data.cluster` also `sampling_cluster` (text).
    rows : (n,) number of each questionnaire's row in the file, as a person sees it.
    log : one row per column: `column, n_rows, n_answered, n_empty, n_declared_missing, n_labels`.
    unused : columns of the file that the codebook does not name.
    how : how the file was read: format, encoding, delimiter; columns whose dates have the day first.
    declared : of questions for which the file itself declares codes of no answer: (lowest, highest).
    """

    answers: pd.DataFrame
    rows: tuple[int, ...]
    log: pd.DataFrame
    unused: tuple[str, ...]
    how: Mapping[str, str]
    declared: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)


@dataclass(slots=True)
class _Column:
    """What has been read so far of one question, whose column is headed `head`.

    `unreadable` and `dotted` are texts with the rows that hold them: no answers, and dates as day.month.year.
    """

    name: str
    head: str
    wordings: Mapping[str, int]
    missing: Missing
    of_dates: bool = False
    parts: list[ColumnCodes] = field(default_factory=list)
    unreadable: dict[str, list[int]] = field(default_factory=dict)
    dotted: dict[str, list[int]] = field(default_factory=dict)

    def values(self) -> Array:
        return np.concatenate([part.values for part in self.parts])

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


def read_survey(path: Path, codebook: Codebook, section: DataSection) -> Responses:
    """Read the survey file that `data` in the config describes, in batches of rows.

    Missing answers are empty cells, system-missing values, the codes that a `.sav` declares and what
    `data.missing_codes` lists; each kind is counted per column. Answers in words count as the code that the
    codebook gives them, in any of its languages.

    Dates become numbers of days where the codebook has bands of dates. They are written as ISO 8601 has them;
    a column in which every date has the form 28.11.2026 is read as such, and `how` says so.

    Raises
    ------
    SurveyError
        listing every problem: file missing or unreadable, columns the codebook names but the file lacks,
        lines that are no rows, cells that are neither a number nor a known answer, rows without an
        identifier or a cluster, weights that are not positive, no rows at all, more answers than memory
        holds.
    """
    table = open_table(path, section)
    heads = codebook.columns() | ({WEIGHT: section.weight} if section.weight else {})
    heads = {name: " ".join(head.split()) for name, head in heads.items()}
    needed = dict.fromkeys(
        [
            *heads.values(),
            *codebook.choice_columns(),
            *(name for name in (section.respondent, section.cluster) if name),
        ]
    )
    table = ungrouped(table, needed)
    problems = [*misnamed(codebook, section, path), *_absent_columns(table, needed, path)]
    columns = [
        _column(name, head, codebook, section, table) for name, head in heads.items() if head in table.columns
    ]
    choices = [
        Choosing(name, question, missing_codes(section).texts)
        for name, question in codebook.multiple_choice.items()
        if set(question.heads()) <= set(table.columns)
    ]
    identified = section.respondent if section.respondent in table.columns else None
    grouped = section.cluster if section.cluster in table.columns else None
    respondents: list[str] = []
    clusters: list[str] = []
    rows: list[int] = []
    for batch in table.batches([name for name in needed if name in table.columns]):
        problems += batch.problems
        rows += batch.cells.index.tolist()
        if len(rows) * len(needed) > MOST_CELLS:
            raise _too_large(path, len(rows))
        for column in columns:
            _take(column, batch.cells[column.head], section.decimal)
        for choice in choices:
            choice.add(batch.cells)
        if identified is None:
            respondents += [f"row {len(respondents) + i}" for i in range(1, len(batch.cells) + 1)]
        else:
            identifiers = batch.cells[identified].map(cell_text)
            respondents += identifiers.tolist()
            problems += _unidentified(identifiers, path)
        if grouped is not None:
            names = batch.cells[grouped].map(cell_text)
            clusters += names.tolist()
            problems += without_cluster(names, path)
    for column in columns:
        if column.name == WEIGHT:
            place = f"{path}, {{rows}}, column {column.head}"
            problems += weight_problems(column.unreadable, column.values(), rows, section.decimal, place)
        else:
            problems += _unreadable(column, section, path)
    problems += unordered_scales(codebook)
    for choice in choices:
        problems += choice.problems(path)
    if not rows and not problems:
        problems = [
            Problem(str(path), "there is a header but no row of answers.", "Export the survey again.")
        ]
    if problems:
        raise SurveyError.of(_shortened(problems, path))
    answers = {column.name: column.values() for column in columns}
    answers |= {name: values for choice in choices for name, values in choice.columns().items()}
    if grouped is not None:
        answers[CLUSTER] = np.array(clusters, dtype=object)
    log = pd.DataFrame([{"column": column.name} | column.counts() for column in columns])
    dotted = [column.head for column in columns if column.dotted]
    unused = tuple(name for name in table.columns if name not in needed)
    return Responses(
        pd.DataFrame({RESPONDENT: respondents, **answers}),
        tuple(rows),
        log,
        unused,
        {**table.how, **({"dates": f"dd.mm.yyyy: {', '.join(dotted)}"} if dotted else {})},
        {column.name: column.missing.ranges for column in columns if column.missing.ranges},
    )


def _column(name: str, head: str, codebook: Codebook, section: DataSection, table: Table) -> _Column:
    if name == WEIGHT:
        return _Column(name, head, {}, Missing())
    missing = missing_codes(section, table.missing_ranges.get(head, ()))
    question = codebook.demographics.get(name)
    return _Column(name, head, wordings_of(name, codebook), missing, bool(question and question.of_dates))


def _take(column: _Column, cells: pd.Series, decimal: str) -> None:
    """Add a batch of cells to a column."""
    if column.of_dates:
        codes = read_dates(cells, column.missing, decimal)
    else:
        codes = read_codes(cells, column.wordings, column.missing, decimal)
    column.parts.append(codes)
    for found, texts in ((codes.unreadable, column.unreadable), (codes.dotted, column.dotted)):
        for position, text in found:
            texts.setdefault(text, []).append(int(cells.index[position]))


def _unreadable(column: _Column, section: DataSection, path: Path) -> list[Problem]:
    if column.of_dates:
        return list(_undated(column, path))
    words = dict(column.unreadable)
    dates = {text: words.pop(text) for text in column.unreadable if DATE_OR_TIME.fullmatch(text)}
    problems = [
        Problem(
            f"{path}, {rows_text(rows)}, column {column.head}",
            f"{_quoted(text)} is neither a number nor an answer the codebook knows.",
            _remedy(text, column.wordings, section.decimal),
        )
        for text, rows in words.items()
    ]
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
    return problems


def _undated(column: _Column, path: Path) -> Iterator[Problem]:
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
        rows = sorted(row for found in texts.values() for row in found)
        yield Problem(
            f"{path}, {rows_text(rows)}, column {column.head}",
            f"{_quoted(first)} {why}{more}.",
            f"Write dates as in {EXAMPLE}. What means no answer belongs into `data.missing_codes`.",
        )


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:60] + "...")


def _remedy(text: str, wordings: Mapping[str, int], decimal: str) -> str:
    other = "," if decimal == "." else "."
    if other in text and text.replace(other, "", 1).removeprefix("-").isdigit():
        return f"Set `data.decimal: '{other}'` if that is the decimal mark."
    close = difflib.get_close_matches(text.casefold(), wordings, n=1)
    if close:
        return f"Did you mean {close[0]!r} (code {wordings[close[0]]})? Correct the cell or the codebook."
    return (
        "Replace it by its code, add the wording to the codebook, or, where it means no answer, "
        "to `data.missing_codes`."
    )


def _shortened(problems: list[Problem], path: Path) -> list[Problem]:
    if len(problems) <= PROBLEMS_SHOWN:
        return problems
    rest = f"{counted(len(problems) - PROBLEMS_SHOWN, 'more problem')} like these."
    return [*problems[:PROBLEMS_SHOWN], Problem(str(path), rest, "Mend the first ones and try again.")]


def unordered_scales(codebook: Codebook) -> list[Problem]:
    """Scales whose words nobody has put in order."""
    items: dict[str, list[str]] = {}
    for name in codebook.items:
        scale = codebook.scale_of(name)
        if not scale.ordered:
            items.setdefault(", ".join(map(str, scale.answers.values())), []).append(name)
    return [
        Problem(
            f"codebook.yaml, {'scale' if not codebook.scale.ordered else f'items.{names[0]}.scale'}",
            f"{counted(len(names), 'item')} "
            f"({', '.join(names[:ROWS_SHOWN])}{', ...' if len(names) > ROWS_SHOWN else ''})"
            f" hold these words: {words}. Which order?",
            "Put the answers in order from lowest to highest, and take out `ordered: false`; "
            "where they have no order, "
            "take the items out of the codebook.",
        )
        for words, names in items.items()
    ]


def _absent_columns(table: Table, needed: Mapping[str, None], path: Path) -> list[Problem]:
    absent = [name for name in needed if name not in table.columns]
    problems = [_absent_column(name, table, path) for name in absent]
    if absent:
        problems += [
            Problem(f"{path}, {name}", "it has no name.", "Name every column, or delete the empty ones.")
            for name in table.unnamed
        ]
    return problems


def _absent_column(name: str, table: Table, path: Path) -> Problem:
    own = table.repeated.get(name, ())
    if own:
        return Problem(
            f"{path}, column {name}",
            f"the name stands over {counted(len(own), 'column')}.",
            f"Rename or delete all but one, or write which is meant, as `column: {own[0]}`.",
        )
    return Problem(
        f"{path}, column {name}", "the file has no such column.", _nearest_column(name, table.columns)
    )


def _nearest_column(name: str, columns: Sequence[str]) -> str:
    by_fold = {column.casefold(): column for column in columns}
    close = difflib.get_close_matches(name.casefold(), by_fold, n=1)
    hint = f"Did you mean {by_fold[close[0]]!r}? " if close else ""
    return f"{hint}Correct the name in the codebook (or config) or in the file."


def _unidentified(identifiers: pd.Series, path: Path) -> list[Problem]:
    return [
        Problem(
            f"{path}, row {row}, column {identifiers.name}",
            "the questionnaire has no identifier.",
            "Give it one, or leave out `data.respondent`: rows are then numbered.",
        )
        for row in identifiers.index[identifiers == ""]
    ]


def _too_large(path: Path, n: int) -> SurveyError:
    return SurveyError(
        str(path),
        f"more than {n:,} questionnaires: their answers do not fit into memory.",
        "Split the file (by city or wave), or draw a sample.",
    )
