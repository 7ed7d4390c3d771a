"""Headers of several rows, merged cells, two numbers in a cell, groups of lines."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest

from smartcity_survey.new_paper.document import Document, Paragraph, table_of, with_captions
from smartcity_survey.new_paper.grid import draft_table, rows_of
from smartcity_survey.new_paper.word import read_word


def drafted(*rows: str) -> list[list[str]]:
    """The CSV of a table whose cells are parted by bars."""
    table = draft_table(table_of([row.split("|") for row in rows], "here"), "table_01")
    assert table is not None
    return list(rows_of(table))


def test_a_header_of_two_rows_is_known_by_its_lowest_known_text():
    """SPSS: coefficients below headings that span several columns."""
    assert drafted(
        "Model|Unstandardized Coefficients|Unstandardized Coefficients|Standardized Coefficients|t|Sig.",
        "|B|Std. Error|Beta||",
        "(Constant)|6.77|0.40||16.97|.000",
    )[0] == ["row", "b", "std_error", "beta", "t", "p"]


def test_a_row_of_column_numbers_below_the_header_is_no_data():
    lines = ("Attitude|||", "Intention|.62||", "Use|.55|.13|")
    rows = drafted("Construct|Attitude|Intention|Use", "|1|2|3", *lines)
    assert [row[0] for row in rows[1:]] == ["Attitude", "Intention", "Use"]


@pytest.mark.parametrize(
    ("head", "cells", "columns"),
    [
        ("Mean (SD)", ("3.52 (1.15)", "4.01 (0.87)"), {"mean": ["3.52", "4.01"], "sd": ["1.15", "0.87"]}),
        ("M ± SD", ("3.52 ± 1.15", "4.01 ± 0.87"), {"mean": ["3.52", "4.01"], "sd": ["1.15", "0.87"]}),
        ("n (%)", ("156 (52.0)", "144 (48.0)"), {"n": ["156", "144"], "percent": ["52.0", "48.0"]}),
        (
            "β (SE)",
            ("0.17* (0.09)", "-0.02 (0.01)"),
            {"beta": ["0.17*", "-0.02"], "std_error": ["0.09", "0.01"]},
        ),
        (
            "OR (95% CI)",
            ("1.65 (1.11, 2.44)", "0.80 (0.50-1.28)"),
            {"OR": ["1.65", "0.80"], "ci_low": ["1.11", "0.50"], "ci_high": ["2.44", "1.28"]},
        ),
        (
            "95% CI",
            ("[0.12, 0.42]", "[-0.10; 0.31]"),
            {"ci_low": ["0.12", "-0.10"], "ci_high": ["0.42", "0.31"]},
        ),
    ],
)
def test_numbers_that_share_a_cell_are_parted(head, cells, columns):
    header, *rows = drafted(f"Scale|{head}", *(f"row{i}|{cell}" for i, cell in enumerate(cells)))
    found = {name: [row[j] for row in rows] for j, name in enumerate(header) if name != "row"}
    assert found == columns


def test_headings_among_the_lines_name_groups():
    lines = ("Gender||", "Women|156|52.0", "Men|144|48.0", "City||", "A|100|33.3", "B|200|66.7")
    rows = drafted("Variable|n|%", *lines)
    assert [row[:2] for row in rows] == [
        ["group", "row"], ["Gender", "Women"], ["Gender", "Men"], ["City", "A"], ["City", "B"],
    ]  # fmt: skip


def test_names_may_stand_in_addresses_and_are_told_apart():
    rows = drafted("Item|Mean", "I trust it, mostly: yes|3.5", "Other [x]/y|3.4", "Other [x]/y|3.3")
    names = [row[0] for row in rows[1:]]
    assert names == ["I_trust_it_mostly_yes", "Other_x_y", "Other_x_y_2"]


def test_cells_of_word_that_span_columns_are_repeated(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(3, 3)
    for i, row in enumerate((("", "Unstandardized", ""), ("", "B", "Std. Error"), ("Trust", "0.5", "0.1"))):
        for j, text in enumerate(row):
            table.cell(i, j).text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    document.save(str(tmp_path / "a.docx"))
    (found,) = read_word(tmp_path / "a.docx").tables
    assert found.rows[0] == ("", "Unstandardized", "Unstandardized")


@pytest.mark.parametrize("rows", [("a|b", "c|d"), ("only one row|1",), ("no columns", "1"), ("|", "|")])
def test_tables_without_numbers_below_a_header_are_none(rows):
    assert draft_table(table_of([row.split("|") for row in rows], "here"), "t") is None


@pytest.mark.parametrize(
    ("place", "caption", "first", "joined"),
    [
        ("page 2", "", "b|2.5", True),
        ("page 2", "", "Item|Mean", True),
        ("page 2", "", "City|n", False),
        ("sheet B, row 1", "", "b|2.5", False),
        ("after paragraph 3", "Table 1 (continued)", "b|2.5", True),
        ("after paragraph 3", "Table 2. Other", "b|2.5", False),
    ],
)
def test_a_table_that_goes_on_is_one_table(place, caption, first, joined):
    start = table_of([["Item", "Mean"], ["a", "1.5"]], "page 1", "Table 1. Means")
    rest = table_of([first.split("|"), ["c", "3.5"]], place, caption)
    tables = with_captions(Document((start, Paragraph("2", "page 2"), rest))).tables
    assert len(tables) == (1 if joined else 2)
    assert tables[0].rows[-1] == (("c", "3.5") if joined else ("a", "1.5"))
    assert tables[0].rows.count(("Item", "Mean")) == 1
