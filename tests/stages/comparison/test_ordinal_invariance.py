"""Invariance of ordered answers in the simulated survey: the tables hold the core's numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.errors import NoSolution
from smartcity_survey.io import StageResult
from smartcity_survey.stages.comparison.ordinal_invariance import (
    asks_for_ordinal,
    compare_ordered_answers,
    unfit_answers,
)
from smartcity_survey.stats.measurement.ordinal_groups import OrdinalLevel
from smartcity_survey.stats.measurement.ordinal_invariance import ordinal_ladder
from smartcity_survey.study.config import Config, GroupsSection, ModelSection
from smartcity_survey.study.model import Model, build_model
from tests.stages import simulated

OLD = 35


def model() -> Model:
    section = {"constructs": {"a": {}, "b": {}}, "paths": [{"from": ["a"], "to": "b"}]}
    return build_model(ModelSection.model_validate(section), simulated.codebook())


def found(smallest: int = 50, continuity: tuple[float, float] = (0.0, 0.0)) -> StageResult:
    section = GroupsSection(variables=("age",), smallest=smallest)
    return compare_ordered_answers(simulated.answers(), model(), simulated.codebook(), section, continuity)


def test_levels_and_means_are_the_cores() -> None:
    frame = simulated.answers()
    x = frame[list(model().items)].to_numpy(dtype=np.int64)
    old = (frame["age"] > OLD).to_numpy()
    rungs = ordinal_ladder([x[~old], x[old]], model().membership())
    result = found()
    levels = result.tables["ordinal_invariance"].set_index("level")
    assert list(levels.index) == [f"ordinal_{level.name.lower()}" for level in OrdinalLevel]
    for line, rung in zip(levels.itertuples(), rungs, strict=True):
        assert (line.chi2, line.df, line.cfi) == (rung.indices.chi2, rung.indices.df, rung.indices.cfi)
        if rung.difference is not None:
            assert (line.chi2_change, line.p_change) == (rung.difference.statistic, rung.difference.p)
    means = result.tables["ordinal_means"]
    assert means["construct"].tolist() == ["a", "b"]
    assert means[["first", "second"]].to_numpy().tolist() == [["1", "2"], ["1", "2"]]
    rung = rungs[OrdinalLevel.INTERCEPTS]
    np.testing.assert_array_equal(means["factor_difference"], rung.factor_means[1])
    np.testing.assert_array_equal(means["factor_variance"], rung.factor_variances[1])


def test_what_cannot_be_compared_is_listed_with_its_reason() -> None:
    line = found(smallest=600).tables["ordinal_invariance"].iloc[0]
    assert (line["demographic"], line["status"]) == ("age", "one_group")
    frame, section = simulated.answers().copy(), GroupsSection(variables=("age",))
    item = simulated.ITEMS[0]
    frame.loc[(frame["age"] > OLD) & (frame[item] == 5), item] = 4.0
    result = compare_ordered_answers(frame, model(), simulated.codebook(), section)
    line = result.tables["ordinal_invariance"].iloc[0]
    assert (line["status"], line["group_at_fault"], line["at_fault"]) == ("lacked_answers", "2", f"{item}: 5")
    assert result.tables["ordinal_means"].empty
    frame[item] = frame[item].clip(3, 4)
    result = compare_ordered_answers(frame, model(), simulated.codebook(), section)
    line = result.tables["ordinal_invariance"].iloc[0]
    assert (line["status"], line["group_at_fault"], line["at_fault"]) == ("few_answers", "", item)


def test_every_group_that_lacks_an_answer_is_named() -> None:
    x = np.array([[1, 1], [2, 2], [3, 3], [1, 2], [2, 2], [3, 3], [4, 1], [2, 2], [3, 3]])
    members = {code: np.repeat([code == each for each in "abc"], 3) for code in "abc"}
    lacked = {each.group: each.names for each in unfit_answers(x, ["P", "Q"], members)}
    assert lacked == {"a": ("P: 4",), "b": ("P: 4", "Q: 1"), "c": ("P: 1",)}
    alike = np.column_stack([x, np.tile([1, 2, 3], 3)])
    (unfit,) = unfit_answers(alike, ["P", "Q", "R"], members, hidden=True)
    assert (unfit.reason, unfit.group, unfit.names) == ("lacked_answers", "", ("P", "Q"))


def test_the_table_tells_no_answer_of_a_group_where_small_cells_are_hidden() -> None:
    frame, section = simulated.answers().copy(), GroupsSection(variables=("age",))
    item = simulated.ITEMS[0]
    frame.loc[(frame["age"] > OLD) & (frame[item] == 5), item] = 4.0
    result = compare_ordered_answers(frame, model(), simulated.codebook(), section, smallest=5)
    line = result.tables["ordinal_invariance"].iloc[0]
    assert (line["status"], line["group_at_fault"], line["at_fault"]) == ("lacked_answers", "", item)


def test_single_items_are_left_out() -> None:
    rest = set(simulated.items_of("c")[1:])
    three = build_model(
        ModelSection.model_validate({"constructs": {"a": {}, "b": {}, "c": {}}, "paths": []}),
        simulated.codebook(),
    )
    three = three.keeping(tuple(item for item in three.items if item not in rest))
    section = GroupsSection(variables=("age",))
    result = compare_ordered_answers(simulated.answers(), three, simulated.codebook(), section)
    assert result.cards["ordinal_invariance"]["single_left_out"] == "c"
    for name, table in found().tables.items():
        pd.testing.assert_frame_equal(result.tables[name], table)


@pytest.mark.parametrize(("names", "items"), [("a", 2), ("ab", 1)])
def test_what_has_no_loadings_to_compare_is_foreseen(names: str, items: int) -> None:
    few = model().keeping(tuple(item for name in "ab" for item in simulated.items_of(name)[:items]))
    few = replace(few, constructs=tuple(each for each in few.constructs if each.name in names))
    with pytest.raises(NoSolution) as foreseen:
        compare_ordered_answers.stage.requires(few)  # type: ignore[attr-defined]
    assert foreseen.value.reason == "few_items"


def test_counts_added_to_empty_cells_are_told() -> None:
    assert "corrected" not in found().cards["ordinal_invariance"]
    assert found(continuity=(0.5, 0.5)).cards["ordinal_invariance"]["corrected"] > 0


@pytest.mark.parametrize("asked", [True, False])
def test_it_is_asked_for(config_content: dict[str, Any], asked: bool) -> None:
    groups = {"variables": ["gender"], "ordinal_invariance": asked}
    assert asks_for_ordinal(Config.model_validate(config_content | {"groups": groups})) == asked
    assert not asks_for_ordinal(
        Config.model_validate(config_content | {"groups": {"ordinal_invariance": True}})
    )
