from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stages.factor.adequacy import evaluate_adequacy
from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.factor.adequacy import kmo
from tests.stages import simulated
from tests.stages.refusals import refused


def test_tables_hold_the_numbers_of_the_core() -> None:
    items = simulated.answers()[list(simulated.ITEMS)]
    result = evaluate_adequacy(items)
    matrix = correlation(items.to_numpy())
    expected = kmo(matrix)
    statistics = result.tables["adequacy"].set_index("statistic")["value"]
    assert statistics["kmo"] == expected.overall
    assert statistics["bartlett_df"] == 48 * 47 / 2
    # The determinant of 48 items is printed in E-notation and its logarithm beside it.
    assert statistics["determinant"] == pytest.approx(np.linalg.det(matrix), rel=1e-10)
    assert statistics["condition_number"] == pytest.approx(np.linalg.cond(matrix))
    assert np.array_equal(result.tables["item_msa"]["msa"], expected.per_item)
    for name, values in (
        ("anti_image_correlations", expected.anti_image_correlation),
        ("anti_image_covariances", expected.anti_image_covariance),
    ):
        table = result.tables[name]
        assert list(table.columns) == ["item", *simulated.ITEMS] == ["item", *table["item"]]
        assert np.array_equal(table.set_index("item"), values)
    assert set(result.cards) == set(result.tables)


def test_a_constant_item_and_a_copied_one_are_named() -> None:
    items = simulated.answers()[list(simulated.ITEMS[:6])]
    constant, copied = items.copy(), items.copy()
    constant[simulated.ITEMS[2]] = 3.0
    copied[simulated.ITEMS[4]] = copied[simulated.ITEMS[1]]
    for answers, reason, names in (
        (constant, "constant", simulated.ITEMS[2]),
        (copied, "dependent", f"{simulated.ITEMS[1]}, {simulated.ITEMS[4]}"),
    ):
        result = evaluate_adequacy(answers)
        assert all(table.empty for table in result.tables.values())
        assert refused(result, "adequacy") == [("table", reason, names)]
