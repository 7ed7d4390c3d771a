"""What the run could not compute is told before it runs, and a rule that takes out much is doubted."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.check import check_study
from smartcity_survey.check.weights import effective_size

Write = Callable[..., Path]


def warnings(folder: Path) -> dict[str, str]:
    """Place of every warning, below the study's folder, with what was found."""
    return {
        warning.place.removeprefix(f"{folder}/"): warning.found for warning in check_study(folder).warnings
    }


def test_an_age_that_means_no_answer_is_doubted(
    study: Write, codebook_content: dict[str, Any], config_content: dict[str, Any], survey: pd.DataFrame
) -> None:
    bands = [{"label": "young", "from": 0, "to": 40}, {"label": "old", "from": 41, "to": 120}]
    codebook_content["demographics"]["age"] = {"label": "Age", "bands": bands}
    config_content["data"]["missing_codes"] = [99]
    folder = study(answers=survey.assign(age=30))
    assert warnings(folder) == {
        "config.yaml, data.missing_codes": "99 means no answer, but lies in a band of age: whoever gave it "
        "counts as not having answered."
    }
    bands[1]["to"] = 98
    study(answers=survey.assign(age=30))
    assert warnings(folder) == {}


def test_groups_too_small_to_be_compared_are_named(
    study: Write, config_content: dict[str, Any], codebook_content: dict[str, Any], survey: pd.DataFrame
) -> None:
    codebook_content["demographics"]["city"]["categories"] = {1: "North", 2: "South", 3: "East"}
    config_content["groups"] = {"variables": ["city"], "smallest": 10}
    survey["city"] = np.repeat([1, 2, 3], [20, 15, 5])
    folder = study()
    assert warnings(folder) == {
        "config.yaml, groups.variables": "categories of city with fewer than 10 questionnaires are not "
        "compared: 3 (5)."
    }
    config_content["groups"]["smallest"] = 16
    study()
    assert warnings(folder) == {
        "config.yaml, groups.variables": "1 category of city has 16 questionnaires or more: there is "
        "nothing to compare."
    }


def test_groups_of_a_reconstruction_are_not_compared_whatever_their_size(
    study: Write, config_content: dict[str, Any]
) -> None:
    """Nor is it advised to lower a limit that changes nothing."""
    config_content["study"]["reconstruction"] = True
    for smallest in (10, 1000):
        config_content["groups"] = {"variables": ["city"], "smallest": smallest}
        told = warnings(study())["config.yaml, groups.variables"]
        assert told.endswith("the tables that compare groups have no lines: city.")


def test_large_groups_whose_counts_would_tell_a_small_one_are_named(
    study: Write, config_content: dict[str, Any], codebook_content: dict[str, Any], survey: pd.DataFrame
) -> None:
    codebook_content["demographics"]["city"]["categories"] = {1: "North", 2: "South", 3: "East"}
    config_content["groups"] = {"variables": ["city"], "smallest": 10}
    survey["city"] = np.repeat([1, 2, 3], [22, 16, 2])
    assert list(warnings(study())) == ["config.yaml, groups.variables"]
    config_content["disclosure"] = {"suppress_small_cells": True}
    assert warnings(study())["config.yaml, groups.variables, city"] == (
        "large categories are not compared, as their counts are left out beside a small one's, which they "
        "would tell: 2 (16)."
    )


def test_answers_that_a_group_lacks_are_named_where_thresholds_are_compared(
    study: Write, config_content: dict[str, Any], survey: pd.DataFrame
) -> None:
    config_content["groups"] = {"variables": ["city"], "smallest": 10, "ordinal_invariance": True}
    survey["city"] = np.repeat([1, 2], 20)
    rng, each = np.random.default_rng(1), np.repeat(np.tile([1, 2, 3, 4], 5)[:, None], 6, axis=1)
    items = [name for name in survey if name[0] in "TU"]
    survey[items] = np.vstack([rng.permuted(each, axis=0) for _ in range(2)])
    place = "config.yaml, groups.ordinal_invariance, city"
    assert place not in warnings(study())
    survey.loc[(survey["city"] == 2) & (survey["U1"] == 4), "U1"] = 3
    assert warnings(study())[place] == (
        "nobody of category 2 gives these answers, which others give: U1: 4. Its groups are not compared."
    )
    config_content["disclosure"] = {"suppress_small_cells": True}
    assert warnings(study())[place] == (
        "in some category nobody gives an answer to these items that others give, and small cells are not "
        "told: U1. Its groups are not compared."
    )
    del config_content["disclosure"]
    survey["U1"] = survey["U1"].clip(2, 3)
    assert warnings(study())[place] == "items of fewer than three answers: U1. Its groups are not compared."
    config_content["groups"]["ordinal_invariance"] = False
    assert place not in warnings(study())


def test_a_control_of_one_category_is_named(
    study: Write, config_content: dict[str, Any], survey: pd.DataFrame
) -> None:
    config_content["regression"] = {"controls": ["city"]}
    survey["city"] = 1
    assert warnings(study()) == {
        "config.yaml, regression.controls": "all 40 questionnaires that are kept are of one category of "
        "city: it controls for nothing."
    }


def test_a_construct_of_the_codebook_that_nothing_measures_is_named(
    study: Write, codebook_content: dict[str, Any], config_content: dict[str, Any], survey: pd.DataFrame
) -> None:
    codebook_content["constructs"] |= {"luck": {"label": "Luck"}, "taste": {"label": "Taste"}}
    codebook_content["items"]["W1"] = {"construct": "taste", "label": "Likes the weather"}
    answers = survey.assign(W1=np.resize([1, 3, 5, 2, 4], 40))
    folder = study(answers=answers)
    assert warnings(folder) == {
        "codebook.yaml, constructs.luck": "no item measures it: the model has no such construct.",
        "codebook.yaml, constructs.taste": "its items W1 are used nowhere: the model has no such construct.",
    }
    for marker in ("W1", "taste"):
        config_content["common_method"] = {"marker": marker}
        study(answers=answers)
        assert list(warnings(folder)) == ["codebook.yaml, constructs.luck"]
        config_content["common_method"]["latent_factor"] = True
        study(answers=answers)
        assert warnings(folder)["config.yaml, common_method.marker"] == (
            "W1 is a single item, whose error nothing tells: there is no CFA marker."
        )


def test_constructs_of_one_or_two_items_are_named(study: Write, config_content: dict[str, Any]) -> None:
    config_content["model"]["constructs"]["use"] = {"items": ["U1", "U2"]}
    assert warnings(study()) == {"config.yaml, model.constructs": "constructs of one or two items: use (2)."}


def test_an_item_that_nearly_all_answer_alike_is_named(study: Write, survey: pd.DataFrame) -> None:
    survey["U1"] = [1, 2, 5, *[4] * 37]
    found = warnings(study())
    assert found["survey.csv, column U1"] == "all but 3 of 40 questionnaires that are kept answer 4."


def test_fewer_people_than_parameters_are_named(study: Write, survey: pd.DataFrame) -> None:
    folder = study(answers=survey.head(12))
    assert (
        warnings(folder)["survey.csv"]
        == "12 questionnaires are kept, for 13 parameters of the confirmatory factor model."
    )
    assert "survey.csv" not in warnings(study(answers=survey.head(13)))


def test_respondents_with_gaps_count_where_the_factor_model_takes_them(
    study: Write, config_content: dict[str, Any], survey: pd.DataFrame
) -> None:
    few = survey.head(28).astype(object)
    for row in range(18):
        few.loc[row, ("T1", "T2", "T3", "U1", "U2", "U3")[row % 6]] = ""
    config_content["cleaning"] = {"rules": ["missing_items"], "missing_items_at_most": 3}
    for method, told in (("complete", True), ("fiml", False)):
        config_content["missing"] = {"factor_models": method, "reliability": "em"}
        found = warnings(study(config=config_content, answers=few)).get("survey.csv", "")
        assert ("10 questionnaires are kept, for 13 parameters" in found) == told, (method, found)


def test_a_rule_that_takes_out_much_is_named_and_each_rule_is_counted(
    study: Write, survey: pd.DataFrame
) -> None:
    survey.loc[:11, "T1"] = 9
    survey.loc[12:13, "id"] = "P40"
    folder = study()
    assert (
        "keep 26. Excluded by `duplicate_respondent` 2, `out_of_range` 12 (by construct: trust 12)."
        in (check_study(folder).summary[2])
    )
    assert (
        warnings(folder)["survey.csv"] == "the cleaning rule `out_of_range` excludes 12 of 40 questionnaires."
    )
    survey.loc[0:2, "T1"] = 1
    assert "survey.csv" not in warnings(study())


def test_a_model_of_second_order_is_counted_as_the_config_has_it(
    study: Write, config_content: dict[str, Any], codebook_content: dict[str, Any], survey: pd.DataFrame
) -> None:
    codebook_content["constructs"] |= {"ease": {"label": "Ease"}, "technology": {"label": "Technology"}}
    noise = np.random.default_rng(4).integers(-1, 2, size=(40, 3))
    for position, item in enumerate(("E1", "E2", "E3")):
        codebook_content["items"][item] = {"construct": "ease", "label": item}
        survey[item] = (survey["T1"] + noise[:, position]).clip(1, 5)
    model = config_content["model"]
    model["constructs"] |= {"ease": {}, "technology": {"of": ["trust", "ease"]}}
    model["paths"] = [{"from": ["technology"], "to": "use"}]
    model["hypotheses"] = {"H1": {"from": "technology", "to": "use"}}
    checked = check_study(study())
    assert checked.summary[0] == "config.yaml: 4 constructs, 1 path, 1 hypothesis."
    (warning,) = checked.warnings
    assert warning.place.endswith("config.yaml, model.constructs.technology")
    assert warning.found.startswith("its components trust, ease take its place")


@pytest.mark.parametrize(
    ("weights", "size"), [([1, 1, 1, 1], 4), ([1, 2], 9 / 5), ([1e300, 1e-300], 1), ([3e-200] * 5, 5)]
)
def test_the_effective_size_is_kishs(weights: list[float], size: float) -> None:
    assert effective_size(np.array(weights)) == pytest.approx(size, rel=1e-12)


def test_weights_that_shrink_the_sample_are_told(
    study: Write, config_content: dict[str, Any], survey: pd.DataFrame
) -> None:
    config_content["data"]["weight"] = "w"
    survey["w"] = [60.0, *[1.0] * 39]
    folder = study()
    size = 99**2 / (60**2 + 39)
    assert (
        f"survey.csv: weighted by w, worth {size:.1f} that count alike (Kish's effective sample size)."
        in check_study(folder).summary
    )
    assert warnings(folder)["survey.csv, column w"] == (
        f"40 questionnaires so weighted are worth {size:.1f} that count alike (Kish's effective "
        "sample size), for 6 items."
    )
    survey["w"] = [2.0, *[1.0] * 39]
    assert "survey.csv, column w" not in warnings(study())


def test_a_model_of_very_many_chains_is_told_at_once(
    study: Write, config_content: dict[str, Any], codebook_content: dict[str, Any]
) -> None:
    """Twenty-two constructs in a row, each explained by all before it."""
    names = [f"c{number:02d}" for number in range(22)]
    rng = np.random.default_rng(8)
    items = {f"{name}_{j}": name for name in names for j in (1, 2, 3)}
    codebook_content["constructs"] = {name: {"label": name} for name in names}
    codebook_content["items"] = {item: {"construct": name, "label": item} for item, name in items.items()}
    config_content["model"] = {
        "constructs": {name: {} for name in names},
        "paths": [{"from": names[:k], "to": names[k]} for k in range(1, 22)],
    }
    answers = pd.DataFrame(rng.integers(1, 6, size=(300, len(items))), columns=list(items))
    answers = answers.assign(id=range(300), city=1)
    started = time.perf_counter()
    found = warnings(study(answers=answers))
    assert time.perf_counter() - started < 5
    # Every pair i < j has 2^(j - i - 1) chains, of which one is the path itself.
    chains = sum((22 - gap) * (2 ** (gap - 1) - 1) for gap in range(1, 22))
    assert found["config.yaml, model.paths"].startswith(f"{chains} chains of two paths or more")
