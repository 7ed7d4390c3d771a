"""No text of a study or a paper is computed by a spreadsheet: each writer of csv files and of workbooks."""

from __future__ import annotations

import ast
import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from smartcity_survey.audit.reading import rows_of
from smartcity_survey.cell_text import csv_of_texts
from smartcity_survey.plan import workbook as of_plan
from smartcity_survey.plan import xlsform
from smartcity_survey.report.chapter import workbook as of_report
from tests.conftest import REPOSITORY

SOURCE = REPOSITORY / "src" / "smartcity_survey"
CSV_WRITERS = {"cell_text.py", "io.py", "long_csv.py"}
"""Modules that make csv: of texts, of frames, and of long frames that `io` has made harmless."""
MAKES_CSV = {"to_csv", "writer", "DictWriter", "savetxt", "write_csv"}
BOOK_WRITERS = {"report/chapter/workbook.py", "plan/workbook.py", "plan/xlsform.py"}
"""Modules that make workbooks; each is tried below."""
MAKES_BOOKS = {"Workbook", "to_excel", "ExcelWriter"}
SETS_CELLS = {"WriteOnlyCell": 2, "cell": 3}
"""Calls that give a cell its content, by the arguments that they have then."""
FORMULAS = ("=1+1", '=HYPERLINK("http://a","b")', "+1 (727)", "-x", "@SUM(A1)", "#N/A")


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


def called(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Names of the functions and methods that a module calls, with the calls."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node.func.attr, node
            elif isinstance(node.func, ast.Name):
                yield node.func.id, node


def modules_that_call(names: set[str]) -> set[str]:
    return {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if any(name in names for name, _ in called(path))
    }


def test_no_writer_of_csv_or_of_workbooks_escapes() -> None:
    """A new one goes through `cell_text` or `io`, or this test names it."""
    own = {
        "reconstruct/bundle.py",
        "reconstruct/study.py",
        "bounds/witness.py",
    }  # `write_csv` is `write_table`
    assert modules_that_call(MAKES_CSV) - own == CSV_WRITERS
    assert modules_that_call(MAKES_BOOKS) == BOOK_WRITERS


@pytest.mark.parametrize("module", sorted(BOOK_WRITERS))
def test_every_cell_of_a_workbook_is_made_by_one_function(module: str) -> None:
    """`as_text(sheet.cell(...))`; numbers alone are written without it."""
    tree = list(called(SOURCE / module))
    made = {id(argument) for name, call in tree if name == "as_text" for argument in call.args}
    assert made
    for name, call in tree:
        if name in SETS_CELLS and len(call.args) == SETS_CELLS[name] and id(call) not in made:
            assert ast.unparse(call.args[-1]).startswith(("int(", "float(")), ast.unparse(call)


TEXTS = [*FORMULAS, "\t=1", "\r=1", "'=1", "-1-1", "+cmd|' /C x'!A0", "-.30 (=1)"]
PRINTED = ["-.30", "-0,30**", "+1.5", "-", "95%", "X → Y", "<.001"]


def test_texts_of_papers_are_harmless_and_read_as_they_were() -> None:
    written = csv_of_texts([["row", "=head"], *([text, "1"] for text in (*TEXTS, *PRINTED))])
    cells = [row[0] for row in csv.reader(io.StringIO(written))][1:]
    begin = {cell for cell in cells if cell[:1] in tuple("=+-@\t\r\n")}
    assert begin <= set(PRINTED)
    assert [row[0] for row in rows_of(written, "a.csv")][1:] == [text.strip() for text in (*TEXTS, *PRINTED)]
