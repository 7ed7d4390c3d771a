"""A question whose answer is a date: bands of dates, columns of dates, and no number of days shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from smartcity_survey.check import check_study
from smartcity_survey.data.clean import clean_responses
from smartcity_survey.data.demographics import demographic_codes
from smartcity_survey.data.read import Responses, read_survey
from smartcity_survey.data.read.opening import open_table
from smartcity_survey.data.read.survey import Table
from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.new_wave.columns import describe_columns
from smartcity_survey.new_wave.guesses import guess_roles
from smartcity_survey.stages.answers.describe import describe_answers
from smartcity_survey.study.codebook import Codebook, read_codebook
from smartcity_survey.study.config import CleaningSection, DataSection
from smartcity_survey.study.dates import date_text, day_number, dotted_number

YEAR = [
    {"label": "early", "from": date(2026, 1, 1), "to": date(2026, 6, 30)},
    {"label": "late", "from": date(2026, 7, 1), "to": date(2026, 12, 31)},
]
ISO = ["2026-01-01", "2026-06-30 23:59:59", "2026-07-01T00:00", "2026-12-31 23:59:59.999999"]
DOTTED = ["01.01.2026", "30.06.2026 23:59:59", "01.07.2026 0:00", "31.12.2026"]


def section(**options: object) -> DataSection:
    return DataSection.model_validate({"file": "x", "codebook": "y"} | options)


@pytest.fixture
def with_bands(codebook_content: dict[str, Any]) -> Callable[..., Codebook]:
    def codebook(bands: object = YEAR) -> Codebook:
        question = {"label": "Visit", "bands": bands}
        codebook_content["demographics"]["visit"] = question
        return Codebook.model_validate(codebook_content)

    return codebook


@pytest.fixture
def read(
    survey: pd.DataFrame, with_bands: Callable[..., Codebook], tmp_path: Path
) -> Callable[..., Responses]:
    """The survey read from a csv file with these visits, over and over until every row has one."""

    def reading(visits: list[str], **options: object) -> Responses:
        path = tmp_path / "survey.csv"
        survey.assign(visit=(visits * 40)[:40]).to_csv(path, index=False)
        return read_survey(path, with_bands(), section(respondent="id", **options))

    return reading


def refusal(read: Callable[..., Responses], visits: list[str]) -> tuple[Problem, ...]:
    with pytest.raises(SurveyError) as refused:
        read(visits)
    return refused.value.problems


def halves(responses: Responses, codebook: Codebook) -> list[str]:
    return demographic_codes(responses.answers["visit"], codebook, "visit").tolist()


@given(st.datetimes(min_value=datetime(1, 1, 1)))
def test_a_moment_is_a_number_of_its_day_and_is_shown_as_it_was_written(moment: datetime) -> None:
    number = day_number(moment.isoformat(sep=" "))
    assert number is not None
    assert moment.toordinal() <= number < moment.toordinal() + 1
    shown = datetime.fromisoformat(date_text(number))
    assert abs(shown - moment) < timedelta(seconds=1)
    whole = moment.replace(microsecond=0)
    exact = day_number(whole.isoformat())
    assert exact is not None
    assert date_text(exact) == whole.isoformat(sep=" ").removesuffix(" 00:00:00")
    assert dotted_number(whole.strftime("%d.%m.") + f"{whole.year:04}" + whole.strftime(" %H:%M:%S")) == exact


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-06-30", "2026-06-30", "2026-06-30 23:59:59.9"),
        ("2026-06-30 14:30", "2026-06-30 14:30", "2026-06-30 14:30:59.9"),
        ("2026-06-30T14:30:05", "2026-06-30 14:30:05", "2026-06-30 14:30:05.9"),
        ("9999-12-31", "9999-12-31", "9999-12-31 23:59:59.9"),
    ],
)
def test_the_end_of_a_band_takes_in_all_of_the_day_minute_or_second_it_names(
    text: str, first: str, last: str
) -> None:
    begin, end, late = day_number(text), day_number(text, last=True), day_number(last)
    assert begin is not None
    assert end is not None
    assert late is not None
    assert begin == day_number(first)
    # To the last tenth of a second, and not into what follows.
    assert 0 < (end - late) * 86_400 < 0.1001


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("28.11.2026", "the day first"),
        ("11/28/2026", "slashes"),
        ("2026-1-2", "digits left out"),
        ("20261128", "no dashes"),
        ("2026-02-30", "no such day"),
        ("2026-11-28 25:00", "no such hour"),
        ("2026-11-28T14:30:05+06:00", "a zone"),
        ("2026-11-28 14:30.5", "a fraction of a minute"),
        ("２０２６-11-28", "other digits"),
        ("0000-01-01", "no such year"),
    ],
)
def test_no_other_text_is_a_date(text: str, why: str) -> None:
    assert day_number(text) is None, why


def test_bands_of_dates_are_read_from_yaml_with_and_without_quotes(
    codebook_content: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "codebook.yaml"
    plain = yaml.safe_dump(codebook_content)
    bands = (
        "- {label: a, from: 2026-01-01, to: 2026-06-30}",
        "- {label: b, from: '2026-07-01', to: '2026-07-01 14:30'}",
        "- {label: c, from: 2026-07-01 14:31:00, to: 2026-12-31}",
    )
    for part in bands:
        assert part.count("from") == 1
    visit = "  visit:\n    label: Visit\n    bands:\n" + "".join(f"    {band}\n" for band in bands)
    path.write_text(plain.replace("demographics:\n", f"demographics:\n{visit}"), encoding="utf-8")
    question = read_codebook(path).demographics["visit"]
    assert question.of_dates
    moments = ["2026-06-30 23:59:59", "2026-07-01", "2026-07-01 14:30:59", "2026-07-01 14:31", "2027-01-01"]
    found = [
        [i for i, band in enumerate(question.bands) if band.minimum <= number <= band.maximum]
        for number in map(day_number, moments)
        if number is not None
    ]
    assert found == [[0], [1], [1], [2], []]


@pytest.mark.parametrize("visits", [ISO, DOTTED], ids=["iso", "dotted"])
def test_a_column_of_dates_falls_into_its_bands(
    read: Callable[..., Responses], with_bands: Callable[..., Codebook], visits: list[str]
) -> None:
    responses = read([*visits, ""])
    assert halves(responses, with_bands()) == ["1", "1", "2", "2", "no_answer"] * 8
    counts = responses.log.set_index("column").loc["visit"].to_dict()
    expected = {"n_answered": 32, "n_empty": 8, "n_declared_missing": 0, "n_labels": 0}
    assert {key: counts[key] for key in expected} == expected
    table = describe_answers(responses.answers, with_bands()).tables["demographics"]
    lines = table[table["variable"] == "visit"].set_index("code")
    assert lines["n"].to_dict() == {1: 16, 2: 16}
    assert set(lines["n_missing"]) == {8}
    assert responses.how.get("dates") == ("dd.mm.yyyy: visit" if visits is DOTTED else None)


@pytest.mark.parametrize("ending", [".xlsx", ".sav"])
def test_dates_of_spreadsheets_and_spss_files_do_so_too(
    survey: pd.DataFrame, with_bands: Callable[..., Codebook], tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"survey{ending}"
    moments = [datetime(2026, 6, 30, 23, 59, 59), datetime(2026, 7, 1), None, datetime(2026, 7, 1, 0, 0, 1)]
    if ending == ".xlsx":
        survey.assign(visit=pd.Series(moments * 10)).to_excel(path, index=False)
    else:
        since = [np.nan if m is None else (m - datetime(1582, 10, 14)).total_seconds() for m in moments]
        since[3] = 99.0
        frame = survey.assign(visit=since * 10)
        missing = {"visit": [{"lo": 99, "hi": 99}]}
        pyreadstat.write_sav(frame, path, variable_format={"visit": "DATETIME20"}, missing_ranges=missing)
    responses = read_survey(path, with_bands(), section())
    fourth = "2" if ending == ".xlsx" else "no_answer"
    assert halves(responses, with_bands()) == ["1", "2", "no_answer", fourth] * 10
    counts = responses.log.set_index("column").loc["visit"]
    assert (counts["n_empty"], counts["n_declared_missing"]) == (10, 0 if ending == ".xlsx" else 10)


def test_no_answer_is_what_the_config_says(read: Callable[..., Responses]) -> None:
    codes = ["1900-01-01", 99, "n/a"]
    responses = read(["2026-01-01", "1900-01-01", "99", "N/A"], missing_codes=codes)
    counts = responses.log.set_index("column").loc["visit"]
    assert (counts["n_answered"], counts["n_declared_missing"]) == (10, 30)
    assert responses.answers["visit"].notna().sum() == 10


@pytest.mark.parametrize(
    ("odd", "found"),
    [
        ("11/28/2026", "'11/28/2026' is no date as ISO 8601 writes it"),
        ("1.7.2026", "'1.7.2026' is no date as ISO 8601 writes it"),
        ("2026-02-30", "'2026-02-30' is no day of the calendar"),
        ("2026", "'2026' is no date as ISO 8601 writes it"),
        ("46354", "'46354' is no date as ISO 8601 writes it"),
        ("soon", "'soon' is no date as ISO 8601 writes it"),
        ("28.11.2026", "'28.11.2026' has the day first, but not every date of the column has"),
    ],
)
def test_other_spellings_are_refused_with_the_row_and_what_to_write(
    read: Callable[..., Responses], odd: str, found: str
) -> None:
    (problem,) = refusal(read, ["2026-11-28"] * 38 + [odd] * 2)
    assert problem.place.endswith("survey.csv, rows 40, 41, column visit")
    assert problem.found.startswith(found)
    assert "Write dates as in 2026-11-28 (year-month-day" in problem.remedy


def test_spellings_of_one_form_are_one_problem_and_dotted_dates_among_them_another(
    read: Callable[..., Responses],
) -> None:
    slashes, dotted = refusal(read, [f"{month}/28/2026" for month in range(1, 11)] + ["28.11.2026"] * 30)
    assert slashes.found == (
        "'1/28/2026' is no date as ISO 8601 writes it, and none is guessed (and 9 others like it)."
    )
    assert "rows 2, 3, 4, 5, 6, ... (10 in all)" in slashes.place
    assert dotted.found.startswith("'28.11.2026' has the day first")


def test_a_day_first_is_seen_over_blocks_of_rows(
    read: Callable[..., Responses], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smartcity_survey.data.read.grid.ROWS_AT_ONCE", 7)
    assert read(["28.11.2026"]).how["dates"] == "dd.mm.yyyy: visit"
    (problem,) = refusal(read, ["28.11.2026"] * 39 + ["2026-11-28"])
    assert "(39 in all)" in problem.place


def test_dates_outside_all_bands_are_shown_as_dates(
    study: Callable[..., Path],
    survey: pd.DataFrame,
    codebook_content: dict[str, Any],
    with_bands: Callable[..., Codebook],
    read: Callable[..., Responses],
) -> None:
    visits = ["2026-03-01"] * 39 + ["2027-01-01 14:30"]
    codebook = with_bands()
    with pytest.raises(SurveyError) as refused:
        check_study(study(answers=survey.assign(visit=visits)))
    (problem,) = refused.value.problems
    assert problem.found == "dates the codebook lacks: 2027-01-01 14:30:00 (rows 41)."
    assert "`unknown_category`" in problem.remedy
    rules = CleaningSection.model_validate({"rules": ["unknown_category"]})
    exclusions = clean_responses(read(visits).answers, codebook, rules).exclusions
    assert exclusions["detail"].tolist() == ["visit = 2027-01-01 14:30:00"]


def test_the_check_says_that_the_day_is_first_and_doubts_no_code(
    study: Callable[..., Path],
    survey: pd.DataFrame,
    config_content: dict[str, Any],
    with_bands: Callable[..., Codebook],
) -> None:
    """The code 739800 is a day of 2026 inside the program only."""
    with_bands()
    config_content["data"]["missing_codes"] = [739800]
    result = check_study(study(answers=survey.assign(visit=["28.11.2026", "01.02.2026"] * 20)))
    assert "survey.csv: dates are read as dd.mm.yyyy: visit." in result.summary
    assert not [warning for warning in result.warnings if "missing_codes" in warning.place]


def test_bands_of_numbers_refuse_dates_and_name_the_way_in(
    survey: pd.DataFrame, with_bands: Callable[..., Codebook], tmp_path: Path
) -> None:
    path = tmp_path / "survey.csv"
    survey.assign(visit="2026-11-28").to_csv(path, index=False)
    with pytest.raises(SurveyError) as refused:
        read_survey(path, with_bands([{"label": "any", "from": 0, "to": 1e30}]), section())
    (problem,) = refused.value.problems
    assert "write the ends of its `bands` as dates (from: 2026-01-01, to: 2026-06-30)" in problem.remedy


@pytest.mark.parametrize("n_days", [3, 40, 300])
@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d.%m.%Y", "%d.%m.%Y %H:%M:%S"])
def test_a_draft_leaves_dates_out_and_says_what_to_write(
    survey: pd.DataFrame, tmp_path: Path, n_days: int, form: str
) -> None:
    path = tmp_path / "survey.csv"
    days = [(datetime(2026, 1, 1) + timedelta(days=row % n_days)).strftime(form) for row in range(400)]
    many = pd.concat([survey] * 10, ignore_index=True).assign(visit=days, empty="")
    many.to_csv(path, index=False)
    table: Table = open_table(path, section())
    roles = guess_roles(describe_columns(table, "."))
    assert "visit" not in {column.name for column in (*roles.categories, *roles.numbers)}
    assert "`bands` whose ends are dates (from: 2026-01-01" in roles.left_out["visit"]
    assert roles.left_out["empty"] == "empty"
