"""The tables of composite overfit analysis: the core's numbers, and what disclosure control leaves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.data.disclosure import HIDDEN_BELOW, protect
from smartcity_survey.io import REFUSED, StageResult
from smartcity_survey.stages.collection import stages
from smartcity_survey.stages.pls.pls import pls_model
from smartcity_survey.stages.pls_advanced import overfit
from smartcity_survey.stages.pls_advanced.further_methods import asks_for
from smartcity_survey.stages.pls_advanced.overfit import seek_overfit, smallest_group
from smartcity_survey.stats.core.dealt import Groups
from smartcity_survey.stats.core.errors import NotConverged
from smartcity_survey.stats.pls_advanced.deviance_tree import deviant_groups
from smartcity_survey.stats.pls_advanced.overfit import paths_without, predict_composites
from smartcity_survey.study.config import Config, DisclosureSection, PlsSection
from tests.stages import simulated
from tests.stages.refusals import refused

SECTION, MODEL = PlsSection(), simulated.model()
ROWS = simulated.answers()
TARGET = MODEL.names.index(simulated.OUTCOME)


@pytest.fixture(scope="module")
def result() -> StageResult:
    return seek_overfit(ROWS, MODEL, SECTION, 5)


def test_the_tables_hold_the_numbers_of_the_core(result: StageResult) -> None:
    x = ROWS[list(MODEL.items)].to_numpy()
    own = predict_composites(x, pls_model(MODEL, SECTION), np.arange(len(x)))
    found = deviant_groups(own.deviance[:, TARGET], own.scores, smallest=smallest_group(len(x)))
    assert len(found) > 1
    (line,) = result.tables["predictive_deviance"].itertuples()
    assert line.rmse_fit == pytest.approx(np.sqrt(own.fit_mse[TARGET]))
    assert line.rmse_prediction == pytest.approx(np.sqrt(own.prediction_mse[TARGET]))
    assert line.overfit_percent == pytest.approx(100 * (own.prediction_mse[TARGET] / own.fit_mse[TARGET] - 1))
    assert [line.deviance_low, line.deviance_high] == np.quantile(
        own.deviance[:, TARGET], [0.025, 0.975]
    ).tolist()
    assert line.n_groups == len(found)

    groups = result.tables["deviant_groups"]
    assert groups["n"].tolist() == [one.members.sum() for one in found]
    assert groups["mean_deviance"].tolist() == [one.mean for one in found]
    paths = result.tables["deviant_paths"].set_index(["deviant_group", "source"])
    for number, one in enumerate(found, start=1):
        rules = result.tables["deviant_rules"].query("deviant_group == @number").set_index("construct")
        bounded = np.flatnonzero(np.isfinite([one.low, one.high]).any(axis=0))
        assert rules.index.tolist() == [MODEL.names[place] for place in bounded]
        held = np.ones(len(x), dtype=bool)
        for name, rule in rules.iterrows():
            score = own.scores[:, MODEL.names.index(str(name))]
            held &= ~(score < rule["from_sd"]) & ~(score >= rule["to_sd"])
        assert (held == one.members).all()
        without = paths_without(x, pls_model(MODEL, SECTION), one.members, own.fit)
        for source in MODEL.predictors(simulated.OUTCOME):
            place = MODEL.names.index(source)
            cell = paths.loc[(number, source)]
            assert cell["estimate"] == own.fit.path_coefficients[place, TARGET]
            assert cell["without_group"] == without[place, TARGET]
            assert cell["path_change"] == cell["without_group"] - cell["estimate"]


def test_groups_of_a_few_respondents_are_left_out_with_their_rules_and_paths(result: StageResult) -> None:
    sizes = result.tables["deviant_groups"].set_index("deviant_group")["n"]
    smallest = int(sizes.max())
    assert (sizes < smallest).any()
    section = DisclosureSection(suppress_small_cells=True, smallest_cell=smallest)
    shown = protect(result, section)
    kept = set(sizes.index[sizes >= smallest])
    numbers = {number: place for place, number in enumerate(sorted(kept), start=1)}
    assert any(number != place for number, place in numbers.items())
    for name in ("deviant_groups", "deviant_rules", "deviant_paths"):
        table = shown.tables[name]
        expected = result.tables[name][result.tables[name]["deviant_group"].isin(kept)]
        expected = expected.assign(deviant_group=expected["deviant_group"].map(numbers))
        pd.testing.assert_frame_equal(table, expected.reset_index(drop=True))
        assert shown.cards[name][HIDDEN_BELOW] == smallest
    assert stages()["overfit"].hides is protect


def test_how_many_groups_there_are_is_left_out_where_it_would_tell_of_hidden_ones(
    result: StageResult,
) -> None:
    """Of two outcomes one has a group of a few: its number less those shown would say how many are hidden."""
    tables = dict(result.tables)
    tables["deviant_groups"] = pd.DataFrame(
        {
            "outcome": ["a", "a", "b"],
            "deviant_group": [1, 2, 1],
            "n": [4, 9, 7],
            "mean_deviance": [0.3, 0.2, 0.1],
        }
    )
    line = tables["predictive_deviance"]
    tables["predictive_deviance"] = pd.concat(
        [line.assign(outcome="a", n_groups=2), line.assign(outcome="b", n_groups=1)]
    )
    given = replace(result, tables=tables)
    shown = protect(given, DisclosureSection(suppress_small_cells=True, smallest_cell=5)).tables
    assert shown["predictive_deviance"]["n_groups"].isna().tolist() == [True, False]
    assert shown["predictive_deviance"].drop(columns="n_groups").notna().all(axis=None)
    assert shown["deviant_groups"][["outcome", "deviant_group", "n"]].to_numpy().tolist() == [
        ["a", 1, 9],
        ["b", 1, 7],
    ]
    bare = protect(given, DisclosureSection(suppress_small_cells=True, smallest_cell=4)).tables
    assert bare["predictive_deviance"]["n_groups"].tolist() == [2, 1]


def test_a_group_is_at_least_a_hundredth() -> None:
    assert [smallest_group(n) for n in (40, 500, 501, 20_000)] == [5, 5, 6, 200]


def test_many_respondents_are_left_out_by_random_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = np.arange(len(ROWS)) % 30
    monkeypatch.setattr(overfit, "deal", lambda n, seed: Groups(codes, 30))
    table = seek_overfit(ROWS, MODEL, SECTION, 5).tables["predictive_deviance"]
    own = predict_composites(ROWS[list(MODEL.items)].to_numpy(), pls_model(MODEL, SECTION), codes)
    assert table["rmse_prediction"].item() == pytest.approx(np.sqrt(own.prediction_mse[TARGET]))


def test_paths_without_a_group_that_have_no_solution_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise NotConverged("PLS", 1, 0.5)

    monkeypatch.setattr(overfit, "paths_without", refuse)
    result = seek_overfit(ROWS, MODEL, SECTION, 5)
    assert result.tables["deviant_paths"]["without_group"].isna().all()
    assert result.tables["deviant_paths"]["estimate"].notna().all()
    assert result.cards["deviant_paths"][REFUSED][0]["part"] == "path_model"


def test_few_respondents_have_no_groups_and_the_reason_is_told() -> None:
    result = seek_overfit(simulated.answers().head(9), MODEL, SECTION, 5)
    assert all(table.empty for table in result.tables.values())
    assert result.cards["deviant_groups"][REFUSED][0]["reason"] == "too_few_rows"


def test_that_no_group_stands_out_is_told(monkeypatch: pytest.MonkeyPatch, result: StageResult) -> None:
    """Of each table of groups; of a table with lines nothing is."""
    monkeypatch.setattr(overfit, "deviant_groups", lambda *_, **__: ())
    nobody = seek_overfit(ROWS, MODEL, SECTION, 5)
    for name in ("deviant_groups", "deviant_rules", "deviant_paths"):
        assert nobody.tables[name].empty
        assert refused(nobody, name) == [("none_found", "no_deviant_group", "")]
        assert REFUSED not in result.cards[name]
    assert nobody.tables["predictive_deviance"]["n_groups"].tolist() == [0]
    assert REFUSED not in nobody.cards["predictive_deviance"]


@pytest.mark.parametrize("asked", [False, True])
def test_it_is_made_where_the_config_asks_for_it(asked: bool, config_content: dict[str, Any]) -> None:
    config_content.setdefault("pls", {})["overfit"] = asked
    assert asks_for("overfit")(Config.model_validate(config_content)) == asked
