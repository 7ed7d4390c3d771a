"""Factors of the method in the simulated survey: the tables hold the core's numbers."""

from __future__ import annotations

from functools import cache
from typing import Any, Never

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.io import REFUSED, StageResult
from smartcity_survey.stages.measurement import method_factor
from smartcity_survey.stages.measurement.method_factor import asks_for_method, take_method_out
from smartcity_survey.stats.core.errors import NotConverged
from smartcity_survey.stats.measurement.method_factor import fit_marker_models, fit_method_factor
from smartcity_survey.stats.sem.cfa import CfaFit, fit_cfa
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import CommonMethodSection, Config
from tests.stages import simulated

MARKS = ("weather", "rain", "wind")


@cache
def answers() -> pd.DataFrame:
    """With three items of a marker, which all other items share a little with."""
    frame = simulated.answers().copy()
    rng = np.random.default_rng(5)
    method = rng.normal(size=len(frame))
    for mark in MARKS:
        frame[mark] = method + 0.7 * rng.normal(size=len(frame))
    frame[list(simulated.ITEMS)] += 0.4 * method[:, None]
    return frame


def codebook() -> Codebook:
    content = simulated.codebook().model_dump(mode="json", by_alias=True, exclude_unset=True)
    item = content["items"]["weather"]
    return Codebook.model_validate(content | {"items": content["items"] | dict.fromkeys(MARKS, item)})


def taken_out(marker: str | None, alpha: float = 0.05, frame: pd.DataFrame | None = None) -> StageResult:
    section = CommonMethodSection(marker=marker, latent_factor=True)
    return take_method_out(
        answers() if frame is None else frame, simulated.model(), codebook(), section, alpha
    )


@cache
def plain() -> CfaFit:
    x = answers()[list(simulated.ITEMS)].to_numpy(dtype=float)
    return fit_cfa(np.cov(x, rowvar=False, ddof=0), len(x), simulated.model().membership())


def test_latent_factors_of_the_method() -> None:
    result = taken_out(None)
    models = result.tables["method_models"].set_index("method_model")
    assert models.index.tolist() == ["correlated_factors", "latent_equal", "latent_free"]
    loadings, correlations = result.tables["method_loadings"], result.tables["method_correlations"]
    np.testing.assert_allclose(loadings["std_loading"], plain().std_loadings.sum(axis=1))
    upper = np.triu_indices(len(simulated.CONSTRUCTS), 1)
    for name, equal in (("latent_equal", True), ("latent_free", False)):
        fit = fit_method_factor(plain(), equal=equal)
        assert models.loc[name, "chi2"] == pytest.approx(fit.ml.chi2)
        assert models.loc[name, "chi2_change"] == pytest.approx(plain().chi2 - fit.ml.chi2)
        assert models.loc[name, "df_change"] == (1 if equal else len(simulated.ITEMS))
        assert models.loc[name, "method_variance"] == pytest.approx(100 * fit.method_variance)
        assert models.loc[name, "compared_with"] == "correlated_factors"
        np.testing.assert_allclose(loadings[f"with_{name}"], fit.std_loadings)
        np.testing.assert_allclose(loadings[f"on_{name}"], fit.method_loadings)
        np.testing.assert_allclose(correlations[f"with_{name}"], fit.factor_corr[upper])
    np.testing.assert_allclose(correlations["correlation"], plain().factor_corr[upper])
    assert "with_marker" not in loadings


def test_the_marker() -> None:
    result = taken_out("method")
    models = result.tables["method_models"].set_index("method_model")
    x = answers()[[*simulated.ITEMS, *MARKS]].to_numpy(dtype=float)
    found = fit_marker_models(np.cov(x, rowvar=False, ddof=0), len(x), simulated.model().membership())
    better = "marker_constrained" if found.better(0.05) is found.constrained else "marker_unconstrained"
    assert models.loc["marker_restricted", "compared_with"] == better
    assert models.loc["marker_constrained", "chi2_change"] == pytest.approx(found.of_constrained.statistic)
    assert models.loc["marker_constrained", "compared_with"] == "marker_baseline"
    assert models.loc["marker_restricted", "p_change"] == pytest.approx(found.of_restricted.p)
    assert models.loc["marker_cfa", "chi2"] == pytest.approx(found.cfa.chi2)
    assert np.isnan(models.loc["marker_baseline", "method_variance"])
    loadings = result.tables["method_loadings"]
    np.testing.assert_allclose(loadings["on_marker"], found.better(0.05).method_loadings)
    correlations = result.tables["method_correlations"]
    assert (correlations["with_marker"] < correlations["correlation"]).all()
    assert result.cards["method_models"]["errors_and_tests"] == "normal_theory"
    assert result.cards["method_models"]["marker"] == "method"


def test_models_with_a_heywood_case_are_named_and_their_values_not_shown() -> None:
    frame = answers().copy()
    frame["rain"] = frame["weather"] + 1.2 * frame["wind"]  # more than the marker's factor explains
    result = taken_out("method", frame=frame)
    models = result.tables["method_models"].set_index("method_model")
    of_marker = models.loc[[name for name in models.index if name.startswith("marker_")]]
    assert (of_marker["status"] == "heywood").all()
    assert of_marker["method_variance"].isna().all()
    assert "with_marker" not in result.tables["method_loadings"]
    assert "with_marker" not in result.tables["method_correlations"]
    assert {"with_latent_equal", "with_latent_free"} <= set(result.tables["method_loadings"])


def test_a_marker_of_one_item_is_no_factor_and_the_rest_stands() -> None:
    result = taken_out("weather")
    assert len(result.tables["method_models"]) == 3
    told = result.cards["method_models"][REFUSED]
    assert [(line["part"], line["reason"], line["at_fault"]) for line in told] == [
        ("marker_models", "single_marker", "weather")
    ]


def test_the_marker_stands_where_cfa_has_no_solution(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = taken_out("method")

    def fails(*_: object) -> Never:
        raise NotConverged("CFA", 1, 1.0)

    monkeypatch.setattr(method_factor, "fit_cfa", fails)
    result = taken_out("method")
    told = result.cards["method_models"][REFUSED]
    assert [(line["part"], line["reason"]) for line in told] == [
        (part, "not_converged") for part in ("cfa", "latent_equal", "latent_free")
    ]
    models = whole.tables["method_models"].set_index("method_model")
    left = result.tables["method_models"].set_index("method_model")
    assert all(name.startswith("marker_") for name in left.index)
    assert left["chi2"].to_dict() == models.loc[left.index, "chi2"].to_dict()
    loadings = result.tables["method_loadings"]
    assert loadings["std_loading"].isna().all()
    np.testing.assert_array_equal(loadings["on_marker"], whole.tables["method_loadings"]["on_marker"])
    assert result.tables["method_correlations"]["correlation"].isna().all()
    alone = taken_out(None)
    assert all(table.empty for table in alone.tables.values())


@pytest.mark.parametrize("asked", [True, False])
def test_they_are_asked_for(config_content: dict[str, Any], asked: bool) -> None:
    config_content["common_method"] = {"latent_factor": asked}
    assert asks_for_method(Config.model_validate(config_content)) == asked
    assert not Config.model_validate({**config_content, "common_method": {}}).common_method.latent_factor
