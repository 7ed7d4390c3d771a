"""CFA: the measurement model by maximum likelihood, where it misfits, and by what its fit is to be judged."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import numpy as np
import pandas as pd

from smartcity_survey.data.disclosure import protect
from smartcity_survey.errors import NoSolution
from smartcity_survey.io import WHOLE, Card, StageResult
from smartcity_survey.stages.below_limits import below
from smartcity_survey.stages.cards import (
    NORMAL,
    full_information,
    gradient_at_end,
    inadmissible,
    respondents,
    single_items,
)
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.design import Design, design_card, ignored_card
from smartcity_survey.stages.naming import naming, square
from smartcity_survey.stages.needs import (
    Bar,
    Continuity,
    Counted,
    FactorModelsMissing,
    Level,
    Measured,
    Options,
    Seed,
    complete_rows,
)
from smartcity_survey.stages.progress import Progress, silent
from smartcity_survey.stages.refusals import Refusals, refused, takes_no_weights
from smartcity_survey.stages.sem.dwls import ORDINAL_TABLES, ordinal_tables
from smartcity_survey.stages.sem.dynamic import DYNAMIC, dynamic_card, dynamic_frame
from smartcity_survey.stages.sem.robust import robust_statistics, scaled_statistics
from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.core.last_bits import steady
from smartcity_survey.stats.core.significance import normal_interval, normal_two_sided
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.items.polychoric_correlations import NO_CONTINUITY
from smartcity_survey.stats.missing.normal_moments import em_moments
from smartcity_survey.stats.sampling.pseudo_likelihood import fit_design_cfa
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_residuals import design_residuals
from smartcity_survey.stats.sem.cfa import CfaFit, fit_cfa
from smartcity_survey.stats.sem.cfa_fit import fit_indices
from smartcity_survey.stats.sem.cfa_incomplete import fit_incomplete_cfa
from smartcity_survey.stats.sem.cfa_residuals import CovarianceResiduals, covariance_residuals
from smartcity_survey.stats.sem.cfa_robust import fit_robust_cfa, satorra_bentler
from smartcity_survey.stats.sem.maximum_likelihood import TOLERANCE
from smartcity_survey.stats.sem.modification import modification_indices
from smartcity_survey.stats.sem.structure import Matrix
from smartcity_survey.study.config import CfaSection
from smartcity_survey.study.model import Model

OF_MODEL = ("cfa_fit", "cfa_loadings", "cfa_factor_correlations", "cfa_correlation_intervals")
BY_DESIGN = (*OF_MODEL, "cfa_residuals")
"""Those that allow for weights and clusters."""
UNWEIGHTED = ("modification_indices", "dynamic_fit", *ORDINAL_TABLES)
"""Those that count all respondents alike."""
TABLES = (*OF_MODEL, "modification_indices", "cfa_residuals", "dynamic_fit")


@stage(*TABLES, *ORDINAL_TABLES, unweighted=UNWEIGHTED, hides=protect, beside=("item_descriptives",))
def confirm_model(
    answers: pd.DataFrame,
    model: Measured,
    section: Annotated[CfaSection, Options(CfaSection, ("dynamic_draws", "estimator"))],
    level: Level,
    seed: Seed,
    continuity: Continuity = NO_CONTINUITY,
    missing: FactorModelsMissing = "complete",
    counted: Counted = None,
    design: Design = None,
    progress: Annotated[Progress, Bar("dynamic cut-offs")] = silent,
) -> StageResult:
    """One factor per construct, all correlated: fit, loadings, what the model misses, dynamic cut-offs.

    The same model is fitted to polychoric correlations by diagonally weighted least squares, as a check of
    treating the answers as numbers. A part that the answers do not admit is empty, its card says why.

    section : by `mlr` errors, intervals and scaled tests of the model allow for answers that are not normal.
    level : of the intervals. continuity : as `pls.continuity`. missing : by `fiml` fit, loadings and factor
        correlations are of all answers given, other tables of complete questionnaires. counted : items that
        these have all answers to; None where no answer is missing. design : sampling weights and clusters,
        which fit, loadings, factor correlations and residuals allow for. progress : of the dynamic cut-offs.
    """
    x = complete_rows(answers, counted)[list(model.items)].to_numpy(dtype=np.float64)
    if design is not None and design.weighted:
        return _of_design(x, model, level, design)
    try:
        result = _of_complete_rows(x, model, section, level, seed, continuity, progress)
    except NoSolution as error:
        if missing == "complete":
            raise
        result = refused((*TABLES, *ORDINAL_TABLES), error)
    if design is not None:
        try:
            of_clusters = _of_design(x, model, level, design)
        except NoSolution as error:
            of_clusters = refused(BY_DESIGN, error, card=respondents(len(x)))
        result = StageResult(
            {**result.tables, **{name: of_clusters.tables[name] for name in BY_DESIGN}},
            {
                **{name: {**card, **ignored_card(design)} for name, card in result.cards.items()},
                **{name: of_clusters.cards[name] for name in BY_DESIGN},
            },
        )
    if missing == "fiml":
        full = _of_all_answers(answers, len(x), model, level)
        result = StageResult({**result.tables, **full.tables}, {**result.cards, **full.cards})
    return result


def _of_complete_rows(
    x: Array,
    model: Model,
    section: CfaSection,
    level: float,
    seed: int,
    continuity: tuple[float, float],
    progress: Progress,
) -> StageResult:
    """All tables of complete questionnaires x (n, p)."""
    with naming(model.items, "CFA", model.names):
        cfa = fit_cfa(covariance(x, ddof=0), len(x), model.membership())
        fit = fit_indices(cfa)
    own = {name: Refusals(model.items, model.names) for name in TABLES}
    ordinal = ordinal_tables(x, cfa, model, level, continuity)
    dynamic = own["dynamic_fit"].attempt(
        WHOLE, lambda: dynamic_frame(cfa, fit, model, section, seed, progress)
    )
    changes = own["modification_indices"].attempt(WHOLE, lambda: modification_frame(cfa, model))
    residuals = own["cfa_residuals"].attempt(WHOLE, lambda: residual_frame(covariance_residuals(cfa), model))
    card: Card = {
        **solution_card("maximum_likelihood_correlated_factors", cfa),
        "divisor": "n",
        **single_items(model),
        **respondents(cfa.n),
    }
    if not cfa.admissible:
        card = {**card, **inadmissible(model, cfa.heywood, cfa.factor_corr)}
    told, statistics, of_model = cfa, asdict(fit), card
    if section.estimator == "mlr":
        with naming(model.items, "CFA", model.names):
            robust = fit_robust_cfa(x, model.membership())
        told, of_model = robust.cfa, {**card, "standard_errors": "sandwich_observed"}
        statistics |= scaled_statistics("yuan_bentler", robust.test)
    else:
        test = own["cfa_fit"].attempt("satorra_bentler", lambda: satorra_bentler(cfa, x))
        statistics |= {} if test is None else scaled_statistics("satorra_bentler", test)
    tables = {
        **tables_of_model(told, statistics, model, level),
        "modification_indices": pd.DataFrame() if changes is None else changes,
        "cfa_residuals": pd.DataFrame() if residuals is None else residuals,
        "dynamic_fit": pd.DataFrame(columns=DYNAMIC) if dynamic is None else dynamic,
    }
    cards: dict[str, Card] = dict.fromkeys(tables, card) | {
        **cards_of_model(of_model, level),
        "modification_indices": {**card, **NORMAL, "modification": "score_test_df_1"},
        "cfa_residuals": {**card, "standard_errors": "of_residuals_normal"},
        "dynamic_fit": dynamic_card(cfa.n, model, section, seed),
    }
    cards |= {name: {**cards[name], **refusals.card()} for name, refusals in own.items()}
    return StageResult(tables={**tables, **ordinal.tables}, cards={**cards, **ordinal.cards})


def _of_design(x: Array, model: Model, level: float, design: SurveyDesign) -> StageResult:
    """The tables of the model by pseudo maximum likelihood; those of equal respondents are empty."""
    with naming(model.items, "CFA", model.names):
        found = fit_design_cfa(x, model.membership(), design)
    cfa = found.cfa
    card: Card = {
        **solution_card("pseudo_ml_correlated_factors", cfa),
        "divisor": "n",
        "standard_errors": "sandwich_observed",
        **design_card(design),
        **single_items(model),
        **respondents(cfa.n),
    }
    if not cfa.admissible:
        card = {**card, **inadmissible(model, cfa.heywood, cfa.factor_corr)}
    residuals = residual_frame(design_residuals(cfa, x, design), model)
    without = {name: Refusals() for name in UNWEIGHTED}
    for name, refusals in without.items():
        refusals.note(WHOLE, takes_no_weights(name))
    return StageResult(
        tables={
            **tables_of_model(cfa, robust_statistics(cfa, found.test), model, level),
            "cfa_residuals": residuals,
            **{name: pd.DataFrame() for name in without},
        },
        cards={
            **cards_of_model(card, level),
            "cfa_residuals": {**card, "standard_errors": "of_residuals_by_design"},
            **{name: {**card, **refusals.card()} for name, refusals in without.items()},
        },
    )


def tables_of_model(
    cfa: CfaFit, statistics: dict[str, float], model: Model, level: float
) -> dict[str, pd.DataFrame]:
    """Fit by its statistics, loadings and factor correlations."""
    return {
        "cfa_fit": _statistics(statistics),
        "cfa_loadings": loadings_frame(cfa, model, level),
        "cfa_factor_correlations": square(cfa.factor_corr, model.names, "construct"),
        "cfa_correlation_intervals": _correlation_intervals(cfa, model, level),
    }


def solution_card(method: str, cfa: CfaFit) -> Card:
    """How a factor solution was found."""
    return {
        "method": method,
        "scaling": "first_loading_1",
        "tolerance": TOLERANCE,
        "gradient": gradient_at_end(cfa.gradient_norm, TOLERANCE),
        "iterations": cfa.n_iterations,
    }


def cards_of_model(card: Card, level: float) -> dict[str, Card]:
    """Cards of `tables_of_model`. card : what they have in common."""
    intervals: Card = {**card, "interval": "delta_normal", "confidence_level": level}
    return {name: card if name in ("cfa_fit", "cfa_factor_correlations") else intervals for name in OF_MODEL}


def _of_all_answers(answers: pd.DataFrame, n_complete: int, model: Model, level: float) -> StageResult:
    """The tables of the model by full-information maximum likelihood."""
    try:
        with naming(model.items, "CFA", model.names):
            moments = em_moments(answers[list(model.items)].to_numpy(dtype=np.float64))
            found = fit_incomplete_cfa(moments, model.membership())
    except NoSolution as error:
        return refused(OF_MODEL, error, card=full_information(len(answers), n_complete))
    cfa = found.cfa
    card: Card = {
        **full_information(cfa.n, n_complete),
        **solution_card("fiml_correlated_factors", cfa),
        **single_items(model),
    }
    if not cfa.admissible:
        card = {**card, **inadmissible(model, cfa.heywood, cfa.factor_corr)}
    return StageResult(
        tables=tables_of_model(cfa, robust_statistics(cfa, found.test), model, level),
        cards=cards_of_model(card, level),
    )


def _statistics(statistics: dict[str, float]) -> pd.DataFrame:
    return pd.DataFrame(
        [(name, float(value)) for name, value in statistics.items()], columns=["statistic", "value"]
    )


def loadings_frame(cfa: CfaFit, model: Model, level: float) -> pd.DataFrame:
    """Loadings of the items, in their units and standardised, with intervals of the standardised ones."""
    owner = cfa.pattern.argmax(axis=1)
    own = (np.arange(len(owner)), owner)
    z = cfa.loadings[own] / cfa.std_err_loadings[own]
    standardised = cfa.std_loadings[own]
    low, high = normal_interval(standardised, cfa.std_err_std_loadings[own], level)
    return pd.DataFrame(
        {
            "item": model.items,
            "construct": [model.names[j] for j in owner],
            "loading": cfa.loadings[own],
            "std_error": cfa.std_err_loadings[own],
            "z": z,
            "p": normal_two_sided(z),
            "std_loading": standardised,
            "std_loading_low": low,
            "std_loading_high": high,
            "r2": standardised**2,
            "uniqueness": cfa.uniquenesses,
            "heywood": np.isin(own[0], cfa.heywood),
        }
    )


def _correlation_intervals(cfa: CfaFit, model: Model, level: float) -> pd.DataFrame:
    """Two constructs are distinct where the interval of their correlation ends below the limit."""
    first, second = np.triu_indices(len(model.names), 1)
    estimate, std_error = cfa.factor_corr[first, second], cfa.std_err_factor_corr[first, second]
    low, high = normal_interval(estimate, std_error, level)
    furthest = np.maximum(-low, high)
    return pd.DataFrame(
        {
            "construct_1": [model.names[j] for j in first],
            "construct_2": [model.names[j] for j in second],
            "estimate": estimate,
            "std_error": std_error,
            "ci_low": low,
            "ci_high": high,
            "below_distinct": below(furthest, "correlation_distinct"),
            "below_similar": below(furthest, "correlation_similar"),
        }
    )


def modification_frame(cfa: CfaFit, model: Model) -> pd.DataFrame:
    """Every loading and residual covariance that the model fixes at zero, the most telling first."""
    found = modification_indices(cfa)
    of_loading = found.cells.matrix == Matrix.LOADING
    # Of a residual covariance the cells name the lower triangle: the later item is the row.
    item = np.where(of_loading, found.cells.row, found.cells.column)
    other = np.where(of_loading, found.cells.column, found.cells.row)
    return pd.DataFrame(
        {
            "item": [model.items[i] for i in item],
            "kind": np.where(of_loading, "cross_loading", "residual_covariance"),
            "other": [
                (model.names if loads else model.items)[j] for j, loads in zip(other, of_loading, strict=True)
            ],
            "modification_index": found.index,
            "p": found.p,
            "change": found.change,
            "std_change": found.std_change,
        }
    )


def residual_frame(residuals: CovarianceResiduals, model: Model) -> pd.DataFrame:
    """All pairs of items, those the model misses most first."""
    second, first = np.tril_indices(len(model.items), -1)
    frame = pd.DataFrame(
        {
            "item": [model.items[i] for i in first],
            "other": [model.items[i] for i in second],
            "residual": residuals.residuals[first, second],
            "std_error": residuals.std_err[first, second],
            "z": residuals.z[first, second],
            "residual_correlation": residuals.correlations[first, second],
        }
    )
    return frame.sort_values(
        "z", key=lambda z: steady(np.abs(z)), ascending=False, kind="stable", ignore_index=True
    )
