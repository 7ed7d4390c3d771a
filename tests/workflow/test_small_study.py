"""A forty-row study end to end: every stage file appears, nothing runs without need, errors are plain."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pandas as pd

from smartcity_survey.io import read_json, read_table
from tests.conftest import REPOSITORY

STAGES = [
    *("read", "clean", "describe", "adequacy", "factors", "measurement", "scores"),
    *("regression", "pls", "sem", "hypotheses", "crosscheck", "report"),
]
QUICK = {
    "pls": {"bootstrap_draws": 200},
    "factors": {"n_components": 2, "parallel": {"draws": 50}},
    "scores": {"method": "mean"},
}


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "smartcity_survey.cli", "run", str(folder), "--cores", "2"]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False, cwd=REPOSITORY)


def steps(finished: subprocess.CompletedProcess[str]) -> list[str]:
    return [line.strip().removesuffix(": done") for line in finished.stderr.splitlines() if ": done" in line]


def test_a_study_runs_once_and_then_only_what_changed(
    study: Callable[..., Path], config_content: dict[str, Any]
) -> None:
    folder = study(config=config_content | QUICK)
    first = run(folder)
    assert first.returncode == 0, first.stderr
    assert set(STAGES) <= set(steps(first))
    assert len(steps(first)) == len(set(steps(first)))
    assert (folder / "reports/report.html").is_file()

    second = run(folder)
    assert steps(second) == []
    assert "nothing to do" in second.stdout

    stricter = deepcopy(config_content | QUICK)
    stricter["pls"]["bootstrap_draws"] = 300
    study(config=stricter)
    third = run(folder)
    assert "pls" in steps(third)
    assert {"read", "clean", "factors", "regression"}.isdisjoint(steps(third))
    assert read_json(folder / "reports/cards/pls.json")["pls_paths"]["bootstrap_draws"] == 300


def test_every_table_has_an_estimator_card(
    study: Callable[..., Path], config_content: dict[str, Any]
) -> None:
    folder = study(config=config_content | QUICK)
    assert run(folder).returncode == 0
    cards = {name for file in (folder / "reports/cards").glob("*.json") for name in read_json(file)}
    tables = {file.stem for file in (folder / "reports/tables").glob("*.csv")}
    assert tables <= cards
    manifest = read_json(folder / "reports/manifest.json")
    assert set(manifest["inputs"]) == {"survey.csv", "codebook.yaml"}
    assert manifest["seed"] == 7


def test_bad_answers_stop_the_run_with_a_message(
    study: Callable[..., Path], survey: pd.DataFrame, config_content: dict[str, Any]
) -> None:
    survey["U1"] = 3
    before = run(study(config=config_content | QUICK, answers=survey))
    assert before.returncode == 1
    assert "column U1: all 40 questionnaires that are kept answer 3." in before.stderr
    survey["U1"] = survey["U2"]
    during = run(study(config=config_content | QUICK, answers=survey))
    assert during.returncode == 1
    assert "U1, U2: these determine one another" in during.stderr
    assert "Traceback" not in before.stderr + during.stderr


def test_no_respondent_leaves_the_private_folder(
    study: Callable[..., Path], survey: pd.DataFrame, config_content: dict[str, Any]
) -> None:
    survey.loc[3, "U2"] = 9
    folder = study(config=config_content | QUICK, answers=survey)
    assert run(folder).returncode == 0
    excluded = read_table(folder / "reports/private/exclusions.csv")
    assert excluded["respondent"].tolist() == ["P04"]
    for shared in [*(folder / "reports/tables").glob("*.csv"), folder / "reports/report.html"]:
        assert "P04" not in shared.read_text(encoding="utf-8"), shared.name
