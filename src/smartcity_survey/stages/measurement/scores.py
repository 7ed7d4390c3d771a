"""Scores: each construct's items become one score by the config's method; the others stand beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol, get_args

import numpy as np
import pandas as pd

from smartcity_survey.data.disclosure import protect
from smartcity_survey.errors import NoSolution, Problem
from smartcity_survey.io import WHOLE, Card, StageResult
from smartcity_survey.stages.answers.describe import SPSS_FORMULAS, descriptives_frame
from smartcity_survey.stages.cards import respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.design import Design, design_card
from smartcity_survey.stages.naming import naming, square
from smartcity_survey.stages.needs import Complete, Measured, Method, PlsFitOptions
from smartcity_survey.stages.pls.pls import fit_model
from smartcity_survey.stages.refusals import Refusals, require_paths
from smartcity_survey.stages.residual_pairs import frees_no_pairs
from smartcity_survey.stats.core.correlations import (
    correlation,
    covariance,
    require_independence,
    weighted_correlation,
)
from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.measurement.scores import (
    bartlett_score_weights,
    component_score_weights,
    mean_score_weights,
    regression_score_weights,
    sum_score_weights,
)
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_moments import weighted_covariance
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.study.codebook import RESPONDENT
from smartcity_survey.study.config import PlsSection, ScoreMethod
from smartcity_survey.study.model import Model

METHODS: tuple[ScoreMethod, ...] = get_args(ScoreMethod)


@stage(
    "descriptives",
    "score_weights",
    "score_agreement",
    "score_correlations",
    "score_regressions",
    private={"scores": [RESPONDENT]},
    hides=protect,
    beside=("item_descriptives",),
)
@frees_no_pairs
def compute_scores(
    answers: Complete, model: Measured, pls: PlsFitOptions, method: Method, design: Design = None
) -> StageResult:
    """Scores by `method`, their SPSS descriptives, their weights, and their agreement with the other methods.

    A method that nobody chose and that has no solution leaves its agreement empty, and the card says why.

    Scores are weighted sums of the answers as given (1 to 5), not of deviations: an all-1 respondent scores
    the sum of the weights, as in the study's own table of descriptives.

    design : sampling weights, by which all moments are taken, and clusters.
    """
    items, moments = list(model.items), _Moments(design)
    x = answers[items].to_numpy(dtype=np.float64)
    with naming(model.items, f"scores by {method}", model.names):
        weights = score_weights(method, x, model, pls, design)
    scores = x @ weights.T
    chosen = pd.DataFrame(scores, columns=list(model.names))
    with naming(model.names, "scores"):
        correlations = moments.correlations(scores)
    refusals = Refusals(model.items, model.names)
    others = {
        name: refusals.attempt(f"scores_{name}", partial(score_weights, name, x, model, pls, design))
        for name in methods(model)
    }
    by_method = {name: x @ other.T for name, other in others.items() if other is not None}
    unsolved = Refusals(model.items, model.names)
    unsolved.attempt(WHOLE, lambda: require_paths(model, "regressions of scores"))
    regressions = _regressions(by_method, model, unsolved, moments)
    agreement = [
        {
            "score": construct,
            "method": name,
            "correlation": np.nan
            if other is None
            else moments.between(x @ other[j], chosen[construct].to_numpy()),
        }
        for name, other in others.items()
        for j, construct in enumerate(model.names)
    ]
    card: Card = {
        "method": method,
        **respondents(len(x)),
        "divisor": "n_minus_1",
        "formulas": SPSS_FORMULAS,
        "weights": "of_answers_as_given",
    }
    if design is not None:
        # `weights` are those of the items here.
        card = {
            **card,
            **{"sampling" if k == "weights" else k: v for k, v in design_card(design, margins=True).items()},
        }
    sampled = design_card(design, errors=False)
    return StageResult(
        tables={
            "descriptives": descriptives_frame(chosen, "score", design),
            "score_weights": weights_frame(weights, model),
            "score_agreement": pd.DataFrame(agreement),
            "score_correlations": square(correlations, model.names, "construct"),
            "score_regressions": regressions,
        },
        cards={
            "descriptives": card,
            "score_weights": card,
            "score_agreement": {
                "method": "score_correlations",
                "compared_with": method,
                **respondents(len(x)),
                **sampled,
                **refusals.card(),
            },
            "score_correlations": {
                "method": "score_correlations",
                "scores": method,
                **respondents(len(x)),
                **sampled,
            },
            "score_regressions": {
                "method": "regression_of_scores",
                "scores": method,
                **respondents(len(x)),
                **sampled,
                **refusals.card(unsolved),
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


def methods(model: Model) -> tuple[ScoreMethod, ...]:
    """Methods that give every construct one score; not Skrondal and Laake's where one is on both sides."""
    mediated = any(model.predictors(source) for source, _ in model.paths)
    return tuple(name for name in METHODS if not (mediated and name == "cfa_skrondal_laake"))


@dataclass(frozen=True)
class _Moments:
    """Correlations, covariances and deviations of columns, weighted where there is a design."""

    design: SurveyDesign | None

    def covariances(self, x: Array, ddof: int = 1) -> Array:
        return covariance(x, ddof) if self.design is None else weighted_covariance(x, self.design, ddof)

    def correlations(self, x: Array) -> Array:
        return correlation(x) if self.design is None else weighted_correlation(x, self.design.weights)

    def deviations(self, x: Array) -> Array:
        if self.design is None:
            return np.asarray(x.std(axis=0, ddof=1))
        return np.sqrt(np.diagonal(weighted_covariance(x, self.design)))

    def between(self, one: Array, other: Array) -> float:
        if self.design is None:
            return float(np.corrcoef(one, other)[0, 1])
        return float(weighted_correlation(np.column_stack([one, other]), self.design.weights)[0, 1])


def _regressions(
    scores: Mapping[ScoreMethod, Array], model: Model, refusals: Refusals, moments: _Moments
) -> pd.DataFrame:
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
            R = refusals.attempt(
                f"scores_{name}",
                partial(moments.correlations, values[:, columns]),
                items=(*predictors, outcome),
            )
            if R is None:
                continue
            beta = refusals.attempt(f"scores_{name}", partial(_coefficients, R), items=(*predictors, outcome))
            rows += [
                {"outcome": outcome, "predictor": predictor, "method": name, "zero_order": r, "beta": b}
                for predictor, r, b in zip(
                    predictors,
                    R[:-1, -1],
                    np.full(len(predictors), np.nan) if beta is None else beta,
                    strict=True,
                )
            ]
    return pd.DataFrame(rows, columns=["outcome", "predictor", "method", "zero_order", "beta"])


def _coefficients(R: Array) -> Array:
    """(k,): standardised coefficients of the last variable on the k others, from correlations (k+1, k+1)."""
    require_independence(R[:-1, :-1])
    return np.asarray(np.linalg.solve(R[:-1, :-1], R[:-1, -1]))


class ItemMoments(Protocol):
    """Moments of a model's items, which weights of scores are made of."""

    @property
    def n(self) -> int:
        """Respondents."""

    def covariances(self, ddof: int, items: IntArray | slice = slice(None)) -> Array:
        """Of some of the items, divisor n - ddof."""

    def correlations(self) -> Array:
        """(p, p)."""

    def deviations(self) -> Array:
        """(p,)."""


@dataclass(frozen=True)
class _OfAnswers:
    """Moments of answers x (n, p)."""

    x: Array
    of: _Moments

    @property
    def n(self) -> int:
        return len(self.x)

    def covariances(self, ddof: int, items: IntArray | slice = slice(None)) -> Array:
        return self.of.covariances(self.x[:, items], ddof)

    def correlations(self) -> Array:
        return self.of.correlations(self.x)

    def deviations(self) -> Array:
        return self.of.deviations(self.x)


def score_weights(
    method: ScoreMethod, x: Array, model: Model, pls: PlsSection, design: SurveyDesign | None = None
) -> Array:
    """(c, p): weight of every item in every score. design : sampling weights of the respondents."""
    return weights_of_moments(method, _OfAnswers(x, _Moments(design)), model, pls)


def weights_of_moments(method: ScoreMethod, moments: ItemMoments, model: Model, pls: PlsSection) -> Array:
    """(c, p): weight of every item in every score, from the moments of the items."""
    membership = model.membership()
    if method == "mean":
        return mean_score_weights(membership)
    if method == "sum":
        return sum_score_weights(membership)
    if method == "component":
        return component_score_weights(moments.correlations(), moments.deviations(), membership)
    if method == "pls":
        fit = fit_model(moments.correlations(), moments.n, model, pls)
        return np.asarray((fit.outer_weights / moments.deviations()[:, None]).T)
    if method == "cfa_skrondal_laake":
        return _skrondal_laake(moments, model)
    cfa = fit_cfa(moments.covariances(0), moments.n, membership)
    return regression_score_weights(cfa) if method == "cfa_regression" else bartlett_score_weights(cfa)


def _skrondal_laake(moments: ItemMoments, model: Model) -> Array:
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
            fit = fit_cfa(moments.covariances(0, items), moments.n, own, scaling="unit_variance")
            weights[np.ix_(columns, items)] = weigh(fit)
    return weights


def weights_frame(weights: Array, model: Model) -> pd.DataFrame:
    """One row per score and item, and a last row per score with the total."""
    frame = pd.DataFrame(weights, index=list(model.names), columns=list(model.items))
    frame["total"] = frame.sum(axis=1)
    return frame.rename_axis("score").reset_index().melt("score", var_name="item", value_name="weight")
