"""Tables of a workbook as SPSS, SmartPLS and people keep results in: a sheet may hold several."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from smartcity_survey.errors import SurveyError
from smartcity_survey.new_paper.document import DAMAGED, Document, FoundTable, Paragraph, squeezed, table_of

_DECIMALS = re.compile(r"[0#?]\.([0#?]+)")


def read_workbook(file: Path) -> Document:
    """Read an .xlsx: numbers as their format shows them; .xls and .ods: numbers as they are kept.

    Raises
    ------
    SurveyError
        where the file is no workbook.
    """
    blocks: list[Paragraph | FoundTable] = []
    for sheet, rows in _openpyxl(file) if file.suffix.lower() in {".xlsx", ".xlsm"} else _calamine(file):
        blocks += _blocks(sheet, rows)
    return Document(tuple(blocks))


def _openpyxl(file: Path) -> Iterator[tuple[str, list[list[str]]]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(file, data_only=True)
    except (InvalidFileException, *DAMAGED):
        raise SurveyError(str(file), "it is no workbook.", "Save it as .xlsx and try again.") from None
    for sheet in book.worksheets:
        cells = [[_shown(cell) for cell in row] for row in sheet.iter_rows()]
        for merged in sheet.merged_cells.ranges:
            text = cells[merged.min_row - 1][merged.min_col - 1]
            for i in range(merged.min_row - 1, min(merged.max_row, len(cells))):
                for j in range(merged.min_col - 1, min(merged.max_col, len(cells[i]))):
                    cells[i][j] = text
        yield sheet.title, cells


def _calamine(file: Path) -> Iterator[tuple[str, list[list[str]]]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(file))
        sheets = [(name, book.get_sheet_by_name(name).to_python()) for name in book.sheet_names]
    except (CalamineError, *DAMAGED):
        raise SurveyError(str(file), "it is no workbook.", "Save it as .xlsx and try again.") from None
    for name, rows in sheets:
        yield name, [["" if value is None else _plain(value) for value in row] for row in rows]


def _shown(cell: Any) -> str:
    """A cell as its format shows it; a general format shows the number as it is kept."""
    value, shape = cell.value, str(cell.number_format or "General").split(";")[0]
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return squeezed(str(value))
    found = _DECIMALS.search(shape)
    decimals = len(found[1]) if found else 0
    if "%" in shape:
        return f"{value * 100:.{decimals}f}%"
    return f"{value:.{decimals}f}" if found or re.fullmatch(r"[#,]*0", shape) else _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return f"{value:.15g}" if isinstance(value, float) else squeezed(str(value))


def _blocks(sheet: str, rows: Sequence[Sequence[str]]) -> Iterator[Paragraph | FoundTable]:
    """Rows between blank ones are a table; a row of one text is a caption or a remark."""
    table: list[list[str]] = []
    start = 0
    for number, row in enumerate([*rows, []], start=1):
        filled = {text for text in row if text}
        if len(filled) > 1 or (filled and table):
            if not table:
                start = number
            table.append(list(row))
            continue
        if table:
            yield from _table(table, f"sheet {sheet}, row {start}")
            table = []
        if filled:
            yield Paragraph(filled.pop(), f"sheet {sheet}, row {number}")


def _table(rows: list[list[str]], place: str) -> Iterator[Paragraph | FoundTable]:
    """A table, without remarks that stand below it in one cell."""
    notes: list[str] = []
    while rows and len(texts := {text for text in rows[-1] if text}) == 1:
        notes.insert(0, texts.pop())
        rows.pop()
    if rows:
        yield table_of(rows, place)
    for note in notes:
        yield Paragraph(note, place)
