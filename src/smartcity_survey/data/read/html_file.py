"""Web pages with a table: what some survey tools call an .xls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

from smartcity_survey.data.read.csv_file import marked_encoding
from smartcity_survey.data.read.grid import Grid, Row
from smartcity_survey.errors import SurveyError
from smartcity_survey.study.config import DataSection

_CHARSET = re.compile(rb"charset=[\"']?([\w-]+)", re.I)


class _Cells(HTMLParser):
    """Rows of the largest table of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._cell: list[str] | None = None
        self._span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self._end()
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1]:
            self._end()
            self._cell = []
            span = dict(attrs).get("colspan") or "1"
            self._span = int(span) if span.isdigit() else 1
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._end()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _end(self) -> None:
        if self._cell is not None:
            self.tables[-1][-1] += ["".join(self._cell).strip(), *[""] * (self._span - 1)]
            self._cell = None


def open_html(path: Path, section: DataSection) -> Grid:
    """Open the largest table of a web page."""
    content = path.read_bytes()
    named = _CHARSET.search(content[:4096])
    encoding = section.encoding or (named[1].decode("ascii") if named else marked_encoding(path))
    how = {"format": "html", "encoding": encoding}
    empty = SurveyError(str(path), "its table is empty.", "Export the survey again as .xlsx or .csv.")
    return Grid(path, partial(_rows, path, encoding), how, "row", ragged=True, no_header=empty)


def _rows(path: Path, encoding: str) -> Iterator[Row]:
    try:
        text = path.read_text(encoding=encoding)
    except (UnicodeError, LookupError):
        raise SurveyError(
            str(path), f"not {encoding} text.", "Name its encoding in `data.encoding`, or save it as .xlsx."
        ) from None
    cells = _Cells()
    cells.feed(text)
    cells.close()
    largest: list[list[str]] = max(cells.tables, key=lambda rows: sum(map(len, rows)), default=[])
    yield from enumerate(largest, start=1)
