"""Text tables: their encoding, their delimiter, and lines that are no rows."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

import pandas as pd

from smartcity_survey.data.read.tables import ROWS_AT_ONCE, Batch, Table
from smartcity_survey.errors import Problem, SurveyError, counted
from smartcity_survey.study.config import DataSection

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
LINES_SHOWN = 20
"""Lines of the wrong length listed one by one before the rest is only counted."""
LONGEST_HEADER = 2**20
"""Bytes that the names of the columns may take."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def open_csv(path: Path, section: DataSection) -> Table:
    """Open a text table; its delimiter is the one that splits the header into most names."""
    _require_lines(path)
    encoding = section.encoding or _encoding_of(path)
    headers = {mark: _header(path, encoding, mark) for mark in DELIMITERS}
    delimiter = max(headers, key=lambda mark: len(headers[mark]))
    columns = headers[delimiter]
    how = {"format": "csv", "encoding": encoding, "delimiter": DELIMITERS[delimiter]}
    return Table(columns, partial(_batches, path, encoding, delimiter, columns), how)


def _require_lines(path: Path) -> None:
    """Refuse a file whose first line never ends before it fills the memory."""
    with path.open("rb") as file:
        start = file.read(LONGEST_HEADER)
    if len(start) == LONGEST_HEADER and b"\n" not in start and b"\r" not in start:
        raise SurveyError(
            f"{path}, line 1",
            f"no end of the line within {LONGEST_HEADER:,} bytes.",
            "This is no table of text; export the survey again.",
        )


def _encoding_of(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4)
    return next((name for mark, name in _BOMS if start.startswith(mark)), "utf-8")


def _header(path: Path, encoding: str, delimiter: str) -> tuple[str, ...]:
    try:
        with path.open(encoding=encoding, newline="") as file:
            names = next(csv.reader(file, delimiter=delimiter), [])
    except UnicodeError as error:
        raise _wrong_encoding(path, encoding, error) from None
    except (LookupError, ValueError):
        raise SurveyError(
            "config.yaml, data.encoding",
            f"{encoding!r} is not an encoding.",
            "Write utf-8, utf-16 or cp1251.",
        ) from None
    except csv.Error as error:
        raise SurveyError(
            f"{path}, line 1", f"not a header ({error}).", "Look for an unclosed quotation mark."
        ) from None
    if not names:
        raise SurveyError(f"{path}, line 1", "it is empty.", "Write the names of the columns into it.")
    if any("\x00" in name for name in names):
        raise SurveyError(
            str(path),
            f"not {encoding} text (it holds NUL bytes).",
            "Save it as UTF-8; if it is UTF-16, write utf-16-le or utf-16-be into `data.encoding`.",
        )
    return tuple(name.lstrip("\ufeff").strip() for name in names)


def _batches(
    path: Path, encoding: str, delimiter: str, columns: tuple[str, ...], wanted: Sequence[str]
) -> Iterator[Batch]:
    positions = [columns.index(name) for name in wanted]
    with path.open(encoding=encoding, newline="") as file:
        lines = _lines(csv.reader(file, delimiter=delimiter), path, encoding)
        next(lines)
        n_misshapen = 0
        while chunk := list(islice(lines, ROWS_AT_ONCE)):
            rows = {number: row for number, row in chunk if len(row) == len(columns)}
            misshapen = [(number, len(row)) for number, row in chunk if len(row) != len(columns)]
            shown = misshapen[: max(0, LINES_SHOWN - n_misshapen)]
            n_misshapen += len(misshapen)
            cells = [[row[position] for position in positions] for row in rows.values()]
            frame = pd.DataFrame(cells, index=list(rows), columns=list(wanted), dtype=object)
            yield Batch(frame, tuple(_misshapen(path, number, n, len(columns)) for number, n in shown))
    if n_misshapen > LINES_SHOWN:
        rest = f"{counted(n_misshapen - LINES_SHOWN, 'more line')} like these."
        more = Problem(str(path), rest, "Mend the first ones and try again.")
        yield Batch(pd.DataFrame(columns=list(wanted), dtype=object), (more,))


def _lines(reader: Iterator[list[str]], path: Path, encoding: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with the number of the line they end on; lines without any cell filled are passed over."""
    number = 1
    try:
        for row in reader:
            number = reader.line_num  # type: ignore[attr-defined]
            if any(row):
                yield number, row
    except UnicodeError as error:
        raise _wrong_encoding(path, encoding, error) from None
    except csv.Error as error:
        raise SurveyError(
            f"{path}, line {number}",
            f"not a table from here on ({error}).",
            "Look for an unclosed quotation mark, or export the survey again as .csv.",
        ) from None


def _misshapen(path: Path, number: int, n: int, expected: int) -> Problem:
    return Problem(
        f"{path}, line {number}",
        f"{counted(n, 'cell')}, but the header has {expected}.",
        "Look for a missing or superfluous delimiter, or an unclosed quotation mark.",
    )


def _wrong_encoding(path: Path, encoding: str, error: UnicodeError) -> SurveyError:
    where = f" (byte {error.start})" if isinstance(error, UnicodeDecodeError) else ""
    return SurveyError(
        str(path),
        f"not {encoding} text{where}.",
        "Save it as UTF-8, or name its encoding in `data.encoding` (Windows programs often write cp1251).",
    )
