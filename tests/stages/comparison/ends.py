"""Ends, a model and surveys that the tests of bounds and of decisions share."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pandas as pd

from smartcity_survey.data.bounds import FURTHER_COLUMNS, PRICE_COLUMNS
from smartcity_survey.study.config import PlsSection
from smartcity_survey.study.model import Hypothesis, Model
from tests.stages import simulated

*SOURCES, TARGET = simulated.CONSTRUCTS
NO_PRICES = pd.DataFrame(columns=list(PRICE_COLUMNS))
NO_FURTHER = pd.DataFrame(columns=list(FURTHER_COLUMNS))
PLS = PlsSection(bootstrap_draws=100)


def model() -> Model:
    claims = tuple(
        Hypothesis(f"H{place}", source, TARGET, "positive") for place, source in enumerate(SOURCES, start=1)
    )
    return replace(simulated.model(), hypotheses=claims)


def end(
    method: str, predictor: str, reading: str, side: str, value: float, **more: object
) -> dict[str, object]:
    line = {"method": method, "outcome": TARGET, "predictor": predictor, "reading": reading, "side": side}
    numbers = {"value": value, "std_error": 0.04, "chi2": 100.0, "settled": True, "steps": 9, "seed": 7}
    return {**line, **numbers, **more}


@cache
def surveys() -> tuple[pd.DataFrame, ...]:
    """The simulated answers and two like them: other respondents drawn from the same."""
    own = simulated.answers()
    return own, *(
        own.sample(len(own), replace=True, random_state=seed, ignore_index=True) for seed in (3, 12)
    )
