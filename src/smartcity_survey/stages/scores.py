"""Scores: each construct's items become one score by the config's method; the others stand beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import numpy as np
import pandas as pd

from smartcity_survey.codebook import RESPONDENT
from smartcity_survey.config import PlsSection, ScoreMethod
from smartcity_survey.errors import SurveyError
from smartcity_survey.io import Card, StageResult
from smartcity_survey.model import Model
from smartcity_survey.stages.cards import respondents
from smartcity_survey.stages.describe import SPSS_FORMULAS, descriptives_frame
from smartcity_survey.stages.naming import naming, square
from smartcity_survey.stages.pls import fit_model
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

METHODS: tuple[ScoreMethod, ...] = get_args(ScoreMethod)


def compute_scores(answers: pd.DataFrame, model: Model, pls: PlsSection, method: ScoreMethod) -> StageResult:
    """Scores by `method`, their SPSS descriptives, their weights, and their agreement with the other methods.

    Scores are weighted sums of the answers as given (1 to 5), not of deviations: an all-1 respondent scores
    the sum of the weights, as in the study's own table of descriptives.
    """
    items = list(model.items)
    x = answers[items].to_numpy(dtype=np.float64)
    weights, failures = _every_weights(method, x, model, pls)
    scores = {name: x @ own.T for name, own in weights.items()}
    chosen = pd.DataFrame(scores[method], columns=list(model.names))
    with naming(model.names, "scores"):
        correlations = correlation(scores[method])
    agreement = [
        {
            "score": construct,
            "method": name,
            "correlation": np.corrcoef(values[:, j], chosen[construct])[0, 1],
        }
        for name, values in scores.items()
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
            "score_weights": _weights_frame(weights[method], model),
            "score_agreement": pd.DataFrame(agreement),
            "score_correlations": square(correlations, model.names, "construct"),
            "score_regressions": _regressions(scores, model),
        },
        cards={
            "descriptives": card,
            "score_weights": card,
            "score_agreement": {
                "method": "correlations of the scores",
                "compared_with": method,
                **respondents(len(x)),
                **failures,
            },
            "score_correlations": {
                "method": "correlations of the scores",
                "scores": method,
                **respondents(len(x)),
            },
            "score_regressions": {
                "method": "regression of the scores, standardised coefficients",
                "scores": method,
                **respondents(len(x)),
                **failures,
            },
        },
        private={"scores": pd.concat([answers[[RESPONDENT]], chosen], axis=1)},
    )


def methods(model: Model) -> tuple[ScoreMethod, ...]:
    """Methods that give every construct one score; not Skrondal and Laake's where one is on both sides."""
    mediated = any(model.predictors(source) for source, _ in model.paths)
    return tuple(name for name in METHODS if not (mediated and name == "cfa_skrondal_laake"))


def _every_weights(
    chosen: ScoreMethod, x: Array, model: Model, pls: PlsSection
) -> tuple[dict[ScoreMethod, Array], dict[str, str]]:
    """Weights by every method, and a card's entry on those without a solution; the chosen one needs one."""
    weights: dict[ScoreMethod, Array] = {}
    reasons = []
    for name in methods(model):
        try:
            weights[name] = _weights(name, x, model, pls)
        except SurveyError as error:
            if name == chosen:
                raise
            reasons += [f"{problem.place}: {problem.found}" for problem in error.problems]
    return weights, {"not_estimated": " ".join(reasons)} if reasons else {}


def _regressions(scores: Mapping[ScoreMethod, Array], model: Model) -> pd.DataFrame:
    """Every path by every method: correlation of its two scores, and standardised regression coefficient.

    The correlation of item means has the sign of the correlation of the constructs, whatever their overlap
    with others: where each item measures one construct with a positive loading, the covariance of two means
    is that of the constructs times their mean loadings. Weights that run across constructs have no such rule.
    """
    rows = []
    for outcome in model.outcomes:
        predictors = model.predictors(outcome)
        columns = [model.names.index(name) for name in (*predictors, outcome)]
        for name, values in scores.items():
            with naming((*predictors, outcome), f"regression of {outcome}, scores by {name}"):
                R = correlation(values[:, columns])
            beta = np.linalg.solve(R[:-1, :-1], R[:-1, -1])
            rows += [
                {"outcome": outcome, "predictor": predictor, "method": name, "zero_order": r, "beta": b}
                for predictor, r, b in zip(predictors, R[:-1, -1], beta, strict=True)
            ]
    return pd.DataFrame(rows, columns=["outcome", "predictor", "method", "zero_order", "beta"])


def _weights(method: ScoreMethod, x: Array, model: Model, pls: PlsSection) -> Array:
    """(c, p): weight of every item in every score."""
    membership = model.membership()
    with naming(model.items, f"scores by {method}", model.names):
        if method == "mean":
            return mean_score_weights(membership)
        if method == "sum":
            return sum_score_weights(membership)
        if method == "component":
            return component_score_weights(correlation(x), x.std(axis=0, ddof=1), membership)
        if method == "pls":
            fit = fit_model(correlation(x), len(x), model, pls)
            return np.asarray((fit.outer_weights / x.std(axis=0, ddof=1)[:, None]).T)
        if method == "cfa_skrondal_laake":
            return _skrondal_laake(x, model)
        cfa = fit_cfa(covariance(x, ddof=0), len(x), membership)
        return regression_score_weights(cfa) if method == "cfa_regression" else bartlett_score_weights(cfa)


def _skrondal_laake(x: Array, model: Model) -> Array:
    """(c, p): regression scores of the predictors, Bartlett's of the outcomes, each side by itself.

    All predictors have one factor model, every outcome has its own.
    The coefficients b of a regression of such scores, not its standardised ones, estimate the paths among
    factors of variance 1 without bias from the scores (Skrondal and Laake 2001, Psychometrika 66, 563-575).
    A construct without a path counts as an outcome.
    """
    membership = model.membership()
    sources = {source for source, _ in model.paths}
    predictors = [name for name in model.names if name in sources]
    sides = [(predictors, regression_score_weights)] if predictors else []
    weights = np.zeros(membership.T.shape)
    for side, weigh in [*sides, *(([n], bartlett_score_weights) for n in model.names if n not in sources)]:
        columns = np.array([model.names.index(name) for name in side])
        items = np.flatnonzero(membership[:, columns].any(axis=1))
        names = [model.items[item] for item in items]
        with naming(names, "scores by cfa_skrondal_laake", side):
            own = membership[np.ix_(items, columns)]
            fit = fit_cfa(covariance(x[:, items], ddof=0), len(x), own, scaling="unit_variance")
            weights[np.ix_(columns, items)] = weigh(fit)
    return weights


def _weights_frame(weights: Array, model: Model) -> pd.DataFrame:
    """One row per score and item, and a last row per score with the total."""
    frame = pd.DataFrame(weights, index=list(model.names), columns=list(model.items))
    frame["total"] = frame.sum(axis=1)
    return frame.rename_axis("score").reset_index().melt("score", var_name="item", value_name="weight")
