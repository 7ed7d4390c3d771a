"""Waves made of one simulated survey: what was put in is found, and what was left out is said."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.data.waves import Wave, common_items, common_model, common_to_all
from smartcity_survey.errors import SurveyError
from smartcity_survey.io import StageResult
from smartcity_survey.stages.comparison.waves import compare_waves
from smartcity_survey.study.config import GroupsSection, PlsSection
from tests.stages import simulated
from tests.stages.refusals import refused

FIRST, *_, LAST = simulated.CONSTRUCTS
RISE = 0.5
PATH = ["source", "target"]


def wave(name: str, rows: slice, without: tuple[str, ...] = (), shift: float = 0.0) -> Wave:
    """A part of the simulated respondents; `shift` is added to all answers to the first construct."""
    answers = simulated.answers().iloc[rows].reset_index(drop=True)
    items = list(simulated.items_of(FIRST))
    answers[items] += shift
    book = simulated.codebook()
    kept = {item: entry for item, entry in book.items.items() if item not in without}
    return Wave(
        name, book.model_copy(update={"items": kept}), answers.drop(columns=list(without)), len(answers) + 9
    )


@cache
def compared(*, shift: float = RISE) -> StageResult:
    missing = simulated.items_of(LAST)[:1]
    return compare_waves(
        wave("2024", slice(0, 300)),
        [wave("2026", slice(300, 676), without=missing, shift=shift)],
        simulated.model(),
        PlsSection(bootstrap_draws=200),
        GroupsSection(permutations=40),
        5,
    )


def test_items_that_a_wave_did_not_ask_are_named_and_left_out() -> None:
    items = compared().tables["wave_items"].set_index("item")["not_common"]
    assert items[items != ""].to_dict() == {simulated.items_of(LAST)[0]: "not_asked"}
    means = compared().tables["wave_means"].set_index(["construct", "wave"])
    assert means.loc[(LAST, "2024"), "n_items"] == len(simulated.items_of(LAST)) - 1


def test_items_on_another_scale_or_of_another_construct_are_not_common() -> None:
    book = simulated.codebook()
    first, second, third = simulated.items_of(FIRST)[:3]
    scale = book.scale.model_copy(update={"maximum": 7})
    changed = {
        first: book.items[first].model_copy(update={"scale": scale}),
        second: book.items[second].model_copy(update={"construct_name": LAST}),
    }
    others = {
        "2024": book.model_copy(update={"items": {**book.items, **changed}}),
        "2026": book.model_copy(update={"items": {**book.items, first: changed[first]}}),
    }
    items = common_items(simulated.model(), book, others)
    found = items.set_index(["item", "wave"])["not_common"]
    assert found[first].to_dict() == {"2024": "other_scale", "2026": "other_scale"}
    assert found[second].to_dict() == {"2024": "other_construct", "2026": ""}
    assert set(simulated.ITEMS) - set(common_to_all(items)) == {first, second}
    assert third in common_to_all(items)


def test_a_rise_that_was_put_in_is_found_with_its_interval() -> None:
    table = compared().tables["wave_mean_differences"].set_index("construct")
    before = compared(shift=0.0).tables["wave_mean_differences"].set_index("construct")
    assert table["difference"][FIRST] == pytest.approx(before["difference"][FIRST] + RISE, abs=1e-12)
    assert table["ci_low"][FIRST] > 0
    assert set(zip(table["earlier"], table["later"], strict=True)) == {("2024", "2026")}
    others = [name for name in simulated.CONSTRUCTS if name != FIRST]
    pd.testing.assert_frame_equal(table.loc[others], before.loc[others])


def test_means_are_those_of_the_common_items() -> None:
    means = compared().tables["wave_means"].set_index(["construct", "wave"])
    items = list(simulated.items_of(LAST)[1:])
    scores = simulated.answers().iloc[:300][items].mean(axis=1)
    found = means.loc[(LAST, "2024")]
    assert found["mean"] == pytest.approx(scores.mean())
    assert found["sd"] == pytest.approx(scores.std())
    assert found["ci_low"] < found["mean"] < found["ci_high"]
    assert found["n"] == 300


def test_path_differences_are_those_of_the_paths_and_lie_in_their_interval() -> None:
    paths = compared().tables["wave_paths"].pivot(index=PATH, columns="wave", values="estimate")
    table = compared().tables["wave_path_differences"].set_index(PATH)
    expected = (paths["2026"] - paths["2024"]).loc[table.index]
    np.testing.assert_allclose(table["difference"], expected)
    assert table["difference"].between(table["ci_low"], table["ci_high"]).all()
    # The waves are independent, so their variances add.
    errors = compared().tables["wave_paths"].pivot(index=PATH, columns="wave", values="boot_se")
    independent = np.hypot(errors["2024"], errors["2026"]).loc[table.index]
    np.testing.assert_allclose(table["boot_se"], independent, rtol=0.2)


def test_the_same_paths_and_composites_are_compared_by_permutation() -> None:
    tables = compared().tables
    comparison = tables["wave_comparisons"].iloc[0]
    assert (comparison["first"], comparison["second"], comparison["status"]) == ("2026", "2024", "compared")
    assert (comparison["n_first"], comparison["n_second"]) == (376, 300)
    permuted = tables["wave_multigroup"].set_index(PATH)["difference"]
    resampled = tables["wave_path_differences"].set_index(PATH)["difference"]
    np.testing.assert_allclose(permuted.loc[resampled.index], resampled, atol=1e-9)
    micom = tables["wave_micom"]
    assert set(zip(micom["first"], micom["second"], strict=True)) == {("2026", "2024")}
    assert tables["wave_micom"].set_index("construct").loc[FIRST, "invariance"] != "full"


def test_the_ladder_finds_the_loadings_equal() -> None:
    ladder = compared().tables["wave_invariance"].set_index("level")
    assert list(ladder.index) == ["configural", "metric", "scalar", "strict"]
    # All items of a construct rose alike, which a rise of the factor explains.
    assert (ladder["d_cfi"].dropna() > -0.01).all()


def test_every_table_has_a_card_and_sizes_are_told() -> None:
    result = compared()
    assert set(result.cards) == set(result.tables)
    assert result.tables["wave_sizes"].to_numpy().tolist() == [["2024", 309, 300], ["2026", 385, 376]]


def test_constructs_with_one_common_item_are_not_compared() -> None:
    model = simulated.model()
    rest = simulated.items_of(FIRST)[1:]
    reduced = common_model(model, [item for item in model.items if item not in rest])
    assert FIRST not in reduced.names
    assert all(FIRST not in path for path in reduced.paths)
    with pytest.raises(SurveyError, match="no two constructs on a path have 2 items each"):
        compare_waves(
            wave("a", slice(0, 300)),
            [wave("b", slice(300, 676), without=simulated.items_of(LAST)[1:])],
            model,
            PlsSection(bootstrap_draws=100),
            GroupsSection(permutations=20),
            5,
        )


def test_a_construct_of_a_single_item_is_compared_where_all_asked_the_item() -> None:
    rest = simulated.items_of(FIRST)[1:]
    model = simulated.model().keeping(tuple(item for item in simulated.ITEMS if item not in rest))
    assert common_model(model, model.items).names == simulated.CONSTRUCTS
    assert (
        FIRST not in common_model(model, [i for i in model.items if i not in simulated.items_of(FIRST)]).names
    )
    result = compare_waves(
        wave("2024", slice(0, 300)),
        [wave("2026", slice(300, 676), shift=RISE)],
        model,
        PlsSection(bootstrap_draws=100),
        GroupsSection(permutations=20),
        5,
    )
    means = result.tables["wave_means"].set_index(["construct", "wave"])
    assert np.isnan(means.loc[(FIRST, "2024"), "cronbach_alpha"])
    assert result.cards["wave_means"]["single_items"] == FIRST
    changes = result.tables["wave_mean_differences"].set_index("construct")
    item = simulated.answers()[simulated.items_of(FIRST)[0]]
    assert changes["difference"][FIRST] == pytest.approx(item[300:].mean() - item[:300].mean() + RISE)
    assert (result.tables["wave_invariance"]["status"] == "converged").all()


@pytest.mark.filterwarnings("ignore::smartcity_survey.stages.refusals.Unsolved")
def test_a_wave_without_a_solution_leaves_empty_tables_with_the_reason() -> None:
    other = wave("2026", slice(300, 676))
    item = simulated.ITEMS[0]
    flat = replace(other, answers=other.answers.assign(**dict.fromkeys(simulated.items_of(FIRST), 3.0)))
    result = compare_waves(
        wave("2024", slice(0, 300)),
        [flat],
        simulated.model(),
        PlsSection(bootstrap_draws=100),
        GroupsSection(permutations=20),
        5,
    )
    assert set(result.tables) == set(compared().tables)
    assert all(table.empty for table in result.tables.values())
    [(part, reason, names)] = refused(result, "wave_means")
    assert (part, reason) == ("table", "constant")
    assert item in names
