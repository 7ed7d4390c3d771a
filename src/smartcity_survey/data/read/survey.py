"""From a survey file to answers: the codebook's columns as numbers, every missing answer counted."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from smartcity_survey.data.read.cells import (
    ROWS_SHOWN,
    cell_text,
    missing_codes,
)
from smartcity_survey.data.read.choices import Choosing
from smartcity_survey.data.read.drawn import misnamed, weight_problems, without_cluster
from smartcity_survey.data.read.groups import ungrouped
from smartcity_survey.data.read.marks import marks_of
from smartcity_survey.data.read.opening import open_table
from smartcity_survey.data.read.question import question_cells, take, unreadable
from smartcity_survey.data.read.tables import Batch, Table
from smartcity_survey.errors import Problem, SurveyError, counted
from smartcity_survey.processes import without_collecting
from smartcity_survey.study.codebook import CLUSTER, MARKED, RESPONDENT, WEIGHT, Codebook
from smartcity_survey.study.config import DataSection
from smartcity_survey.study.spelling import unlike

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
        `sampling_weight`, with `data.cluster` also `sampling_cluster` (text), with `data.marked` `marked_as`
        (text, empty where nothing marks the row).
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


@without_collecting
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
    opened = _open(path, codebook, section)
    return _responses(opened, opened.batches())


def read_slices(path: Path, codebook: Codebook, section: DataSection) -> Iterator[Responses]:
    """As `read_survey`, but some rows at a time, each of which is judged by itself.

    Raises
    ------
    SurveyError
        as `read_survey`, of the first rows that have a problem.
    """
    opened = _open(path, codebook, section)
    for batch in opened.batches():
        yield _responses(opened, [batch])


def absent_from(path: Path, codebook: Codebook, section: DataSection) -> Sequence[Problem]:
    """What a study needs of a file that the file has not; of its rows none is read.

    Raises
    ------
    SurveyError
        where the file cannot be opened.
    """
    return _open(path, codebook, section).problems


@dataclass(frozen=True, slots=True)
class _Opened:
    """A survey file, opened, and the columns that are needed of it.

    heads : name of a question -> the head of its column. needed : all columns. problems : found so far.
    """

    path: Path
    codebook: Codebook
    section: DataSection
    table: Table
    heads: Mapping[str, str]
    needed: Mapping[str, None]
    problems: Sequence[Problem]

    def batches(self) -> Iterator[Batch]:
        """The rows, of the needed columns that are there."""
        return self.table.batches([name for name in self.needed if name in self.table.columns])


def _open(path: Path, codebook: Codebook, section: DataSection) -> _Opened:
    table = open_table(path, section)
    heads = codebook.columns() | ({WEIGHT: section.weight} if section.weight else {})
    heads = {name: " ".join(head.split()) for name, head in heads.items()}
    needed = dict.fromkeys(
        [
            *heads.values(),
            *codebook.choice_columns(),
            *(name for name in (section.respondent, section.cluster) if name),
            *section.marked,
        ]
    )
    table = ungrouped(table, needed)
    problems = [*misnamed(codebook, section, path), *_absent_columns(table, needed, path)]
    return _Opened(path, codebook, section, table, heads, needed, problems)


def _responses(opened: _Opened, batches: Iterable[Batch]) -> Responses:
    """The answers of some rows of a file, or of all."""
    path, codebook, section, table = opened.path, opened.codebook, opened.section, opened.table
    needed, problems = opened.needed, list(opened.problems)
    columns = [
        question_cells(name, head, codebook, section, table)
        for name, head in opened.heads.items()
        if head in table.columns
    ]
    choices = [
        Choosing(name, question, missing_codes(section))
        for name, question in codebook.multiple_choice.items()
        if set(question.heads()) <= set(table.columns)
    ]
    identified = section.respondent if section.respondent in table.columns else None
    grouped = section.cluster if section.cluster in table.columns else None
    respondents: list[str] = []
    clusters: list[str] = []
    rows: list[int] = []
    marks: list[str] = []
    marked = {name: values for name, values in section.marked.items() if name in table.columns}
    for batch in batches:
        problems += batch.problems
        rows += batch.cells.index.tolist()
        if len(rows) * len(needed) > MOST_CELLS:
            raise _too_large(path, len(rows))
        for column in columns:
            take(column, batch.cells[column.head], section.decimal)
        for choice in choices:
            choice.add(batch.cells)
        marks += marks_of(batch.cells, marked)
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
            problems += unreadable(column, section, path)
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
    if marked:
        answers[MARKED] = np.array(marks, dtype=object)
    log = pd.DataFrame([{"column": column.name} | column.counts() for column in columns])
    dotted = [column.head for column in columns if column.dotted]
    units = [f"{column.head} ({', '.join(own)})" for column in columns if (own := column.units())]
    unused = tuple(name for name in table.columns if name not in needed)
    return Responses(
        pd.DataFrame({RESPONDENT: respondents, **answers}),
        tuple(rows),
        log,
        unused,
        {
            **table.how,
            **({"dates": f"dd.mm.yyyy: {', '.join(dotted)}"} if dotted else {}),
            **({"units": ", ".join(units)} if units else {}),
        },
        {column.name: column.missing.ranges for column in columns if column.missing.ranges},
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
    for column in table.columns:
        if different := unlike(name, column):
            return Problem(
                f"{path}, column {name}",
                f"the file has no such column, but one that looks the same, with {different}.",
                f"Copy {column!r} from the file into the codebook (or config), or write the name anew in the "
                "file.",
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
