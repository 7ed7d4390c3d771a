"""Printed cells beside recomputed ones: rounding as printed, blanks, lines that are not there."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.stages.checks.reproduction import compare_with_published, recomputed_tables

PAPER = """
title: A small paper
n: 40
names: {trst: trust}
objects:
  table_1:
    kind: table
    number: 1
    caption: Descriptives
    csv: |
      row,mean,sd
      trst,3.15,0.50
      use,2.68,0.71
    recomputed_in: {file: descriptives.csv, keys: {row: score}}
  table_2:
    kind: table
    number: 2
    caption: Loadings
    csv: |
      row,component_1,component_2
      T1,0.712,
      T2,,0.655*
    recomputed_in: {file: rotated_loadings.csv, keys: {row: item}}
  table_3:
    kind: table
    number: 3
    caption: Who answered
    csv: |
      group,row,n,percent
      city,1,22,55.0
      city,2,18,45.0
    recomputed_in: {file: demographics.csv, keys: {group: variable, row: code}}
"""


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    (tmp_path / "paper.yaml").write_text(PAPER, encoding="utf-8")
    return tmp_path


@pytest.fixture
def tables() -> dict[str, pd.DataFrame]:
    return {
        "descriptives": pd.DataFrame(
            {"score": ["trust", "use"], "mean": [3.145, 2.6849], "sd": [0.5049, 0.72]}
        ),
        "rotated_loadings": pd.DataFrame(
            {"item": ["T1", "T2"], "component_1": [0.7119, 0.1], "component_2": [-0.2, 0.6551]}
        ),
        "demographics": pd.DataFrame(
            {"variable": ["city", "city"], "code": [1, 2], "n": [22, 18], "percent": [55.0, 45.0]}
        ),
    }


def test_cells_match_when_rounded_as_printed(paper: Path, tables: dict[str, pd.DataFrame]) -> None:
    frame = compare_with_published(paper, tables, 0.5).tables["reproduction"]
    mismatches = frame.loc[~frame["matches"], ["object", "number", "line", "column"]].to_numpy()
    assert mismatches.tolist() == [["table", 1, "use", "sd"]]
    assert len(frame) == 4 + 2 + 1 + 4


def test_a_blank_cell_holds_a_small_loading(paper: Path, tables: dict[str, pd.DataFrame]) -> None:
    tables["rotated_loadings"].loc[0, "component_2"] = -0.6
    frame = compare_with_published(paper, tables, 0.5).tables["reproduction"]
    blank = frame[frame["column"] == "blank_cells"].iloc[0]
    assert blank["n_blank"] == 2
    assert blank["reproduced"] == 0.6
    assert not blank["matches"]


def test_a_line_the_data_lacks_does_not_match(paper: Path, tables: dict[str, pd.DataFrame]) -> None:
    tables["descriptives"] = tables["descriptives"].iloc[:1]
    frame = compare_with_published(paper, tables, 0.5).tables["reproduction"]
    assert frame.loc[frame["line"] == "use", "matches"].tolist() == [False, False]


def test_a_wrong_key_column_is_named(paper: Path, tables: dict[str, pd.DataFrame]) -> None:
    tables["demographics"] = tables["demographics"].drop(columns="code")
    with pytest.raises(SurveyError, match="recomputed_in of demographics: the stage file has no column code"):
        compare_with_published(paper, tables, 0.5)


def test_the_stage_files_needed_are_those_the_paper_names(paper: Path) -> None:
    assert recomputed_tables(paper) == ("descriptives", "rotated_loadings", "demographics")
