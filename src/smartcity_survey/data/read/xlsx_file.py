"""Spreadsheets, read row by row."""

from __future__ import annotations

import difflib
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from smartcity_survey.data.read.cells import cell_text, without_dates
from smartcity_survey.data.read.tables import ROWS_AT_ONCE, Batch, Table
from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.study.config import DataSection

MOST_UNPACKED_BYTES = 4_000_000_000
"""Beyond this an .xlsx is no survey: a sheet has at most a million rows."""
_OLE = b"\xd0\xcf\x11\xe0"


def open_xlsx(path: Path, section: DataSection) -> Table:
    """Open one sheet of a spreadsheet; the first row holds the names of the columns."""
    _require_archive(path)
    with _sheet(path, section.sheet) as rows:
        header = next(rows, ())
    columns = tuple(cell_text(name) for name in _trimmed(header))
    if not columns:
        raise SurveyError(
            f"{path}, sheet {section.sheet!r}", "it is empty.", "Name the sheet in `data.sheet`."
        )
    how = {"format": "xlsx", "sheet": str(section.sheet)}
    return Table(columns, partial(_batches, path, section.sheet, columns), how)


def _require_archive(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(4)
    if start == _OLE:
        raise SurveyError(
            str(path),
            "it is protected by a password, or an old .xls.",
            "Open it in a spreadsheet program and save it as .xlsx without a password.",
        )
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
    except Exception as error:  # a damaged archive fails wherever its parts are missed
        raise _unreadable(path, error) from None
    if size > MOST_UNPACKED_BYTES:
        raise SurveyError(
            str(path), f"it unpacks to {size / 1e9:.1f} GB.", "Export a .csv of the survey's sheet alone."
        )


@contextmanager
def _sheet(path: Path, name: str | int) -> Iterator[Iterator[tuple[Any, ...]]]:
    """Rows of a sheet; whatever a damaged file does to the library becomes a SurveyError."""
    workbook = None
    try:
        with _quiet():
            workbook = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheet = workbook[_sheet_name(workbook.sheetnames, name, path)]
        sheet.reset_dimensions()
        yield sheet.iter_rows(values_only=True)
    except SurveyError:
        raise
    except Exception as error:
        raise _unreadable(path, error) from None
    finally:
        if workbook is not None:
            workbook.close()


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the library's remarks about styles, extensions and dates that no cell of ours needs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _sheet_name(names: Sequence[str], asked: str | int, path: Path) -> str:
    if isinstance(asked, int) and 0 <= asked < len(names):
        return names[asked]
    if asked in names:
        return str(asked)
    close = difflib.get_close_matches(str(asked), names, n=1)
    raise SurveyError(
        "config.yaml, data.sheet",
        f"{path} has no sheet {asked!r}.",
        f"Did you mean {close[0]!r}?" if close else f"Its sheets are {', '.join(map(repr, names))}.",
    )


def _unreadable(path: Path, error: Exception) -> SurveyError:
    return SurveyError(
        str(path),
        f"not readable as .xlsx ({error or type(error).__name__}).",
        "It is truncated, damaged or something else: save it again from a spreadsheet program.",
    )


def _batches(path: Path, name: str | int, columns: tuple[str, ...], wanted: Sequence[str]) -> Iterator[Batch]:
    positions = [columns.index(column) for column in wanted]
    with _sheet(path, name) as rows:
        numbered = ((number, _trimmed(row)) for number, row in enumerate(rows, start=1))
        next(numbered)
        while chunk := _take(numbered):
            cells = [
                [without_dates(row[j]) if j < len(row) else None for j in positions]
                for _, row in chunk
                if row
            ]
            numbers = [number for number, row in chunk if row]
            yield Batch(
                pd.DataFrame(cells, index=numbers, columns=list(wanted), dtype=object),
                tuple(_beyond(path, number) for number, row in chunk if len(row) > len(columns)),
            )


def _take(rows: Iterator[tuple[int, Sequence[Any]]]) -> list[tuple[int, Sequence[Any]]]:
    with _quiet():
        return list(islice(rows, ROWS_AT_ONCE))


def _beyond(path: Path, number: int) -> Problem:
    return Problem(
        f"{path}, row {number}",
        "a cell stands beyond the last named column.",
        "Name its column, or empty it.",
    )


def _trimmed(row: Sequence[Any]) -> Sequence[Any]:
    """A row without the empty cells at its end."""
    n = len(row)
    while n and row[n - 1] in (None, ""):
        n -= 1
    return row[:n]
