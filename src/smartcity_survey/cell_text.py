"""Text as cells of csv files and workbooks that no spreadsheet computes: the only place that knows how.

An item may be labelled `=HYPERLINK(...)`, a paper may print `+1`. In csv such text gets an apostrophe, which
our readers take off again; in workbooks its cell is marked as text.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

_FORMULA = re.compile(r"'*[=+\-@\t\n]")
"""How text begins that a spreadsheet would compute, apostrophes of our own before it or not."""
_NUMBER = re.compile(r"-?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?")
_PRINTED = re.compile(r"[-+]?(?:\d+[.,]?\d*|[.,]\d+)%?\*{0,3}|[-+]")
"""Numbers as papers print them, and a dash for none: what a spreadsheet makes of them is no computation."""


def harmless(text: str) -> str:
    """Text that a spreadsheet shows instead of computing."""
    return _marked(text, _NUMBER)


def bare(text: str) -> str:
    """The text that `harmless` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def csv_of_texts(rows: Iterable[Sequence[object]]) -> str:
    """Rows of text as csv, for readers that take each cell for text."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    for row in rows:
        writer.writerow([_marked(cell, _PRINTED) if isinstance(cell, str) else cell for cell in row])
    return lines.getvalue()


def as_text(cell: Any) -> Any:
    """A cell of a workbook, its text marked as such: to openpyxl `=1` is a formula, `#N/A` an error."""
    if isinstance(cell.value, str):
        cell.data_type = "s"
    return cell


def _marked(text: str, numbers: re.Pattern[str]) -> str:
    # A carriage return would end the row, for the csv writer does not quote it.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if _FORMULA.match(text) and not numbers.fullmatch(text) else text
