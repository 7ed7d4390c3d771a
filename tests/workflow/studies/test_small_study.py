"""A forty-row study end to end: every stage file appears, nothing runs without need, errors are plain."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from smartcity_survey.io import read_json, read_table
from tests.conftest import REPOSITORY

STAGES = [
    *("read", "clean", "describe", "adequacy", "components", "measurement", "scores"),
    *("regression", "pls", "sem", "hypotheses", "crosscheck", "report"),
]
QUICK = {
    "pls": {"bootstrap_draws": 200},
    "factors": {"n_components": 2, "parallel": {"draws": 50}},
    "scores": {"method": "mean"},
}
MORE = {
    "common_method": {"marker": "W1"},
    "groups": {"variables": ["city"], "smallest": 10, "permutations": 20},
    "cfa": {"dynamic_draws": 20},
    "robustness": {"null_draws": 100, "power_draws": 20},
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
    assert {"read", "clean", "components", "regression"}.isdisjoint(steps(third))
    assert read_json(folder / "reports/cards/pls.json")["pls_paths"]["bootstrap_draws"] == 300


# Tables about questionnaires, print or other tables; all others are estimated from complete rows.
NOT_ESTIMATED = {
    *("read_log", "cleaning_log", "exclusions", "hypotheses", "verdict_sheet"),
    *("audit", "audit_summary", "reproduction"),
}
PLS = {
    *("reliability", "fornell_larcker", "pls_loadings", "pls_weights", "pls_paths", "pls_quality"),
    *("plsc_paths", "plsc_loadings", "plsc_quality", "specific_indirect", "htmt_bounds", "pls_inadmissible"),
    *("pls_fit", "cross_loadings", "pls_effects", "blindfolding", "ipma", "pls_bootstrap_distributions"),
}
LIKELIHOOD = {
    *("cfa_fit", "cfa_loadings", "cfa_factor_correlations", "cfa_correlation_intervals"),
    *("modification_indices", "cfa_residuals", "sem_paths", "sem_quality", "sem_fit"),
    *("cfa_dwls_fit", "cfa_dwls_loadings", "cfa_dwls_factor_correlations"),
}
ROTATED = {
    *("variance_explained", "communalities", "rotated_loadings", "score_coefficients"),
    "component_transformation",
}
DRAWN = {
    *("eigenvalues", "component_count", "pls_loadings", "pls_weights", "pls_paths", "pls_quality"),
    *(
        "specific_indirect",
        "htmt_bounds",
        "pls_bootstrap_distributions",
        "pls_fit",
        "pls_predict",
        "cvpat",
        "dynamic_fit",
    ),
    *("group_comparisons", "micom", "multigroup", "specification_curve", "specification_summary"),
}


def _fields_due(table: str) -> set[str]:
    """What the estimator card of a table has to tell."""
    due = set() if table in NOT_ESTIMATED else {"method", "n", "missing"}
    if table in PLS:
        due |= {"mode", "scheme", "scaling", "tolerance", "iterations", "signs", "divisor"}
    if table in LIKELIHOOD:
        due |= {"scaling", "tolerance", "iterations", "divisor"}
    if table in ROTATED:
        due |= {"rotation", "starts", "seed", "tolerance", "iterations", "signs", "divisor"}
    return due | {"seed"} if table in DRAWN else due


def test_every_table_has_an_estimator_card(
    study: Callable[..., Path],
    survey: pd.DataFrame,
    codebook_content: dict[str, Any],
    config_content: dict[str, Any],
) -> None:
    """With groups and a marker: an item outside the model, of which the correlations are then cleared."""
    codebook_content["constructs"]["taste"] = {"label": "Taste"}
    codebook_content["items"]["W1"] = {"construct": "taste", "label": "Likes the weather"}
    survey["W1"] = np.random.default_rng(3).integers(1, 6, len(survey))
    folder = study(config=config_content | QUICK | MORE, codebook=codebook_content, answers=survey)
    finished = run(folder)
    assert finished.returncode == 0, finished.stderr
    cards = {
        name: card
        for file in (folder / "reports/cards").glob("*.json")
        for name, card in read_json(file).items()
    }
    tables = {file.stem for file in (folder / "reports/tables").glob("*.csv")}
    assert tables <= set(cards)
    lacking = {
        f"{name}: {field}"
        for name in tables
        for field in _fields_due(name)
        if field not in cards[name] and "refused" not in cards[name]
    }
    assert lacking == set()
    adjusted = read_table(folder / "reports/tables/marker_adjusted.csv")
    assert adjusted["predictor"].tolist() == ["trust"]
    assert adjusted["adjusted_correlation"][0] != adjusted["correlation"][0]
    assert cards["marker_adjusted"]["marker"] == "W1"
    assert len(read_table(folder / "reports/tables/micom.csv")) == 2
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
