"""Rival measurement models of the simulated survey: the tables hold the core's numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from smartcity_survey.io import REFUSED, split_names
from smartcity_survey.stages.sem import measurement_models
from smartcity_survey.stages.sem.measurement_models import asks_for_rivals, compare_measurement_models
from smartcity_survey.stats.core.errors import NotConverged
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.measurement.measurement_models import fit_bifactor, fit_second_order
from smartcity_survey.stats.sem.cfa import CfaFit, fit_cfa
from smartcity_survey.stats.sem.cfa_fit import fit_indices
from smartcity_survey.study.config import Config
from tests.stages import simulated


def test_fit_and_what_restrictions_cost() -> None:
    x = simulated.answers()[list(simulated.ITEMS)].to_numpy(dtype=float)
    S, model = np.cov(x, rowvar=False, ddof=0), simulated.model()
    own = fit_cfa(S, len(x), model.membership())
    result = compare_measurement_models(simulated.answers(), model)
    table = result.tables["measurement_models"].set_index("measurement_model")
    one = fit_cfa(S, len(x), np.ones((len(S), 1), dtype=bool))
    fits = {
        "correlated_factors": own,
        "one_factor": one,
        "second_order": fit_second_order(own, len(x)),
        "bifactor": fit_bifactor(own, len(x)),
    }
    for name, fit in fits.items():
        indices = fit_indices(fit)
        for column in ("chi2", "df", "cfi", "rmsea", "aic"):
            assert table.loc[name, column] == pytest.approx(getattr(indices, column)), (name, column)
    assert table.loc["one_factor", "chi2_lost"] == pytest.approx(one.chi2 - own.chi2)
    k = len(simulated.CONSTRUCTS)
    assert table.loc["one_factor", "df_lost"] == k * (k - 1) / 2
    assert table.loc["most_alike_merged", "df_lost"] == k - 1
    assert table.loc["one_factor", "p_change"] < 1e-6
    assert np.isnan(table.loc["bifactor", "chi2_lost"])
    general = result.tables["general_factor"].set_index("subject")
    second, bifactor = fit_second_order(own, len(x)), fit_bifactor(own, len(x))
    np.testing.assert_allclose(general["second_order_loading"].iloc[:-1], second.loadings)
    np.testing.assert_allclose(general["omega_hierarchical"].iloc[:-1], bifactor.scale_omega_hierarchical)
    assert general.loc["all", "omega_hierarchical"] == pytest.approx(bifactor.omega_hierarchical)
    assert general.loc["all", "ecv"] == pytest.approx(bifactor.ecv)


def test_the_two_most_correlated_are_merged() -> None:
    x = simulated.answers()[list(simulated.ITEMS)].to_numpy(dtype=float)
    model = simulated.model()
    own = fit_cfa(np.cov(x, rowvar=False, ddof=0), len(x), model.membership())
    correlations = np.abs(own.factor_corr - np.eye(len(model.names)))
    pair = np.unravel_index(correlations.argmax(), correlations.shape)
    card = compare_measurement_models(simulated.answers(), model).cards["measurement_models"]
    assert card["errors_and_tests"] == "normal_theory"
    assert split_names(card["merged"]) == [model.names[i] for i in pair]


def test_one_factor_stands_where_cfa_has_no_solution(monkeypatch: pytest.MonkeyPatch) -> None:
    model = simulated.model()
    whole = compare_measurement_models(simulated.answers(), model).tables["measurement_models"]

    def of_one(S: Array, n: int, pattern: BoolArray) -> CfaFit:
        if pattern.shape[1] > 1:
            raise NotConverged("CFA", 1, 1.0)
        return fit_cfa(S, n, pattern)

    monkeypatch.setattr(measurement_models, "fit_cfa", of_one)
    result = compare_measurement_models(simulated.answers(), model)
    (line,) = result.tables["measurement_models"].to_dict("records")
    expected = whole.set_index("measurement_model").loc["one_factor"]
    assert (line["measurement_model"], line["chi2"]) == ("one_factor", expected["chi2"])
    assert "chi2_lost" not in line
    assert result.tables["general_factor"].empty
    told = result.cards["measurement_models"][REFUSED]
    assert [each["part"] for each in told] == ["cfa", "most_alike_merged", "second_order", "bifactor"]
    assert {each["reason"] for each in told} == {"not_converged"}


@pytest.mark.parametrize("asked", [True, False])
def test_they_are_asked_for(config_content: dict[str, Any], asked: bool) -> None:
    config_content["cfa"] = {"other_models": asked}
    assert asks_for_rivals(Config.model_validate(config_content)) == asked
    assert not Config.model_validate({**config_content, "cfa": {}}).cfa.other_models
