"""Tables are read whatever program saved them: encoding, separator, decimal mark, blanks."""

from __future__ import annotations

from pathlib import Path

import pytest

from smartcity_survey import audit
from smartcity_survey.audit.paper import read_paper
from smartcity_survey.audit.reading import decimal_mark, rows_of
from smartcity_survey.audit.reported import read_number, repaired
from smartcity_survey.errors import SurveyError
from tests.audit.papers_in_memory import contradictions, of, written

ROWS = [["row", "B", "Ст. ошибка", "t", "p"], ["доход", "0.480", "0.047", "10.156", "0.000"]]
RELATION = {"kind": "regression", "coefficients": "t"}


def text(separator: str = ",", decimal: str = ".", newline: str = "\n", quote: str = "") -> str:
    cells = [[f"{quote}{cell.replace('.', decimal)}{quote}" for cell in row] for row in ROWS]
    cells[0] = [f"{quote}{cell}{quote}" for cell in ROWS[0]]
    return newline.join(separator.join(row) for row in cells) + newline


@pytest.mark.parametrize(
    "content",
    [
        text().encode(),
        text().encode("utf-8-sig"),
        text().encode("cp1251"),
        text().encode("utf-16"),
        text(";", ",").encode("cp1251"),
        text(";", ",").encode("utf-8-sig"),
        text(";", ".").encode(),
        text("\t", ",").encode("utf-16"),
        text("\t", ".").encode(),
        text("|", ".").encode(),
        text(",", ",", quote='"').encode(),
        text(newline="\r\n").encode(),
        text(";", ",", newline="\r\n").encode("cp1251"),
        ("sep=;\r\n" + text(";", ",", newline="\r\n")).encode("cp1251"),
        ("\n\n" + text()).encode(),
        (text().rstrip("\n") + ",,\n").encode(),
    ],
)
def test_one_table_in_many_files(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(content)
    paper = written(tmp_path, objects={"t": {"file": "t.csv"}}, relations=[RELATION], n=676)
    printed = read_paper(paper).objects["t"]
    assert printed.lines == ("доход",)
    assert printed.columns == ("b", "std_error", "t", "p")
    assert read_paper(paper).read(printed.address("доход", "t")).value == pytest.approx(10.156)
    findings = audit.run(paper)
    assert contradictions(findings) == []
    assert of(findings, "unread") == []
    assert set(findings.check) >= {"t_ratio", "p_of_t"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_the_paper_itself_in_many_encodings(encoding: str, tmp_path: Path) -> None:
    file = tmp_path / "paper.yaml"
    content = 'title: Опрос\nobjects:\n  t: {csv: "row,n\\nмуж,200\\n"}\n'
    file.write_bytes(content.encode(encoding))
    assert read_paper(file).title == "Опрос"
    assert read_paper(file).objects["t"].lines == ("муж",)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it has no lines"),
        (b"\n \n", "it has no lines"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "it is not a text file"),
        (b"row,b\nx,0,48\n", "3 cells, not 2"),
        (b"row,b\nx,1\nx,2\n", "it stands there twice"),
    ],
)
def test_a_file_that_is_no_table_is_said(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(SurveyError, match=said):
        audit.run(written(tmp_path, objects={"t": {"file": "t.csv"}}))


def test_cells_that_say_nothing_is_there_are_blank(tmp_path: Path) -> None:
    csv = "row,b,p\nx,0.1,-\ny,–,0.2\nz,n/a,.\nw,н/д,—\n"
    printed = read_paper(written(tmp_path, objects={"t": {"csv": csv}})).objects["t"]
    assert set(printed.cells) == {("x", "b"), ("y", "p")}


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["0,480", "10,156"], ","),
        (["0.480", "10.156"], "."),
        ([",979", "1257"], ","),
        (["3,47*", "676"], ","),
        (["1,234", "5,678"], None),
        (["1,234.5", "0.5"], "."),
        (["12", "7"], None),
        (["0,05", "0.05"], None),
    ],
)
def test_a_table_shows_its_decimal_mark(cells: list[str], mark: str | None) -> None:
    assert decimal_mark(cells) == mark


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("O.50", "0.50"),
        ("3..47", "3.47"),
        ("l.25", "1.25"),
        ("0.9O", "0.90"),
        ("1O", "10"),
        (".O47", ".047"),
        ("0,,05", "0,05"),
        ("O,5О", "0,50"),
        ("З.47", "3.47"),
        ("***", None),
        ("ns", None),
        ("0.50", None),
        ("3.45 (0.89)", None),
        ("[0.1, 0.2]", None),
    ],
)
def test_what_a_misread_cell_was_meant_to_be(cell: str, meant: str | None) -> None:
    assert repaired(cell) == meant


@pytest.mark.parametrize(
    ("cell", "value", "marks"),
    [
        ("(0.047)", 0.047, ""),
        ("[0.047]", 0.047, ""),
        ("0.513***", 0.513, "***"),
        ("−0.20†", -0.20, "†"),
        ("0.760a", 0.760, "a"),
        ("0.760 (a)", 0.760, "(a)"),
        (".513 (**)", 0.513, "(**)"),
        ("≤0.001", 0.001, ""),
        ("1 234", 1234.0, ""),
        ("0,05", 0.05, ""),
    ],
)
def test_numbers_as_journals_print_them(cell: str, value: float, marks: str) -> None:
    read = read_number(cell)
    assert (read.value, read.marks) == (pytest.approx(value), marks)


def test_columns_are_addressed_by_their_header_or_by_our_name(tmp_path: Path) -> None:
    csv = "row,Std. Deviation,Sig.\nx: y,0.9,0.05\n"
    relations = [
        {"kind": "same", "of": ["t:x: y:Std. Deviation", "t:x: y:sd", 0.9]},
        {"kind": "same", "of": ["t:*:Sig.", "t:*:p", 0.05]},
    ]
    findings = audit.run(written(tmp_path, objects={"t": {"csv": csv}}, relations=relations))
    assert findings[findings.check == "same_value"].consistent.all()


def test_rows_of_says_where_there_is_nothing() -> None:
    with pytest.raises(SurveyError, match=r"here: it has no lines"):
        rows_of("", "here")
