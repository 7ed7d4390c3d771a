"""A sampling frame: the list that people, households or addresses are drawn from, each in its stratum."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from smartcity_survey.data.read.cells import cell_text, folded, rows_text
from smartcity_survey.data.read.tables import Table
from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.plan.strata import Code, by_own_keys, code_of, open_listed, spellings, unknown_answer
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import DataSection
from smartcity_survey.study.dates import day_number
from smartcity_survey.study.next_wave import FrameSection

PLACE = "config.yaml, plan.frame"
STRATUM = "stratum_"
"""What columns of the selection that tell the stratum begin with."""
OURS = ("frame_row", "drawn")
"""Further columns of the selection."""
_NUMBER = re.compile(r"-?\d+([.,]\d+)?")


@dataclass(frozen=True, slots=True)
class Frame:
    """A list to draw from. rows : number of each row. cells : its text. codes : stratum of each row."""

    rows: tuple[int, ...]
    cells: pd.DataFrame
    codes: tuple[Code, ...]


def open_frame(path: Path, section: FrameSection) -> Table:
    """Open the list, as a survey file is opened.

    Raises
    ------
    SurveyError
        what opening a survey file raises, and where the keys that its remedies name stand here.
    """
    data = DataSection(
        file=section.file,
        codebook="",
        sheet=section.sheet,
        encoding=section.encoding,
        skip_rows=section.skip_rows,
    )
    return open_listed(path, data, f"{PLACE}.file", PLACE)


def known_variables(
    section: FrameSection, strata: Sequence[str], columns: Sequence[str], path: Path
) -> tuple[str, ...]:
    """Variables of the strata that the frame knows.

    Raises
    ------
    SurveyError
        where a column that the config names is not there, or is of no variable of the strata.
    """
    strange = [name for name in section.columns if name not in strata]
    if strange:
        raise SurveyError(
            f"config.yaml, plan.frame.columns.{strange[0]}",
            "the plan has no strata by it.",
            f"Choose from {', '.join(strata) or 'none: the plan has no strata'}.",
        )
    absent = [name for name, column in section.columns.items() if column not in columns]
    if absent:
        raise SurveyError(
            f"config.yaml, plan.frame.columns.{absent[0]}",
            f"{path.name} has no column {section.columns[absent[0]]}.",
            f"Its columns are: {', '.join(columns)}.",
        )
    if section.id is not None and section.id not in columns:
        raise SurveyError(
            f"{PLACE}.id",
            f"{path.name} has no column {section.id}.",
            f"Its columns are: {', '.join(columns)}.",
        )
    return tuple(name for name in strata if section.columns.get(name, name) in columns)


def read_frame(path: Path, section: FrameSection, codebook: Codebook, variables: Sequence[str]) -> Frame:
    table = open_frame(path, section)
    problems: list[Problem] = [*_taken(path, table.columns, variables)]
    parts = []
    for batch in table.batches(list(table.columns)):
        problems += by_own_keys(batch.problems, PLACE, PLACE)
        parts.append(batch.cells.map(cell_text))
    cells = pd.concat(parts) if parts else pd.DataFrame(columns=list(table.columns))
    if not len(cells) and not problems:
        problems.append(
            Problem(str(path), "there is a header but no row.", "Write a row for each household.")
        )
    problems += _repeated(path, cells) if section.id is None else _not_unique(path, cells, section.id)
    codes = {}
    for name in variables:
        column = section.columns.get(name, name)
        codes[name], unknown = _codes(cells[column], codebook, name)
        for text, rows in unknown.items():
            place = f"{path}, {rows_text(rows)}, column {column}"
            problems.append(unknown_answer(place, text, codebook, name))
    if problems:
        raise SurveyError.of(problems)
    own = list(zip(*(codes[name] for name in variables), strict=True)) if variables else [()] * len(cells)
    return Frame(tuple(map(int, cells.index)), cells, tuple(own))


def _repeated(path: Path, cells: pd.DataFrame) -> Iterator[Problem]:
    """Rows that say the same: whoever stands twice is drawn twice as easily."""
    alike = cells.map(folded)
    twice = alike.duplicated(keep=False).to_numpy()
    for _, own in alike[twice].groupby(list(cells.columns), sort=False):
        yield Problem(
            f"{path}, {rows_text(own.index.to_list())}",
            "they are the same: who stands twice would be drawn twice as easily.",
            "Keep one of them, or give each a number of its own where they are different households.",
        )


def _not_unique(path: Path, cells: pd.DataFrame, name: str) -> Iterator[Problem]:
    """Rows without an identifier, or with one that another has too."""
    given = cells[name].map(folded)
    without = given.index[given == ""].to_list()
    if without:
        yield Problem(
            f"{path}, {rows_text(without)}, column {name}",
            "there is no identifier.",
            "Write one, or leave out the row where nobody can be drawn.",
        )
    for text, own in given[given.duplicated(keep=False) & (given != "")].groupby(given, sort=False):
        yield Problem(
            f"{path}, {rows_text(own.index.to_list())}, column {name}",
            f"they have the same identifier, {text}: who stands twice would be drawn twice as easily.",
            "Keep one of them, or correct the identifier.",
        )


def _taken(path: Path, columns: Sequence[str], variables: Sequence[str]) -> Iterator[Problem]:
    """Columns of the frame that the selection would write over."""
    for name in columns:
        if name in (*OURS, *(STRATUM + each for each in variables)):
            yield Problem(
                f"{path}, column {name}",
                "the selection has a column of this name: what stands here would be lost.",
                "Rename it. A selection drawn before is no list to draw from.",
            )


def _codes(cells: pd.Series[str], codebook: Codebook, name: str) -> tuple[list[str], Mapping[str, list[int]]]:
    """Code of each cell's answer, and what is none, with its rows; of bands a number or date is an answer."""
    entry, known = codebook.demographics[name], spellings(codebook, name)
    found: list[str] = []
    unknown: dict[str, list[int]] = {}
    for row, text in cells.items():
        code = code_of(text, known)
        if entry.bands:
            value = day_number(text) if entry.of_dates else _number(text)
            if value is not None:
                inside = [n for n, band in enumerate(entry.bands, 1) if band.minimum <= value <= band.maximum]
                code = str(inside[0]) if inside else None
        if code is None:
            unknown.setdefault(text, []).append(int(str(row)))
        found.append(code or "")
    return found, unknown


def _number(text: str) -> float | None:
    plain = "".join(text.split())
    return float(plain.replace(",", ".")) if _NUMBER.fullmatch(plain) else None
