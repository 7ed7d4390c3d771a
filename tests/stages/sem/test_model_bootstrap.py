"""The tables of resampled respondents and clusters: the core's numbers, and which studies have them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from smartcity_survey.io import StageResult
from smartcity_survey.stages.sem.model_bootstrap import (
    TABLES,
    has_model_bootstrap,
    resample_models,
)
from smartcity_survey.stats.sampling.bollen_stine_bootstrap import bollen_stine
from smartcity_survey.stats.sampling.pseudo_likelihood import fit_design_cfa, fit_design_sem
from smartcity_survey.stats.sampling.resampled_models import bootstrap_model
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.study.config import Config
from tests.stages import simulated
from tests.stages.weights.drawn import answers, design
from tests.stages.weights.test_stages import KEPT, MODEL, x

DRAWS, SEED = 60, 4


def resampled(way: str) -> StageResult:
    return resample_models(answers(way), MODEL, DRAWS, 0.9, SEED, design=design(way))


@pytest.mark.parametrize("way", ["clustered", "both"])
def test_the_tables_hold_the_numbers_of_the_core(way: str) -> None:
    result = resampled(way)
    found = bootstrap_model(x(way), MODEL.membership(), design(way), DRAWS, seed=SEED)
    cfa = fit_design_cfa(x(way), MODEL.membership(), design(way)).cfa
    own = np.nonzero(MODEL.membership())
    table = result.tables["resampled_loadings"]
    assert table["item"].tolist() == list(KEPT)
    np.testing.assert_allclose(table["estimate"], cfa.std_loadings[own], atol=1e-8)
    np.testing.assert_allclose(table["sandwich_se"], cfa.std_err_std_loadings[own])
    summary = found.summary("loadings", 0.9)
    for column, values in (("boot_se", summary.se), ("ci_low", summary.low), ("ci_high", summary.high)):
        np.testing.assert_allclose(table[column], values[own])
    pairs = result.tables["resampled_correlations"]
    upper = np.triu_indices(len(MODEL.names), 1)
    np.testing.assert_allclose(pairs["boot_se"], found.summary("factor_corr", 0.9).se[upper])
    np.testing.assert_allclose(pairs["sandwich_se"], cfa.std_err_factor_corr[upper])
    paths = MODEL.path_matrix()
    sem = bootstrap_model(x(way), MODEL.membership(), design(way), DRAWS, seed=SEED, paths=paths)
    errors = fit_design_sem(x(way), MODEL.membership(), paths, design(way)).sem.estimates.std_err_beta
    lines = result.tables["resampled_paths"].set_index(["source", "target"])
    for source, target in MODEL.paths:
        where = MODEL.names.index(source), MODEL.names.index(target)
        line = lines.loc[(source, target)]
        assert line["boot_se"] == pytest.approx(sem.summary("paths", 0.9).se[where])
        assert line["sandwich_se"] == pytest.approx(errors[where])
    for name in TABLES:
        card = result.cards[name]
        assert (card["clusters"], card["bootstrap_draws"], card["seed"]) == (40, DRAWS, SEED)
        assert card["inadmissible_draws"] == 0
        assert card.get("weights") == ("sampling_weights" if way == "both" else None)


def test_the_test_of_both_models_is_the_cores_with_the_same_draws() -> None:
    result = resampled("both")
    table = result.tables["bollen_stine"].set_index("fitted_model")
    for name, paths in (("measurement", None), ("structural", MODEL.path_matrix())):
        own = x("both"), MODEL.membership(), design("both"), DRAWS
        found = bollen_stine(*own, seed=SEED, paths=paths)
        line = table.loc[name]
        assert (line["chi2"], line["df"]) == (pytest.approx(found.chi2), found.df)
        assert line["boot_mean"] == pytest.approx(found.mean)
        assert (line["bollen_stine_p"], line["n_inadmissible"]) == (found.p, found.n_unsolved)
    card = result.cards["bollen_stine"]
    assert (card["resamples"], card["bootstrap_draws"], card["seed"]) == ("whole_clusters", DRAWS, SEED)


def test_a_solution_that_is_none_leaves_its_tables_empty() -> None:
    """Fewer schools than constructs."""
    frame = answers("clustered")
    codes = np.arange(len(frame)) % 2
    few = design("clustered").of(len(frame), clusters=codes)
    result = resample_models(frame, MODEL, DRAWS, 0.9, SEED, design=few)
    for name in (*TABLES, "bollen_stine"):
        assert result.tables[name].empty
        assert {line["reason"] for line in result.cards[name]["refused"]} == {"too_few_units"}, name


def test_a_model_without_paths_has_its_measurement_alone() -> None:
    alone = replace(MODEL, paths=(), hypotheses=())
    result = resample_models(answers("clustered"), alone, DRAWS, 0.9, SEED, design=design("clustered"))
    assert len(result.tables["resampled_loadings"]) == len(KEPT)
    assert result.tables["resampled_paths"].empty
    assert result.cards["resampled_paths"]["refused"][0]["reason"] == "no_paths"
    assert result.tables["bollen_stine"]["fitted_model"].tolist() == ["measurement"]
    assert "refused" not in result.cards["bollen_stine"]


def test_respondents_are_drawn_where_there_are_no_clusters() -> None:
    frame = simulated.answers()
    result = resample_models(frame, MODEL, DRAWS, 0.9, SEED)
    own = frame[list(MODEL.items)].to_numpy(dtype=np.float64)
    people = SurveyDesign.of(len(own))
    paths = MODEL.path_matrix()
    found = bootstrap_model(own, MODEL.membership(), people, DRAWS, seed=SEED, paths=paths)
    errors = fit_design_sem(own, MODEL.membership(), paths, people).sem.estimates.std_err_beta
    summary = found.summary("paths", 0.9)
    table = result.tables["resampled_paths"]
    for line, (source, target) in zip(table.to_dict("records"), MODEL.paths, strict=True):
        where = MODEL.names.index(source), MODEL.names.index(target)
        assert line["sandwich_se"] == pytest.approx(errors[where])
        for column, values in (("boot_se", summary.se), ("ci_low", summary.low), ("ci_high", summary.high)):
            assert line[column] == pytest.approx(values[where])
    for name in TABLES:
        card = result.cards[name]
        assert card["resamples"] == "respondents_one_by_one"
        assert card["method"].startswith("maximum_likelihood_")
        assert "clusters" not in card
    assert resampled("both").cards["resampled_paths"]["resamples"] == "whole_clusters"


@pytest.mark.parametrize(
    ("cluster", "section", "asked"),
    [
        ("school", {}, True),
        ("school", {"bootstrap_draws": 1000}, True),
        ("school", {"bootstrap_draws": None}, False),
        (None, {}, False),
        (None, {"bootstrap_draws": 1000}, False),
        (None, {"bootstrap_respondents": True}, True),
        (None, {"bootstrap_respondents": True, "bootstrap_draws": None}, False),
    ],
)
def test_clusters_are_drawn_unless_left_out_and_respondents_if_asked_for(
    config_content: dict[str, Any], cluster: str | None, section: dict[str, Any], asked: bool
) -> None:
    config_content["data"]["cluster"] = cluster
    config_content["cfa"] = section
    config = Config.model_validate(config_content)
    assert has_model_bootstrap(config) == asked
    # A step reads the config again from all of its values.
    assert has_model_bootstrap(Config.model_validate(config.model_dump(mode="json", by_alias=True))) == asked


def test_a_handful_of_resamples_is_refused(config_content: dict[str, Any]) -> None:
    config_content["cfa"] = {"bootstrap_draws": 99}
    with pytest.raises(ValidationError, match="bootstrap_draws"):
        Config.model_validate(config_content)


def test_pairs_of_the_study_are_freed_in_every_resample() -> None:
    """The test is of the model whose chi-square the study has, and intervals are of its estimates."""
    frame = simulated.answers()
    pair = simulated.ITEMS[:2]
    found = resample_models(frame, MODEL, DRAWS, 0.9, SEED, residual_pairs=(pair,))
    own = frame[list(MODEL.items)].to_numpy(dtype=np.float64)
    given: dict[str, Any] = {"pairs": np.array([[MODEL.items.index(item) for item in pair]])}
    fit = fit_cfa(np.cov(own, rowvar=False, ddof=0), len(own), MODEL.membership(), **given)
    line = found.tables["bollen_stine"].set_index("fitted_model").loc["measurement"]
    assert (line["chi2"], line["df"]) == (pytest.approx(fit.chi2), fit.df)
    test = bollen_stine(own, MODEL.membership(), SurveyDesign.of(len(own)), DRAWS, seed=SEED, **given)
    assert line["bollen_stine_p"] == test.p
    loadings = found.tables["resampled_loadings"]
    where = np.nonzero(MODEL.membership())
    np.testing.assert_allclose(loadings["estimate"], fit.std_loadings[where], atol=1e-6)
    core = bootstrap_model(own, MODEL.membership(), SurveyDesign.of(len(own)), DRAWS, seed=SEED, **given)
    np.testing.assert_array_equal(loadings["boot_se"], core.summary("loadings", 0.9).se[where])
    plain = resample_models(frame, MODEL, DRAWS, 0.9, SEED)
    assert plain.tables["bollen_stine"]["df"][0] == fit.df + 1
    for card in found.cards.values():
        assert (card["residual_covariances"], card["pairs_freed"]) == ("freed", 1)
    assert not any("residual_covariances" in card for card in plain.cards.values())
