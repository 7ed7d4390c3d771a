"""Items that differ between groups of the simulated survey: the tables hold the core's numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.io import StageResult
from smartcity_survey.stages.comparison.groups import compare_respondents
from smartcity_survey.stages.comparison.ladder import group_samples
from smartcity_survey.stages.comparison.partial_invariance import asks_for_items, find_items_that_differ
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.measurement.partial_invariance import partial_ladder
from smartcity_survey.stats.sem.invariance import invariance_ladder
from smartcity_survey.study.config import Config, GroupsSection, PlsSection
from tests.stages import simulated
from tests.stages.refusals import refused

OLD = 35
PLANTED = [simulated.ITEMS[2], simulated.ITEMS[-1]]


def answers() -> pd.DataFrame:
    """The older answer two items higher, as no construct would make them."""
    frame = simulated.answers().copy()
    frame.loc[frame["age"] > OLD, PLANTED] += 0.8
    return frame


def found(frame: pd.DataFrame, *variables: str, smallest: int = 50) -> StageResult:
    section = GroupsSection(variables=variables, smallest=smallest)
    return find_items_that_differ(frame, simulated.model(), simulated.codebook(), section, 0.05)


def by_age(frame: pd.DataFrame) -> tuple[Array, list[Any]]:
    old = (frame["age"] > OLD).to_numpy()
    return frame[list(simulated.ITEMS)].to_numpy(dtype=float), [~old, old]


def test_planted_differences_are_found_and_the_rest_is_alike() -> None:
    result = found(answers(), "age")
    assert result.cards["partial_invariance"]["errors_and_tests"] == "normal_theory"
    items = result.tables["freed_items"]
    assert set(items["item"]) == set(PLANTED)
    assert (items["level"] == "scalar").all()
    assert items["order"].tolist() == [1, 2]
    assert items["construct"].tolist() == [simulated.model().construct_of(item) for item in items["item"]]
    levels = result.tables["partial_invariance"].set_index("level")
    assert levels["invariance"].tolist()[1:] == ["full", "partial", "full"]
    assert levels["n_free"].tolist()[1:] == [0, 2, 0]
    assert levels.loc["scalar", "p_all_equal"] < 1e-6
    assert levels.loc["scalar", "p_change"] > 0.05
    x, groups = by_age(answers())
    rungs = partial_ladder(group_samples(x, groups), simulated.model().membership())
    assert rungs[2].difference is not None
    assert levels.loc["scalar", "chi2_change"] == rungs[2].difference.statistic
    assert items["p_holm"].tolist() == [release.p for release in rungs[2].releases]
    assert items["p_left"].iloc[-1] == levels.loc["scalar", "p_change"]


def test_where_no_group_differs_no_item_is_let_free() -> None:
    result = found(simulated.answers(), "city", "age")
    assert result.tables["freed_items"].empty
    assert refused(result, "freed_items") == [("none_found", "no_item_freed", "")]
    levels = result.tables["partial_invariance"]
    assert (levels["invariance"].dropna() == "full").all()
    assert len(levels) == 8


def test_what_cannot_be_compared_is_listed_with_its_reason() -> None:
    few = found(simulated.answers(), "city", smallest=600)
    assert refused(few, "freed_items") == [("table", "one_group", "")]
    line = few.tables["partial_invariance"].iloc[0]
    assert (line["demographic"], line["status"]) == ("city", "one_group")
    frame = simulated.answers().copy()
    frame.loc[frame["age"] <= OLD, simulated.ITEMS[0]] = 3.0
    unsolved = found(frame, "age")
    assert refused(unsolved, "freed_items") == [("table", "constant", simulated.ITEMS[0])]
    constant = unsolved.tables["partial_invariance"].iloc[0]
    assert constant["group_at_fault"] == "1"
    assert constant["at_fault"] == simulated.ITEMS[0]


@pytest.mark.parametrize("asked", [True, False])
def test_they_are_asked_for(config_content: dict[str, Any], asked: bool) -> None:
    groups = {"variables": ["gender"], "partial_invariance": asked}
    assert asks_for_items(Config.model_validate(config_content | {"groups": groups})) == asked
    assert not asks_for_items(
        Config.model_validate(config_content | {"groups": {"partial_invariance": True}})
    )


def test_levels_by_mlr_are_scaled() -> None:
    frame = simulated.answers()
    tables = {
        estimator: compare_respondents(
            frame,
            simulated.model(),
            simulated.codebook(),
            GroupsSection(variables=("age",), permutations=20),
            PlsSection(),
            0.05,
            1,
            estimator=estimator,
        )
        for estimator in ("ml", "mlr")
    }
    x, groups = by_age(frame)
    rungs = invariance_ladder(
        group_samples(x, groups),
        simulated.model().membership(),
        answers=[x[group] for group in groups],
        correction="yuan_bentler",
    )
    plain, robust = (result.tables["invariance"] for result in tables.values())
    for name in ("chi2", "cfi", "rmsea"):
        assert robust[name].tolist() == [getattr(rung.scaled, name) for rung in rungs]
    for name in ("cfi", "rmsea"):
        np.testing.assert_allclose(robust[f"d_{name}"][1:], np.diff(robust[name]), atol=1e-12)
        assert (plain[name] != robust[name]).all()
    changes = [rung.scaled_difference for rung in rungs[1:]]
    assert robust["p_change"].tolist()[1:] == [change.p for change in changes if change is not None]
    np.testing.assert_array_equal(plain[["srmr", "d_srmr"]], robust[["srmr", "d_srmr"]])
    assert (plain["chi2"] != robust["chi2"]).all()
    assert tables["mlr"].cards["invariance"]["test"] == "yuan_bentler"
    assert "test" not in tables["ml"].cards["invariance"]
