# ruff: noqa: E501
"""Files in memory as programs write them, and what the answers are worded with."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from xml.sax.saxutils import escape

import openpyxl

from tests.new_wave.answers.answers_of import ITEMS, SENTENCES, Answers, N

AGREE_EN = ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree")
AGREE_RU = (
    "Совсем не согласен(на)",
    "Скорее не согласен(на)",
    "Трудно сказать",
    "Скорее согласен(на)",
    "Полностью согласен(на)",
)
AGREE_KK = ("Мүлдем келіспеймін", "Келіспеймін", "Бейтарап", "Келісемін", "Толығымен келісемін")
MALE = {"en": ("Female", "Male"), "ru": ("Женский", "Мужской"), "kk": ("Әйел", "Ер")}
START = datetime(2025, 3, 1, 9)
Cells = list[list[object]]


def stamps(form: str) -> list[str]:
    return [(START + timedelta(minutes=37 * i)).strftime(form) for i in range(N)]


def text(
    rows: Sequence[Sequence[object]],
    separator: str = ",",
    encoding: str = "utf-8",
    quoting: int = csv.QUOTE_MINIMAL,
) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=separator, quoting=quoting, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue().encode(encoding)


def book(sheets: dict[str, Cells], merged: dict[str, list[str]] | None = None) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for cells in (merged or {}).get(name, []):
            sheet.merge_cells(cells)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def rows_of(columns: dict[str, Sequence[object]]) -> Cells:
    return [list(columns), *[list(row) for row in zip(*columns.values(), strict=True)]]


def codes(found: Answers, item: str, gap: object = "", shift: int = 0) -> list[object]:
    return [gap if code == 0 else int(code) + shift for code in found.codes[item]]


def worded(found: Answers, wordings: tuple[str, ...], language: str) -> dict[str, Sequence[object]]:
    return {s: found.words(item, wordings) for item, s in zip(ITEMS, SENTENCES[language], strict=True)}


def gender(found: Answers, language: str) -> list[str]:
    return [MALE[language][one] for one in found.gender]


def bands(found: Answers) -> list[str]:
    return [
        "18-25" if age < 26 else "26-35" if age < 36 else "36-50" if age < 51 else "старше 50"
        for age in found.age
    ]


def ods(rows: Cells) -> bytes:
    def cell(value: object) -> str:
        if isinstance(value, int):
            return f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'
        if value in (None, ""):
            return "<table:table-cell/>"
        return f'<table:table-cell office:value-type="string"><text:p>{escape(str(value))}</text:p></table:table-cell>'

    table = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.2"><office:body><office:spreadsheet><table:table table:name="Sheet1">{table}</table:table></office:spreadsheet></office:body></office:document-content>'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return buffer.getvalue()
