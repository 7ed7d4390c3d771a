"""Old spreadsheets, those of LibreOffice and binary ones, by the library calamine."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from pathlib import Path
from xml.parsers import expat

import python_calamine

from smartcity_survey.data.read.grid import Grid, Row
from smartcity_survey.data.read.xlsx_file import empty_sheet, sheet_name
from smartcity_survey.errors import SurveyError, counted
from smartcity_survey.libraries import library_reason
from smartcity_survey.study.config import DataSection

_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ERROR = b'calcext:value-type="error"'
_CELL = re.compile(rb"<table:table-cell[^>]*>")
_VALUE = re.compile(rb' (office:(value|value-type|string-value|boolean-value)|calcext:value-type)="[^"]*"')
_MANY = re.compile(
    rb'<table:table-row[^>]*number-rows-repeated="0*(\d{5,})"[^>]*(?<!/)>(?:(?!</table:table-row>).)*', re.S
)
"""A row that stands for 10,000 or more, and what it holds; of empty ones each sheet has one at its end."""
_NAMES = {"ods": "a spreadsheet of LibreOffice (.ods)", "xlsb": "an .xlsb"}


def open_calamine(kind: str, path: Path, section: DataSection) -> Grid:
    """Open one sheet of an `.xls`, `.ods` or `.xlsb`."""
    workbook = _workbook(kind, path)
    name = sheet_name(workbook.sheet_names, section.sheet, path)
    how = {"format": kind, "sheet": str(section.sheet)}
    empty = empty_sheet(path, section)
    return Grid(path, partial(_rows, kind, path, name), how, "row", ragged=True, no_header=empty)


def sheets_of(kind: str, path: Path) -> list[str]:
    """Names of the sheets."""
    names = list(_workbook(kind, path).sheet_names)
    if not names:
        raise _unreadable(kind, path, KeyError("no item named worksheet"))
    return names


def _workbook(kind: str, path: Path) -> python_calamine.CalamineWorkbook:
    content = path.read_bytes()
    if kind == "xls" and _ENCRYPTED in content:
        raise SurveyError(
            str(path),
            "it is protected by a password.",
            "Open it in a spreadsheet program and save it as .xlsx without a password.",
        )
    if kind == "xls" and not _is_whole(content):
        raise _unreadable(kind, path, EOFError("unexpected eof"))
    try:
        return python_calamine.load_workbook(_with_errors(path) if kind == "ods" else path)
    except SurveyError:
        raise
    except python_calamine.PasswordError:
        raise SurveyError(
            str(path),
            "it is protected by a password.",
            "Open it in a spreadsheet program and save it without a password.",
        ) from None
    except Exception as error:  # the library has no common class for what a damaged file does to it
        raise _unreadable(kind, path, error) from None


def _is_whole(content: bytes) -> bool:
    """Whether the sectors that the header of an .xls names lie within the file.

    The library would follow others round and round, and take all memory. Source: [MS-CFB], 2.2.
    """
    if not content.startswith(_COMPOUND) or len(content) < 512:
        return True  # the library says what it is
    size = 1 << min(int.from_bytes(content[30:32], "little"), 12)
    fat, directory, mini, more = (int.from_bytes(content[at : at + 4], "little") for at in (44, 48, 64, 72))
    return max(fat, directory, mini, more) * size < len(content)


def _with_errors(path: Path) -> BytesIO | Path:
    """An .ods in which cells of errors hold what people see, as #N/A: the library takes some for 0."""
    written = BytesIO()
    with zipfile.ZipFile(path) as archive:
        content = archive.read("content.xml")
        # The library would look for the end of a part that is cut off or garbled for ever.
        expat.ParserCreate().Parse(content, True)
        for row in _MANY.finditer(content):
            if b"office:value-type=" in row[0]:
                raise SurveyError(
                    str(path),
                    f"one row of answers stands for {counted(int(row[1]), 'row')}.",
                    "No survey has so many that are the same: it is damaged. Export the answers again.",
                )
        if _ERROR not in content:
            return path
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as other:
            for part in archive.infolist():
                inside = archive.read(part)
                other.writestr(
                    part, _CELL.sub(_as_text, inside) if part.filename == "content.xml" else inside
                )
    written.seek(0)
    return written


def _as_text(cell: re.Match[bytes]) -> bytes:
    if _ERROR not in cell[0]:
        return cell[0]
    return _VALUE.sub(b"", cell[0]).replace(
        b"<table:table-cell", b'<table:table-cell office:value-type="string"'
    )


def _rows(kind: str, path: Path, name: str) -> Iterator[Row]:
    workbook = _workbook(kind, path)
    try:
        rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except Exception as error:
        raise _unreadable(kind, path, error) from None
    yield from enumerate(rows, start=1)


def _unreadable(kind: str, path: Path, error: Exception) -> SurveyError:
    if kind == "xls":
        return SurveyError(
            str(path),
            f"it is protected by a password, or a damaged .xls ({library_reason(error)}).",
            "Open it in a spreadsheet program and save it as .xlsx without a password.",
        )
    return SurveyError(
        str(path),
        f"not readable as {_NAMES[kind]} ({library_reason(error)}).",
        "It is protected by a password, truncated or damaged: save it again from a spreadsheet "
        "program as .xlsx.",
    )
