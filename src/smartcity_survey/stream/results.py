"""Tables that follow from counts and moments, with names and heads as the ordinary run has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from smartcity_survey.errors import NoSolution
from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.answers.describe import SPSS_FORMULAS, lines_of_descriptives
from smartcity_survey.stages.cards import inadmissible, respondents, single_items
from smartcity_survey.stages.factor import adequacy
from smartcity_survey.stages.factor.components import factor_tables, without_components
from smartcity_survey.stages.measurement.scores import weights_frame, weights_of_moments
from smartcity_survey.stages.naming import naming, square
from smartcity_survey.stages.needs import retained_items
from smartcity_survey.stages.pls.pls import item_frame, path_frame, pls_model, quality_frame
from smartcity_survey.stages.pls.pls_bootstrap import bootstrap_card
from smartcity_survey.stages.pls.pls_inputs import PlsInputs
from smartcity_survey.stages.refusals import empty_without_solution, require_paths
from smartcity_survey.stages.sem.cfa import OF_MODEL, cards_of_model, solution_card, tables_of_model
from smartcity_survey.stats.core.streamed import StreamedMoments
from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.items.descriptives import describe_counts
from smartcity_survey.stats.pls.bootstrap import bootstrap_streamed
from smartcity_survey.stats.regression.of_moments import OlsOfMoments, ols_of_moments
from smartcity_survey.stats.sem.cfa import correlations_of, fit_cfa
from smartcity_survey.stats.sem.cfa_fit import fit_indices
from smartcity_survey.stream.one_pass import Streamed
from smartcity_survey.study.codebook import CONSTANT
from smartcity_survey.study.config import Config
from smartcity_survey.study.model import Model

DESCRIBED = ("item_descriptives", "item_frequencies")
ADEQUACY = adequacy.TABLES
REGRESSION = ("score_weights", "score_correlations", "model_summary", "coefficients")
PLS = ("pls_loadings", "pls_weights", "pls_paths", "pls_quality")


@dataclass(frozen=True)
class Measured:
    """A model by some of its items, and their moments."""

    model: Model
    moments: StreamedMoments

    @property
    def n(self) -> int:
        """Respondents."""
        return self.moments.n

    def covariances(self, ddof: int, items: IntArray | slice = slice(None)) -> Array:
        """Of some of the items, divisor n - ddof."""
        return self.moments.covariance(ddof)[items][:, items]

    def correlations(self) -> Array:
        """(p, p)."""
        return correlations_of(self.covariances(1))

    def deviations(self) -> Array:
        """(p,)."""
        return np.sqrt(np.diagonal(self.covariances(1)))

    def keeping(self, items: tuple[str, ...]) -> Measured:
        """By fewer items."""
        model = self.model.keeping(items)
        positions = [self.model.items.index(item) for item in model.items]
        return Measured(model, self.moments.keeping(np.array(positions)))


def results(streamed: Streamed) -> Iterator[tuple[str, StageResult]]:
    """All tables and their cards, with a name for each of the steps that make them.

    What has no solution is empty, and its card says why.

    Raises
    ------
    NoSolution
        where the items that stay depend on components that have no solution.
    """
    config, asked = streamed.config, Measured(streamed.model, streamed.moments)
    yield "answers", streamed.read
    yield "descriptives", _described(asked, streamed)
    yield "adequacy", _adequacy(asked)
    factors = _factors(asked, config)
    yield "components", factors
    measured = asked.keeping(retained_items(factors.tables["item_retention"]))
    yield "confirmatory factors", _confirmed(measured, config.regression.confidence_level)
    yield "regression of scores", _regression(measured, config)
    yield "PLS-SEM", _pls(measured, config)


@empty_without_solution(*DESCRIBED)
def _described(asked: Measured, streamed: Streamed) -> StageResult:
    items, codebook, moments = asked.model.items, streamed.codebook, asked.moments
    codes = np.arange(moments.lowest, moments.highest + 1)
    with naming(items, "descriptives"):
        found = describe_counts(moments.counts, codes.astype(np.float64))
    described = lines_of_descriptives(found, items, "item")
    described.insert(1, "construct", [codebook.items[item].construct_name for item in items])
    lines = [
        {"item": item, "code": int(code), "n": int(count), "percent": 100 * count / asked.n}
        for item, counts in zip(items, moments.counts, strict=True)
        for code, count in zip(codes, counts, strict=True)
        if codebook.scale_of(item).minimum <= code <= codebook.scale_of(item).maximum
    ]
    cards: dict[str, Card] = {
        "item_descriptives": {"method": SPSS_FORMULAS, "divisor": "n_minus_1", **respondents(asked.n)},
        "item_frequencies": {"method": "counts", **respondents(asked.n)},
    }
    return StageResult({"item_descriptives": described, "item_frequencies": pd.DataFrame(lines)}, cards)


@empty_without_solution(*ADEQUACY)
def _adequacy(asked: Measured) -> StageResult:
    with naming(asked.model.items, "adequacy"):
        return adequacy.adequacy_tables(asked.correlations(), asked.n, list(asked.model.items))


def _factors(asked: Measured, config: Config) -> StageResult:
    names, section = list(asked.model.items), config.factors
    try:
        with naming(names, "factors"):
            return factor_tables(asked.correlations(), asked.n, names, asked.model, section, config.seed)
    except NoSolution as error:
        return without_components(names, asked.model, section, asked.n, error)


@empty_without_solution(*OF_MODEL)
def _confirmed(measured: Measured, level: float) -> StageResult:
    model = measured.model
    with naming(model.items, "CFA", model.names):
        cfa = fit_cfa(measured.covariances(0), measured.n, model.membership())
        fit = fit_indices(cfa)
    card: Card = {
        **solution_card("maximum_likelihood_correlated_factors", cfa),
        "divisor": "n",
        **single_items(model),
        **respondents(cfa.n),
    }
    if not cfa.admissible:
        card = {**card, **inadmissible(model, cfa.heywood, cfa.factor_corr)}
    return StageResult(tables_of_model(cfa, asdict(fit), model, level), cards_of_model(card, level))


@empty_without_solution(*REGRESSION)
def _regression(measured: Measured, config: Config) -> StageResult:
    """Scores by the config's method, and the regressions of their moments."""
    model, level = measured.model, config.regression.confidence_level
    require_paths(model, "regression")
    with naming(model.items, "scores", model.names):
        weights = weights_of_moments(config.scores.method, measured, model, config.pls)
    mean, S = weights @ measured.moments.mean(), weights @ measured.covariances(1) @ weights.T
    summaries, coefficients = [], []
    for outcome in model.outcomes:
        names = (*model.predictors(outcome), outcome)
        own = [model.names.index(name) for name in names]
        with naming(names, "regression"):
            fit = ols_of_moments(mean[own], S[np.ix_(own, own)], measured.n, level)
        summaries.append({"outcome": outcome, "r": np.sqrt(fit.r2), **_summary(fit)})
        coefficients.append(_coefficients(fit, outcome, names[:-1]))
    card: Card = {
        "method": "ols_spss",
        "scores": config.scores.method,
        "standard_errors": "classical",
        "confidence_level": level,
        "divisor": "n_minus_k_minus_1",
        **respondents(measured.n),
    }
    tables = {
        "score_weights": weights_frame(weights, model),
        "score_correlations": square(correlations_of(S), model.names, "construct"),
        "model_summary": pd.DataFrame(summaries),
        "coefficients": pd.concat(coefficients, ignore_index=True),
    }
    return StageResult(tables, dict.fromkeys(tables, card))


def _summary(fit: OlsOfMoments) -> dict[str, float]:
    return {name: getattr(fit, name) for name in ("r2", "adj_r2", "std_error_estimate", "n")}


def _coefficients(fit: OlsOfMoments, outcome: str, predictors: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "outcome": outcome,
            "term": [CONSTANT, *predictors],
            "b": fit.coef,
            "std_error": fit.std_err,
            "beta": [np.nan, *fit.beta],
            "t": fit.t,
            "p": fit.p,
            "ci_low": fit.ci_low,
            "ci_high": fit.ci_high,
        }
    )


@empty_without_solution(*PLS)
def _pls(measured: Measured, config: Config) -> StageResult:
    model, section, moments = measured.model, config.pls, measured.moments
    with naming(model.items, "PLS-SEM", model.names):
        bootstrap = bootstrap_streamed(
            moments,
            pls_model(model, section),
            section.bootstrap_draws,
            seed=config.seed,
            tolerance=section.tolerance,
            max_iterations=section.max_iterations,
        )
    nobody = PlsInputs(np.empty((0, moments.p)), None, False, section.continuity, model.items)
    card: Card = bootstrap_card(bootstrap, nobody, model, section)
    if moments.n > moments.groups:
        card = {**card, "random_groups": moments.groups}
    tables = {
        "pls_loadings": item_frame(bootstrap, model, section, "loadings", "loading"),
        "pls_weights": item_frame(bootstrap, model, section, "outer_weights", "weight"),
        "pls_paths": path_frame(bootstrap, model, section),
        "pls_quality": quality_frame(bootstrap, model, section),
    }
    return StageResult(tables, dict.fromkeys(tables, card))
