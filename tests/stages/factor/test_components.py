from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.io import StageResult
from smartcity_survey.stages.factor.components import estimate_factors
from smartcity_survey.stages.needs import retained_items
from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.factor.components import rotated_solution
from smartcity_survey.stats.factor.empirical_kaiser import empirical_kaiser_reference
from smartcity_survey.stats.factor.item_deletion import ItemLimits, delete_items
from smartcity_survey.stats.factor.parallel import components_above
from smartcity_survey.stats.factor.partial_correlations import minimum_average_partial
from smartcity_survey.stats.factor.reproduced_correlations import reproduced
from smartcity_survey.study.config import FactorsSection, ParallelSection
from tests.stages import simulated

QUICK = ParallelSection(draws=50)
COMPONENTS = [f"component_{number}" for number in range(1, 8)]


def items() -> pd.DataFrame:
    return simulated.answers()[list(simulated.ITEMS)]


@pytest.fixture(scope="module")
def result() -> StageResult:
    section = FactorsSection(n_components=7, minimum_loading=0.63, parallel=QUICK)
    return estimate_factors(items(), simulated.model(), section, 1)


def test_matrices_are_those_of_the_core(result: StageResult) -> None:
    matrix = correlation(items().to_numpy())
    solution = rotated_solution(matrix, 7)
    implied = reproduced(matrix, solution.unrotated_loadings)
    for name, values in (
        ("component_matrix", solution.unrotated_loadings),
        ("rotated_loadings", solution.loadings),
        ("score_coefficients", solution.score_coefficients),
    ):
        table = result.tables[name].set_index("item")
        assert list(table.columns) == COMPONENTS
        assert list(table.index) == list(simulated.ITEMS)
        assert np.array_equal(table, values)
    turned = result.tables["component_transformation"].set_index("component")
    assert list(turned.index) == [str(number) for number in range(1, 8)]
    assert np.array_equal(turned, solution.rotation)
    for name, values in (
        ("reproduced_correlations", implied.correlations),
        ("residual_correlations", implied.residuals),
    ):
        assert np.array_equal(result.tables[name].set_index("item"), values, equal_nan=True)
    summary = result.tables["residual_summary"].set_index("statistic")["value"]
    assert summary["n_pairs"] == 48 * 47 / 2
    assert summary["percent_large_residuals"] == 100 * implied.share_large


def test_columns_that_the_report_and_the_comparisons_rely_on(result: StageResult) -> None:
    columns = {name: list(frame.columns) for name, frame in result.tables.items()}
    assert columns["eigenvalues"][:4] == ["component", "eigenvalue", "percent_variance", "cumulative_percent"]
    assert columns["communalities"] == ["item", "initial", "extraction"]
    assert columns["variance_explained"][1::3] == [
        f"{stage}_eigenvalue" for stage in ("initial", "extracted", "rotated")
    ]
    assert columns["component_count"] == ["rule", "n_components"]
    assert columns["item_deletion_log"] == [
        *("step", "item", "rule", "limit", "value", "n_items", "n_components", "kmo", "percent_variance")
    ]


def test_every_rule_counts_components(result: StageResult) -> None:
    counts = result.tables["component_count"].set_index("rule")["n_components"]
    eigenvalues = result.tables["eigenvalues"]
    partial = minimum_average_partial(correlation(items().to_numpy()))
    assert counts["eigenvalue_above_1"] == (eigenvalues["eigenvalue"] > 1).sum()
    values, n = eigenvalues["eigenvalue"].to_numpy(), len(items())
    chance = empirical_kaiser_reference(values, n)
    assert counts["empirical_kaiser"] == components_above(values, chance)
    assert counts["minimum_average_partial"] == partial.n_components
    assert counts["parallel_quantile"] <= counts["parallel_mean"]
    assert counts["kept"] == 7
    table = result.tables["minimum_average_partial"]
    assert table["average_square"].idxmin() == partial.n_components


def test_items_go_one_at_a_time_and_the_log_says_why(result: StageResult) -> None:
    matrix = correlation(items().to_numpy())
    steps = delete_items(matrix, ItemLimits(minimum_loading=0.63), 7)
    log = result.tables["item_deletion_log"]
    assert len(steps) >= 2
    assert log["item"].tolist() == ["none", *(simulated.ITEMS[step.item] for step in steps)]
    assert log["kmo"].tolist()[1:] == [step.kmo for step in steps]
    assert log["rule"].tolist() == ["all_items", *["largest_loading_below"] * len(steps)]
    assert log["limit"].tolist()[1:] == [0.63] * len(steps)
    retention = result.tables["item_retention"]
    gone = retention.loc[~retention["retained"], "item"]
    assert set(gone) == set(log["item"][1:])
    assert set(retained_items(retention)) == set(simulated.ITEMS) - set(gone)


def test_the_card_shows_gradient_and_curvature(result: StageResult) -> None:
    card = result.cards["rotated_loadings"]
    solution = rotated_solution(correlation(items().to_numpy()), 7)
    assert solution.gradient_norm < 1e-12
    assert card["gradient"] == 1e-12
    assert card["curvature"] == solution.curvature < 0
    assert result.cards["item_deletion_log"]["minimum_loading"] == 0.63
    assert set(result.cards) == set(result.tables)


def test_one_component_has_no_curvature_to_show() -> None:
    section = FactorsSection(n_components=1, parallel=QUICK)
    found = estimate_factors(items(), simulated.model(), section, 1)
    assert "curvature" not in found.cards["rotated_loadings"]
    assert found.tables["item_retention"]["retained"].all()


def test_an_impossible_number_of_components_points_to_the_config() -> None:
    section = FactorsSection(n_components=60, parallel=QUICK)
    with pytest.raises(SurveyError, match=r"config.yaml, factors.n_components: .*60 .*48") as refused:
        estimate_factors(items(), simulated.model(), section, 1)
    assert "1 to 48" in str(refused.value)
