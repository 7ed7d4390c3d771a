from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.data.disclosure import protect
from smartcity_survey.io import StageResult, join_names
from smartcity_survey.stages.answers.describe import describe_answers
from smartcity_survey.stages.measurement.graded_response import (
    TABLES,
    analyse_graded_responses,
    asks_for_graded_response,
)
from smartcity_survey.stats.measurement.graded_information import item_information, person_fit
from smartcity_survey.stats.measurement.graded_response import fit_graded_response
from smartcity_survey.study.config import Config, DisclosureSection
from tests.stages import simulated

MODEL = simulated.model()
FIRST = MODEL.constructs[0]


@pytest.fixture(scope="module")
def result() -> StageResult:
    return analyse_graded_responses(simulated.answers(), MODEL)


def test_tables_hold_the_numbers_of_the_core(result: StageResult) -> None:
    fit = fit_graded_response(simulated.answers()[list(FIRST.items)].to_numpy())
    items = result.tables["graded_items"].set_index("item")
    thresholds = result.tables["graded_thresholds"].set_index(["item", "threshold_number"])
    information = result.tables["item_information"].set_index(["item", "trait"])["information"]
    for name, item in zip(FIRST.items, fit.items, strict=True):
        assert items.loc[name, "discrimination"] == item.slope
        np.testing.assert_array_equal(thresholds.loc[name, "threshold"], item.thresholds)
        assert information[name, 1.0] == item_information(item, np.array([1.0]))[0]
    scale = result.tables["graded_scales"].set_index("construct").loc[FIRST.name]
    assert scale["parameters"] == fit.n_parameters
    assert scale["misfit_percent"] == 100 * (person_fit(fit) < -1.645).mean()
    assert list(result.tables["graded_scales"]["construct"]) == list(MODEL.names)
    whole = result.tables["scale_information"].set_index(["construct", "trait"])
    own = information[list(FIRST.items)].groupby("trait").sum()
    np.testing.assert_allclose(whole.loc[FIRST.name, "information"], own)
    np.testing.assert_allclose(whole["trait_error"], whole["information"] ** -0.5)


def test_constructs_of_two_items_have_none_and_a_refusal_leaves_the_others() -> None:
    kept = tuple(item for one in MODEL.constructs for item in one.items[: 4 if one.name == "c" else 2])
    answers = simulated.answers().assign(B3=3.0)
    found = analyse_graded_responses(answers, MODEL.keeping((*kept, "B3")))
    assert list(found.tables["graded_scales"]["construct"]) == ["c"]
    (told,) = found.cards["graded_items"]["refused"]
    assert (told["part"], told["reason"]) == ("graded_response", "constant")
    assert told["at_fault"] == join_names(["b", "B3"])


def test_small_counts_leave_no_line_that_tells_them(result: StageResult) -> None:
    """An answer that three people gave: the thresholds of its construct would tell it."""
    answers = simulated.answers().copy()
    item = FIRST.items[0]
    answers[item] = answers[item].clip(lower=2)
    answers.loc[:2, item] = 1.0
    section = DisclosureSection(suppress_small_cells=True)
    described = protect(describe_answers(answers, simulated.codebook()), section)
    found = protect(analyse_graded_responses(answers, MODEL), section, described.tables)
    few = described.tables["item_descriptives"]
    hidden = set(few["construct"][few["skewness"].isna()])
    assert FIRST.name in hidden
    for name in TABLES:
        assert not set(found.tables[name]["construct"]) & hidden
        assert set(found.tables[name]["construct"]) == set(MODEL.names) - hidden


def test_few_misfits_are_not_counted(result: StageResult) -> None:
    scales = result.tables["graded_scales"].assign(misfit_percent=[100 * 3 / 676, *[0.0] * 6])
    cards = {"graded_scales": {"n": 676}}
    nobody = pd.DataFrame({"construct": list(MODEL.names), "skewness": 0.1})
    found = protect(
        StageResult({"graded_scales": scales}, cards),
        DisclosureSection(suppress_small_cells=True),
        {"item_descriptives": nobody},
    )
    assert found.tables["graded_scales"]["misfit_percent"].isna().tolist() == [True, *[False] * 6]


@pytest.mark.parametrize("asked", [False, True])
def test_it_is_made_where_the_config_asks_for_it(asked: bool, config_content: dict[str, Any]) -> None:
    config_content.setdefault("cfa", {})["graded_response"] = asked
    assert asks_for_graded_response(Config.model_validate(config_content)) == asked
