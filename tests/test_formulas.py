"""No text of a study is computed by a spreadsheet: each writer of workbooks, in every cell of text it has."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from smartcity_survey.plan import workbook as of_plan
from smartcity_survey.plan import xlsform
from smartcity_survey.report.chapter import workbook as of_report

FORMULAS = ("=1+1", '=HYPERLINK("http://a","b")', "+1 (727)", "-x", "@SUM(A1)")


def _report(book: Any) -> None:
    sheet = book.create_sheet("report")
    for formula in FORMULAS:
        sheet.append([of_report._cell(sheet, formula)])


def _plan(book: Any) -> None:
    sheet = book.create_sheet("plan")
    for line, formula in enumerate(FORMULAS, start=1):
        of_plan._write(sheet, line, 1, formula)


def _form(book: Any) -> None:
    xlsform._sheet(book, "form", ["name"], [{"name": formula} for formula in FORMULAS])


@pytest.mark.parametrize(("write", "streamed"), [(_report, True), (_plan, False), (_form, False)])
def test_text_that_begins_like_a_formula_is_text(write: Callable[[Any], None], streamed: bool) -> None:
    book = openpyxl.Workbook(write_only=streamed)
    write(book)
    written = io.BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if "worksheets/" in name]
    assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)
    read = openpyxl.load_workbook(written)
    cells = [cell for sheet in read for row in sheet.iter_rows() for cell in row if cell.value in FORMULAS]
    assert sorted(cell.value for cell in cells) == sorted(FORMULAS)
    assert {cell.data_type for cell in cells} == {"s"}


def test_the_test_sees_a_formula() -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = FORMULAS[0]
    written = io.BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as archive:
        assert any(b"<f>" in archive.read(name) for name in archive.namelist() if "worksheets/" in name)
