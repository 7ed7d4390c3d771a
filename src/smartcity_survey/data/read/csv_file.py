"""Text tables: their encoding, their delimiter, and where they stop being tables."""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path

from smartcity_survey.data.read.grid import LINES_SHOWN, Grid, Row
from smartcity_survey.errors import SurveyError, counted
from smartcity_survey.libraries import library_reason
from smartcity_survey.study.config import DataSection

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
ROWS_LOOKED_AT = 50
"""First rows by whose width the delimiter is told."""
BROKEN = "\ufffd"
"""What stands for bytes that are no letter."""
FEW_BROKEN = 0.02
"""Bytes per letter beyond ASCII that may be damaged before the file is in another encoding."""
FEWEST_LETTERS = 8
"""Letters beyond ASCII in lines of UTF-8 before the file is taken for it: other encodings hardly ever fit."""
LONGEST_HEADER = 2**20
"""Bytes that the names of the columns may take."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def open_csv(path: Path, section: DataSection) -> Grid:
    """Open a text table; its delimiter splits most of the first rows into most cells alike."""
    _require_lines(path)
    encoding = section.encoding or marked_encoding(path)
    broken = broken_lines(path) if encoding in ("utf-8", "utf-8-sig") else ()
    errors = "replace" if broken else "strict"
    if encoding in ("utf-8", "utf-8-sig") and not broken and not section.encoding:
        _require_one_encoding(path)
    _require_text(path, encoding, errors)
    delimiter = max(DELIMITERS, key=lambda mark: _evenness(path, encoding, mark, errors))
    how = {"format": "csv", "encoding": encoding, "delimiter": DELIMITERS[delimiter]}
    how |= {"broken_lines": ", ".join(map(str, broken))} if broken else {}
    empty = SurveyError(f"{path}, line 1", "it is empty.", "Write the names of the columns into it.")
    rows = partial(_rows, path, encoding, delimiter, errors)
    return Grid(path, rows, how, "line", ragged=False, no_header=empty, of_text=True)


def _beyond_ascii(path: Path) -> Iterator[tuple[int, str, int]]:
    """Lines with more than ASCII: number, text as UTF-8, and how many of its letters stand for no UTF-8."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.isascii():
                text = line.decode("utf-8", "replace")
                yield number, text, text.count(BROKEN) - line.count(BROKEN.encode())


def broken_lines(path: Path) -> tuple[int, ...]:
    """Lines with a few bytes that are no UTF-8, in a file that is UTF-8 but for them; else none."""
    n_good = n_bad = 0
    lines = []
    for number, text, bad in _beyond_ascii(path):
        n_bad += bad
        n_good += sum(not character.isascii() for character in text) - bad
        if bad:
            lines.append(number)
    return tuple(lines) if 0 < n_bad <= FEW_BROKEN * n_good else ()


def foreign_lines(path: Path) -> tuple[int, ...]:
    """Lines that are no UTF-8 in a file most of whose lines with other than ASCII letters are; else none."""
    n_good = n_letters = 0
    foreign = []
    for number, text, bad in _beyond_ascii(path):
        if bad:
            foreign.append(number)
        else:
            n_good += 1
            n_letters += sum(character.isalpha() and not character.isascii() for character in text)
    return tuple(foreign) if len(foreign) <= n_good and n_letters >= FEWEST_LETTERS else ()


def _require_one_encoding(path: Path) -> None:
    if foreign := foreign_lines(path):
        shown = ", ".join(map(str, foreign[:LINES_SHOWN])) + (", ..." if len(foreign) > LINES_SHOWN else "")
        raise SurveyError(
            f"{path}, line {foreign[0]}",
            f"not UTF-8, as the rest of the file is (lines {shown}).",
            "Text of another file was pasted there: write it anew, or save each file as UTF-8 before you "
            "join them.",
        )


def marked_encoding(path: Path) -> str:
    """The encoding that the first bytes name; UTF-8 where they name none."""
    with path.open("rb") as file:
        start = file.read(4)
    return next((name for mark, name in _BOMS if start.startswith(mark)), "utf-8")


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


def _require_text(path: Path, encoding: str, errors: str) -> None:
    try:
        with path.open(encoding=encoding, errors=errors, newline="") as file:
            names: Sequence[str] = next(csv.reader(file), [])
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
            f"{path}, line 1",
            f"not a header ({library_reason(error)}).",
            "Look for an unclosed quotation mark.",
        ) from None
    if any("\x00" in name for name in names):
        raise SurveyError(
            str(path),
            f"not {encoding} text (it holds NUL bytes).",
            "Save it as UTF-8; if it is UTF-16, write utf-16-le or utf-16-be into `data.encoding`.",
        )


def _evenness(path: Path, encoding: str, delimiter: str, errors: str) -> tuple[int, int]:
    """Cells of the commonest width among the first rows, and those of the first row."""
    widths: list[int] = []
    with (
        suppress(UnicodeError, csv.Error),  # said when the row is read
        path.open(encoding=encoding, errors=errors, newline="") as file,
    ):
        widths.extend(
            len(row) for row in islice(csv.reader(file, delimiter=delimiter), ROWS_LOOKED_AT) if row
        )
    if not widths:
        return 0, 0
    width, n = max(Counter(widths).items(), key=lambda pair: (pair[0] > 1) * pair[0] * pair[1])
    return (width * n if width > 1 else 0), widths[0]


def _rows(path: Path, encoding: str, delimiter: str, errors: str) -> Iterator[Row]:
    """Rows with the number of the line they end on."""
    number, width = 1, 0
    with path.open(encoding=encoding, errors=errors, newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        try:
            for row in reader:
                width = max(width, len(row))
                if reader.line_num > number + 1:
                    _require_closed(path, row, number + 1, delimiter, width)
                first, number = number == 1 and reader.line_num == 1, reader.line_num
                # Excel's own line before the header, `sep=;`, which it does not show.
                if not (first and delimiter.join(row).lower() in (f"sep={mark}" for mark in DELIMITERS)):
                    yield number, row
        except UnicodeError as error:
            raise _wrong_encoding(path, encoding, error) from None
        except csv.Error as error:
            raise SurveyError(
                f"{path}, line {number}",
                f"not a table from here on ({library_reason(error)}).",
                "Look for an unclosed quotation mark, or export the survey again as .csv.",
            ) from None


def _require_closed(path: Path, row: Sequence[str], line: int, delimiter: str, width: int) -> None:
    """Refuse a cell of several lines most of which are as wide as a row: a quotation mark was left open.

    width : cells of the widest row so far.
    """
    for cell in row:
        inner = cell.splitlines()[1:]
        if width > 1 and sum(text.count(delimiter) >= width - 1 for text in inner) > len(inner) / 2:
            raise SurveyError(
                f"{path}, line {line}",
                f"a quotation mark that opens here takes in {counted(len(inner), 'row')}.",
                "Close it, or take it out.",
            )


def _wrong_encoding(path: Path, encoding: str, error: UnicodeError) -> SurveyError:
    where = f" (byte {error.start})" if isinstance(error, UnicodeDecodeError) else ""
    return SurveyError(
        str(path),
        f"not {encoding} text{where}.",
        "Save it as UTF-8, or name its encoding in `data.encoding` (Windows programs often write cp1251).",
    )
