"""Scores: each construct's items become one score by the config's method; the others stand beside it."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from smartcity_survey.codebook import RESPONDENT
from smartcity_survey.config import PlsSection, ScoreMethod
from smartcity_survey.errors import NoSolution, Problem
from smartcity_survey.io import Card, StageResult
from smartcity_survey.model import Model
from smartcity_survey.stages.cards import respondents
from smartcity_survey.stages.describe import SPSS_FORMULAS, descriptives_frame
from smartcity_survey.stages.naming import naming, square
from smartcity_survey.stages.pls import fit_model
from smartcity_survey.stages.refusals import Refusals, empty_without_solution
from smartcity_survey.stats.cfa import fit_cfa
from smartcity_survey.stats.correlation import correlation, covariance
from smartcity_survey.stats.scores import (
    bartlett_score_weights,
    component_score_weights,
    mean_score_weights,
    regression_score_weights,
    sum_score_weights,
)
from smartcity_survey.stats.types import Array

METHODS: tuple[ScoreMethod, ...] = ("mean", "sum", "component", "cfa_regression", "cfa_bartlett", "pls")


@empty_without_solution(
    "descriptives",
    "score_weights",
    "score_agreement",
    "score_correlations",
    private={"scores": [RESPONDENT]},
)
def compute_scores(answers: pd.DataFrame, model: Model, pls: PlsSection, method: ScoreMethod) -> StageResult:
    """Scores by `method`, their SPSS descriptives, their weights, and their agreement with the other methods.

    A method that nobody chose and that has no solution leaves its agreement empty, and the card says why.

    Scores are weighted sums of the answers as given (1 to 5), not of deviations: an all-1 respondent scores
    the sum of the weights, as in the study's own table of descriptives.
    """
    items = list(model.items)
    x = answers[items].to_numpy(dtype=np.float64)
    with naming(model.items, f"scores by {method}", model.names):
        weights = _weights(method, x, model, pls)
    scores = x @ weights.T
    chosen = pd.DataFrame(scores, columns=list(model.names))
    with naming(model.names, "scores"):
        correlations = correlation(scores)
    refusals = Refusals(model.items, model.names)
    others = {
        name: refusals.attempt(f"scores_{name}", partial(_weights, name, x, model, pls)) for name in METHODS
    }
    agreement = [
        {
            "score": construct,
            "method": name,
            "correlation": np.nan if other is None else np.corrcoef(x @ other[j], chosen[construct])[0, 1],
        }
        for name, other in others.items()
        for j, construct in enumerate(model.names)
    ]
    card: Card = {
        "method": method,
        **respondents(len(x)),
        "divisor": "n - 1",
        "formulas": SPSS_FORMULAS,
        "weights": "of the answers as given",
    }
    return StageResult(
        tables={
            "descriptives": descriptives_frame(chosen, "score"),
            "score_weights": _weights_frame(weights, model),
            "score_agreement": pd.DataFrame(agreement),
            "score_correlations": square(correlations, model.names, "construct"),
        },
        cards={
            "descriptives": card,
            "score_weights": card,
            "score_agreement": {
                "method": "correlations of the scores",
                "compared_with": method,
                **respondents(len(x)),
                **refusals.card(),
            },
            "score_correlations": {
                "method": "correlations of the scores",
                "scores": method,
                **respondents(len(x)),
            },
        },
        private={"scores": pd.concat([answers[[RESPONDENT]], chosen], axis=1)},
    )


def require_scores(scores: pd.DataFrame, model: Model) -> None:
    """Refuse, with a NoSolution, what needs scores where the config's method gave none."""
    if not set(model.names) <= set(scores.columns):
        problem = Problem(
            "config.yaml, scores.method", "the answers admit no such scores.", "Write `mean`, say."
        )
        raise NoSolution("no_scores", (), [problem])


def _weights(method: ScoreMethod, x: Array, model: Model, pls: PlsSection) -> Array:
    """(c, p): weight of every item in every score."""
    membership = model.membership()
    if method == "mean":
        return mean_score_weights(membership)
    if method == "sum":
        return sum_score_weights(membership)
    if method == "component":
        return component_score_weights(correlation(x), x.std(axis=0, ddof=1), membership)
    if method == "pls":
        fit = fit_model(correlation(x), len(x), model, pls)
        return np.asarray((fit.outer_weights / x.std(axis=0, ddof=1)[:, None]).T)
    cfa = fit_cfa(covariance(x, ddof=0), len(x), membership)
    return regression_score_weights(cfa) if method == "cfa_regression" else bartlett_score_weights(cfa)


def _weights_frame(weights: Array, model: Model) -> pd.DataFrame:
    """One row per score and item, and a last row per score with the total."""
    frame = pd.DataFrame(weights, index=list(model.names), columns=list(model.items))
    frame["total"] = frame.sum(axis=1)
    return frame.rename_axis("score").reset_index().melt("score", var_name="item", value_name="weight")
