"""All tables as an Excel workbook: a sheet for each, with numbers as numbers at full precision."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink

from smartcity_survey.cell_text import as_text
from smartcity_survey.report.cells import Cell
from smartcity_survey.report.chapter.archive import DATE, repeatable
from smartcity_survey.report.chapter.whole import Whole
from smartcity_survey.report.contents import Entry
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.tables import Table
from smartcity_survey.study.codebook import text

_SHEET = 31
"""Letters of a sheet's name at most."""
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_BOLD, _ITALIC, _TITLE = Font(bold=True), Font(italic=True), Font(bold=True, size=13)
_LINK = Font(color="0563C1", underline="single")
_RULE = Border(bottom=Side(style="thin"))
_WRAP = Alignment(wrap_text=True, vertical="top")


def number_format(name: str) -> str:
    """Excel's form of a number format of `contents.yaml`; the reader's own Excel sets the decimal mark."""
    kind, _, digits = name.partition(":")
    zeros = "0" if digits in ("", "0") else f"0.{'0' * int(digits)}"
    known = {"count": "#,##0", "p": "0.000", "fixed": zeros, "ratio": zeros, "percent": zeros}
    if kind == "share":
        return f"{zeros}%"
    return f"{zeros}E+00" if kind == "power" else known.get(kind, "General")


def workbook_file(sheets: Whole, manifest: Mapping[str, Any], setting: Setting) -> bytes:
    """The tables of a finished run as the content of an .xlsx; the same run gives the same bytes.

    Parameters
    ----------
    sheets : the tables, rendered.
    manifest : what the run was made from, as in `manifest.json`.
    """
    wording = setting.wording
    book = Workbook(write_only=True)
    title = text(manifest["config"]["study"]["title"], wording.language, "config.yaml, study.title")
    warnings = [wording["page.reconstruction"]] if manifest["reconstruction"] else []
    front = book.create_sheet(_sheet_name(wording["chapter.sheet_contents"]))
    front.column_dimensions["A"].width, front.column_dimensions["B"].width = 34, 80
    front.append([_cell(front, title, _TITLE)])
    for warning in warnings:
        front.append([_cell(front, warning, _BOLD)])
    front.append([])
    names = {entry.name: _sheet_name(entry.name) for entry, _ in sheets}
    for entry, _ in sheets:
        link = _cell(front, names[entry.name], _LINK)
        # A target would be a file of that name to some programs; a location is a place in this one.
        link.hyperlink = Hyperlink(ref="", location=f"'{names[entry.name]}'!A1")
        front.append([link, _cell(front, wording[f"tables.{entry.name}.title"])])
    notes = [wording["chapter.reconstructed"]] if manifest["reconstruction"] else []
    for entry, table in sheets:
        title_of, of = wording[f"tables.{entry.name}.title"], _heading_of_groups(entry, setting)
        _sheet(book, names[entry.name], title_of, table, notes, setting, of)
    properties = book.properties
    properties.title, properties.creator = title, ""
    properties.created = properties.modified = DATE.replace(tzinfo=None)
    written = io.BytesIO()
    book.save(written)
    return repeatable(written.getvalue())


def _sheet(
    book: Workbook, name: str, title: str, table: Table, notes: Sequence[str], setting: Setting, of: str
) -> None:
    sheet = book.create_sheet(name)
    ends = _with_two_ends(table)
    grouped = any(group.heading for group in table.groups)
    headings = _headings(table, ends, of if grouped else "", setting)
    for number, width in enumerate(_widths(table, ends, grouped), start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A4"
    sheet.append([_cell(sheet, title, _TITLE)])
    sheet.append([])
    head = [_cell(sheet, heading, _BOLD) for heading in headings]
    for one in head:
        one.border, one.alignment = _RULE, _WRAP
    sheet.append(head)
    for group in table.groups:
        for line in group.lines:
            first = [_cell(sheet, group.heading)] if grouped else []
            sheet.append([*first, *_line(sheet, line, ends)])
    sheet.append([])
    for note in (*table.notes, *table.reading, table.card, *notes):
        if note:
            sheet.append([_cell(sheet, note, _ITALIC)])


def _with_two_ends(table: Table) -> list[bool]:
    """Which columns hold intervals, which take two columns of a sheet."""
    return [
        any(len(line[number].values) > 1 for group in table.groups for line in group.lines)
        for number in range(len(table.headings))
    ]


def _heading_of_groups(entry: Entry, setting: Setting) -> str:
    """What the lines of a table are grouped by: outcomes, constructs, methods or demographic variables."""
    for key in (f"columns.{entry.name}.{entry.group}", f"columns.{entry.group}"):
        if key in setting.wording:
            return setting.wording.noted(key)
    return setting.wording["chapter.group"]


def _headings(table: Table, ends: Sequence[bool], of: str, setting: Setting) -> list[str]:
    headings = [of] if of else []
    for heading, two in zip(table.headings, ends, strict=True):
        if two:
            headings += [setting.wording.fill(f"chapter.{end}", name=heading) for end in ("lower", "upper")]
        else:
            headings.append(heading)
    return headings


def _widths(table: Table, ends: Sequence[bool], grouped: bool) -> list[float]:
    widths = [30.0] if grouped else []
    for numeric, two in zip(table.numeric, ends, strict=True):
        widths += [13.0, 13.0] if two else [13.0 if numeric else 32.0]
    return widths


def _line(sheet: Any, line: Sequence[Cell], ends: Sequence[bool]) -> Iterator[Any]:
    for one, two in zip(line, ends, strict=True):
        values: list[float | None] = list(one.values)
        if two:
            values = values if len(values) == 2 else [None, None]
        if not values:
            yield _cell(sheet, f"{one.text} {one.aside}".strip())
            continue
        for value in values:
            if value is None or not math.isfinite(value):
                yield _cell(sheet, "" if value is None else one.text)
                continue
            whole = one.format == "count" and float(value).is_integer()
            written = WriteOnlyCell(sheet, int(value) if whole else float(value))
            written.number_format = number_format(one.format)
            yield written


def _cell(sheet: Any, content: str, font: Font | None = None) -> Any:
    """A cell of text; one that begins like a formula stays text."""
    cell = as_text(WriteOnlyCell(sheet, content or None))
    if font is not None:
        cell.font = font
    return cell


def _sheet_name(name: str) -> str:
    return _FORBIDDEN.sub(" ", name)[:_SHEET]
