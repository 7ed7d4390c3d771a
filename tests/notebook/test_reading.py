"""A survey file becomes a data frame without a codebook: numbers as numbers, words as words, gaps as gaps."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

import smartcity_survey as ss

SURVEY = pd.DataFrame(
    {
        "who": ["P1", "P2", "P3", "P4"],
        "t1": [1.0, 2.0, 9.0, np.nan],
        "t2": [5.0, 4.0, 3.0, 2.0],
        "city": ["Almaty", "Түркістан", "", "Almaty"],
    }
)


@pytest.fixture(params=["csv", "xlsx", "sav"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"survey.{request.param}"
    if request.param == "csv":
        SURVEY.to_csv(path, index=False, encoding="utf-8")
    elif request.param == "xlsx":
        SURVEY.to_excel(path, index=False)
    else:
        pyreadstat.write_sav(SURVEY, path)
    return path


def test_every_kind_of_file_gives_the_same_frame(file: Path) -> None:
    frame = ss.read_survey(file)
    assert list(frame.columns) == list(SURVEY.columns)
    assert list(frame.index) == [0, 1, 2, 3]
    np.testing.assert_array_equal(frame["t1"], SURVEY["t1"])
    np.testing.assert_array_equal(frame["t2"], SURVEY["t2"])
    assert list(frame["who"]) == list(SURVEY["who"])
    assert list(frame["city"].fillna("none")) == ["Almaty", "Түркістан", "none", "Almaty"]


def test_codes_and_words_of_no_answer_become_gaps(file: Path) -> None:
    frame = ss.read_survey(file, missing_codes=(9, "almaty"))
    assert list(frame["t1"].isna()) == [False, False, True, True]
    assert list(frame["city"].isna()) == [True, False, True, True]
    assert frame["t2"].notna().all()


def test_codes_that_a_sav_declares_become_gaps(tmp_path: Path) -> None:
    path = tmp_path / "survey.sav"
    pyreadstat.write_sav(SURVEY, path, missing_ranges={"t1": [9]})
    assert list(ss.read_survey(path)["t1"].isna()) == [False, False, True, True]


def test_decimal_commas_and_mixed_columns(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text("a;b\n1,5;3\n2;never\n;4\n", encoding="utf-8")
    frame = ss.read_survey(str(path), decimal=",")
    assert frame["a"].to_list()[:2] == [1.5, 2.0]
    assert np.isnan(frame["a"][2])
    assert list(frame["b"]) == ["3", "never", "4"]
    with pytest.raises(ss.SurveyError, match="answers, b, row 1: 'never' is no number"):
        ss.describe(frame, ["b"])


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("survey.docx", b"%PDF-1.7", "it is a PDF"),
        ("survey.csv", b"a,b\n", "no row of answers"),
        ("survey.csv", b"a,b\n1,2,3\n", "survey.csv"),
        ("survey.sav", b"$FL2 no sav", "not readable as an SPSS file"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ss.SurveyError) as error:
        ss.read_survey(path)
    assert told in str(error.value)


def test_an_export_is_read_as_it_is_and_what_was_found_is_said(tmp_path: Path) -> None:
    lines = ["Survey;;", "t1;t2;city", "Trust it?;Use it?;Where?"]
    lines += [f"{1 + i % 5};{1 + i % 3};{'Алматы' if i % 2 else 'Астана'}" for i in range(20)]
    path = tmp_path / "export.txt"
    path.write_bytes("\n".join([*lines, "Mean;2,1;"]).encode("cp1251"))
    frame = ss.read_survey(path)
    assert list(frame.columns) == ["t1", "t2", "city"]
    assert list(frame["t1"][:3]) == [1, 2, 3]
    assert len(frame) == 20
    assert frame.attrs["labels"]["t2"] == "Use it?"
    assert frame.attrs["read"] == [
        "The file's encoding is `cp1251`.",
        "The names of the columns stand in line 2.",
        "The text of the questions stands in line 3.",
        "Line 24 is no questionnaire: it sums up the rows above (Mean).",
    ]


def test_a_missing_file_and_a_wrong_option_are_told(tmp_path: Path) -> None:
    with pytest.raises(ss.SurveyError, match=r"none\.csv"):
        ss.read_survey(tmp_path / "none.csv")
    with pytest.raises(ss.SurveyError, match="read_survey, decimal"):
        ss.read_survey(tmp_path / "none.csv", decimal=";")


def test_a_code_of_no_answer_that_nobody_declared_is_named(tmp_path: Path) -> None:
    frame = pd.DataFrame({"t1": [1, 2, 99, 4, 5], "age": [18, 35, 40, 60, 99], "t2": [1, 2, 3, 2, 1]})
    frame["age"] = [*range(18, 22), 99]
    pd.concat([frame, frame.assign(age=range(30, 35)), frame.assign(age=range(40, 45))]).to_csv(
        tmp_path / "s.csv", index=False
    )
    with pytest.warns(UserWarning, match=r"^read_survey: .*: t1 \(99\)\. Where they mean no answer"):
        assert (ss.read_survey(tmp_path / "s.csv")["t1"] == 99).any()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ss.read_survey(tmp_path / "s.csv", missing_codes=[99])["t1"].isna().sum() == 3


def test_a_sheet_of_a_file_without_sheets_is_refused(file: Path) -> None:
    if file.suffix == ".xlsx":
        assert len(ss.read_survey(file, sheet="Sheet1")) == len(SURVEY)
        return
    with pytest.raises(ss.SurveyError) as error:
        ss.read_survey(file, sheet="Sheet1")
    assert str(error.value) == f"read_survey, sheet: a {file.suffix} has no sheets. Leave `sheet` out."


def test_numbers_that_stand_as_text_are_said(tmp_path: Path) -> None:
    path = tmp_path / "s.xlsx"
    pd.DataFrame({"t1": ["1", "2", 3], "t2": [1, 2, 3]}).to_excel(path, index=False)
    with pytest.warns(UserWarning, match=r"numbers stored as text.*\(cells\): t1 \(2\)\.$"):
        assert ss.read_survey(path)["t1"].tolist() == [1, 2, 3]
