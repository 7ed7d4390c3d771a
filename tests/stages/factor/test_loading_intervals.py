from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from smartcity_survey.stages.factor.loading_intervals import asks_for_loading_intervals, resample_loadings
from smartcity_survey.stats.factor.loading_bootstrap import bootstrap_loadings
from smartcity_survey.study.config import Config, FactorsSection
from tests.stages import simulated
from tests.stages.weights.drawn import WAYS, answers, design

ITEMS = list(simulated.ITEMS[:15])
SECTION = FactorsSection(n_components=3)


def test_the_table_holds_the_numbers_of_the_core() -> None:
    frame = simulated.answers()[ITEMS]
    result = resample_loadings(frame, SECTION, 100, 0.9, 4)
    table = result.tables["loading_intervals"].set_index(["item", "component"])
    found = bootstrap_loadings(frame.to_numpy(), 3, 100, seed=4)
    low, high = np.quantile(found.draws[:, 1, 2], [0.05, 0.95])
    line = table.loc[(ITEMS[1], 3)]
    assert list(line[["estimate", "ci_low", "ci_high"]]) == pytest.approx([found.loadings[1, 2], low, high])
    assert table["main_percent"].groupby("item").sum().round(9).eq(100).all()
    assert result.cards["loading_intervals"]["inadmissible_draws"] == 0


@pytest.mark.parametrize("way", WAYS)
def test_weights_and_clusters_are_taken(way: str) -> None:
    own, frame = design(way), answers(way)[ITEMS]
    card = resample_loadings(frame, SECTION, 100, 0.95, 4, own).cards["loading_intervals"]
    assert ("weights" in card, "clusters" in card) == (own.weighted, own.clusters is not None)


@pytest.mark.parametrize("draws", [None, 1000])
def test_it_is_made_where_the_config_asks_for_it(draws: int | None, config_content: dict[str, Any]) -> None:
    config_content.setdefault("factors", {})["loading_draws"] = draws
    assert asks_for_loading_intervals(Config.model_validate(config_content)) == (draws is not None)
