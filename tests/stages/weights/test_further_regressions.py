"""Ordinal regression and feedback of weighted or clustered answers: the tables hold the core's numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from smartcity_survey.check.parallel import untested_lines
from smartcity_survey.stages.regression.feedback import estimate_feedback
from smartcity_survey.stages.regression.ordinal import regress_ordinal_outcomes, whole_answers
from smartcity_survey.stats.regression.ordinal import needed_for_lines
from smartcity_survey.stats.sampling.survey_design import effective_size
from smartcity_survey.stats.sampling.weighted_moments import weighted_covariance
from smartcity_survey.stats.sampling.weighted_ordinal import design_odds
from smartcity_survey.stats.sampling.weighted_two_stage import design_two_stage
from smartcity_survey.study.config import Config
from tests.stages import simulated
from tests.stages.regression.test_feedback import model as circle
from tests.stages.weights.drawn import WAYS, answers, design, scores


@pytest.mark.parametrize("way", WAYS)
def test_odds_are_by_the_design(way: str) -> None:
    own, model = design(way), simulated.model()
    result = regress_ordinal_outcomes(answers(way), scores(), model, 0.95, "mean", own)
    items = list(simulated.items_of(simulated.OUTCOME))
    y, x = (
        whole_answers(answers(way)[items].to_numpy(float)),
        scores()[list(model.predictors(simulated.OUTCOME))].to_numpy(),
    )
    fit, table = design_odds(y, x, own), result.tables["ordinal_coefficients"]
    np.testing.assert_allclose(table["b"], fit.coef, rtol=1e-9)
    np.testing.assert_allclose(table["p"], fit.p, rtol=1e-9)
    per_sd = fit.coef * np.sqrt(np.diagonal(weighted_covariance(x, own)))
    np.testing.assert_allclose(np.log(table["odds_ratio_per_sd"]), per_sd, rtol=1e-9)
    line, card = result.tables["ordinal_models"].iloc[0], result.cards["ordinal_models"]
    assert line["p"] == pytest.approx(fit.test.p)
    assert (card["standard_errors"], card["test"]) == ("linearised_by_design", "wald_by_design")
    assert ("weights" in card, "clusters" in card) == (way != "clustered", way != "weighted")
    # Forty schools, or few who count alike, are too few for so many lines.
    needed = needed_for_lines(len(fit.categories), x.shape[1])
    found = own.units if own.clusters is not None else round(effective_size(own.weights))
    tested = np.isfinite(line["parallel_p"])
    assert tested == (found >= needed)


def test_check_counts_clusters_and_effective_respondents_for_parallel_lines(
    config_content: dict[str, Any],
) -> None:
    asked = Config.model_validate(config_content | {"regression": {"ordinal": True}})
    own, model = design("weighted"), simulated.model()
    found = [each.found for each in untested_lines(answers("weighted"), model, asked, "config.yaml")]
    assert all(f"found: {round(effective_size(own.weights))}" in text for text in found)
    found = [each.found for each in untested_lines(answers("clustered"), model, asked, "config.yaml")]
    assert len(found) == len(model.outcomes)
    assert all(text.endswith("found: 40.") for text in found)


@pytest.mark.parametrize("way", WAYS)
def test_feedback_is_by_the_design(way: str) -> None:
    own, back = design(way), ({"target": "f", "sources": ["y"]},)
    result = estimate_feedback(scores(), circle(), back, 0.9, "mean", own)
    values = scores()[list("abcdfy")]
    S = weighted_covariance(values.to_numpy(), own)
    z = (values - own.weights @ values.to_numpy() / own.n) / np.sqrt(np.diagonal(S))
    fit = design_two_stage(
        z["y"].to_numpy(), *(z[list(names)].to_numpy() for names in ("f", "ab", "cd")), own, 0.9
    )
    lines = result.tables["feedback_paths"].query("outcome == 'y'")
    np.testing.assert_allclose(lines["beta"], fit.coef[1:], rtol=1e-9)
    np.testing.assert_allclose(lines["ci_high"], fit.ci_high[1:], rtol=1e-9)
    tests = result.tables["feedback_tests"].set_index("outcome").loc["y"]
    assert tests["hausman_p"] == pytest.approx(fit.endogeneity.p)
    assert fit.overidentification is not None
    assert tests["sargan_chi2"] == pytest.approx(fit.overidentification.statistic)
    card = result.cards["feedback_tests"]
    assert card["test"] == "wald_and_score_by_design"
    assert ("weights" in card, "clusters" in card) == (way != "clustered", way != "weighted")
