"""The tables about scores agree with the scores themselves."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.config import PlsSection, ScoreMethod
from smartcity_survey.io import StageResult
from smartcity_survey.stages.scores import METHODS, compute_scores
from tests.stages import simulated


def scored(method: ScoreMethod) -> StageResult:
    return compute_scores(simulated.answers(), simulated.model(), PlsSection(), method)


@pytest.mark.parametrize("method", METHODS)
def test_scores_are_answers_times_their_weights(method: ScoreMethod) -> None:
    result = scored(method)
    weights = result.tables["score_weights"]
    answers = simulated.answers()
    for construct in simulated.CONSTRUCTS:
        own = weights[(weights["score"] == construct) & (weights["item"] != "total")]
        expected = answers[list(own["item"])].to_numpy() @ own["weight"].to_numpy()
        np.testing.assert_allclose(result.private["scores"][construct], expected, rtol=1e-10)


def test_correlations_are_those_of_the_scores_in_use() -> None:
    result = scored("mean")
    table = result.tables["score_correlations"].set_index("construct")
    expected = np.corrcoef(result.private["scores"][list(simulated.CONSTRUCTS)].to_numpy(), rowvar=False)
    np.testing.assert_allclose(table[list(simulated.CONSTRUCTS)], expected, atol=1e-12)
    assert set(result.cards) == set(result.tables)
    agreement = result.tables["score_agreement"]
    assert agreement.loc[agreement["method"] == "mean", "correlation"].to_numpy() == pytest.approx(1)
