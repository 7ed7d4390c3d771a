"""Outcomes of an ordinal regression whose test of parallel lines will be left out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from smartcity_survey.errors import Problem
from smartcity_survey.stages.design import design_of
from smartcity_survey.stages.regression.ordinal import asks_for_ordinal, whole_answers
from smartcity_survey.stats.regression.ordinal import needed_for_lines
from smartcity_survey.stats.sampling.weighted_ordinal import lines_worth
from smartcity_survey.study.config import Config
from smartcity_survey.study.model import Model


def untested_lines(answers: pd.DataFrame, model: Model, config: Config, place: str) -> Iterator[Problem]:
    """One of each outcome that has many answers for so few respondents.

    Parameters
    ----------
    answers : complete, as cleaned; of weighted or clustered ones fewer count. place : the config's file.
    """
    if not asks_for_ordinal(config):
        return
    design = design_of(answers)
    items = {construct.name: list(construct.items) for construct in model.constructs}
    for outcome in model.outcomes:
        y = whole_answers(answers[items[outcome]].to_numpy(dtype=np.float64))
        given = len(np.unique(y))
        needed = needed_for_lines(given, len(model.predictors(outcome)))
        if (found := len(y) if design is None else lines_worth(design)) < needed:
            yield Problem(
                f"{place}, regression.ordinal",
                f"no test of parallel lines of {outcome} (different answers: {given}): "
                f"respondents needed: {needed}, found: {found}."
                if design is None
                else f"no test of parallel lines of {outcome} (different answers: {given}): "
                f"clusters or effective respondents needed: {needed}, found: {found}.",
                "Merge answers in the codebook, or do without the test.",
            )
