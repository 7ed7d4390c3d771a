"""Regressions of scores by all answers given: which tables are of whom."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.io import StageResult
from smartcity_survey.stages.measurement.scores import compute_scores
from smartcity_survey.stages.regression.incomplete import AllScores, ScoresOfAll
from smartcity_survey.stages.regression.regression import estimate_regression
from smartcity_survey.stats.missing.moment_information import moment_covariance
from smartcity_survey.stats.missing.normal_moments import em_moments
from smartcity_survey.stats.missing.score_regression import regress_scores
from smartcity_survey.study.config import PlsSection, RegressionSection
from tests.stages import simulated
from tests.stages.missing_answers.gaps import complete, with_gaps


def regression(everybody: bool) -> StageResult:
    model = simulated.model()
    scored = compute_scores(complete(), model, PlsSection(), "mean")
    return estimate_regression(
        scored.private["scores"],
        complete(),
        model,
        simulated.codebook(),
        RegressionSection(),
        "mean",
        AllScores(with_gaps(), scored.tables["score_weights"]) if everybody else None,
    )


def test_coefficients_are_of_all_answers_and_the_rest_of_complete_ones() -> None:
    model = simulated.model()
    result, alone = regression(True), regression(False)
    items = [item for item in with_gaps().columns if item in model.items]
    moments = em_moments(with_gaps()[items].to_numpy())
    membership = np.array([[model.construct_of(item) == name for item in items] for name in model.names])
    weights = membership / membership.sum(axis=1, keepdims=True)
    assert model.names[-1] == simulated.OUTCOME
    core = regress_scores(moments, weights, moment_covariance(moments))
    table = result.tables["coefficients"]
    np.testing.assert_allclose(table["b"], core.coef, rtol=1e-9)
    np.testing.assert_allclose(table["std_error"], core.std_err, rtol=1e-9)
    assert table["hc3_p"].isna().all()
    assert list(table.columns) == list(alone.tables["coefficients"].columns)
    summary = result.tables["model_summary"].iloc[0]
    assert summary["r2"] == pytest.approx(core.r2)
    assert summary["n"] == len(with_gaps())
    card = result.cards["coefficients"]
    assert (card["n"], card["n_complete"], card["missing"]) == (
        len(with_gaps()),
        len(complete()),
        "full_information",
    )
    for name in ("anova", "collinearity", "regression_diagnostics", "hierarchical_blocks"):
        assert result.tables[name].equals(alone.tables[name])
        assert result.cards[name] == alone.cards[name]


def test_without_a_solution_complete_rows_do_not_stand_in() -> None:
    model = simulated.model()
    scored = compute_scores(complete(), model, PlsSection(), "mean")
    answers = with_gaps().copy()
    # Nobody has both: their covariance is unknown.
    first, second = simulated.ITEMS[:2]
    answers.loc[answers.index % 2 == 0, first] = np.nan
    answers.loc[answers.index % 2 == 1, second] = np.nan
    result = estimate_regression(
        scored.private["scores"],
        complete(),
        model,
        simulated.codebook(),
        RegressionSection(),
        "mean",
        AllScores(answers, scored.tables["score_weights"]),
    )
    assert set(result.tables["coefficients"].columns) == {"outcome", "term"}
    assert result.cards["coefficients"]["refused"]
    assert "refused" not in result.cards["anova"]


def test_nothing_is_read_where_complete_questionnaires_are_asked_for() -> None:
    assert ScoresOfAll().value([], None) is None
