"""Rows of cells, of text files and spreadsheets, as a table: which row holds the names, which no answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any

import pandas as pd

from smartcity_survey.data.read.cells import cell_text, without_dates
from smartcity_survey.data.read.tables import ROWS_AT_ONCE, Batch, Table, told_apart
from smartcity_survey.errors import Problem, SurveyError, counted
from smartcity_survey.study.config import DataSection

Row = tuple[int, Sequence[Any]]
LINES_SHOWN = 20
"""Lines of the wrong length listed one by one before the rest is only counted."""
NO_NAMES = {"response", "open-ended response", "ответ", "жауап"}
"""What stands in the second row of names where a question has one column only."""


MOST_COLUMNS = 2**14
"""Of a sheet, in every program that writes one."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of a file before anything is known about them.

    Attributes
    ----------
    rows : number of each row, as a person sees it, and its cells; a generator that is closed after use.
    noun : what messages call a row. of_text : whether every cell is text.
    ragged : whether the program that wrote the file leaves out empty cells at the end of a row.
    no_header : what to say where there are no names.
    """

    path: Path
    rows: Callable[[], Iterator[Row]]
    how: Mapping[str, str]
    noun: str
    ragged: bool
    no_header: SurveyError
    of_text: bool = False


def table_of(grid: Grid, section: DataSection) -> Table:
    """The table in a grid, by `data.header_rows`, `data.label_row` and `data.skip_rows`.

    Raises
    ------
    SurveyError
        where a row that the config names is not there, or the row of names is empty.
    """
    heads, labels, last = _heads(grid, section)
    if not any(any(row) for row in heads):
        raise grid.no_header
    if (width := max(map(len, heads))) > MOST_COLUMNS:
        raise SurveyError(
            str(grid.path),
            f"{counted(width, 'column')}, more than any sheet has.",
            "Export only those of the questionnaire; look for delimiters at the end of the lines.",
        )
    columns, repeated, unnamed = told_apart(_names(heads))
    named = dict(zip(columns, labels, strict=False))
    skipped = frozenset((*section.skip_rows, section.label_row or 0))
    return Table(
        columns,
        partial(_batches, grid, columns, last, skipped),
        grid.how,
        labels={name: label for name, label in named.items() if label},
        repeated=repeated,
        unnamed=unnamed,
    )


def filled(row: Sequence[Any]) -> bool:
    """Whether a cell of a row holds anything."""
    return any(row) or any(cell not in (None, "") for cell in row)  # most rows are told by the quick look


def texts(row: Sequence[Any]) -> list[str]:
    """Cells as text on one line each: headers of forms have line breaks and double spaces."""
    return [" ".join(cell_text(cell).lstrip("\ufeff").split()) for cell in row]


def _heads(grid: Grid, section: DataSection) -> tuple[list[list[str]], list[str], int]:
    """Rows of names, the row of labels, and the number of the last row of names."""
    wanted = {*section.header_rows, *([section.label_row] if section.label_row else [])}
    found: dict[int, list[str]] = {}
    header = section.header_rows
    with closing(grid.rows()) as rows:  # type: ignore[type-var]
        for number, row in rows:
            if not section.header_rows and not found:
                wanted.add(number)
                header = (number,)
            if number in wanted:
                found[number] = texts(row)
            if wanted <= found.keys():
                break
    if not found and not section.header_rows:
        raise grid.no_header
    for number in sorted(wanted - found.keys()):
        key = "label_row" if number == section.label_row else "header_rows"
        raise SurveyError(
            f"config.yaml, data.{key}",
            f"{grid.path} has no {grid.noun} {number}.",
            f"Write the number of the {grid.noun} that holds the names of the columns.",
        )
    heads = [list(_trimmed(found[number])) if grid.ragged else found[number] for number in header]
    return heads, found.get(section.label_row or 0, []), max(header)


def _names(heads: Sequence[Sequence[str]]) -> list[str]:
    """One name per column: of several rows, the question and below it the part that a column answers."""
    *above, last = heads
    width = max(len(row) for row in heads)
    names = [*last, *[""] * (width - len(last))]
    for row in reversed(above):
        group = ""
        for position in range(width):
            group = (row[position] if position < len(row) else "") or group
            own = names[position]
            if not own or own.casefold() in NO_NAMES or own == group:
                names[position] = group
            elif group:
                names[position] = f"{group} [{own}]"
    return names


def _batches(
    grid: Grid, columns: tuple[str, ...], last: int, skipped: frozenset[int], wanted: Sequence[str]
) -> Iterator[Batch]:
    places = {name: position for position, name in enumerate(columns)}
    positions = [places[name] for name in wanted]
    pick: Callable[[Sequence[Any]], Sequence[Any]] = partial(_cells, positions)
    if grid.of_text and not grid.ragged and len(positions) > 1:
        pick = itemgetter(*positions)
    n_misshapen = 0
    with closing(grid.rows()) as every:  # type: ignore[type-var]
        rows = (
            (number, _trimmed(row) if grid.ragged else row)
            for number, row in every
            if number > last and number not in skipped and filled(row)
        )
        while chunk := list(islice(rows, ROWS_AT_ONCE)):
            # A cell beyond the table may be a remark; the row is one all the same.
            kept = [(number, row) for number, row in chunk if grid.ragged or len(row) == len(columns)]
            cells = [pick(row) for _, row in kept]
            wrong = [
                (number, row)
                for number, row in chunk
                if len(row) > len(columns) or (len(row) < len(columns) and not grid.ragged)
            ]
            shown = wrong[: max(0, LINES_SHOWN - n_misshapen)]
            n_misshapen += len(wrong)
            frame = pd.DataFrame(
                cells, index=[number for number, _ in kept], columns=list(wanted), dtype=object
            )
            yield Batch(frame, tuple(_misshapen(grid, number, row, columns) for number, row in shown))
    if n_misshapen > LINES_SHOWN:
        rest = f"{counted(n_misshapen - LINES_SHOWN, f'more {grid.noun}')} like these."
        more = Problem(str(grid.path), rest, "Mend the first ones and try again.")
        yield Batch(pd.DataFrame(columns=list(wanted), dtype=object), (more,))


def _cells(positions: Sequence[int], row: Sequence[Any]) -> Sequence[Any]:
    """The cells of a row at some positions; None beyond its end."""
    return [without_dates(row[j]) if j < len(row) else None for j in positions]


def _misshapen(grid: Grid, number: int, row: Sequence[Any], columns: Sequence[str]) -> Problem:
    place = f"{grid.path}, {grid.noun} {number}"
    if grid.ragged:
        return Problem(
            place,
            "a cell stands beyond the last named column.",
            f"Name its column, or empty it; where the {grid.noun} is no questionnaire, leave it out: add "
            f"{number} to `data.skip_rows`.",
        )
    return Problem(
        place,
        f"{counted(len(row), 'cell')}, but the header has {len(columns)}.",
        "Look for a missing or superfluous delimiter, or an unclosed quotation mark; or leave it out: add "
        f"{number} to `data.skip_rows`.",
    )


def _trimmed(row: Sequence[Any]) -> Sequence[Any]:
    """A row without the empty cells at its end."""
    n = len(row)
    while n and row[n - 1] in (None, ""):
        n -= 1
    return row[:n]
