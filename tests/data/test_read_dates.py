"""Dates, times and durations are text as ISO 8601 writes it, whatever file they stand in; empty is empty."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest

from smartcity_survey.check import check_study
from smartcity_survey.data.read import read_survey
from smartcity_survey.data.read.opening import open_table
from smartcity_survey.errors import SurveyError
from smartcity_survey.new_wave.columns import describe_columns
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import DataSection

KINDS: dict[str, tuple[Any, Any, str]] = {
    # a cell of a spreadsheet; the same in seconds since 14 October 1582 and an SPSS format; as text
    "date": (date(2026, 11, 28), (datetime(2026, 11, 28), "DATE11"), "2026-11-28"),
    "american date": (date(2026, 1, 2), (datetime(2026, 1, 2), "ADATE10"), "2026-01-02"),
    "moment": (
        datetime(2026, 11, 28, 14, 30, 5),
        (datetime(2026, 11, 28, 14, 30, 5), "DATETIME20"),
        "2026-11-28 14:30:05",
    ),
    "midnight": (datetime(2026, 11, 28), (datetime(2026, 11, 28), "DATETIME20"), "2026-11-28"),
    "time": (time(14, 30), (timedelta(hours=14, minutes=30), "TIME8"), "14:30:00"),
    "duration": (timedelta(hours=26, seconds=5), (timedelta(hours=26, seconds=5), "DTIME11"), "26:00:05"),
}


def section(**options: object) -> DataSection:
    return DataSection.model_validate({"file": "x", "codebook": "y"} | options)


def seconds(value: datetime | timedelta) -> float:
    since = value if isinstance(value, timedelta) else value - datetime(1582, 10, 14)
    return since.total_seconds()


def write(survey: pd.DataFrame, path: Path, kind: str) -> Path:
    """The survey with a column `when` of one moment, whose second cell is empty."""
    cell, (moment, spss_format), _ = KINDS[kind]
    if path.suffix == ".sav":
        frame = survey.assign(when=seconds(moment))
        frame.loc[1, "when"] = np.nan
        pyreadstat.write_sav(frame, path, variable_format={"when": spss_format})
        return path
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append([*survey.columns, "when"])
    for number, row in enumerate(survey.astype(object).to_numpy().tolist()):
        sheet.append([*row, None if number == 1 else cell])
        if kind == "duration" and number != 1:
            sheet.cell(number + 2, sheet.max_column).number_format = "[h]:mm:ss"
    book.save(path)
    return path


@pytest.fixture
def asked(codebook_content: dict[str, Any]) -> Codebook:
    """The small codebook with the question `when`."""
    codebook_content["demographics"]["when"] = {"label": "When", "categories": {1: "14:30:00"}}
    return Codebook.model_validate(codebook_content)


@pytest.mark.parametrize("ending", [".xlsx", ".sav"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_moment_that_is_a_category_is_read_by_its_wording(
    survey: pd.DataFrame, codebook_content: dict[str, Any], tmp_path: Path, kind: str, ending: str
) -> None:
    question = {"label": "When", "categories": {1: KINDS[kind][2]}}
    codebook_content["demographics"]["when"] = question
    path = write(survey, tmp_path / f"survey{ending}", kind)
    responses = read_survey(path, Codebook.model_validate(codebook_content), section(respondent="id"))
    assert responses.answers["when"].isna().tolist() == [row == 1 for row in range(40)]
    assert set(responses.answers["when"].dropna()) == {1}
    counts = responses.log.set_index("column").loc["when"]
    assert counts.to_dict() == {
        "n_rows": 40,
        "n_answered": 39,
        "n_empty": 1,
        "n_declared_missing": 0,
        "n_labels": 39,
    }


@pytest.mark.parametrize("ending", [".xlsx", ".sav"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_moment_that_means_no_answer_is_none(
    survey: pd.DataFrame, codebook: Codebook, tmp_path: Path, kind: str, ending: str
) -> None:
    path = write(survey.drop(columns="city"), tmp_path / f"survey{ending}", kind)
    renamed = codebook.model_copy(
        update={"demographics": {"city": codebook.demographics["city"].model_copy(update={"column": "when"})}}
    )
    responses = read_survey(path, renamed, section(missing_codes=[KINDS[kind][2]]))
    counts = responses.log.set_index("column").loc["city"]
    assert (counts["n_answered"], counts["n_empty"], counts["n_declared_missing"]) == (0, 1, 39)


@pytest.mark.parametrize("ending", [".xlsx", ".sav"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_unused_moment_is_unused_and_one_that_identifies_is_text(
    survey: pd.DataFrame, codebook: Codebook, tmp_path: Path, kind: str, ending: str
) -> None:
    path = write(survey, tmp_path / f"survey{ending}", kind)
    assert "when" in read_survey(path, codebook, section()).unused
    with pytest.raises(
        SurveyError, match=r"row [23], column when: the questionnaire has no identifier"
    ) as no:
        read_survey(path, codebook, section(respondent="when"))
    assert len(no.value.problems) == 1
    column = describe_columns(open_table(path, section()), ".")[-1]
    assert dict(column.words) == {KINDS[kind][2]: 39}
    assert not column.is_plain


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".sav"])
def test_dates_where_codes_belong_are_one_problem(
    survey: pd.DataFrame, asked: Codebook, tmp_path: Path, ending: str
) -> None:
    moments = [datetime(2026, 1, 1 + day % 28) for day in range(40)]
    frame = survey.assign(when=moments)
    path = tmp_path / f"survey{ending}"
    if ending == ".sav":
        pyreadstat.write_sav(survey.assign(when=[m.date() for m in moments]), path)
    elif ending == ".xlsx":
        frame.to_excel(path, index=False)
    else:
        frame.to_csv(path, index=False)
    with pytest.raises(SurveyError) as refused:
        read_survey(path, asked, section())
    (problem,) = refused.value.problems
    assert "column when" in problem.place
    assert "(40 in all)" in problem.place
    assert problem.found == (
        "'2026-01-01' is neither a number nor an answer the codebook knows (and 27 other dates or times)."
    )
    assert "write its code or a number, such as the year" in problem.remedy


def test_codes_that_a_sav_declares_missing_stay_so_among_dates(
    survey: pd.DataFrame, asked: Codebook, tmp_path: Path
) -> None:
    path = tmp_path / "survey.sav"
    frame = survey.assign(when=[seconds(timedelta(hours=14, minutes=30)), 99.0] * 20)
    pyreadstat.write_sav(
        frame,
        path,
        variable_format={"when": "TIME8"},
        missing_ranges={"when": [{"lo": 99, "hi": 99}]},
    )
    counts = read_survey(path, asked, section()).log.set_index("column").loc["when"]
    assert (counts["n_labels"], counts["n_declared_missing"]) == (20, 20)


def test_a_date_of_no_calendar_is_named_and_not_a_crash(
    survey: pd.DataFrame, asked: Codebook, tmp_path: Path
) -> None:
    path = tmp_path / "survey.sav"
    pyreadstat.write_sav(survey.assign(when=1e15), path, variable_format={"when": "DATE11"})
    with pytest.raises(SurveyError, match=r"'1e\+15 seconds' is neither"):
        read_survey(path, asked, section())


def test_the_check_names_a_band_of_dates(
    study: Callable[..., Path],
    codebook_content: dict[str, Any],
    config_content: dict[str, Any],
    survey: pd.DataFrame,
) -> None:
    """A visit in a band of numbers: nobody knows what number a date is."""
    band = {"label": "early", "from": 0, "to": 1e30}
    codebook_content["demographics"]["visit"] = {"label": "Visit", "bands": [band]}
    config_content["data"]["file"] = "survey.xlsx"
    folder = study()
    visits = survey.assign(visit=pd.Series([datetime(2026, 11, 28)] * 39))
    visits.to_excel(folder / "survey.xlsx", index=False)
    with pytest.raises(SurveyError, match=r"column visit: '2026-11-28' is neither.*such as the year"):
        check_study(folder)
