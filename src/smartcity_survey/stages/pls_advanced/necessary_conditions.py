"""Necessary conditions: without enough of which construct does nobody have much of the outcome?"""

from __future__ import annotations

from typing import Annotated

import numpy as np
import pandas as pd

from smartcity_survey.data.disclosure import protect
from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.cards import pls_estimator, respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.needs import Complete, Measured, Options, Seed
from smartcity_survey.stages.pls.pls_inputs import scale_ends
from smartcity_survey.stages.pls_advanced.further_methods import FURTHER, asks_for, fitted, predictors_of
from smartcity_survey.stats.pls.ipma import importance_performance, rescaled_scores
from smartcity_survey.stats.pls_advanced.necessary_conditions import Necessity, necessary_condition
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import PlsSection
from smartcity_survey.study.limits import limit

LEVELS = np.arange(0, 101, 10)
"""Percent of the outcome's range, in the table of bottlenecks."""
NecessityOptions = Annotated[PlsSection, Options(PlsSection, (*FURTHER, "desired_outcome"))]


@stage(
    "necessary_conditions",
    "bottlenecks",
    asked_by=asks_for("necessary_conditions"),
    hides=protect,
    beside=("item_descriptives",),
)
def judge_necessity(
    answers: Complete, model: Measured, codebook: Codebook, section: NecessityOptions, seed: Seed
) -> StageResult:
    """Necessary conditions of each outcome, beside the importance and performance of the same constructs."""
    with naming(model.items, "PLS-SEM", model.names):
        x, fit = fitted(answers, model, section)
    ends = scale_ends(model, codebook)
    scores = rescaled_scores(x, fit, *ends)
    lines: list[pd.DataFrame] = []
    steps: list[pd.DataFrame] = []
    for outcome in model.outcomes:
        target, predictors = predictors_of(model, outcome)
        found = [
            necessary_condition(scores[:, j], scores[:, target], section.further_draws, seed)
            for j in predictors
        ]
        map_ = importance_performance(x, fit, target, *ends)
        own = _line(found, section.desired_outcome)
        own.insert(0, "outcome", outcome)
        own.insert(1, "construct", [model.names[j] for j in predictors])
        own.insert(2, "importance", map_.importance[predictors])
        own.insert(3, "performance", map_.performance[predictors])
        # Scores of mixed signs leave the scale from 0 to 100, and what they require does.
        own["negative_weights"] = np.any(fit.outer_weights[:, predictors] < 0, axis=0)
        lines.append(own)
        steps.append(_bottlenecks(found, outcome, [model.names[j] for j in predictors], scores[:, target]))
    card: Card = {
        **pls_estimator(model, section),
        "method": "necessary_conditions",
        "scores": "worst_0_best_100",
        "permutations": section.further_draws,
        "desired_outcome": section.desired_outcome,
        **respondents(len(x)),
        "seed": seed,
    }
    tables = {"necessary_conditions": pd.concat(lines, ignore_index=True), "bottlenecks": pd.concat(steps)}
    return StageResult(tables, dict.fromkeys(tables, card))


def _line(found: list[Necessity], desired: float) -> pd.DataFrame:
    effect = np.array([one.step_effect for one in found])
    p = np.array([one.step_p for one in found])
    return pd.DataFrame(
        {
            "ce_fdh": effect,
            "ce_fdh_p": p,
            "cr_fdh": [one.line_effect for one in found],
            "cr_fdh_p": [one.line_p for one in found],
            "ceiling_accuracy": [100 * one.line_accuracy for one in found],
            "required": [float(one.ceiling.required_by_steps(np.array([desired]))[0]) for one in found],
            "necessary": (effect >= limit("necessity_effect").value) & (p < limit("necessity_p").value),
        }
    )


def _bottlenecks(
    found: list[Necessity], outcome: str, constructs: list[str], scores: np.ndarray
) -> pd.DataFrame:
    """Score that each construct needs at least, for levels of an outcome between its lowest and highest."""
    reached = scores.min() + LEVELS / 100 * (scores.max() - scores.min())
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "outcome": outcome,
                    "construct": construct,
                    "outcome_level": LEVELS,
                    "outcome_score": reached,
                    "required": one.ceiling.required_by_steps(reached),
                    "required_by_line": one.ceiling.required_by_line(reached),
                }
            )
            for construct, one in zip(constructs, found, strict=True)
        ]
    )
