"""Every format gives the same numbers, and every missing answer is counted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from smartcity_survey.codebook import Codebook
from smartcity_survey.config import DataSection
from smartcity_survey.errors import SurveyError
from smartcity_survey.read import read_survey


def section(**options: object) -> DataSection:
    return DataSection.model_validate({"file": "x", "codebook": "y", "respondent": "id"} | options)


def write(frame: pd.DataFrame, path: Path) -> Path:
    if path.suffix == ".sav":
        pyreadstat.write_sav(frame, path)
    elif path.suffix == ".xlsx":
        frame.to_excel(path, index=False)
    else:
        frame.to_csv(path, index=False)
    return path


@pytest.mark.parametrize("ending", [".sav", ".csv", ".xlsx"])
def test_all_formats_agree(tmp_path: Path, survey: pd.DataFrame, codebook: Codebook, ending: str) -> None:
    frame = survey.astype({"T1": float})
    frame.loc[3, "T1"] = np.nan
    responses = read_survey(write(frame, tmp_path / f"survey{ending}"), codebook, section())
    items = ["T1", "T2", "T3", "U1", "U2", "U3", "city"]
    np.testing.assert_array_equal(responses.answers[items], frame[items])
    assert responses.answers["respondent"].tolist() == survey["id"].tolist()
    assert responses.log.set_index("column").loc["T1"].to_dict() == {
        "n_rows": 40,
        "n_answered": 39,
        "n_empty": 1,
        "n_declared_missing": 0,
        "n_labels": 0,
    }


def test_missing_values_declared_in_the_sav_are_missing(
    tmp_path: Path, survey: pd.DataFrame, codebook: Codebook
) -> None:
    survey.loc[[0, 5], "T1"] = [9, 99]
    path = tmp_path / "survey.sav"
    pyreadstat.write_sav(survey, path, missing_ranges={"T1": [{"lo": 9, "hi": 9}, {"lo": 90, "hi": 99}]})
    responses = read_survey(path, codebook, section())
    assert responses.answers["T1"].isna().tolist() == [i in (0, 5) for i in range(40)]
    assert responses.log.set_index("column").loc["T1", "n_declared_missing"] == 2


def test_missing_codes_of_the_config_are_missing(
    tmp_path: Path, survey: pd.DataFrame, codebook: Codebook
) -> None:
    survey.loc[2, "U3"] = 99
    path = write(survey, tmp_path / "survey.csv")
    assert read_survey(path, codebook, section()).answers.loc[2, "U3"] == 99
    coded = read_survey(path, codebook, section(missing_codes=[99]))
    assert np.isnan(coded.answers.loc[2, "U3"])


def test_without_an_identifier_rows_are_numbered(
    tmp_path: Path, survey: pd.DataFrame, codebook: Codebook
) -> None:
    path = write(survey, tmp_path / "survey.csv")
    responses = read_survey(path, codebook, section(respondent=None))
    assert responses.answers["respondent"].iloc[0] == "row 1"


def test_text_in_a_number_column_is_located(tmp_path: Path, survey: pd.DataFrame, codebook: Codebook) -> None:
    frame = survey.astype(object)
    frame.loc[4, "U1"] = "often"
    frame.loc[7, "T2"] = "x"
    with pytest.raises(SurveyError) as caught:
        read_survey(write(frame, tmp_path / "survey.csv"), codebook, section())
    places = {problem.place.split(", ", 1)[1]: problem.found for problem in caught.value.problems}
    unknown = "is neither a number nor an answer the codebook knows."
    assert places == {"row 6, column U1": f"'often' {unknown}", "row 9, column T2": f"'x' {unknown}"}


def test_a_missing_column_is_named(tmp_path: Path, survey: pd.DataFrame, codebook: Codebook) -> None:
    path = write(survey.drop(columns=["T3", "city"]), tmp_path / "survey.csv")
    with pytest.raises(SurveyError) as caught:
        read_survey(path, codebook, section())
    assert [problem.place.rsplit(" ", 1)[1] for problem in caught.value.problems] == ["T3", "city"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("survey.csv", b"", "the file is empty"),
        ("survey.csv", "id,T1\nЖ,1\n".encode("cp1251"), "not utf-8 text .*cp1251"),
        ("survey.sav", b"$FL2 and then nothing", "not readable as an SPSS file"),
        ("survey.xlsx", b"PK\x03\x04 broken", "not readable as .xlsx"),
        ("survey.txt", b"id", "the ending .txt is not known"),
    ],
)
def test_unreadable_files_are_refused(
    tmp_path: Path, codebook: Codebook, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SurveyError, match=message):
        read_survey(path, codebook, section())
