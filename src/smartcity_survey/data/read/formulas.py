"""Formulas of a spreadsheet that hold no value: programs that write them leave the computing to Excel."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

UNSTORED = "#FORMULA!"
"""What is read in the place of such a value, which is unknown and not empty."""
OPEN_AND_SAVE = "Open the file in Excel or LibreOffice, which compute them, and save it there."
_EMPTY = rb"(?:<v\s*/>|<v>\s*</v>)?\s*</c>"
_WITHOUT_VALUE = re.compile(rb"</f>\s*" + _EMPTY + rb"|<f\b[^<>]{0,200}/>\s*" + _EMPTY)
_RANGE = re.compile(r"[A-Z]+\$?\d+:\$?[A-Z]+\$?\d+")
_BYTES_AT_ONCE = 2**20
_LONGEST = 512
"""Bytes of a match, so that none is lost between two parts."""


def may_lack_values(path: Path) -> bool:
    """Whether some sheet of an .xlsx has a formula behind which nothing stands."""
    with zipfile.ZipFile(path) as archive:
        sheets = [part for part in archive.namelist() if part.startswith("xl/worksheets/")]
        return any(map(_WITHOUT_VALUE.search, _parts(archive, sheets)))


def _parts(archive: zipfile.ZipFile, names: Sequence[str]) -> Iterator[bytes]:
    for name in names:
        rest = b""
        with archive.open(name) as sheet:
            while part := sheet.read(_BYTES_AT_ONCE):
                yield rest + part
                rest = part[-_LONGEST:]


def with_unstored(values: Sequence[Any], formulas: Sequence[Any]) -> tuple[Any, ...]:
    """A row in which formulas without a value are told.

    Parameters
    ----------
    values, formulas : its cells as openpyxl reads them with and without `data_only`. What is computed to an
        empty text is text there, as people see an empty cell. A row of nothing but formulas over ranges is
        one of totals or means: without their values it is empty.
    """
    unstored = {
        position
        for position, cell in enumerate(formulas)
        if getattr(cell, "data_type", "") == "f"
        and position < len(values)
        and values[position].value is None
        and values[position].data_type == "n"
    }
    filled = {position for position, cell in enumerate(values) if cell.value not in (None, "")}
    if not filled and all(_RANGE.search(str(formulas[position].value)) for position in unstored):
        unstored = set()
    return tuple(UNSTORED if k in unstored else cell.value for k, cell in enumerate(values))
