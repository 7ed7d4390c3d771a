"""Stage files have the digits that are stable, and are written whole or not at all."""

from __future__ import annotations

import csv
import math
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartcity_survey.errors import SurveyError
from smartcity_survey.io import (
    StageResult,
    read_table,
    rounded,
    rounding_of,
    write_bytes,
    write_stage,
    write_table,
)
from smartcity_survey.stages.cards import gradient_at_end


def test_rounded_numbers_are_read_as_they_were_written(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=5000) * 10.0 ** rng.integers(-300, 300, size=5000)
    frame = pd.DataFrame({"value": values, "n": np.arange(5000), "empty": np.nan})
    write_table(frame, tmp_path / "table.csv")
    expected = frame.assign(value=[rounded(value) for value in values])
    pd.testing.assert_frame_equal(read_table(tmp_path / "table.csv"), expected, check_exact=True)


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
    ("number", "written"),
    [
        (0.12345678901234567, 0.1234568),
        (-3.666666666666667, -3.666667),
        (45678.123456789, 45678.123457),
        (1.23456789e-20, 1.234568e-20),
        (9.99999999, 10.0),
        (0.1 + 0.2, 0.3),
        (7701234505.0, 7701234505.0),
        (1e300, 1e300),
        (0.0, 0.0),
        (math.inf, math.inf),
    ],
)
def test_a_number_has_seven_digits_or_six_decimals(number: float, written: float) -> None:
    assert rounded(number) == written


@given(st.floats(allow_nan=False), st.integers(1, 12))
def test_what_is_rounded_stays_as_it_is(number: float, decimals: int) -> None:
    once = rounded(number, decimals)
    assert rounded(once, decimals) == once
    assert once == pytest.approx(number, rel=0.51 * 10.0**-decimals)


@given(st.floats(-1e9, 1e9).filter(lambda x: x == 0 or abs(x) > 1e-300))
def test_rounding_is_as_large_as_is_said(number: float) -> None:
    once = rounded(number)
    assert abs(once - number) <= float(rounding_of(np.array(once))) * (1 + 1e-9)


def test_last_bits_are_the_same_bytes(tmp_path: Path) -> None:
    """In tables and cards, be the column one of floats, of floats with gaps, or of texts among numbers."""
    written = []
    for nudge in (0.0, 1e-13):
        numbers = [0.1234567890123 + nudge, 2.0, None]
        frame = pd.DataFrame(
            {"a": numbers, "b": pd.array(numbers, dtype="Float64"), "c": ["x", numbers[0], None]}
        )
        result = StageResult({"one": frame}, {"one": {"level": numbers[0], "more": [{"x": numbers[0]}]}})
        write_stage("stage", result, tmp_path / str(nudge))
        files = sorted(path for path in (tmp_path / str(nudge)).rglob("*") if path.is_file())
        written.append([path.read_bytes() for path in files])
    assert len(written[0]) == 2
    assert written[0] == written[1]
    assert b"0.1234568," in written[0][1]


def test_respondents_numbers_have_one_digit_more(tmp_path: Path) -> None:
    frame = pd.DataFrame({"score": [0.12345678901234567]})
    write_stage("scores", StageResult({"scores": frame}, {}, {"scores": frame}), tmp_path)
    assert read_table(tmp_path / "tables/scores.csv")["score"].tolist() == [0.1234568]
    assert read_table(tmp_path / "private/scores.csv")["score"].tolist() == [0.12345679]


def test_what_stood_there_before_does_not_count(tmp_path: Path) -> None:
    """A result depends on what it is made from alone; one that is the same gets a new date and no more."""
    path = tmp_path / "table.csv"
    write_table(pd.DataFrame({"value": [0.1234567]}), path)
    os.utime(path, (0, 0))
    place = path.stat().st_ino
    write_table(pd.DataFrame({"value": [0.12345670001]}), path)
    assert path.stat().st_ino == place
    assert path.stat().st_mtime > 0
    write_table(pd.DataFrame({"value": [0.1234568]}), path)
    assert path.read_text(encoding="utf-8") == "value\n0.1234568\n"


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file.txt"
    write_bytes(b"old", path)

    def fail(self: Path, target: Path) -> None:
        raise OSError("killed")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(SurveyError, match=r"file\.txt: it cannot be written: killed\."):
        write_bytes(b"new", path)
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["file.txt"]


def test_tables_of_an_earlier_config_are_removed(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1.0]})
    write_stage("pls", StageResult({"paths": frame, "moderation": frame}, {}), tmp_path, ("moderation",))
    write_stage("pls", StageResult({"paths": frame}, {}), tmp_path, ("moderation",))
    assert [path.name for path in (tmp_path / "tables").iterdir()] == ["paths.csv"]


def test_a_file_without_a_header_has_no_columns(tmp_path: Path) -> None:
    write_table(pd.DataFrame(), tmp_path / "hypotheses.csv")
    assert read_table(tmp_path / "hypotheses.csv").empty


def test_the_gradient_at_a_search_s_end_is_told_in_one_digit() -> None:
    assert gradient_at_end(3.1e-15, 1e-10) == 1e-12
    assert gradient_at_end(4.6657e-12, 1e-10) == 5e-12
