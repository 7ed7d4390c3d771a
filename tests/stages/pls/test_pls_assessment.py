"""The tables that judge the PLS model, on the simulated survey."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.io import StageResult
from smartcity_survey.stages.pls.pls import pls_model
from smartcity_survey.stages.pls.pls_assessment import assess_pls, effect_frame
from smartcity_survey.stages.pls.pls_prediction import predict_answers
from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.pls.algorithm import fit_pls
from smartcity_survey.stats.pls.model_fit import exact_fit
from smartcity_survey.study.codebook import WEIGHT
from smartcity_survey.study.config import ModelSection, PlsSection
from smartcity_survey.study.model import build_model
from tests.stages import simulated
from tests.stages.refusals import refused
from tests.stats.factor_data import reference

# cSEM was run to 1e-13 and prints all digits.
CSEM = 1e-9

SECTION = PlsSection(exact_fit_draws=20, folds=5, repetitions=2)


@cache
def assessed() -> StageResult:
    return assess_pls(simulated.answers(), simulated.model(), simulated.codebook(), SECTION, 1)


def test_every_table_has_its_card() -> None:
    assert set(assessed().tables) == set(assessed().cards)
    assert assessed().cards["pls_fit"]["exact_fit_draws"] == 20
    assert assessed().cards["blindfolding"]["omission_distance"] == 7


def test_fit_is_told_for_every_reading_of_the_model() -> None:
    table = assessed().tables["pls_fit"]
    models = ["composite_saturated", "composite_estimated", "factor_saturated", "factor_estimated"]
    assert table["model"].tolist() == list(np.repeat(models, 4))
    tested = table[table["statistic"] != "nfi"]
    assert (tested["quantile_99"] >= tested["quantile_95"]).all()
    assert table.loc[table["statistic"] == "nfi", "p"].isna().all()
    assert (tested["value"] <= tested["quantile_99"])[tested["p"] > 0.05].all()


@pytest.mark.parametrize(
    ("reading", "key"), [("composite", "composite"), ("factor", "factor_plsc")], ids=["composite", "factor"]
)
@pytest.mark.parametrize("structural", ["saturated", "estimated"])
def test_factors_imply_correlations_by_the_loadings_of_plsc(reading: str, key: str, structural: str) -> None:
    """As cSEM, which corrects composites for their unreliability where the model has common factors."""
    printed = reference("pls_fit")["sim676"][key][structural]
    table = assessed().tables["pls_fit"]
    found = table[table["model"] == f"{reading}_{structural}"].set_index("statistic")["value"]
    assert found["srmr"] == pytest.approx(printed["SRMR"], rel=CSEM)
    assert found["d_uls"] == pytest.approx(printed["dULS"], rel=CSEM)
    assert found["d_g"] == pytest.approx(printed["dG"] * math.log(10) ** 2, rel=CSEM)


def test_resamples_of_factors_are_fitted_by_plsc_too() -> None:
    x = simulated.answers()[list(simulated.ITEMS)].to_numpy()
    model = replace(pls_model(simulated.model(), SECTION), consistent=True)
    exact = exact_fit(x, model, "factor", "saturated", draws=20, seed=1)
    assert exact is not None
    table = assessed().tables["pls_fit"]
    rows = table[(table["model"] == "factor_saturated") & (table["statistic"] != "nfi")]
    np.testing.assert_allclose(rows["quantile_95"], exact.quantile(0.95), rtol=1e-12)
    np.testing.assert_allclose(rows["p"], exact.p())


def test_without_a_solution_of_plsc_the_factor_rows_are_empty_and_say_why() -> None:
    """Items of one construct that all go with the outcome but against one another: rho_A is negative."""
    answers, items = simulated.answers().copy(), list(simulated.items_of(simulated.CONSTRUCTS[0]))
    noise = np.random.default_rng(7).normal(size=(len(answers), len(items)))
    outcome = answers[list(simulated.items_of(simulated.OUTCOME))].mean(axis=1).to_numpy()
    apart = noise - 0.8 * noise.mean(axis=1, keepdims=True)
    answers[items] = 3 + apart + 0.1 * (outcome - outcome.mean())[:, None]
    result = assess_pls(answers, simulated.model(), simulated.codebook(), SECTION, 1)
    table = result.tables["pls_fit"]
    of_factors = table["model"].str.startswith("factor")
    assert table.loc[of_factors, ["value", "quantile_95", "quantile_99", "p"]].isna().all(axis=None)
    assert table["statistic"].tolist() == ["srmr", "d_uls", "d_g", "nfi"] * 4
    assert table.loc[~of_factors, "value"].notna().all()
    assert refused(result, "pls_fit") == [("plsc", "unreliable", simulated.CONSTRUCTS[0])]


def test_items_load_highest_on_their_own_construct() -> None:
    table = assessed().tables["cross_loadings"].set_index("item")
    own = table[list(simulated.CONSTRUCTS)].idxmax(axis=1)
    assert own.to_dict() == {item: item[0].lower() for item in simulated.ITEMS}
    assert (table["vif"] >= 1).all()


def test_the_mediated_share_is_of_effects_with_one_sign() -> None:
    """By hand from the coefficients: two chains, one of whose products runs against the direct path."""
    a, b, c, y = simulated.CONSTRUCTS[0], simulated.CONSTRUCTS[1], simulated.CONSTRUCTS[2], simulated.OUTCOME
    section = {
        "constructs": {name: {} for name in (a, b, c, y)},
        "paths": [{"from": [a], "to": b}, {"from": [a, b, c], "to": y}, {"from": [c], "to": b}],
    }
    model = build_model(ModelSection.model_validate(section), simulated.codebook())
    names = list(model.names)
    x = simulated.answers()[list(model.items)].to_numpy(dtype=float)
    fit = fit_pls(correlation(x), len(x), pls_model(model, PlsSection()))
    at = {name: names.index(name) for name in names}
    for sign in (1.0, -1.0):
        paths = fit.path_coefficients.copy()
        paths[at[a], at[b]], paths[at[b], at[y]], paths[at[a], at[y]] = 0.5, 0.4 * sign, 0.3
        indirect = paths @ paths
        total = paths + indirect
        turned = replace(fit, path_coefficients=paths, indirect_effects=indirect, total_effects=total)
        table = effect_frame(turned, model).set_index(["source", "target"])["vaf_percent"]
        assert table[a, y] == pytest.approx(100 * 0.2 / 0.5) if sign > 0 else np.isnan(table[a, y])
        assert np.isnan(table[b, y])
        assert np.isnan(table[a, b])


def test_effects_and_importance_name_what_leads_to_the_outcome() -> None:
    effects, importance = assessed().tables["pls_effects"], assessed().tables["ipma"]
    assert effects["source"].tolist() == list(simulated.CONSTRUCTS[:-1])
    assert importance["construct"].tolist() == list(simulated.CONSTRUCTS[:-1])
    pd.testing.assert_series_equal(effects["direct_effect"], effects["total_effect"], check_names=False)
    assert importance["performance"].between(0, 100).all()
    assert assessed().tables["blindfolding"]["construct"].tolist() == [simulated.OUTCOME]


def test_predictions_are_compared_with_averages_and_a_linear_model() -> None:
    result = predict_answers(simulated.answers(), simulated.model(), SECTION, 1)
    errors, losses = result.tables["pls_predict"], result.tables["cvpat"]
    assert errors["item"].tolist() == list(simulated.items_of(simulated.OUTCOME))
    assert (errors["q2_predict"] > 0).all()
    assert (errors["rmse_below_lm"] == (errors["rmse"] < errors["rmse_lm"])).all()
    assert losses["benchmark"].tolist() == ["average", "linear"]
    np.testing.assert_allclose(losses["loss"], (errors["rmse"] ** 2).mean(), rtol=1e-12)
    assert losses["difference"][0] < 0


def test_copied_items_are_named() -> None:
    frame = simulated.answers().copy()
    first, second, *_ = simulated.ITEMS
    frame[second] = frame[first]
    result = assess_pls(frame, simulated.model(), simulated.codebook(), SECTION, 1)
    assert refused(result, "pls_fit") == [("table", "dependent", f"{first}, {second}")]
    assert refused(result, "cross_loadings") == [("vif", "dependent", f"{first}, {second}")]
    assert result.tables["cross_loadings"]["vif"].isna().all()
    assert result.tables["pls_effects"]["total_effect"].notna().all()


def test_polychoric_correlations_reach_every_table_but_those_that_need_numbers() -> None:
    section = SECTION.model_copy(update={"correlation": "polychoric"})
    result = assess_pls(simulated.answers(), simulated.model(), simulated.codebook(), section, 1)
    plain = assessed()
    for name in ("cross_loadings", "htmt2", "pls_effects", "ipma"):
        assert result.cards[name]["correlations"] == "polychoric"
        with pytest.raises(AssertionError):
            pd.testing.assert_frame_equal(result.tables[name], plain.tables[name])
    pd.testing.assert_frame_equal(result.tables["blindfolding"], plain.tables["blindfolding"])
    assert result.cards["blindfolding"]["correlations"] == "pearson"
    assert result.tables["pls_fit"]["p"].isna().all()
    assert "exact_fit_draws" not in result.cards["pls_fit"]
    # Answers in five categories correlate less than what lies behind them.
    stronger = result.tables["htmt2"].set_index("construct") > plain.tables["htmt2"].set_index("construct")
    assert stronger.to_numpy().mean() > 0.4


def test_weights_count_respondents_as_often() -> None:
    """Weights of 1 and 2 give the estimates of answers in which some respondents stand twice."""
    answers = simulated.answers()
    weights = np.random.default_rng(4).integers(1, 3, len(answers))
    weighted = assess_pls(
        answers.assign(**{WEIGHT: weights.astype(float)}),
        simulated.model(),
        simulated.codebook(),
        SECTION,
        1,
    )
    repeated = assess_pls(
        answers.loc[np.repeat(answers.index, weights)].reset_index(drop=True),
        simulated.model(),
        simulated.codebook(),
        SECTION,
        1,
    )
    for name in ("cross_loadings", "htmt2", "pls_effects", "ipma"):
        pd.testing.assert_frame_equal(weighted.tables[name], repeated.tables[name], rtol=1e-9)
        assert weighted.cards[name]["weights"] == "sampling_weights"
    assert weighted.cards["blindfolding"]["weights"] == "not_used"
