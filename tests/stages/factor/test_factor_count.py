from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from smartcity_survey.io import StageResult
from smartcity_survey.stages.factor.factor_count import asks_for_comparison, asks_for_graph, count_factors
from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.factor.comparison_data import count_by_comparison
from smartcity_survey.stats.factor.extraction import principal_axes
from smartcity_survey.stats.factor.hull_method import common_part
from smartcity_survey.stats.factor.sparse_networks import sparse_network
from smartcity_survey.study.config import Config
from tests.stages import simulated
from tests.stages.weights.drawn import design

COUNTED = pd.DataFrame({"rule": ["eigenvalue_above_1", "parallel_mean"], "n_components": [8, 7]})


def items(p: int = len(simulated.ITEMS)) -> pd.DataFrame:
    return simulated.answers()[list(simulated.ITEMS[:p])]


@pytest.fixture(scope="module")
def result() -> StageResult:
    return count_factors(items(15), COUNTED.assign(n_components=[4, 3]), 20, 5)


def test_the_table_holds_the_numbers_of_the_core(result: StageResult) -> None:
    x = items(15).to_numpy()
    fit = result.tables["hull_fit"].set_index("n_factors")
    assert list(fit.index) == [0, 1, 2, 3, 4]
    assert fit.loc[3, "caf"] == common_part(correlation(x), principal_axes(correlation(x), 3).loadings)
    assert fit.loc[0, "cfi"] == 0
    found = count_by_comparison(x, 5, draws=20, seed=5)
    table = result.tables["comparison_data"]
    np.testing.assert_array_equal(table["eigenvalue_distance"], found.distance.mean(axis=1))
    np.testing.assert_array_equal(table["p"], found.p)
    counts = result.tables["factor_count"].set_index("rule")["n_factors"]
    assert counts.to_dict() == {"hull_caf": 3, "hull_cfi": 3, "comparison_data": found.n_factors}
    assert found.n_factors == 3  # items of three scales


def test_comparison_data_beside_counts_of_all_answers_say_that_they_are_of_complete_ones() -> None:
    answers = items(15)
    gaps = answers.astype(float).mask(np.arange(15 * len(answers)).reshape(answers.shape) % 97 == 0)
    complete = gaps.dropna().reset_index(drop=True)
    found = count_factors(complete, COUNTED.assign(n_components=[4, 3]), 20, 5, everybody=gaps)
    told = found.cards["factor_count"]
    assert (told["n"], told["n_complete"], told["missing"]) == (len(gaps), len(complete), "em_normal")
    assert told["comparison_data"] == "complete_rows"
    assert "comparison_data" not in found.cards["hull_fit"]
    own = found.cards["comparison_data"]
    assert (own["n"], own["missing"]) == (len(complete), "complete_rows")


def test_seven_scales_are_seven_factors_and_one_more_than_parallel_analysis_is_tried() -> None:
    found = count_factors(items(), COUNTED, None, 1)
    assert set(found.tables) == {"hull_fit", "factor_count"}
    assert list(found.tables["factor_count"]["n_factors"]) == [7, 7]
    assert found.tables["hull_fit"]["n_factors"].max() == found.cards["hull_fit"]["largest"] == 8


def test_few_items_end_the_search_and_an_absent_elbow_is_empty() -> None:
    """Of four items two factors have no degree of freedom left; 0 and 1 have no elbow between them."""
    found = count_factors(items(4), COUNTED, None, 1)
    assert list(found.tables["hull_fit"]["n_factors"]) == [0, 1]
    assert found.tables["factor_count"]["n_factors"].isna().all()


def test_weights_are_taken_by_the_hull_alone() -> None:
    own = design("weighted")
    found = count_factors(items(15).iloc[: own.n], COUNTED, 20, 1, None, own)
    assert found.tables["comparison_data"].empty
    assert found.cards["hull_fit"]["weights"] == "sampling_weights"
    assert "weights" not in found.cards["comparison_data"]
    plain = count_factors(items(15).iloc[: own.n], COUNTED, None, 1)
    assert (found.tables["hull_fit"]["caf"] != plain.tables["hull_fit"]["caf"]).all()


def test_groups_of_linked_items_where_they_are_asked_for() -> None:
    x, drawn = sm.add_constant(items(12).to_numpy()), np.random.default_rng(1).normal(size=len(items()))
    own = items(12).assign(lone=drawn - x @ np.linalg.lstsq(x, drawn)[0])  # no correlation with any
    found = count_factors(own, COUNTED.assign(n_components=[3, 3]), None, 1, graph=True)
    table = found.tables["graph_communities"]
    network = sparse_network(correlation(own.to_numpy()), len(own))
    np.testing.assert_array_equal(table["strength"], np.abs(network.partial).sum(axis=0))
    assert table["community"].tolist()[:12] == [1] * 5 + [2] * 4 + [3] * 3
    assert table["links"].iloc[-1] == 0
    assert pd.isna(table["community"].iloc[-1])
    counts = found.tables["factor_count"].set_index("rule")["n_factors"]
    assert counts["graph_analysis"] == 3
    assert found.cards["graph_communities"]["penalty"] == network.penalty


@pytest.mark.parametrize("asked", [True, False])
def test_graph_analysis_where_the_config_asks_for_it(config_content: dict[str, Any], asked: bool) -> None:
    config_content.setdefault("factors", {})["graph_analysis"] = asked
    assert asks_for_graph(Config.model_validate(config_content)) == asked


@pytest.mark.parametrize("draws", [None, 500])
def test_comparison_data_where_the_config_asks_for_them(
    draws: int | None, config_content: dict[str, Any]
) -> None:
    config_content.setdefault("factors", {})["comparison_draws"] = draws
    assert asks_for_comparison(Config.model_validate(config_content)) == (draws is not None)
