"""Ordinal regression of the simulated survey: the table holds the core's numbers, of whole answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.data.disclosure import protect
from smartcity_survey.io import StageResult
from smartcity_survey.stages.regression.ordinal import (
    asks_for_ordinal,
    regress_ordinal_outcomes,
    whole_answers,
)
from smartcity_survey.stats.regression.ordinal import parallel_lines, proportional_odds
from smartcity_survey.study.config import Config, DisclosureSection
from tests.stages import simulated


def computed() -> StageResult:
    return regress_ordinal_outcomes(simulated.answers(), simulated.scores(), simulated.model(), 0.95, "mean")


def outcome_and_predictors() -> tuple[np.ndarray, np.ndarray]:
    """The mean as answered in halves of a point more than it is, without its fraction."""
    scores = simulated.scores()
    y = (scores[simulated.OUTCOME] + 0.5 + 1e-9).astype(int).to_numpy(dtype=float)
    return y, scores[list(simulated.model().predictors(simulated.OUTCOME))].to_numpy()


def test_tables_by_the_core() -> None:
    tables = computed().tables
    y, x = outcome_and_predictors()
    fit, lines = proportional_odds(y, x), parallel_lines(y, x)
    terms, model = tables["ordinal_coefficients"], tables["ordinal_models"].iloc[0]
    assert terms["predictor"].tolist() == list(simulated.model().predictors(simulated.OUTCOME))
    np.testing.assert_allclose(terms["b"], fit.coef, rtol=1e-9)
    np.testing.assert_allclose(
        np.log(terms["ci_high"] / terms["odds_ratio"]), 1.959964 * fit.std_err, rtol=1e-6
    )
    np.testing.assert_allclose(
        np.log(terms["odds_ratio_per_sd"]), fit.coef * x.std(axis=0, ddof=1), rtol=1e-9
    )
    np.testing.assert_allclose(terms["parallel_chi2"], [test.statistic for test in lines.each], rtol=1e-9)
    assert model["parallel_df"] == (len(fit.categories) - 2) * x.shape[1]
    assert model["rarest_answer"] == np.unique(y, return_counts=True)[1].min()
    assert model["n_items"] == len(simulated.items_of(simulated.OUTCOME))
    assert tables["ordinal_thresholds"]["up_to"].tolist() == fit.categories[:-1].tolist()


def test_halves_are_rounded_upwards() -> None:
    x = np.array([[1.0, 2.0], [2.0, 3.0], [3.0, 3.0], [1.0, 1.0]])
    assert whole_answers(x).tolist() == [2, 3, 3, 1]
    assert whole_answers(np.array([[1.4, 1.6, 1.5]])).tolist() == [2]


def test_an_answer_of_few_hides_its_outcome() -> None:
    fewest = int(computed().tables["ordinal_models"]["rarest_answer"].min())
    for smallest, shown in ((fewest, True), (fewest + 1, False)):
        section = DisclosureSection(suppress_small_cells=True, smallest_cell=smallest)
        tables = protect(computed(), section).tables
        assert {len(frame) > 0 for frame in tables.values()} == {shown}


def test_a_category_of_few_costs_the_test_of_parallel_lines_alone() -> None:
    """One respondent has the lowest answer and the lowest predictor: no line is finite there."""
    scores, model = simulated.scores().copy(), simulated.model()
    y, _ = outcome_and_predictors()
    items = list(simulated.items_of(simulated.OUTCOME))
    answers = simulated.answers().copy()
    answers[items] = np.clip(y, 2, 5)[:, None] + np.zeros(len(items))
    answers.loc[0, items], scores.loc[0, list(model.predictors(simulated.OUTCOME))] = 1.0, -50.0
    result = regress_ordinal_outcomes(answers, scores, model, 0.95, "mean")
    (refused,) = result.cards["ordinal_models"]["refused"]
    assert (refused["part"], refused["reason"]) == ("parallel_lines", "separated")
    assert pd.isna(result.tables["ordinal_models"].loc[0, "parallel_p"])
    assert np.isfinite(result.tables["ordinal_coefficients"]["b"]).all()


@pytest.mark.parametrize("asked", [True, False])
def test_only_where_it_is_asked_for(config_content: dict[str, Any], asked: bool) -> None:
    config_content.setdefault("regression", {})["ordinal"] = asked
    assert asks_for_ordinal(Config.model_validate(config_content)) == asked
