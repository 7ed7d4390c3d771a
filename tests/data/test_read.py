"""Every format gives the same numbers, and every missing answer is counted."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from smartcity_survey.data.read import read_survey
from smartcity_survey.errors import SurveyError
from smartcity_survey.study.codebook import WEIGHT, Codebook
from smartcity_survey.study.config import DataSection


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


@pytest.mark.parametrize("ending", [".sav", ".csv", ".xlsx"])
def test_sampling_weights_are_read_beside_the_answers(
    tmp_path: Path, survey: pd.DataFrame, codebook: Codebook, ending: str
) -> None:
    """Fractions, and codes that mean no answer elsewhere, are weights."""
    frame = survey.assign(w=np.resize([0.25, 1.5, 9.0, 99.0], 40))
    options = section(weight="w", missing_codes=[9, 99])
    answers = read_survey(write(frame, tmp_path / f"survey{ending}"), codebook, options).answers
    np.testing.assert_array_equal(answers[WEIGHT], frame["w"])


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
    frame.loc[[4, 10], "U1"] = "often"
    frame.loc[7, "T2"] = "x"
    with pytest.raises(SurveyError) as caught:
        read_survey(write(frame, tmp_path / "survey.csv"), codebook, section())
    places = {problem.place.split(", ", 1)[1]: problem.found for problem in caught.value.problems}
    unknown = "is neither a number nor an answer the codebook knows."
    assert places == {"rows 6, 12, column U1": f"'often' {unknown}", "row 9, column T2": f"'x' {unknown}"}


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
        ("survey.txt", b"%PDF-1.4 and more", "it is a PDF"),
        ("survey.xlsx", b"hello world", "it is no Excel file, though its name ends in .xlsx"),
        ("survey.parquet", b"x\n", "it is no Parquet file, though its name ends in .parquet"),
        ("survey.parquet", b"a,b\n1,2\n", "it is no Parquet file, though its name ends in .parquet"),
        ("survey.xls", b"\x07\x00\n\x01\x02", "it is no Excel file, though its name ends in .xls"),
        ("survey.ods", b"one, line", "it is no OpenDocument file"),
    ],
)
def test_unreadable_files_are_refused(
    tmp_path: Path, codebook: Codebook, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SurveyError, match=message):
        read_survey(path, codebook, section())


@pytest.mark.parametrize(
    ("options", "encoding", "config"),
    [
        ({}, "utf-8-sig", {}),
        ({}, "utf-16", {}),
        ({}, "utf-16-le", {"encoding": "utf-16-le"}),
        ({}, "cp1251", {"encoding": "cp1251"}),
        ({"sep": ";"}, "utf-8", {}),
        ({"sep": "\t"}, "utf-8", {}),
        ({"sep": ";", "decimal": ","}, "utf-8", {"decimal": ","}),
        ({"quoting": csv.QUOTE_ALL}, "utf-8", {}),
        ({"lineterminator": "\r\n"}, "utf-8", {}),
    ],
)
def test_all_kinds_of_csv_agree(
    tmp_path: Path,
    survey: pd.DataFrame,
    codebook_content: dict[str, Any],
    options: dict[str, Any],
    encoding: str,
    config: dict[str, Any],
) -> None:
    codebook_content["demographics"]["height"] = {
        "label": "Height",
        "bands": [{"label": "all", "from": 1.0, "to": 2.5}],
    }
    frame = survey.assign(height=1.5 + survey["T1"] / 10, отзыв="Город; да")
    path = tmp_path / "survey.csv"
    path.write_bytes(frame.to_csv(index=False, **options).encode(encoding))
    responses = read_survey(path, Codebook.model_validate(codebook_content), section(**config))
    columns = [*["T1", "T2", "T3", "U1", "U2", "U3", "city", "height"]]
    np.testing.assert_array_equal(responses.answers[columns], frame[columns])
    assert responses.unused == ("отзыв",)


def test_names_and_cells_may_span_lines_and_empty_lines_do_not_count(
    tmp_path: Path, codebook: Codebook
) -> None:
    path = tmp_path / "survey.csv"
    path.write_text(
        'id,"a\nquestion",T1,T2,T3,U1,U2,U3,city\n\n1,"two\nlines",1,2,3,4,5,1,1\n,,,,,,,,\n2,,5,4,3,2,1,1,2\n',
        encoding="utf-8",
    )
    responses = read_survey(path, codebook, section())
    assert responses.answers["T1"].tolist() == [1, 5]
    assert responses.rows == (5, 7)


def test_numbers_written_as_text_are_numbers(
    tmp_path: Path, survey: pd.DataFrame, codebook: Codebook
) -> None:
    texts = survey.astype({"T1": str, "T2": float, "U1": str})
    texts["U1"] = " " + texts["U1"] + "\u00a0"
    for ending in (".sav", ".xlsx", ".csv"):
        responses = read_survey(write(texts, tmp_path / f"survey{ending}"), codebook, section())
        np.testing.assert_array_equal(responses.answers[["T1", "T2", "U1"]], survey[["T1", "T2", "U1"]])


def test_answers_in_words_are_codes_in_any_language(
    tmp_path: Path, survey: pd.DataFrame, codebook_content: dict[str, Any]
) -> None:
    codebook_content["scale"]["answers"] = {
        1: {"kk": "Мүлде келіспеймін", "ru": "Совсем не согласен", "en": "Strongly disagree"},
        2: {"kk": "Келіспеймін", "ru": "Не согласен", "en": "Disagree"},
        3: {"kk": "Айта алмаймын", "ru": "Затрудняюсь", "en": "Undecided"},
        4: {"kk": "Келісемін", "ru": "Согласен", "en": "Agree"},
        5: {"kk": "Толық келісемін", "ru": "Полностью согласен", "en": "Strongly agree"},
    }
    words = codebook_content["scale"]["answers"]
    frame = survey.copy()
    for item, language in (("T1", "kk"), ("T2", "ru"), ("U1", "en")):
        frame[item] = survey[item].map(
            {code: f" {labels[language].upper()}" for code, labels in words.items()}
        )
    responses = read_survey(
        write(frame, tmp_path / "survey.csv"), Codebook.model_validate(codebook_content), section()
    )
    np.testing.assert_array_equal(responses.answers[["T1", "T2", "U1"]], survey[["T1", "T2", "U1"]])
    assert responses.log.set_index("column")["n_labels"].loc[["T1", "T2", "T3", "U1"]].tolist() == [
        40,
        40,
        0,
        40,
    ]


def test_words_of_the_config_mean_no_answer(tmp_path: Path, survey: pd.DataFrame, codebook: Codebook) -> None:
    frame = survey.astype(object)
    frame.loc[2:4, "U3"] = ["n/a", "N/A", "."]
    path = write(frame, tmp_path / "survey.csv")
    responses = read_survey(path, codebook, section(missing_codes=["n/a", "."]))
    assert responses.answers["U3"].isna().sum() == 3
    assert responses.log.set_index("column").loc["U3", "n_declared_missing"] == 3


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".sav"])
def test_reading_in_blocks_changes_nothing(
    tmp_path: Path, survey: pd.DataFrame, codebook: Codebook, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(survey, tmp_path / f"survey{ending}")
    whole = read_survey(path, codebook, section())
    for module in ("grid", "sav_file"):
        monkeypatch.setattr(f"smartcity_survey.data.read.{module}.ROWS_AT_ONCE", 7)
    parts = read_survey(path, codebook, section())
    pd.testing.assert_frame_equal(parts.answers, whole.answers)
    pd.testing.assert_frame_equal(parts.log, whole.log)
    assert parts.rows == whole.rows


def test_a_file_beyond_memory_is_refused_before_memory_ends(
    tmp_path: Path, survey: pd.DataFrame, codebook: Codebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smartcity_survey.data.read.grid.ROWS_AT_ONCE", 10)
    monkeypatch.setattr("smartcity_survey.data.read.survey.MOST_CELLS", 200)
    with pytest.raises(SurveyError, match="more than 30 questionnaires"):
        read_survey(write(survey, tmp_path / "survey.csv"), codebook, section())


def test_a_sav_is_read_by_packages_wherever_they_are_and_by_none_of_the_working_folder(
    tmp_path: Path, survey: pd.DataFrame
) -> None:
    """Packages that PYTHONPATH alone leads to; a program of the study's folder with a package's name."""
    write(survey, tmp_path / "survey.sav")
    (tmp_path / "pyreadstat.py").write_text("raise SystemExit(3)", encoding="utf-8")
    reading = (
        "import os, sys; from pathlib import Path; "
        "from smartcity_survey.data.read.sav_file import _rehearse; os.chdir(sys.argv[1]); "
        "sys.path.insert(0, sys.argv[1]); _rehearse(Path('survey.sav'), None, 'read_sav', ())"
    )
    # The interpreter that the environment was made from has no packages by itself.
    python = [getattr(sys, "_base_executable", sys.executable), "-c", reading, str(tmp_path)]
    found = os.pathsep.join(place for place in sys.path if place)
    finished = subprocess.run(
        python, env={**os.environ, "PYTHONPATH": found}, capture_output=True, encoding="utf-8", check=False
    )
    assert finished.returncode == 0, finished.stderr


def test_a_sav_whose_reader_does_not_end_is_refused(
    tmp_path: Path, survey: pd.DataFrame, codebook: Codebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smartcity_survey.data.read.sav_file._REHEARSAL", "while True: pass")
    monkeypatch.setattr("smartcity_survey.data.read.sav_file.SECONDS_ALLOWED", 0.2)
    with pytest.raises(SurveyError, match="reading it did not end"):
        read_survey(write(survey, tmp_path / "survey.sav"), codebook, section())
