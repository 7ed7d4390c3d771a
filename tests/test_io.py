"""Stage files keep every digit, are written whole, and stay where nothing but rounding changed."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartcity_survey.io import (
    StageResult,
    read_table,
    same_but_for_rounding,
    write_bytes,
    write_stage,
    write_table,
)


def test_numbers_survive_to_the_last_bit(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=5000) * 10.0 ** rng.integers(-300, 300, size=5000)
    frame = pd.DataFrame({"value": values, "n": np.arange(5000), "empty": np.nan})
    write_table(frame, tmp_path / "table.csv")
    pd.testing.assert_frame_equal(read_table(tmp_path / "table.csv"), frame, check_exact=True)


FORMULAS = ["=1+1", "+1 (727)", "-x", "@SUM(A1)", "\t=1", "\n=1", "'=1", "''=1", '=HYPERLINK("a","b")']
PLAIN = ["-0.05", "+", "a=b", "'quoted'", "None", "NA", "nan", "Ақылды қала", "<script>", "x,y", "-.05"]


def test_no_text_is_a_formula_to_a_spreadsheet_and_all_text_survives(tmp_path: Path) -> None:
    frame = pd.DataFrame({"text": [*FORMULAS, *PLAIN, None], "value": -1.5, "=column": "x"})
    write_table(frame, tmp_path / "table.csv")
    with (tmp_path / "table.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["text", "value", "'=column"]
    assert [row[0] for row in rows[: len(FORMULAS)]] == [f"'{text}" for text in FORMULAS]
    assert {row[1] for row in rows} == {"-1.5"}
    pd.testing.assert_frame_equal(read_table(tmp_path / "table.csv"), frame, check_dtype=False)


def test_a_carriage_return_becomes_a_line_feed(tmp_path: Path) -> None:
    write_table(pd.DataFrame({"text": ["a\r\nb", "\rc"], "n": 1}), tmp_path / "table.csv")
    assert read_table(tmp_path / "table.csv")["text"].tolist() == ["a\nb", "\nc"]


@given(st.lists(st.text(alphabet="'=+-@\t\n1.e,\" a", min_size=1), min_size=1))
def test_any_text_survives(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    path = tmp_path_factory.mktemp("io") / "table.csv"
    # A word keeps the column from being read as numbers, and another column keeps blank rows.
    frame = pd.DataFrame({"text": [*texts, "word"], "n": 1})
    write_table(frame, path)
    assert read_table(path)["text"].tolist() == frame["text"].tolist()


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("a,0.12345678901234\n", "a,0.12345678901239\n", True),
        ("a,0.12345678901234\n", "a,0.12345679901234\n", False),
        ("a,1.5265566588595902e-17\n", "a,0.0\n", True),
        ("a,0.9999999999999999\n", "a,1.0\n", True),
        ('{"seed": 2022112800}', '{"seed": 2022112801}', False),
        ("7701234505,city\n", "7701234504,city\n", False),
        ("770123450512345,city\n", "770123450512346,city\n", False),
        ("770123450512345.0,city\n", "770123450512346.0,city\n", False),
        ("2022112800.5,city\n", "2022112801.5,city\n", False),
        ('{"tolerance": 1e-12}', '{"tolerance": 5e-13}', False),
        ('{"tolerance": 0.0}', '{"tolerance": 1e-13}', False),
        ('{"share": 1}', '{"share": 0.9999999999999999}', False),
        ("a,0.123456789012\n", "a,0.123456789013\n", False),
        ("a,0.1234567890123\n", "a,0.1234567890124\n", True),
        ("a,0.05\n", "a,0.050\n", False),
        ("a,12\n", "a,13\n", False),
        ("a,1.2345678901\n", "b,1.2345678901\n", False),
        ("H1,0.5\n", "H2,0.5\n", False),
    ],
)
def test_only_the_last_bits_of_computed_numbers_may_differ(old: str, new: str, same: bool) -> None:
    assert same_but_for_rounding(old, new) is same


def test_a_file_that_says_the_same_keeps_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    write_table(pd.DataFrame({"value": [0.12345678901234567]}), path)
    before = path.read_bytes()
    write_table(pd.DataFrame({"value": [0.12345678901234599]}), path)
    assert path.read_bytes() == before
    write_table(pd.DataFrame({"value": [0.2]}), path)
    assert path.read_bytes() != before


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file.txt"
    write_bytes(b"old", path)

    def fail(self: Path, target: Path) -> None:
        raise OSError("killed")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="killed"):
        write_bytes(b"new", path)
    assert path.read_bytes() == b"old"


def test_tables_of_an_earlier_config_are_removed(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1.0]})
    write_stage("pls", StageResult({"paths": frame, "moderation": frame}, {}), tmp_path, ("moderation",))
    write_stage("pls", StageResult({"paths": frame}, {}), tmp_path, ("moderation",))
    assert [path.name for path in (tmp_path / "tables").iterdir()] == ["paths.csv"]


def test_a_file_without_a_header_has_no_columns(tmp_path: Path) -> None:
    write_table(pd.DataFrame(), tmp_path / "hypotheses.csv")
    assert read_table(tmp_path / "hypotheses.csv").empty
