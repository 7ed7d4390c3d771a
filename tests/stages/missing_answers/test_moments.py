"""Components, sampling adequacy and reliability of incomplete questionnaires by the EM algorithm."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.io import StageResult
from smartcity_survey.stages.factor.adequacy import evaluate_adequacy
from smartcity_survey.stages.factor.components import estimate_factors
from smartcity_survey.stages.measurement.measurement import evaluate_measurement
from smartcity_survey.stats.factor.adequacy import bartlett_sphericity, kmo
from smartcity_survey.stats.factor.components import rotated_solution
from smartcity_survey.stats.measurement.reliability_coefficients import reliability
from smartcity_survey.stats.missing.normal_moments import NormalMoments, em_moments
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import FactorsSection, PlsSection, parse_config
from smartcity_survey.workflow.catalogue import Catalogue
from tests.stages import simulated
from tests.stages.missing_answers.gaps import complete, with_gaps

ITEMS = list(simulated.model().items)
SECTION = FactorsSection.model_validate({"parallel": {"draws": 20}})


def moments() -> NormalMoments:
    return em_moments(with_gaps()[ITEMS].to_numpy())


def value(result: StageResult, statistic: str) -> float:
    return float(result.tables["adequacy"].set_index("statistic")["value"][statistic])


def test_adequacy_rests_on_all_answers() -> None:
    result = evaluate_adequacy(complete()[ITEMS], with_gaps())
    R = moments().correlation
    assert value(result, "kmo") == kmo(R).overall
    assert value(result, "bartlett_chi2") == bartlett_sphericity(R, len(with_gaps())).statistic
    card = result.cards["adequacy"]
    assert (card["n"], card["n_complete"]) == (len(with_gaps()), len(complete()))
    assert card["missing"] == "em_normal"
    alone = evaluate_adequacy(complete()[ITEMS])
    assert value(alone, "kmo") != value(result, "kmo")
    assert alone.cards["adequacy"]["missing"] == "complete_rows"


def test_components_rest_on_all_answers() -> None:
    result = estimate_factors(complete()[ITEMS], simulated.model(), SECTION, 1, with_gaps())
    solution = rotated_solution(moments().correlation, None)
    np.testing.assert_array_equal(
        result.tables["rotated_loadings"].drop(columns="item").to_numpy(), solution.loadings
    )
    assert {card["missing"] for card in result.cards.values()} == {"em_normal"}
    assert result.cards["eigenvalues"]["n"] == len(with_gaps())


def test_alpha_and_omega_rest_on_all_answers() -> None:
    model = simulated.model()
    result = evaluate_measurement(complete(), model, PlsSection(), "complete", with_gaps())
    found, n = moments(), len(with_gaps())
    core = reliability(found.covariance * n / (n - 1), n, model.membership())
    table = result.tables["reliability"]
    np.testing.assert_allclose(table["cronbach_alpha"], core.alpha)
    np.testing.assert_allclose(table["omega"], core.omega)
    assert table["cronbach_alpha_low"].isna().all()
    card = result.cards["reliability"]
    assert (card["covariances"], card["n_covariances"], card["n"]) == ("em_normal", n, len(complete()))
    alone = evaluate_measurement(complete(), model, PlsSection()).tables["reliability"]
    pd.testing.assert_series_equal(table["composite_reliability"], alone["composite_reliability"])
    assert table["cronbach_alpha"].tolist() != pytest.approx(alone["cronbach_alpha"].tolist())


def test_a_change_of_method_runs_the_stage_again(config_content: dict[str, Any], codebook: Codebook) -> None:
    """The answers are read in any case: what a stage depends on has to say more than its files do."""
    cleaning = {**config_content["cleaning"], "missing_items_at_most": 3}
    told = {}
    for family, method in (("components", "em"), ("reliability", "em"), ("regression", "ml")):
        for chosen in ("complete", method):
            missing = {"pls": "pairwise", family: chosen}
            content = {**config_content, "cleaning": cleaning, "missing": missing}
            catalogue = Catalogue(parse_config(content, "config.yaml"), codebook)
            stage = {"components": "components", "reliability": "measurement", "regression": "regression"}
            told[family, chosen] = catalogue.params(stage[family])
        assert told[family, "complete"] != told[family, method]
        assert told[family, method]["everybody"] == method
