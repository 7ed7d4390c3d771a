from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.io import StageResult
from smartcity_survey.stages.measurement.item_analysis import analyse_items
from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.measurement.reliability_coefficients import cronbach_alpha, item_total
from tests.stages import simulated
from tests.stages.refusals import refused


@pytest.fixture(scope="module")
def result() -> StageResult:
    return analyse_items(simulated.answers(), simulated.model())


@pytest.mark.parametrize("construct", simulated.CONSTRUCTS)
def test_scale_if_item_deleted(result: StageResult, construct: str) -> None:
    answers, items = simulated.answers(), list(simulated.items_of(construct))
    x = answers[items].to_numpy()
    # The last bits of a covariance depend on which other items stand in the product.
    columns = [simulated.model().items.index(item) for item in items]
    S = covariance(answers[list(simulated.model().items)].to_numpy())[np.ix_(columns, columns)]
    expected = item_total(S, x.mean(axis=0))
    table = result.tables["item_total_statistics"]
    table = table[table["construct"] == construct].set_index("item")
    assert list(table.index) == list(simulated.items_of(construct))
    for column in (
        *("mean_if_deleted", "variance_if_deleted", "corrected_correlation"),
        *("squared_multiple_correlation", "alpha_if_deleted"),
    ):
        assert np.array_equal(table[column], getattr(expected, column)), column
    # The last column, computed by leaving the item out.
    without = cronbach_alpha(covariance(x[:, 1:]))
    assert table["alpha_if_deleted"].iloc[0] == pytest.approx(without)
    scale = result.tables["scale_statistics"].set_index("construct").loc[construct]
    assert scale["variance"] == pytest.approx(x.sum(axis=1).var(ddof=1))
    assert scale["alpha"] == cronbach_alpha(S)


def test_summary_of_the_items(result: StageResult) -> None:
    construct = simulated.CONSTRUCTS[0]
    x = simulated.answers()[list(simulated.items_of(construct))]
    table = result.tables["item_summary"]
    summary = table[table["construct"] == construct].set_index("statistic")
    assert list(summary.index) == ["item_means", "item_variances", "item_covariances", "item_correlations"]
    assert summary.loc["item_variances", "max"] == pytest.approx(x.var().max())
    assert summary.loc["item_correlations", "min"] == pytest.approx(x.corr().min().min())


def test_alpha_omega_reliability_and_ave_have_intervals(result: StageResult) -> None:
    table = result.tables["reliability_intervals"]
    assert list(table.columns) == ["construct", "coefficient", "estimate", "std_error", "ci_low", "ci_high"]
    assert list(dict.fromkeys(table["coefficient"])) == ["alpha", "omega", "composite_reliability", "ave"]
    assert (table["ci_low"] < table["estimate"]).all()
    assert (table["estimate"] < table["ci_high"]).all()
    assert set(result.cards) == set(result.tables)


def test_items_that_determine_one_another_are_named() -> None:
    copied = simulated.answers().copy()
    first, second = simulated.items_of(simulated.CONSTRUCTS[0])[:2]
    copied[second] = copied[first]
    result = analyse_items(pd.DataFrame(copied), simulated.model())
    assert set(refused(result, "reliability_intervals")) == {
        ("cfa", "dependent", f"{first}, {second}"),
        ("omega", "dependent", f"{simulated.CONSTRUCTS[0]}, {first}, {second}"),
    }
    intervals = result.tables["reliability_intervals"].set_index(["coefficient", "construct"])["estimate"]
    assert intervals["alpha"].notna().all()
    assert intervals["omega"].isna().tolist() == [True, *[False] * (len(simulated.CONSTRUCTS) - 1)]
    assert intervals["ave"].isna().all()
