"""The simulated survey as a sample with weights and clusters."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from smartcity_survey.stages.design import design_of
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.study.codebook import CLUSTER, WEIGHT
from tests.stages import simulated

WAYS = {"weighted": (WEIGHT,), "clustered": (CLUSTER,), "both": (WEIGHT, CLUSTER)}


@cache
def answers(way: str) -> pd.DataFrame:
    """With the columns of `WAYS`."""
    frame, rng = simulated.answers().copy(), np.random.default_rng(31)
    frame[WEIGHT] = np.exp(rng.normal(0, 0.5, len(frame)))
    frame[CLUSTER] = [f"school {number}" for number in rng.integers(1, 41, len(frame))]
    # Schools answer alike.
    shift = {name: rng.normal(0, 0.8) for name in sorted(set(frame[CLUSTER]))}
    for item in simulated.ITEMS:
        frame[item] = np.clip(np.rint(frame[item] + frame[CLUSTER].map(shift)), 1, 5)
    return frame.drop(columns=[name for name in (WEIGHT, CLUSTER) if name not in WAYS[way]])


def design(way: str) -> SurveyDesign:
    found = design_of(answers(way))
    assert found is not None
    return found


@cache
def scores() -> pd.DataFrame:
    """Means of the items."""
    frame = pd.DataFrame(
        {name: answers("both")[list(simulated.items_of(name))].mean(axis=1) for name in simulated.CONSTRUCTS}
    )
    frame.insert(0, "respondent", answers("both")["respondent"])
    return frame
