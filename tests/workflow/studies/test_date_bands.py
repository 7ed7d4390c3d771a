"""A study with a question whose answer is a date, end to end: control, group variable and demographic."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from smartcity_survey.check import check_study
from smartcity_survey.io import read_json, read_table
from tests.workflow.in_process import run_steps
from tests.workflow.studies.test_small_study import MORE, QUICK

LABELS = {
    "early": {"en": "Until 30 June", "ru": "По 30 июня", "kk": "30 маусымға дейін"},
    "late": {"en": "From 1 July", "ru": "С 1 июля", "kk": "1 шілдеден бастап"},
}
DAY_NUMBERS = re.compile(r"(?<![\w.])739\d{3}(?!\w)")
"""Days of 2026 as the program counts them."""


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_a_date_is_a_demographic_a_control_and_a_group_variable(
    study: Callable[..., Path],
    survey: pd.DataFrame,
    codebook_content: dict[str, Any],
    config_content: dict[str, Any],
    language: str,
) -> None:
    codebook_content["demographics"]["visit"] = {
        "label": "Visit",
        "bands": [
            {"label": LABELS["early"], "from": date(2026, 1, 1), "to": date(2026, 6, 30)},
            {"label": LABELS["late"], "from": date(2026, 7, 1), "to": "2026-12-31"},
        ],
    }
    config = deepcopy(config_content | QUICK | MORE)
    del config["common_method"]
    config["study"]["language"] = language
    config["cleaning"]["rules"].append("unknown_category")
    config["regression"] = {"controls": ["visit"]}
    config["robustness"] |= {"controls": ["visit"]}
    config["groups"] |= {"variables": ["visit"]}
    visits = [f"{1 + row % 28:02}.{1 + row % 12:02}.2026" for row in range(40)]
    visits[:3] = ["", "", "01.01.2027"]
    folder = study(config=config, answers=survey.assign(visit=visits))
    check_study(folder)
    run_steps(folder)

    reports = folder / "reports"
    card = read_json(reports / "cards" / "read.json")["read_log"]
    assert card["dates"] == "dd.mm.yyyy: visit"
    table = read_table(reports / "tables" / "demographics.csv").set_index("variable").loc["visit"]
    assert table["code"].tolist() == [1, 2]
    months = [int(visit[3:5]) for visit in visits[3:]]
    early = sum(month <= 6 for month in months)
    assert table["n"].tolist() == [early, 37 - early]
    assert set(table["n_missing"]) == {2}
    lines = read_table(reports / "tables" / "hierarchical_coefficients.csv")
    terms = set(zip(lines["term"], lines["answer"], strict=True))
    assert {("visit", "2"), ("visit", "no_answer")} <= terms
    compared = read_table(reports / "tables" / "group_comparisons.csv")
    assert compared[["demographic", "first", "second"]].to_numpy().tolist() == [["visit", "1", "2"]]
    assert compared[["n_first", "n_second"]].to_numpy().tolist() == [[early, 37 - early]]
    excluded = read_table(reports / "private" / "exclusions.csv")
    assert excluded["detail"].tolist() == ["visit = 2027-01-01"]
    page = (reports / "report.html").read_text(encoding="utf-8")
    for label in LABELS.values():
        assert {name for name, wording in label.items() if wording in page} == {language}
    shown = [path for path in reports.rglob("*") if path.suffix in (".csv", ".json", ".html")]
    assert len(shown) > 50
    numbered = {path.name for path in shown if DAY_NUMBERS.search(path.read_text(encoding="utf-8"))}
    # The private files that hand the answers from step to step.
    assert numbered == {"responses.csv", "answers.csv"}
