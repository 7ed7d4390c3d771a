"""Weighted answers as data that packages without weights take: their moments are the weighted ones."""

from __future__ import annotations

import numpy as np
import pandas as pd

from smartcity_survey.stats.sampling.survey_design import SurveyDesign


def mirrored(answers: pd.DataFrame, design: SurveyDesign | None) -> pd.DataFrame:
    """Two rows m + sqrt(w) (x - m) and m - sqrt(w) (x - m) for each respondent, m being the weighted mean.

    Means, and covariances by the number of rows, of the (2n, p) are the weighted ones of the n, so that any
    package computes of them what it would of weighted answers. Without weights the answers as they are.
    """
    if design is None or not design.weighted:
        return answers
    x = answers.to_numpy(dtype=np.float64)
    mean = design.weights @ x / design.n
    apart = np.sqrt(design.weights)[:, None] * (x - mean)
    return pd.DataFrame(np.vstack([mean + apart, mean - apart]), columns=answers.columns)
