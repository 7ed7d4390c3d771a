"""Strata that a table of the population leaves out are refused or named, never dropped in silence."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from smartcity_survey.cli import app
from smartcity_survey.errors import SurveyError
from smartcity_survey.plan.finished import read_finished
from smartcity_survey.plan.strata import strata_of
from smartcity_survey.plan.write import write_plan
from tests.plan.studies import CITIES, finished_study
from tests.plan.test_plan import PEOPLE, population

PLAN = "{population: ../people.csv, strata: [city, age], coefficient: 0.4, margin_of_error: 0.2, draws: 100}"


def respondents(folder: Path, city: int, old: bool) -> int:
    answers = read_finished(folder).answers
    return int(((answers["city"] == city) & ((answers["age"] > 40) == old)).sum())


@pytest.mark.parametrize(("gone", "city", "age"), [(0, 1, 1), (3, 2, 2)])
def test_a_stratum_of_respondents_without_a_row_is_refused(
    tmp_path: Path, gone: int, city: int, age: int
) -> None:
    folder = finished_study(tmp_path / "s", PLAN)
    population(folder, *(row for number, row in enumerate(PEOPLE) if number != gone))
    n = respondents(folder, city, age == 2)
    assert n > 0
    with pytest.raises(SurveyError, match=rf"people\.csv: there is no row for city {city}, age {age}: {n} "):
        write_plan(folder, folder / "plan")
    assert not (folder / "plan").exists()


def test_every_stratum_left_out_is_told_at_once(tmp_path: Path) -> None:
    folder = finished_study(tmp_path / "s", PLAN)
    population(folder, PEOPLE[0])
    with pytest.raises(SurveyError) as caught:
        strata_of(read_finished(folder), folder)
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "has no row for: city 3, age 1"), ("ru", "нет строки: city 3"), ("kk", "жолы жоқ страталарда")],
)
def test_strata_that_neither_has_are_named(tmp_path: Path, language: str, said: str) -> None:
    folder = finished_study(tmp_path / "s", PLAN)
    population(folder, *PEOPLE)
    codebook = CITIES.replace("2: {en: Almaty,", "3: {en: Abai, kk: Абай, ru: Абай}, 2: {en: Almaty,")
    (folder / "codebook.yaml").write_text(codebook, encoding="utf-8")
    result = CliRunner().invoke(app, ["--language", language, "plan", str(folder)])
    assert result.exit_code == 0, result.output
    assert said in " ".join(result.output.split())


def test_a_complete_table_has_nothing_said(tmp_path: Path) -> None:
    folder = finished_study(tmp_path / "s", PLAN)
    population(folder, *PEOPLE)
    assert not any("no row" in line for line in write_plan(folder, folder / "plan").said)
    plain = finished_study(tmp_path / "t", PLAN.replace("population: ../people.csv, ", ""))
    assert strata_of(read_finished(plain), plain).left_out == ()
