"""Random intercepts: how alike are people of one cluster, and what do regressions say that allow for it?"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from smartcity_survey.data.disclosure import protect
from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.cards import respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.design import Design
from smartcity_survey.stages.needs import Claims, Level, Method
from smartcity_survey.stages.refusals import Refusals, require_paths, takes_no_weights
from smartcity_survey.stats.regression.random_intercept import fit_random_intercept
from smartcity_survey.study.codebook import CONSTANT
from smartcity_survey.study.config import Config

TABLES = ("random_intercept", "intraclass_correlations")


def has_clusters(config: Config) -> bool:
    """Whether respondents were drawn in clusters and some path is claimed."""
    return bool(config.data.cluster and config.model.paths)


@stage(
    *TABLES,
    asked_by=has_clusters,
    unweighted=TABLES,
    hides=protect,
    beside=("descriptives", "coefficients"),
)
def regress_within_clusters(
    scores: pd.DataFrame, model: Claims, level: Level, method: Method, design: Design = None
) -> StageResult:
    """Regressions of each outcome with a random intercept of the clusters, by REML."""
    require_paths(model, "random_intercept")
    if design is not None and design.weighted:
        raise takes_no_weights("random_intercept")
    if design is None or design.clusters is None:
        raise ValueError("a study without clusters has no such stage")
    refusals = Refusals()
    lines, shares = [], []
    for outcome in model.outcomes:
        predictors = model.predictors(outcome)
        y, x = scores[outcome].to_numpy(), scores[list(predictors)].to_numpy()
        names = (*predictors, outcome)
        alone = partial(fit_random_intercept, y, np.empty((len(y), 0)), design.clusters, level)
        fit = partial(fit_random_intercept, y, x, design.clusters, level)
        nothing, found = (refusals.attempt("regression", one, items=names) for one in (alone, fit))
        if found is not None:
            columns = {key: getattr(found, key) for key in ("z", "p", "ci_low", "ci_high")}
            of_terms = {"b": found.coef, "std_error": found.std_err, **columns}
            lines.append(pd.DataFrame({"outcome": outcome, "term": [CONSTANT, *predictors], **of_terms}))
        shares += [
            {
                "outcome": outcome,
                "with_predictors": predicted,
                "clusters": one.clusters,
                "between": one.between,
                "within": one.within,
                "icc": one.icc,
                "design_effect": one.design_effect,
            }
            for predicted, one in ((False, nothing), (True, found))
            if one is not None
        ]
    card: Card = {
        "method": "random_intercept_reml",
        "scores": method,
        "confidence_level": level,
        **respondents(len(scores)),
        **refusals.card(),
    }
    frame = pd.concat(lines, ignore_index=True) if lines else pd.DataFrame()
    return StageResult(
        {"random_intercept": frame, "intraclass_correlations": pd.DataFrame(shares)},
        dict.fromkeys(TABLES, card),
    )
