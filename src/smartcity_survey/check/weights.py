"""How many respondents weighted answers are worth."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from smartcity_survey.errors import Problem, counted
from smartcity_survey.stats.core.types import Array
from smartcity_survey.study.codebook import WEIGHT
from smartcity_survey.study.model import Model

LOW_SHARE = 0.5
"""Share of the questionnaires that the effective sample size should reach."""


def effective_size(weights: Array) -> float:
    """Kish's (1965, section 8.2) effective sample size, (sum w)^2 / sum w^2, of positive weights (n,)."""
    relative = weights / weights.max()
    return float(relative.sum() ** 2 / (relative**2).sum())


def weight_problems(answers: pd.DataFrame, model: Model, place: str) -> Iterator[Problem]:
    """Weights that leave fewer effective respondents than a regression has coefficients.

    Parameters
    ----------
    answers : as cleaned.
    place : the survey file and the column of weights.
    """
    if WEIGHT not in answers:
        return
    weights = answers[WEIGHT].to_numpy(dtype=np.float64)
    outcome = max(model.outcomes, key=lambda name: len(model.predictors(name)))
    coefficients = 1 + len(model.predictors(outcome))
    if effective_size(weights) <= coefficients:
        yield Problem(
            place,
            f"{_size(weights)}, for {counted(coefficients, 'coefficient')} of the regression of {outcome}: "
            f"the largest weight is {100 * weights.max() / weights.sum():.0f} % of all.",
            "Check the largest weights, trim them, or leave out `data.weight`.",
        )


def weight_doubts(answers: pd.DataFrame, model: Model, place: str) -> Iterator[Problem]:
    """Weights that make the sample much smaller than it looks."""
    if WEIGHT not in answers:
        return
    weights = answers[WEIGHT].to_numpy(dtype=np.float64)
    size = effective_size(weights)
    if size < LOW_SHARE * len(weights) or size <= len(model.items):
        yield Problem(
            place,
            f"{_size(weights)}, for {counted(len(model.items), 'item')}.",
            "Estimates are as uncertain as those of so few; check the largest weights, or trim them.",
        )


def _size(weights: Array) -> str:
    are = counted(len(weights), "questionnaire so weighted is", "questionnaires so weighted are")
    return f"{are} worth {effective_size(weights):.1f} that count alike (Kish's effective sample size)"
