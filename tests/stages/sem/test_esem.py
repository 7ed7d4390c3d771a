"""All items on all factors in the simulated survey: the tables hold the core's numbers beside CFA's."""

from __future__ import annotations

from typing import Any, Never

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.errors import NoSolution
from smartcity_survey.io import REFUSED
from smartcity_survey.stages.sem import esem
from smartcity_survey.stages.sem.esem import asks_for_exploratory, explore_measurement_model
from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.core.errors import NotConverged
from smartcity_survey.stats.measurement.esem import fit_esem
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.study.config import Config, ModelSection
from smartcity_survey.study.model import Model, build_model
from tests.stages import simulated


def small(*constructs: str) -> Model:
    """The simulated model with some of its constructs."""
    paths = [{"from": list(constructs[:-1]), "to": constructs[-1]}] if len(constructs) > 1 else []
    section = {"constructs": {name: {} for name in constructs}, "paths": paths}
    return build_model(ModelSection.model_validate(section), simulated.codebook())


def test_the_tables_hold_both_models() -> None:
    model = small("a", "b", "d")
    x = simulated.answers()[list(model.items)].to_numpy(dtype=float)
    S, pattern = covariance(x, ddof=0), model.membership()
    own, found = fit_cfa(S, len(x), pattern), fit_esem(S, len(x), pattern)
    tables = explore_measurement_model(simulated.answers(), model).tables
    fit = tables["esem_fit"].set_index("measurement_model")
    assert fit.loc["correlated_factors", "chi2"] == pytest.approx(own.chi2)
    assert fit.loc["exploratory", "chi2"] == pytest.approx(found.ml.chi2)
    assert fit.loc["correlated_factors", "chi2_lost"] == pytest.approx(own.chi2 - found.ml.chi2)
    p, k = pattern.shape
    assert fit.loc["correlated_factors", "df_lost"] == p * (k - 1) - k * (k - 1)
    loadings = tables["esem_loadings"].set_index("item")
    np.testing.assert_allclose(loadings[list(model.names)], found.std_loadings)
    np.testing.assert_allclose(loadings["std_loading"], own.std_loadings.sum(axis=1))
    np.testing.assert_allclose(loadings["std_error"], found.std_err_std_loadings[pattern])
    assert loadings.loc["B1", "largest_other"] == np.abs(loadings.loc["B1", ["a", "d"]]).max()
    correlations = tables["esem_correlations"].set_index(["construct_1", "construct_2"])
    assert correlations.loc[("a", "d"), "with_esem"] == pytest.approx(found.factor_corr[0, 2])
    assert correlations.loc[("b", "d"), "correlation"] == pytest.approx(own.factor_corr[1, 2])
    assert correlations.loc[("a", "b"), "std_error"] == pytest.approx(found.std_err_factor_corr[0, 1])


def test_single_items_are_left_out_of_both_models() -> None:
    rest = set(simulated.items_of("d")[1:])
    model = small("a", "b", "d")
    model = model.keeping(tuple(item for item in model.items if item not in rest))
    result, without = (
        explore_measurement_model(simulated.answers(), each) for each in (model, small("a", "b"))
    )
    assert result.cards["esem_loadings"]["errors_and_tests"] == "normal_theory"
    assert result.cards["esem_loadings"]["single_left_out"] == "d"
    for name, table in without.tables.items():
        pd.testing.assert_frame_equal(result.tables[name], table)


def test_it_stands_where_cfa_has_no_solution(monkeypatch: pytest.MonkeyPatch) -> None:
    model = small("a", "b", "d")
    both = explore_measurement_model(simulated.answers(), model).tables

    def fails(*_: object) -> Never:
        raise NotConverged("CFA", 1, 1.0)

    monkeypatch.setattr(esem, "fit_cfa", fails)
    result = explore_measurement_model(simulated.answers(), model)
    (told,) = result.cards["esem_fit"][REFUSED]
    assert (told["part"], told["reason"]) == ("cfa", "not_converged")
    assert result.tables["esem_fit"]["measurement_model"].tolist() == ["exploratory"]
    for name, own in (("esem_loadings", "std_loading"), ("esem_correlations", "correlation")):
        assert result.tables[name][own].isna().all()
        pd.testing.assert_frame_equal(result.tables[name].drop(columns=own), both[name].drop(columns=own))


@pytest.mark.parametrize(
    ("constructs", "items", "why"),
    [
        (["a"], 5, "one_construct"),
        (["a", "b"], 1, "few_scales"),
        (["a", "b"], 2, "under_identified"),
    ],
)
def test_what_leaves_nothing_to_turn_is_foreseen(constructs: list[str], items: int, why: str) -> None:
    model = small(*constructs)
    model = model.keeping(tuple(item for each in model.constructs for item in each.items[:items]))
    with pytest.raises(NoSolution) as foreseen:
        explore_measurement_model.stage.requires(model)  # type: ignore[attr-defined]
    assert foreseen.value.reason == why
    result = explore_measurement_model(simulated.answers(), model)
    assert all(table.empty for table in result.tables.values())
    (told,) = result.cards["esem_fit"][REFUSED]
    assert told["reason"] == why


@pytest.mark.parametrize("asked", [True, False])
def test_it_is_asked_for(config_content: dict[str, Any], asked: bool) -> None:
    config_content["cfa"] = {"exploratory": asked}
    assert asks_for_exploratory(Config.model_validate(config_content)) == asked
    assert not Config.model_validate({**config_content, "cfa": {}}).cfa.exploratory
