"""Claims about an outcome that acts back upon its predictors: what instruments say of least squares."""

from __future__ import annotations

import pandas as pd

from smartcity_survey.stages.lines import line_of
from smartcity_survey.study.limits import limit
from smartcity_survey.study.model import Hypothesis


def fed_back(
    hypothesis: Hypothesis, paths: pd.DataFrame | None, tests: pd.DataFrame | None, alpha: float
) -> list[str]:
    """Codes of doubts about a claim's paths to constructs on a circle.

    `feedback_biased` where Hausman's test of such a construct's equation is significant: what acts back makes
    least squares another estimate. `feedback_weak` where its instruments are too weak to say so.

    Parameters
    ----------
    paths, tests : the stage files `feedback_paths` and `feedback_tests`; None where no path runs back, and
        without lines where there is no solution, which raises no doubt.
    """
    if paths is None or tests is None or tests.empty:
        return []
    ends = hypothesis.chain[1:]
    hausman = [line_of(tests, outcome=end)["hausman_p"] for end in ends]
    strength = paths.loc[paths["outcome"].isin(ends), "first_stage_f"].dropna()
    return [
        *["feedback_biased"] * any(p < alpha for p in hausman),
        *["feedback_weak"] * (not strength.map(limit("instruments").met).all()),
    ]
