"""The tables against the numeric core, which has its own oracles, and what happens without a solution."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.io import StageResult
from smartcity_survey.stages.sem.cfa import confirm_model
from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.sem.cfa import CfaFit, fit_cfa
from smartcity_survey.stats.sem.cfa_fit import fit_indices
from smartcity_survey.study.config import CfaSection
from smartcity_survey.study.model import Model
from tests.stages import simulated
from tests.stages.refusals import refused

DRAWS = 20
P, K = len(simulated.ITEMS), len(simulated.CONSTRUCTS)


def confirmed(answers: pd.DataFrame, model: Model) -> StageResult:
    return confirm_model(answers, model, CfaSection(dynamic_draws=DRAWS), 0.95, 3)


@cache
def result() -> StageResult:
    return confirmed(simulated.answers(), simulated.model())


@cache
def fit() -> CfaFit:
    x = simulated.answers()[list(simulated.ITEMS)].to_numpy()
    return fit_cfa(covariance(x, ddof=0), len(x), simulated.model().membership())


def test_fit_and_loadings_are_those_of_the_core() -> None:
    statistics = result().tables["cfa_fit"].set_index("statistic")["value"]
    assert statistics["chi2"] == fit().chi2
    assert statistics["satorra_bentler_chi2"] == pytest.approx(
        fit().chi2 / statistics["satorra_bentler_scaling"]
    )
    loadings = result().tables["cfa_loadings"]
    assert np.array_equal(loadings["std_loading"], fit().std_loadings[fit().pattern])
    # The first item of each construct is fixed.
    assert loadings["z"].isna().sum() == K
    width = loadings["std_loading_high"] - loadings["std_loading_low"]
    np.testing.assert_allclose(width, 2 * 1.959964 * fit().std_err_std_loadings[fit().pattern], rtol=1e-6)


def test_pairs_of_constructs_are_distinct_where_the_interval_ends_below_the_limit() -> None:
    table = result().tables["cfa_correlation_intervals"]
    assert len(table) == K * (K - 1) // 2
    first, second = (simulated.CONSTRUCTS.index(table[f"construct_{side}"][0]) for side in (1, 2))
    assert table["estimate"][0] == fit().factor_corr[first, second]
    assert (table["below_distinct"] == (table["ci_high"] < 0.85)).all()


def test_every_parameter_fixed_at_zero_has_its_modification_index() -> None:
    table = result().tables["modification_indices"]
    assert result().cards["modification_indices"]["errors_and_tests"] == "normal_theory"
    kinds = table["kind"].value_counts()
    assert kinds["cross_loading"] == P * (K - 1)
    assert kinds["residual_covariance"] == P * (P - 1) // 2
    assert table["modification_index"].is_monotonic_decreasing
    owner = simulated.model().construct_of
    crossed = table[table["kind"] == "cross_loading"]
    assert all(owner(item) != other for item, other in zip(crossed["item"], crossed["other"], strict=True))
    pairs = table[table["kind"] == "residual_covariance"]
    place = simulated.ITEMS.index
    assert all(place(item) < place(other) for item, other in zip(pairs["item"], pairs["other"], strict=True))


def test_a_planted_residual_covariance_leads_both_lists() -> None:
    answers = simulated.answers().copy()
    noise = np.random.default_rng(2).normal(size=len(answers))
    planted = [simulated.ITEMS[0], simulated.ITEMS[-1]]
    answers[planted] += noise[:, None]
    tables = confirmed(answers, simulated.model()).tables
    for name in ("modification_indices", "cfa_residuals"):
        assert tables[name].loc[0, ["item", "other"]].tolist() == planted
    assert tables["modification_indices"].loc[0, "change"] == pytest.approx(1, abs=0.15)


def test_residuals_are_listed_by_their_size_in_standard_errors() -> None:
    table = result().tables["cfa_residuals"]
    assert len(table) == P * (P - 1) // 2
    assert table["z"].abs().is_monotonic_decreasing
    np.testing.assert_allclose(table["residual"] / table["std_error"], table["z"])
    line = table.iloc[0]
    i, j = (simulated.ITEMS.index(line[side]) for side in ("item", "other"))
    assert line["residual"] == fit().sample[i, j] - fit().implied[i, j]


def test_dynamic_cutoffs_stand_beside_the_indices_found() -> None:
    table = result().tables["dynamic_fit"]
    assert table["level"].tolist() == ["survey", "right_model", *["misspecified"] * (K - 1)]
    assert table["n_omitted"].tolist()[2:] == list(range(1, K))
    own = fit_indices(fit())
    assert table.loc[0, ["srmr", "rmsea", "cfi"]].tolist() == [own.srmr, own.rmsea, own.cfi]
    assert table["srmr"][2:].is_monotonic_increasing
    separates = table["srmr_separates"][2:].astype(bool)
    assert (separates == (table["srmr"][2:] > table["srmr"][1])).all()
    assert result().cards["dynamic_fit"]["simulated_samples"] == DRAWS


def test_ordered_answers_have_their_own_fit_beside_that_of_numbers() -> None:
    statistics = result().tables["cfa_dwls_fit"].set_index("statistic")["value"]
    assert statistics["df"] == fit().df
    scaled = statistics["unscaled_chi2"] / statistics["test_scaling"] + statistics["test_shift"]
    assert statistics["chi2"] == pytest.approx(scaled)
    loadings = result().tables["cfa_dwls_loadings"]
    assert np.array_equal(loadings["std_loading_ml"], fit().std_loadings[fit().pattern])
    # Categories hide some of what the normal variables behind them share.
    assert (loadings["std_loading"] > loadings["std_loading_ml"]).mean() > 0.9


def test_without_a_solution_tables_are_empty_and_cards_say_why() -> None:
    rng = np.random.default_rng(1)
    model, answers = simulated.model(), simulated.answers().copy()
    # Two items of one construct that are the same but for rounding: their factor explains them wholly.
    twins = list(simulated.ITEMS[:2])
    answers[twins[1]] = answers[twins[0]] + rng.normal(scale=0.1, size=len(answers))
    found = confirmed(answers, model)
    assert found.tables["cfa_loadings"]["heywood"].any()
    assert found.tables["dynamic_fit"].empty
    heywood = found.tables["cfa_loadings"].query("heywood")["item"]
    assert refused(found, "dynamic_fit") == [("table", "heywood", ", ".join(heywood))]
    assert found.tables["cfa_dwls_fit"].empty
    assert refused(found, "cfa_dwls_fit") == [("table", "dependent", ", ".join(twins))]
    assert not found.tables["modification_indices"].empty


def test_every_table_has_its_card() -> None:
    assert set(result().cards) == set(result().tables)
