"""Files of SPSS, Stata and SAS: cells, and what the file says about its own columns."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat

from smartcity_survey.data.read.cells import cell_text, without_dates
from smartcity_survey.data.read.tables import ROWS_AT_ONCE, Batch, Table
from smartcity_survey.errors import SurveyError
from smartcity_survey.libraries import library_reason
from smartcity_survey.study.config import DataSection

_FAILURES = (
    pyreadstat.ReadstatError,
    pyreadstat.PyreadstatError,
    LookupError,
    ValueError,
    OverflowError,
    MemoryError,
)
_DATES = {"DATE", "ADATE", "EDATE", "SDATE", "JDATE", "QYR", "MOYR", "WKYR"}
_DATES_AND_TIMES = {"DATETIME", "YMDHMS"}
_DURATIONS = {"TIME", "DTIME", "MTIME"}
_FIRST_DAY = datetime(1582, 10, 14)
"""From which SPSS counts the seconds of its dates."""
_PROGRAMS = {"read_por": "a portable SPSS file", "read_dta": "a Stata file"}
_NUMBER = re.compile(r"\s*-?\d+\s*")
_ENCRYPTED = b"ENCRYPTEDSAV"
SECONDS_ALLOWED = 60.0
BYTES_PER_SECOND = 1_000_000
"""A whole file is read within a minute and a second per megabyte; the library manages fifty times that."""

# `-I`: neither the working folder nor the environment may change what is imported. The packages are those
# that are imported here, wherever they are installed.
_REHEARSAL = """
import os, sys
sys.path = sys.argv.pop(1).split(os.pathsep)
import pyreadstat
try:
    encoding = {"encoding": sys.argv[2]} if sys.argv[2] else {}
    getattr(pyreadstat, sys.argv[3])(sys.argv[1], output_format="dict", **encoding,
                                     **dict.fromkeys(sys.argv[4:], True))
except Exception as error:
    sys.exit(str(error) or type(error).__name__)
"""


def open_sav(path: Path, section: DataSection) -> Table:
    """Open an SPSS file; codes that it declares as missing stay codes, and are named in the table."""
    with path.open("rb") as file:
        start = file.read(64)
    if _ENCRYPTED in start:
        raise SurveyError(
            str(path),
            "it is protected by a password.",
            "Save it again from SPSS without a password, or export a .csv.",
        )
    return _open(path, section, "read_sav", "sav", ("user_missing", "disable_datetime_conversion"))


def open_por(path: Path, section: DataSection) -> Table:
    """Open a portable SPSS file. Its reader knows no codes of no answer: they stay codes."""
    if section.encoding:
        raise SurveyError(
            "config.yaml, data.encoding",
            "the library that reads portable files takes no encoding.",
            "Leave it out; where letters are wrong then, save the file as .sav.",
        )
    return _open(path, section, "read_por", "por", ("disable_datetime_conversion",))


def open_dta(path: Path, section: DataSection) -> Table:
    """Open a Stata file; its extended missing values (.a to .z) are empty cells."""
    return _open(path, section, "read_dta", "dta", ())


def _open(path: Path, section: DataSection, reader: str, kind: str, options: tuple[str, ...]) -> Table:
    _rehearse(path, section.encoding, reader, options)
    try:
        encoding = {"encoding": section.encoding} if section.encoding else {}
        cells, meta = getattr(pyreadstat, reader)(
            path, output_format="dict", **encoding, **dict.fromkeys(options, True)
        )
    except _FAILURES as error:
        raise _unreadable(path, str(error), reader) from None
    if None in meta.column_names:
        raise _unreadable(path, "a column has no name", reader)
    missing_ranges = _numeric_ranges(meta.missing_ranges)
    if options:
        for name, kind_of_cells in meta.original_variable_types.items():
            written = _written(kind_of_cells)
            if written:
                cells[name] = _without_dates(cells[name], written, missing_ranges.get(name, ()))
    else:
        cells = {name: [without_dates(cell) for cell in column] for name, column in cells.items()}
    for name, labels in meta.variable_value_labels.items():
        if worded := _worded(labels):
            cells[name] = [
                worded.get(cell.strip(), cell) if isinstance(cell, str) else cell for cell in cells[name]
            ]
    return Table(
        tuple(meta.column_names),
        partial(_batches, cells),
        {"format": kind, "encoding": str(meta.file_encoding)},
        missing_ranges=missing_ranges,
        labels={name: label for name, label in meta.column_names_to_labels.items() if label},
        answers={name: _numeric(labels) for name, labels in meta.variable_value_labels.items()},
    )


def _rehearse(path: Path, encoding: str | None, reader: str, options: tuple[str, ...]) -> None:
    """Read the file in another process first: on a damaged one the library can crash, or never end."""
    seconds = SECONDS_ALLOWED + path.stat().st_size / BYTES_PER_SECOND
    places = os.pathsep.join(place for place in sys.path if place and Path(place) != Path.cwd())
    command = [sys.executable, "-I", "-c", _REHEARSAL, places, str(path), encoding or "", reader, *options]
    try:
        finished = subprocess.run(
            command, capture_output=True, encoding="utf-8", errors="replace", timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise _unreadable(path, "reading it did not end", reader) from None
    if finished.returncode == 1:
        raise _unreadable(path, finished.stderr.strip(), reader)
    if finished.returncode != 0:
        raise _unreadable(path, "it is damaged", reader)


def _unreadable(path: Path, why: str, reader: str) -> SurveyError:
    return SurveyError(
        str(path),
        f"not readable as {_PROGRAMS.get(reader, 'an SPSS file')} ({library_reason(why)}).",
        "Check `data.encoding` if you gave one; else save it again from "
        f"{'Stata' if reader == 'read_dta' else 'SPSS'}, or export a .csv.",
    )


def _numeric_ranges(declared: Mapping[str, Any]) -> dict[str, tuple[tuple[float, float], ...]]:
    return {
        name: tuple((r["lo"], r["hi"]) for r in ranges if not isinstance(r["lo"], str))
        for name, ranges in declared.items()
    }


def _written(kind: str | None) -> Callable[[float], str] | None:
    """How numbers of an SPSS format such as DATE11 are written where they are dates, times or durations."""
    name = (kind or "").rstrip("0123456789.").upper()
    if name in _DATES:
        return lambda seconds: (_FIRST_DAY + timedelta(seconds=seconds)).date().isoformat()
    if name in _DATES_AND_TIMES:
        return lambda seconds: cell_text(_FIRST_DAY + timedelta(seconds=seconds))
    if name in _DURATIONS:
        return lambda seconds: cell_text(timedelta(seconds=seconds))
    return None


def _without_dates(
    cells: Sequence[Any], written: Callable[[float], str], declared: Sequence[tuple[float, float]]
) -> list[Any]:
    """Cells whose seconds are written out; codes that the file declares as missing stay codes."""

    def text(seconds: Any) -> Any:
        # System-missing values are None or NaN.
        if seconds is None or seconds != seconds or any(low <= seconds <= high for low, high in declared):
            return None if seconds is None else float(seconds)
        try:
            return written(float(seconds))
        except OverflowError:
            return f"{seconds:g} seconds"

    return [text(cell) for cell in cells]


def _numeric(labels: dict[Any, str]) -> dict[float, str]:
    numbers = {code: float(code) for code in labels if not isinstance(code, str) or _NUMBER.fullmatch(code)}
    return {number: labels[code] for code, number in numbers.items()}


def _worded(labels: dict[Any, str]) -> dict[str, str]:
    """Codes in letters, as LimeSurvey's `A1`, with their labels; these alone say what such a code means."""
    return {
        code.strip(): label
        for code, label in labels.items()
        if isinstance(code, str) and not _NUMBER.fullmatch(code)
    }


def _batches(cells: dict[str, Any], wanted: Sequence[str]) -> Iterator[Batch]:
    n = len(next(iter(cells.values()))) if cells else 0
    for start in range(0, n, ROWS_AT_ONCE):
        rows = slice(start, min(start + ROWS_AT_ONCE, n))
        numbers = np.arange(rows.start, rows.stop) + 1
        yield Batch(pd.DataFrame({name: cells[name][rows] for name in wanted}, index=numbers))
