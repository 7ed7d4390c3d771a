"""Web pages with a table: what some survey tools call an .xls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

from smartcity_survey.data.read.csv_file import marked_encoding
from smartcity_survey.data.read.grid import Grid, Row
from smartcity_survey.errors import SurveyError, counted
from smartcity_survey.study.config import DataSection

Cells = list[list[str]]
MOST_SPANNED = 1000
"""Rows or columns that one cell may take, as browsers have it."""
_CHARSET = re.compile(rb"charset=[\"']?([\w-]+)", re.I)


class _Tables(HTMLParser):
    """Rows of every table of a page.

    A cell over several columns or rows stands in the first of them, and the others are empty, as in a
    spreadsheet with merged cells. A table within a cell is a table of its own, and no part of the cell.
    """

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[Cells] = []
        self._open: list[Cells] = []
        self._taken: list[dict[int, int]] = []
        self._cell: list[str] | None = None
        self._spans = (1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._end()
            self.tables.append([])
            self._open.append(self.tables[-1])
            self._taken.append({})
        elif tag == "tr" and self._open:
            self._end()
            self._open[-1].append([])
        elif tag in ("td", "th") and self._open and self._open[-1]:
            self._end()
            self._cell = []
            self._spans = _span(dict(attrs).get("colspan")), _span(dict(attrs).get("rowspan"))
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._end()
        if tag == "table" and self._open:
            self._open.pop()
            self._taken.pop()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _end(self) -> None:
        """Put the cell into its row, behind those that reach down from the rows above."""
        if self._cell is None:
            return
        row, taken = self._open[-1][-1], self._taken[-1]
        number = len(self._open[-1])
        while taken.get(len(row), 0) >= number:
            row.append("")
        n_columns, n_rows = self._spans
        for column in range(len(row), len(row) + n_columns):
            taken[column] = number + n_rows - 1
        row += ["".join(self._cell).strip(), *[""] * (n_columns - 1)]
        self._cell = None


def _span(text: str | None) -> int:
    return min(int(text), MOST_SPANNED) if text and text.isdigit() and int(text) > 0 else 1


def open_html(path: Path, section: DataSection) -> Grid:
    """Open the largest table of a web page."""
    how = {"format": "html", "encoding": _encoding(path, section)}
    empty = SurveyError(str(path), "its table is empty.", "Export the survey again as .xlsx or .csv.")
    return Grid(path, partial(_rows, path, how["encoding"]), how, "row", ragged=True, no_header=empty)


def other_tables(path: Path, section: DataSection) -> list[str]:
    """The tables that are not read, by their first cells and their size; those of one row are left out."""
    tables = _tables(path, _encoding(path, section))
    largest = _largest(tables)
    return [
        f"{next((cell for row in table for cell in row if cell), '')[:30]!r} ({counted(len(table), 'row')})"
        for table in tables
        if table is not largest and len(table) > 1
    ]


def _encoding(path: Path, section: DataSection) -> str:
    with path.open("rb") as file:
        named = _CHARSET.search(file.read(4096))
    return section.encoding or (named[1].decode("ascii") if named else marked_encoding(path))


def _tables(path: Path, encoding: str) -> list[Cells]:
    try:
        text = path.read_text(encoding=encoding)
    except (UnicodeError, LookupError):
        raise SurveyError(
            str(path), f"not {encoding} text.", "Name its encoding in `data.encoding`, or save it as .xlsx."
        ) from None
    page = _Tables()
    page.feed(text)
    page.close()
    return page.tables


def _largest(tables: list[Cells]) -> Cells:
    return max(tables, key=lambda rows: sum(map(len, rows)), default=[])


def _rows(path: Path, encoding: str) -> Iterator[Row]:
    yield from enumerate(_largest(_tables(path, encoding)), start=1)
