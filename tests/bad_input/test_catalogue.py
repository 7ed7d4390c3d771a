"""Every bad input gets an answer that says where, what and what to do; nothing runs, nothing is written."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from smartcity_survey import cli
from smartcity_survey.check import check_study
from smartcity_survey.errors import SurveyError
from smartcity_survey.messages import translated
from smartcity_survey.workflow.machines import Machines
from smartcity_survey.workflow.run import run_study

from . import answers, archives, bounds, codebooks, codes, configs, extremes, files, models, unusable, weights
from .harness import Case, Study, both

CASES = (
    *configs.CASES,
    *extremes.CASES,
    *models.CASES,
    *codebooks.CASES,
    *codes.CASES,
    *unusable.CASES,
    *answers.CASES,
    *files.CASES,
    *archives.CASES,
    *bounds.CASES,
    *weights.CASES,
)


@pytest.fixture
def sound(config_content: dict[str, Any], codebook_content: dict[str, Any], survey: pd.DataFrame) -> Study:
    return Study(config_content, codebook_content, survey)


def test_the_catalogue_is_long_and_has_no_case_twice() -> None:
    assert len(CASES) >= 60
    assert len({case.title for case in CASES}) == len(CASES)


def test_the_study_that_the_cases_spoil_is_sound(sound: Study, tmp_path: Path) -> None:
    sound.write(tmp_path / "study")
    checked = check_study(tmp_path / "study")
    assert checked.warnings == ()
    assert "40 questionnaires, of which the cleaning rules keep 40." in checked.summary[2]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_bad_input_gets_a_clear_answer(
    case: Case,
    sound: Study,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    case.spoil(sound)
    folder = tmp_path / "study"
    sound.write(folder)
    before = contents(folder)
    monkeypatch.setattr("sys.argv", ["smartcity-survey", "--language", "en", "check", str(folder)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    assert ended.value.code == 1
    assert said.out == ""
    answer = ".*".join(re.escape(part) for part in (case.place, case.found, case.remedy))
    assert re.search(f"^.*{answer}", said.err, re.MULTILINE), said.err
    assert "Traceback" not in said.err
    assert contents(folder) == before


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_the_answer_is_in_russian_and_kazakh_too(case: Case, sound: Study, tmp_path: Path) -> None:
    case.spoil(sound)
    sound.write(tmp_path / "study")
    with pytest.raises(SurveyError) as caught:
        check_study(tmp_path / "study")
    for problem in caught.value.problems:
        for said in (problem.found, problem.remedy):
            for language in ("ru", "kk"):
                assert re.search("[а-яё]", translated(said, language)), said


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


TITLES = ("misspelt section", "unknown construct", "word nobody knows", "column missing")


def test_the_problems_of_all_files_are_listed_at_once(sound: Study, tmp_path: Path) -> None:
    both(*(case.spoil for case in CASES if case.title in TITLES))(sound)
    sound.write(tmp_path / "study")
    with pytest.raises(SurveyError) as caught:
        check_study(tmp_path / "study")
    places = dict.fromkeys(Path(problem.place).name for problem in caught.value.problems)
    assert list(places) == [
        "config.yaml, claening",
        "config.yaml, model.constructs.usage",
        "survey.csv, column T3",
        "survey.csv, row 6, column U1",
    ]


def test_a_run_refuses_what_the_check_refuses(sound: Study, tmp_path: Path) -> None:
    both(*(case.spoil for case in CASES if case.title in TITLES))(sound)
    sound.write(tmp_path / "study")
    with pytest.raises(SurveyError) as checked:
        check_study(tmp_path / "study")
    with pytest.raises(SurveyError) as run:
        run_study(tmp_path / "study", Machines(1))
    assert run.value.problems == checked.value.problems


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_a_pipe_is_refused_and_not_waited_for(sound: Study, tmp_path: Path) -> None:
    sound.config["data"]["file"] = "pipe.csv"
    sound.write(tmp_path)
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(SurveyError, match="it is no file but a device or a pipe"):
        check_study(tmp_path)
