"""The tables that judge the PLS model, on the simulated survey."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.codebook import WEIGHT
from smartcity_survey.config import PlsSection
from smartcity_survey.io import StageResult
from smartcity_survey.stages.pls_assessment import assess_pls
from smartcity_survey.stages.pls_prediction import predict_answers
from tests.stages import simulated
from tests.stages.refusals import refused

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


def test_items_load_highest_on_their_own_construct() -> None:
    table = assessed().tables["cross_loadings"].set_index("item")
    own = table[list(simulated.CONSTRUCTS)].idxmax(axis=1)
    assert own.to_dict() == {item: item[0].lower() for item in simulated.ITEMS}
    assert (table["vif"] >= 1).all()


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
        assert weighted.cards[name]["weights"] == "sampling weights"
    assert weighted.cards["blindfolding"]["weights"] == "not used"
