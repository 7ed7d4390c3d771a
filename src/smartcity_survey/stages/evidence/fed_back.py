"""Claims about an outcome that acts back upon its predictors: what instruments say of least squares."""

from __future__ import annotations

import pandas as pd

from smartcity_survey.study.limits import limit
from smartcity_survey.study.model import Hypothesis
from smartcity_survey.study.verdict import any_rejects


def fed_back(
    hypothesis: Hypothesis, paths: pd.DataFrame | None, tests: pd.DataFrame | None, alpha: float
) -> list[str]:
    """Codes of doubts about a claim's paths to constructs on a circle.

    `feedback_biased` where Hausman's test of such a construct's equation is significant: what acts back makes
    least squares another estimate. `feedback_weak` where its instruments are too weak to say so.
    `feedback_unsolved` where such an equation has no solution, so that nothing says so.

    Parameters
    ----------
    paths, tests : the stage files `feedback_paths` and `feedback_tests`; None where no path runs back. The
        tests have a line without numbers for an equation without a solution.
    """
    if paths is None or tests is None or tests.empty:
        return []
    own = tests[tests["outcome"].isin(hypothesis.chain[1:])]
    found = own["hausman_p"].dropna()
    strength = (
        pd.Series(dtype=float)
        if paths.empty
        else paths.loc[paths["outcome"].isin(own["outcome"]), "first_stage_f"].dropna()
    )
    return [
        *["feedback_biased"] * any_rejects(found.to_numpy(dtype=float), alpha),
        *["feedback_weak"] * (not strength.map(limit("instruments").met).all()),
        *["feedback_unsolved"] * (len(found) < len(own)),
    ]
