"""Regression: ordinary least squares of each outcome's score on its predictors' scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Protocol

import numpy as np
import pandas as pd

from smartcity_survey.data.demographics import demographic_scale
from smartcity_survey.data.disclosure import protect
from smartcity_survey.data.dummies import demographic_dummies
from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.cards import moderator_bands, respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.design import Design, design_card, ignored_card
from smartcity_survey.stages.large_samples import shapiro_card
from smartcity_survey.stages.measurement.scores import require_scores
from smartcity_survey.stages.needs import Asked, Complete, Method, Smallest, has_moderations
from smartcity_survey.stages.refusals import Refusals, require_paths, takes_no_weights
from smartcity_survey.stages.regression.blocks import hierarchical_tables
from smartcity_survey.stages.regression.design_frames import design_frames, errors_card, regress_by_design
from smartcity_survey.stages.regression.incomplete import AllScores, ScoresOfAll, incomplete_frames
from smartcity_survey.stages.regression.interactions import INTERACTION_TABLES, interaction_frame
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.regression.collinearity import Collinearity, collinearity_diagnostics
from smartcity_survey.stats.regression.least_squares import OlsFit, ols, refuse_perfect_fit
from smartcity_survey.stats.regression.ols_diagnostics import RegressionDiagnostics, regression_diagnostics
from smartcity_survey.stats.regression.residuals import RESIDUAL_STATISTICS, ResidualStatistics
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_regression import DesignFit
from smartcity_survey.study.codebook import CONSTANT, RESPONDENT, Codebook
from smartcity_survey.study.config import RegressionSection
from smartcity_survey.study.model import Model

_HIERARCHICAL = ("hierarchical_blocks", "hierarchical_coefficients")
_FITTED = ("model_summary", "anova", "coefficients")
_JUDGED = ("collinearity", "regression_diagnostics", "residual_statistics")
_CASEWISE = [
    *("outcome", RESPONDENT, "fitted", "residual", "standardised_residual", "studentised_residual"),
    *("deleted_studentised_residual", "leverage", "cooks_distance"),
]


@stage(
    *_FITTED,
    *_JUDGED,
    *_HIERARCHICAL,
    optional={has_moderations: INTERACTION_TABLES},
    private={"casewise": _CASEWISE},
    unweighted=(*_JUDGED[1:], *_HIERARCHICAL),
    hides=protect,
    beside=("demographics", "descriptives"),
)
def estimate_regression(
    scores: pd.DataFrame,
    answers: Complete,
    model: Asked,
    codebook: Codebook,
    section: RegressionSection,
    method: Method,
    everybody: Annotated[AllScores | None, ScoresOfAll()] = None,
    design: Design = None,
    smallest: Smallest = None,
) -> StageResult:
    """One regression per outcome of the model; the tables of SPSS REGRESSION with HC3 errors beside them.

    An outcome whose regression has no solution keeps its lines among the coefficients, without numbers.

    scores, answers : the same respondents in the same order; of the answers only the demographic ones are
        used, as the first block of the hierarchical regression.
    everybody : answers with gaps, where coefficients and R2 are to be of all of them; other tables are of
        complete questionnaires.
    design : sampling weights and clusters, which coefficients and their errors allow for; of weighted scores
        collinearity is the only diagnostic, and there is no regression in blocks.
    smallest : as `demographic_dummies` has it.
    """
    require_paths(model, "regression")
    require_scores(scores, model)
    weighted = design is not None and design.weighted
    dummies = demographic_dummies(answers, codebook, section.controls, smallest=smallest)
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in (*_FITTED, *_JUDGED, *_HIERARCHICAL)}
    casewise = [pd.DataFrame(columns=_CASEWISE)]
    alone, judged, in_blocks, incomplete = Refusals(), Refusals(), Refusals(), Refusals()
    for outcome in model.outcomes:
        predictors = model.predictors(outcome)
        y, x = scores[outcome].to_numpy(), scores[list(predictors)]
        names = (*predictors, outcome)
        found = alone.attempt(
            "regression", partial(_regress, y, x.to_numpy(), section.confidence_level, design), items=names
        )
        fit = found.fit if isinstance(found, DesignFit) else found
        blocks = None
        if weighted:
            in_blocks.note("hierarchical_regression", takes_no_weights("hierarchical_regression"))
        else:
            blocks = in_blocks.attempt(
                "hierarchical_regression",
                partial(hierarchical_tables, y, x, dummies, section.confidence_level),
                items=(*dummies.categories, *predictors, outcome),
            )
        own = {"coefficients": pd.DataFrame({"term": [CONSTANT, *predictors]})}
        full = None
        if everybody is not None:
            of_all = partial(everybody.regress, outcome, predictors, section.confidence_level)
            full = incomplete.attempt("regression", of_all, items=[*everybody.items])
        if fit is not None:
            own = fitted_frames(fit, predictors)
            if isinstance(found, DesignFit):
                own |= design_frames(found, own)
        if fit is not None and weighted:
            collinearity = collinearity_diagnostics(x.to_numpy(), fit.weights)
            own["collinearity"] = collinearity_frame(collinearity, predictors)
            judged.note("regression_diagnostics", takes_no_weights("regression_diagnostics"))
        elif fit is not None:
            judge = partial(regression_diagnostics, fit, x.to_numpy())
            diagnostics = judged.attempt("regression_diagnostics", judge, items=names)
            if diagnostics is not None:
                own |= _judged(fit, diagnostics, predictors)
                casewise.append(_casewise(fit, diagnostics, scores[RESPONDENT], outcome))
        if everybody is not None:
            own |= incomplete_frames(full, predictors) if full else _nothing(predictors)
        for name, frame in (own | (blocks or {})).items():
            frame.insert(0, "outcome", outcome)
            parts[name].append(frame)
    n = len(scores)
    card: Card = {
        "method": "ols_spss",
        "scores": method,
        "standard_errors": "classical_and_hc3",
        "confidence_level": section.confidence_level,
        "divisor": "n_minus_k_minus_1",
        **respondents(n),
    }
    hierarchical: Card = {
        "method": "ols_in_blocks",
        "controls": len(section.controls),
        "scores": method,
        "divisor": "n_minus_k_minus_1",
        **respondents(n),
        "missing": "no_answer_is_a_category",
        **ignored_card(design),
        **in_blocks.card(),
    }
    further, products = {}, Refusals()
    beside = {
        m.moderator: demographic_scale(answers[m.moderator], codebook, m.moderator)
        for m in model.demographic_moderations
    }
    if model.every_moderation:
        further["interactions"] = _interactions(scores, beside, model, section, products, design)
    of_products: Card = {
        "method": "ols_interactions",
        **moderator_bands(beside),
        "standard_errors": "classical",
        **errors_card(design),
        **products.card(),
    }
    of_all_answers: Card = {**card, **incomplete.card()}
    if everybody is not None and not incomplete.card():
        of_all_answers = {**card, **everybody.card(n), "divisor": "n"}
    order: dict[str, Card] = {
        "regression_diagnostics": {"order": "durbin_watson_by_rows", **shapiro_card(len(scores))}
    }
    of_judged = {name: judged.card() for name in _JUDGED}
    if weighted:
        order["collinearity"], of_judged["collinearity"] = design_card(design, errors=False), {}
    return StageResult(
        tables={name: _below_one_another(frames) for name, frames in parts.items()} | further,
        cards={name: {**card, **errors_card(design), **alone.card()} for name in _FITTED}
        | {
            name: {**card, **order.get(name, {}), **ignored_card(design), **alone.card(), **of_judged[name]}
            for name in _JUDGED
        }
        | dict.fromkeys(_HIERARCHICAL, hierarchical)
        | {name: {**card, **of_products} for name in further}
        | ({} if everybody is None else dict.fromkeys(("model_summary", "coefficients"), of_all_answers)),
        private={"casewise": _below_one_another(casewise)},
    )


def _interactions(
    scores: pd.DataFrame,
    demographics: Mapping[str, Array],
    model: Model,
    section: RegressionSection,
    refusals: Refusals,
    design: SurveyDesign | None,
) -> pd.DataFrame:
    """The products of all outcomes that have a moderated path."""
    frames = []
    for outcome in model.outcomes:
        moderated = [m for m in model.every_moderation if m.target == outcome]
        if moderated:
            compute = partial(
                interaction_frame, scores, demographics, outcome, model, section.confidence_level, design
            )
            beside = dict.fromkeys(m.moderator for m in moderated if m.moderator in demographics)
            products = [f"{m.source} × {m.moderator}" for m in moderated]
            names = (*model.predictors(outcome), *beside, *products)
            frame = refusals.attempt("interactions", compute, items=names)
            frames += [] if frame is None else [frame]
    return _below_one_another(frames)


def _nothing(predictors: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Lines without numbers, where all answers have no solution: those of complete rows do not stand in."""
    return {
        "coefficients": pd.DataFrame({"term": [CONSTANT, *predictors]}),
        "model_summary": pd.DataFrame(),
    }


def _below_one_another(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """All frames in one; the empty ones give columns alone."""
    full = [frame for frame in frames if len(frame)]
    return pd.concat(full, ignore_index=True) if full else next(iter(frames), pd.DataFrame())


def _regress(y: Array, x: Array, level: float, design: SurveyDesign | None) -> OlsFit | DesignFit:
    """The regression, unless its residuals are rounding error, of which nothing can be said."""
    if design is not None:
        return regress_by_design(y, x, design, level)
    fit = ols(y, x, ci_level=level)
    refuse_perfect_fit(fit)
    return fit


def fitted_frames(fit: OlsFit, predictors: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Summary, analysis of variance and coefficients of a regression."""
    return {
        "model_summary": pd.DataFrame(
            {
                "r": [fit.r],
                "r2": [fit.r2],
                "adj_r2": [fit.adj_r2],
                "std_error_estimate": [fit.std_error_estimate],
                "durbin_watson": [fit.durbin_watson],
                "n": [fit.n],
            }
        ),
        "anova": pd.DataFrame(
            {
                "source": ["regression", "residual", "total"],
                "sum_of_squares": [fit.ss_regression, fit.ss_residual, fit.ss_total],
                "df": [fit.df_regression, fit.df_residual, fit.df_regression + fit.df_residual],
                "mean_square": [fit.ms_regression, fit.ms_residual, np.nan],
                "f": [fit.f, np.nan, np.nan],
                "p": [fit.f_p, np.nan, np.nan],
            }
        ),
        "coefficients": _coefficients(fit, predictors),
    }


def _judged(
    fit: OlsFit, diagnostics: RegressionDiagnostics, predictors: Sequence[str]
) -> dict[str, pd.DataFrame]:
    return {
        "collinearity": collinearity_frame(diagnostics.collinearity, predictors),
        "regression_diagnostics": _diagnostics(diagnostics, fit.n, len(predictors)),
        "residual_statistics": residual_frame(diagnostics.residual_statistics),
    }


def residual_frame(statistics: ResidualStatistics) -> pd.DataFrame:
    """SPSS's table of residual statistics."""
    return pd.DataFrame(
        {
            "quantity": RESIDUAL_STATISTICS,
            "min": statistics.minimum,
            "max": statistics.maximum,
            "mean": statistics.mean,
            "sd": statistics.sd,
            "n": statistics.n,
        }
    )


def _coefficients(fit: OlsFit, predictors: Sequence[str]) -> pd.DataFrame:
    def slopes(values: Array) -> Array:
        return np.concatenate([[np.nan], values])

    return pd.DataFrame(
        {
            "term": [CONSTANT, *predictors],
            "b": fit.coef,
            "std_error": fit.std_err,
            "beta": slopes(fit.beta),
            "t": fit.t,
            "p": fit.p,
            "ci_low": fit.ci_low,
            "ci_high": fit.ci_high,
            "tolerance": slopes(fit.tolerance),
            "vif": slopes(fit.vif),
            "hc3_std_error": fit.hc3_std_err,
            "hc3_t": fit.hc3_t,
            "hc3_p": fit.hc3_p,
            "zero_order": slopes(fit.zero_order),
            "partial": slopes(fit.partial),
            "part": slopes(fit.part),
        }
    )


def collinearity_frame(collinearity: Collinearity, predictors: Sequence[str]) -> pd.DataFrame:
    """Collinearity diagnostics by dimension."""
    frame = pd.DataFrame(
        {
            "dimension": np.arange(1, len(predictors) + 2),
            "eigenvalue": collinearity.eigenvalues,
            "condition_index": collinearity.condition_indices,
        }
    )
    shares = pd.DataFrame(
        collinearity.variance_proportions,
        columns=[f"variance_proportion_{term}" for term in (CONSTANT, *predictors)],
    )
    return pd.concat([frame, shares], axis=1)


def _diagnostics(diagnostics: RegressionDiagnostics, n: int, k: int) -> pd.DataFrame:
    tests: dict[str, tuple[float, float]] = {
        "breusch_pagan_koenker": _pair(diagnostics.breusch_pagan.lagrange_multiplier),
        "jarque_bera": _pair(diagnostics.jarque_bera),
        "residual_skewness": (diagnostics.jarque_bera.skewness, np.nan),
        "residual_kurtosis": (diagnostics.jarque_bera.kurtosis, np.nan),
        "durbin_watson_exact": _pair(diagnostics.durbin_watson),
    }
    if diagnostics.white is not None:
        tests["white"] = _pair(diagnostics.white.lagrange_multiplier)
    if diagnostics.shapiro is not None:
        tests["shapiro_wilk"] = _pair(diagnostics.shapiro)
    if diagnostics.reset is not None:
        tests["reset"] = _pair(diagnostics.reset)
    cases = diagnostics.influence
    counts = {
        "max_condition_index": diagnostics.collinearity.condition_indices.max(),
        "max_cooks_distance": cases.cooks_distance.max(),
        "n_cooks_distance_above_4_over_n": (cases.cooks_distance > 4 / n).sum(),
        "n_leverage_above_3_k1_over_n": (cases.leverage > 3 * (k + 1) / n).sum(),
        "n_residuals_beyond_3": (np.abs(cases.standardised_residuals) > 3).sum(),
    }
    rows = [(name, value, p) for name, (value, p) in tests.items()]
    rows += [(name, float(value), np.nan) for name, value in counts.items()]
    return pd.DataFrame(rows, columns=["statistic", "value", "p"])


class _Test(Protocol):
    @property
    def statistic(self) -> float: ...

    @property
    def p(self) -> float: ...


def _pair(test: _Test) -> tuple[float, float]:
    return test.statistic, test.p


def case_frame(fit: OlsFit, diagnostics: RegressionDiagnostics) -> pd.DataFrame:
    """What each row is fitted by, and how far it stands out."""
    cases = diagnostics.influence
    return pd.DataFrame(
        {
            "fitted": fit.fitted,
            "residual": fit.residuals,
            "standardised_residual": cases.standardised_residuals,
            "studentised_residual": cases.studentised_residuals,
            "deleted_studentised_residual": cases.deleted_studentised_residuals,
            "leverage": cases.leverage,
            "cooks_distance": cases.cooks_distance,
        }
    )


def _casewise(
    fit: OlsFit, diagnostics: RegressionDiagnostics, respondents: pd.Series[str], outcome: str
) -> pd.DataFrame:
    cases = case_frame(fit, diagnostics)
    cases.insert(0, "outcome", outcome)
    cases.insert(1, RESPONDENT, respondents.to_numpy())
    return cases[_CASEWISE]
