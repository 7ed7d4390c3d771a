"""Spreadsheets, read row by row."""

from __future__ import annotations

import difflib
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl

from smartcity_survey.data.read.formulas import may_lack_values, with_unstored
from smartcity_survey.data.read.grid import Grid, Row
from smartcity_survey.errors import SurveyError
from smartcity_survey.libraries import library_reason
from smartcity_survey.study.config import DataSection

MOST_ROWS = 2**20
"""Of a sheet, in every program that writes .xlsx."""
MOST_UNPACKED_BYTES = 4_000_000_000
"""Beyond this an .xlsx is no survey: a sheet has at most a million rows."""


def open_xlsx(path: Path, section: DataSection) -> Grid:
    """Open one sheet of a spreadsheet."""
    _require_archive(path)
    how = {"format": "xlsx", "sheet": str(section.sheet)}
    return Grid(
        path,
        partial(_rows, path, section.sheet),
        how,
        "row",
        ragged=True,
        no_header=empty_sheet(path, section),
    )


def sheets_of(path: Path) -> list[str]:
    """Names of the sheets."""
    _require_archive(path)
    try:
        # A file, not its name: the library goes by endings.
        with _quiet(), path.open("rb") as file:
            names = [sheet.title for sheet in openpyxl.load_workbook(file, read_only=True).worksheets]
            if not names:
                raise KeyError("no item named worksheet")
            return names
    except Exception as error:
        raise _unreadable(path, error) from None


def empty_sheet(path: Path, section: DataSection) -> SurveyError:
    """What is said of a sheet without names of columns."""
    return SurveyError(
        f"{path}, sheet {section.sheet!r}",
        "it is empty.",
        "Name the sheet in `data.sheet`, or the row that holds the names of the columns in "
        "`data.header_rows`.",
    )


def _require_archive(path: Path) -> None:
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
def _sheet(
    path: Path, name: str | int, *, formulas: bool = False, values: bool = True
) -> Iterator[Iterator[tuple[Any, ...]]]:
    """Rows of a sheet; whatever a damaged file does to the library becomes a SurveyError.

    formulas : formulas instead of what they were computed to. values : the values of cells alone.
    """
    workbook = None
    file = path.open("rb")
    try:
        with _quiet():
            workbook = openpyxl.load_workbook(file, read_only=True, data_only=not formulas)
        sheet = workbook[sheet_name(workbook.sheetnames, name, path)]
        sheet.reset_dimensions()
        yield sheet.iter_rows(values_only=values)
    except (SurveyError, GeneratorExit):
        raise
    except Exception as error:
        raise _unreadable(path, error) from None
    finally:
        if workbook is not None:
            workbook.close()
        file.close()


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the library's remarks about styles, extensions and dates that no cell of ours needs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def sheet_name(names: Sequence[str], asked: str | int, path: Path) -> str:
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
        f"not readable as .xlsx ({library_reason(error)}).",
        "It is truncated, damaged or something else: save it again from a spreadsheet program.",
    )


def _rows(path: Path, name: str | int) -> Iterator[Row]:
    try:
        unstored = may_lack_values(path)
    except Exception as error:  # a damaged archive fails wherever its parts are missed
        raise _unreadable(path, error) from None
    if unstored:
        with (
            _sheet(path, name, values=False) as cells,
            _sheet(path, name, formulas=True, values=False) as formulas,
            _quiet(),
        ):
            yield from _numbered(path, map(with_unstored, cells, formulas))
        return
    with _sheet(path, name) as rows, _quiet():
        yield from _numbered(path, rows)


def _numbered(path: Path, rows: Iterable[Any]) -> Iterator[Row]:
    """Rows by their numbers; a row of a number that no sheet has would bring all those before it."""
    for number, row in enumerate(rows, start=1):
        if number > MOST_ROWS:
            raise SurveyError(
                f"{path}, row {number}",
                "no sheet has so many rows.",
                "Save it again from a spreadsheet program.",
            )
        yield number, row
