"""Adequacy: do the items share enough to be factored (KMO, Bartlett, anti-image, conditioning)?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.cards import respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.design import Weights
from smartcity_survey.stages.factor.incomplete import by_em, by_weights, item_correlations
from smartcity_survey.stages.naming import naming, square
from smartcity_survey.stages.needs import ForComponents, ItemAnswers
from smartcity_survey.stats.core.correlations import require_independence
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.factor.adequacy import bartlett_sphericity, kmo

TABLES = ("adequacy", "item_msa", "anti_image_correlations", "anti_image_covariances")


@stage(*TABLES)
def evaluate_adequacy(
    answers: ItemAnswers, everybody: ForComponents = None, design: Weights = None
) -> StageResult:
    """KMO overall and per item, Bartlett's test, anti-image matrices, how well the matrix is conditioned.

    everybody : answers with gaps, where correlations are to be estimated from all of them. design : weights;
        Bartlett's test then counts the effective number of respondents.
    """
    names = list(answers.columns)
    with naming(names, "adequacy"):
        matrix, n = item_correlations(answers, everybody, design)
    result = by_weights(adequacy_tables(matrix, n, names), len(answers), design)
    return by_em(result, len(answers), everybody)


def adequacy_tables(matrix: Array, n: int, names: list[str]) -> StageResult:
    """All tables, from correlations (p, p) of n respondents."""
    with naming(names, "adequacy"):
        conditioning = require_independence(matrix, n)
        sampling = kmo(matrix)
        bartlett = bartlett_sphericity(matrix, n)
    statistics = {
        "kmo": sampling.overall,
        "bartlett_chi2": bartlett.statistic,
        "bartlett_df": bartlett.df,
        "bartlett_p": bartlett.p,
        "determinant": np.exp(conditioning.log_determinant),
        "log_determinant": conditioning.log_determinant,
        "smallest_eigenvalue": conditioning.smallest_eigenvalue,
        "condition_number": conditioning.condition_number,
        "n": n,
    }
    card: Card = {
        "method": "pearson_correlations",
        "items": len(names),
        **respondents(n),
    }
    tables = {
        "adequacy": pd.DataFrame(list(statistics.items()), columns=["statistic", "value"]),
        "item_msa": pd.DataFrame({"item": names, "msa": sampling.per_item}),
        "anti_image_correlations": square(sampling.anti_image_correlation, names, "item"),
        "anti_image_covariances": square(sampling.anti_image_covariance, names, "item"),
    }
    return StageResult(tables, dict.fromkeys(tables, card))
