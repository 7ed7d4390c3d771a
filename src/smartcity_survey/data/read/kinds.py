"""What kind of file a survey is, by its content: endings lie."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from smartcity_survey.errors import SurveyError

_START = 4096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\3\4", b"PK\5\6")
_OPEN_DOCUMENT = b"opendocument.spreadsheet"
_PACKED: tuple[tuple[bytes, Callable[..., object]], ...] = (
    (b"\x1f\x8b", gzip.open),
    (b"BZh", bz2.open),
    (b"\xfd7zXZ", lzma.open),
)
_R_STARTS = (b"RDX2", b"RDX3", b"RDA2", b"RDA3", b"X\n\0\0\0", b"A\n2\n", b"A\n3\n")
NO_SURVEYS = (
    (
        b"%PDF",
        "it is a PDF",
        "A PDF holds no table. Export the answers as .xlsx or .csv from the survey tool.",
    ),
    (b"{\\rtf", "it is a text document (.rtf)", "Export the answers as .xlsx or .csv."),
    (b"\x89PNG", "it is a picture", "Export the answers as .xlsx or .csv."),
    (b"\xff\xd8\xff", "it is a picture", "Export the answers as .xlsx or .csv."),
    (b"Rar!", "it is an archive (.rar)", "Unpack it, and name the survey file in it."),
    (b"7z\xbc\xaf", "it is an archive (.7z)", "Unpack it, and name the survey file in it."),
)
"""Starts of files that hold no answers, what they are, and what to do."""

SPREADSHEETS = {
    **dict.fromkeys((".xlsx", ".xls", ".xlsm", ".xlsb"), "Excel"),
    ".ods": "OpenDocument",
}
"""Endings of names of spreadsheets, and whose files have them."""
_BETWEEN_CELLS = (b",", b";", b"\t", b"|")


def kind_of(path: Path) -> str:
    """The kind of a file: a key of `opening.OPENERS` or `GRIDS`, or `zip` for an archive of other files.

    Text that is nothing else is a `csv`.

    Raises
    ------
    SurveyError
        for a file that is known to hold no table: a PDF, a picture, a document.
    """
    with path.open("rb") as file:
        start = file.read(_START)
    for mark, what, remedy in NO_SURVEYS:
        if start.startswith(mark):
            raise SurveyError(str(path), f"{what}, not a table of answers.", remedy)
    if b"ENCRYPTEDSAV" in start[:64] or start[:4] in (b"$FL2", b"$FL3"):
        return "sav"
    if b"SPSSPORT" in start.replace(b"\n", b"").replace(b"\r", b""):
        return "por"
    if start.startswith(b"<stata_dta>") or re.match(rb"[\x69\x6c-\x73][\x01\x02]\x01\0", start):
        return "dta"
    if start.startswith(_OLE):
        return "xls"
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith(_ZIP):
        return _kind_of_archive(path)
    if start.startswith(_R_STARTS) or _is_packed_r(path, start):
        return "rds"
    text = start.lstrip(b"\xef\xbb\xbf").lstrip().lower()
    if (
        text.startswith((b"<html", b"<!doctype html", b"<table", b"<meta"))
        and b"<table" in path.read_bytes().lower()
    ):
        return "html"
    for mark, what in ((b"<?xml", "XML"), (b"{", "JSON"), (b"[{", "JSON")):
        if text.startswith(mark):
            raise SurveyError(
                str(path),
                f"it is {what}, not a table of answers.",
                "Export the answers as .xlsx or .csv; an .xml of Excel opens there and can be "
                "saved as .xlsx.",
            )
    _require_text_of_rows(path, start)
    return "csv"


def _require_text_of_rows(path: Path, start: bytes) -> None:
    """Refuse what is called a spreadsheet and is neither one nor rows of cells as text; all called .parquet.

    Survey tools do call such rows `.xls`.
    """
    kind = SPREADSHEETS.get(path.suffix.lower())
    lines = start.strip().splitlines()
    if path.suffix.lower() == ".parquet":  # no tool calls text so
        kind, lines = "Parquet", []
    if kind and (len(lines) < 2 or not any(mark in start for mark in _BETWEEN_CELLS)):
        raise SurveyError(
            str(path),
            f"it is no {kind} file, though its name ends in {path.suffix}.",
            "Export the answers once more as .xlsx or .csv, and do not rename the file.",
        )


def _kind_of_archive(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            told = archive.open("mimetype").read(_START) if "mimetype" in names else b""
    except Exception:  # what is wrong with it is said where it is read
        return "zip" if path.suffix.lower() == ".zip" else "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "content.xml" in names:
        if told and _OPEN_DOCUMENT not in told:
            raise SurveyError(
                str(path),
                "it is a text document, not a table of answers.",
                "Export the answers as .xlsx or .csv.",
            )
        return "ods"
    if "word/document.xml" in names:
        raise SurveyError(
            str(path),
            "it is a Word document, not a table of answers.",
            "Export the answers as .xlsx or .csv from the survey tool.",
        )
    if "xl/workbook.xml" not in names and path.suffix.lower() != ".xlsx":
        return "zip"
    return "xlsx"


def _is_packed_r(path: Path, start: bytes) -> bool:
    for mark, opened in _PACKED:
        if start.startswith(mark):
            try:
                with opened(path, "rb") as file:  # type: ignore[attr-defined]
                    return bool(file.read(8).startswith(_R_STARTS))
            except (OSError, EOFError, lzma.LZMAError):
                return False
    return False
