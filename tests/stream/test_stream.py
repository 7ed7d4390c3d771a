"""One pass over a file, some rows at a time: the numbers of the ordinary run, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from smartcity_survey.data.read import frame_file, grid
from smartcity_survey.errors import SurveyError
from smartcity_survey.io import read_json, read_table, read_tables
from smartcity_survey.stream import one_pass
from smartcity_survey.stream.write import stream_study
from tests.workflow.in_process import run_steps

pytest.importorskip("pyarrow", reason="pyarrow is not installed")
ITEMS = ["T1", "T2", "T3", "U1", "U2", "U3"]
DRAWS = 2_000
RESAMPLED = {"boot_mean", "boot_se", "t", "p", "ci_low", "ci_high", "r2_ci_low", "r2_ci_high"}
QUICK: dict[str, Any] = {
    "data": {"file": "survey.parquet", "codebook": "codebook.yaml", "respondent": "id", "missing_codes": [9]},
    "cleaning": {"rules": ["blank_form", "out_of_range", "missing_items", "unknown_category"]},
    "factors": {"parallel": {"draws": 50}, "n_components": 2},
    "scores": {"method": "cfa_regression"},
    "pls": {"bootstrap_draws": DRAWS},
    "cfa": {"dynamic_draws": 20},
}
Study = Callable[..., Path]


def answers(n: int = 300) -> pd.DataFrame:
    """Respondents of the small study; some left out items, answered beyond the scale, or live nowhere."""
    rng = np.random.default_rng(5)
    common = rng.normal(size=(n, 2)) @ np.array([[1.0, 0.5], [0.0, 1.0]])
    x = np.clip(np.round(3 + np.repeat(common, 3, axis=1) + rng.normal(scale=0.7, size=(n, 6))), 1, 5)
    x[:, 1] = 6 - x[:, 1]
    frame = pd.DataFrame(x, columns=ITEMS)
    frame.insert(0, "id", [f"P{number}" for number in range(n)])
    frame["city"] = rng.integers(1, 3, size=n)
    frame.loc[[3, 50, 271], "T1"] = np.nan
    frame.loc[[60, 61], ITEMS] = np.nan
    frame.loc[[7, 150], "U2"] = 9
    frame.loc[[20, 288], "U3"] = 7
    frame.loc[[99], "city"] = 3
    return frame


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (frame_file, grid):
        monkeypatch.setattr(module, "ROWS_AT_ONCE", 37)


def written(study: Study, config: dict[str, Any], file: str = "survey.parquet") -> Path:
    folder = study(config=config, answers=answers())
    answers().to_parquet(folder / "survey.parquet")
    if file != "survey.parquet":
        (folder / "config.yaml").write_text(
            yaml.safe_dump({**config, "data": {**config["data"], "file": file}}), encoding="utf-8"
        )
    return folder


@pytest.mark.parametrize(
    ("file", "limits", "gone"),
    [("survey.parquet", {}, []), ("survey.csv", {"minimum_communality": 0.74}, ["T3"])],
)
def test_numbers_are_those_of_the_ordinary_run(
    file: str,
    limits: dict[str, float],
    gone: list[str],
    study: Study,
    config_content: dict[str, Any],
    small_slices: None,
) -> None:
    config = config_content | QUICK | {"factors": {**QUICK["factors"], **limits}}
    folder = written(study, config, file)
    done = stream_study(folder)
    assert (done.n_read, done.n, done.unsolved) == (300, 290, ())
    for target in ("describe", "adequacy", "components", "cfa", "regression", "pls"):
        run_steps(folder, target)
    ours, theirs = read_tables(done.folder), read_tables(folder / "reports")
    assert {"item_descriptives", "adequacy", "rotated_loadings", "cfa_fit", "coefficients"} <= set(ours)
    assert {"pls_paths", "pls_loadings", "pls_weights", "cleaning_log", "exclusions"} <= set(ours)
    assert set(ours) <= set(theirs)
    retention = ours["item_retention"]
    assert retention.loc[~retention["retained"], "item"].to_list() == gone
    for name, own in ours.items():
        other = theirs[name][list(own)]
        if name == "cfa_fit":  # without the statistics that need fourth moments
            assert {"chi2", "cfi", "rmsea", "srmr"} <= set(own["statistic"])
            other = other.set_index("statistic").loc[own["statistic"]].reset_index()
        if name == "cleaning_log":
            assert own["rule"].iloc[-1] == "complete_rows"
            own = own.iloc[:-1]
        exact = [column for column in own if not (name.startswith("pls_") and column in RESAMPLED)]
        pd.testing.assert_frame_equal(own[exact], other[exact], rtol=1e-6, atol=1e-9, obj=name)


def test_the_bootstrap_is_that_of_the_ordinary_run(study: Study, config_content: dict[str, Any]) -> None:
    """Errors and ends of intervals vary with the draws: by 1 / sqrt(2 draws) of their size, and by
    2.7 / sqrt(draws) standard errors; four times the difference of two such is allowed."""
    folder = written(study, config_content | QUICK)
    stream_study(folder)
    run_steps(folder, "pls")
    for name in ("pls_paths", "pls_loadings", "pls_weights"):
        own, other = (
            read_table(folder / where / f"{name}.csv")
            for where in ("reports/streamed/tables", "reports/tables")
        )
        np.testing.assert_allclose(own["boot_se"] / other["boot_se"], 1, atol=4 / np.sqrt(DRAWS))
        for end in ("ci_low", "ci_high"):
            apart = (own[end] - other[end]) / other["boot_se"]
            np.testing.assert_allclose(apart, 0, atol=4 * 2.7 * np.sqrt(2 / DRAWS))


def test_who_left_out_an_item_is_counted(
    study: Study, config_content: dict[str, Any], small_slices: None
) -> None:
    config = config_content | QUICK | {"cleaning": {"rules": ["blank_form", "out_of_range"]}}
    folder = written(study, config)
    done = stream_study(folder)
    log = read_table(done.folder / "tables/cleaning_log.csv").set_index("rule")
    assert log["n_excluded"].to_dict() == {
        "as_read": 0,
        "blank_form": 2,
        "out_of_range": 2,
        "complete_rows": 5,
    }
    assert done.n == log.loc["complete_rows", "n_remaining"] == 291
    assert (read_table(done.folder / "tables/item_descriptives.csv")["n"] == 291).all()


def test_an_answer_beyond_its_scale_names_row_and_item(
    study: Study, config_content: dict[str, Any], small_slices: None
) -> None:
    folder = written(study, config_content | QUICK | {"cleaning": {"rules": ["missing_items"]}})
    with pytest.raises(SurveyError, match=r"parquet, row 21: U3 = 7 \(allowed 1 to 5\) stands outside"):
        stream_study(folder)


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [
        ("data", {"weight": "city"}, "data.weight"),
        ("data", {"cluster": "city"}, "data.cluster"),
        ("cleaning", {"rules": ["duplicate_respondent", "missing_items"]}, "cleaning.rules, duplicate_resp"),
        ("cleaning", {"rules": ["careless"], "careless": {"longstring": 5}}, "cleaning.rules, careless"),
        ("missing", {"components": "em"}, "missing.components"),
        ("pls", {"correlation": "polychoric"}, "pls.correlation"),
        ("pls", {"interval": "bca"}, "pls.interval"),
        ("pls", {"segments": True}, "pls.segments"),
        ("cfa", {"other_models": True}, "cfa.other_models"),
        ("groups", {"all_together": True}, "groups.all_together"),
        ("model", {"products": [{"of": ["trust", "trust"], "to": "use"}]}, "model.products"),
        ("model", {"other_models": {"back": [{"from": ["use"], "to": "trust"}]}}, "model.other_models"),
        ("disclosure", {"suppress_small_cells": True}, "disclosure.suppress_small_cells"),
    ],
)
def test_what_one_pass_cannot_honour_is_refused_by_its_key(
    key: str, value: dict[str, Any], named: str, study: Study, config_content: dict[str, Any]
) -> None:
    config = deepcopy(config_content | QUICK)
    config[key] = config.get(key, {}) | value
    if key == "missing":
        config["cleaning"]["missing_items_at_most"] = 3
    folder = written(study, config)
    with pytest.raises(SurveyError, match=rf"config.yaml, {named}") as refused:
        stream_study(folder)
    assert ("from the file before" in str(refused.value)) == (key == "cleaning")
    assert not (folder / "reports").exists()


def test_answers_between_the_codes_are_refused(
    study: Study, config_content: dict[str, Any], codebook_content: dict[str, Any]
) -> None:
    codebook_content["scale"]["continuous"] = True
    folder = study(config=config_content | QUICK | {"data": {**QUICK["data"], "file": "survey.csv"}})
    with pytest.raises(SurveyError, match=r"codebook.yaml, items.T1: its answers are not whole numbers"):
        stream_study(folder)


def test_nobody_left_is_told(study: Study, config_content: dict[str, Any]) -> None:
    folder = written(study, config_content | QUICK)
    answers().assign(T1=np.nan).to_parquet(folder / "survey.parquet")
    with pytest.raises(SurveyError, match="no questionnaire with an answer to every item"):
        stream_study(folder)


def test_what_has_no_solution_is_empty_and_says_why(study: Study, config_content: dict[str, Any]) -> None:
    folder = written(study, config_content | QUICK)
    answers().assign(T1=4.0).to_parquet(folder / "survey.parquet")
    done = stream_study(folder)
    assert {"adequacy", "cfa_fit", "coefficients", "pls_paths"} <= set(done.unsolved)
    refused = read_json(done.folder / "cards/streamed.json")["cfa_fit"]["refused"]
    assert [(line["reason"], line["at_fault"]) for line in refused] == [("constant", "T1")]
    assert len(read_table(done.folder / "tables/item_descriptives.csv")) == 6


def test_the_size_of_slices_changes_nothing(
    study: Study, config_content: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """But the groups that respondents are dealt to."""
    folder = written(study, config_content | QUICK)
    whole = one_pass.one_pass(folder).moments
    monkeypatch.setattr(frame_file, "ROWS_AT_ONCE", 41)
    monkeypatch.setattr(one_pass, "ROWS_AT_ONCE", 100)
    parts = one_pass.one_pass(folder).moments
    np.testing.assert_array_equal(parts.counts, whole.counts)
    np.testing.assert_array_equal(parts.sums.sum(axis=0), whole.sums.sum(axis=0))
