"""Feedback: what do constructs that act upon one another do to each other?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

import numpy as np
import pandas as pd

from smartcity_survey.io import Card, StageResult, join_names
from smartcity_survey.stages.cards import respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.design import Design, mean_by, spread_by
from smartcity_survey.stages.needs import Asked, Level, Method, Option
from smartcity_survey.stages.refusals import Refusals
from smartcity_survey.stages.regression.design_frames import errors_card
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.regression.two_stage import TwoStageFit, two_stage_least_squares
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_two_stage import design_two_stage
from smartcity_survey.study.config import Config
from smartcity_survey.study.feedback import FeedbackEquation, feedback_equations

TABLES = ("feedback_paths", "feedback_tests")


def has_feedback(config: Config) -> bool:
    """Whether paths run back and close a circle."""
    return bool(config.model.feedback)


@stage(*TABLES, asked_by=has_feedback)
def estimate_feedback(
    scores: pd.DataFrame,
    model: Asked,
    feedback: Annotated[tuple[dict[str, Any], ...], Option("model.feedback")],
    level: Level,
    method: Method,
    design: Design = None,
) -> StageResult:
    """Two-stage least squares of every construct on a circle of paths, by standardised scores.

    design : sampling weights and clusters, which scores' units, estimates, errors and tests allow for.
    """
    back = tuple((source, entry["target"]) for entry in feedback for source in entry["sources"])
    refusals = Refusals()
    lines, tests = [], []
    for equation in feedback_equations(model.names, model.paths, back):
        groups = (equation.endogenous, equation.exogenous, equation.instruments)
        y, *parts = (_standardised(scores, names, design) for names in ((equation.outcome,), *groups))
        fit = refusals.attempt(
            "feedback",
            partial(_fitted, y[:, 0], parts, level, design),
            items=[name for names in groups for name in names] + [equation.outcome],
        )
        if fit is not None:
            lines.append(_paths(equation, fit))
        tests.append(_tests(equation, fit))
    card: Card = {
        "method": "two_stage_least_squares",
        "scores": method,
        "confidence_level": level,
        **respondents(len(scores)),
        **errors_card(design),
        **({} if design is None else {"test": "wald_and_score_by_design"}),
        **refusals.card(),
    }
    frame = pd.concat(lines, ignore_index=True) if lines else pd.DataFrame()
    tables = {"feedback_paths": frame, "feedback_tests": pd.DataFrame(tests)}
    if tests:
        tables["feedback_tests"] = tables["feedback_tests"].astype({"sargan_df": "Int64"})
    return StageResult(tables, dict.fromkeys(TABLES, card))


def _fitted(y: Array, parts: Sequence[Array], level: float, design: SurveyDesign | None) -> TwoStageFit:
    endogenous, exogenous, instruments = parts
    if design is None:
        return two_stage_least_squares(y, endogenous, exogenous, instruments, level)
    return design_two_stage(y, endogenous, exogenous, instruments, design, level)


def _standardised(scores: pd.DataFrame, names: tuple[str, ...], design: SurveyDesign | None) -> Array:
    """(n, k); a constant column as it is, for the fit to refuse."""
    x = scores[list(names)].to_numpy(dtype=np.float64)
    sd = spread_by(x, design)
    return np.asarray((x - mean_by(x, design)) / np.where(sd > 0, sd, 1.0))


def _paths(equation: FeedbackEquation, fit: TwoStageFit) -> pd.DataFrame:
    predictors = (*equation.endogenous, *equation.exogenous)
    strength = [test.statistic for test in fit.first_stage] + [np.nan] * len(equation.exogenous)
    return pd.DataFrame(
        {
            "outcome": equation.outcome,
            "predictor": predictors,
            "beta": fit.coef[1:],
            "std_error": fit.std_err[1:],
            "t": fit.t[1:],
            "p": fit.p[1:],
            "ci_low": fit.ci_low[1:],
            "ci_high": fit.ci_high[1:],
            "least_squares": fit.least_squares[1:],
            "first_stage_f": strength,
        }
    )


def _tests(equation: FeedbackEquation, fit: TwoStageFit | None) -> dict[str, Any]:
    """A line of an equation; without numbers where it has no solution."""
    over = None if fit is None else fit.overidentification
    return {
        "outcome": equation.outcome,
        "instruments": join_names(equation.instruments),
        "hausman_f": np.nan if fit is None else fit.endogeneity.statistic,
        "hausman_p": np.nan if fit is None else fit.endogeneity.p,
        "sargan_chi2": np.nan if over is None else over.statistic,
        "sargan_df": pd.NA if over is None else over.df,
        "sargan_p": np.nan if over is None else over.p,
    }
