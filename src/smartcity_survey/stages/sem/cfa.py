"""CFA: the measurement model by maximum likelihood, where it misfits, and by what its fit is to be judged."""

from __future__ import annotations

from collections.abc import Sequence
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
from smartcity_survey.stages.residual_pairs import (
    Pairs,
    ResidualPairs,
    declares_pairs,
    freed_card,
    not_freed_card,
    pairs_frame,
    positions,
)
from smartcity_survey.stages.sem.dwls import ORDINAL_TABLES, ordinal_tables
from smartcity_survey.stages.sem.dynamic import DYNAMIC, dynamic_card, dynamic_frame
from smartcity_survey.stages.sem.misfit import modification_frame, residual_frame
from smartcity_survey.stages.sem.robust import robust_statistics, scaled_statistics
from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.core.significance import normal_interval, normal_two_sided
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.items.polychoric_correlations import NO_CONTINUITY
from smartcity_survey.stats.measurement.residual_pairs import correlated_residuals
from smartcity_survey.stats.missing.normal_moments import em_moments
from smartcity_survey.stats.sampling.pseudo_likelihood import fit_design_cfa
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_residuals import design_residuals
from smartcity_survey.stats.sem.cfa import CfaFit, fit_cfa
from smartcity_survey.stats.sem.cfa_fit import fit_indices
from smartcity_survey.stats.sem.cfa_incomplete import fit_incomplete_cfa
from smartcity_survey.stats.sem.cfa_residuals import covariance_residuals
from smartcity_survey.stats.sem.cfa_robust import fit_robust_cfa, satorra_bentler
from smartcity_survey.stats.sem.maximum_likelihood import TOLERANCE
from smartcity_survey.study.config import CfaSection
from smartcity_survey.study.model import Model

OF_MODEL = ("cfa_fit", "cfa_loadings", "cfa_factor_correlations", "cfa_correlation_intervals")
BY_DESIGN = (*OF_MODEL, "cfa_residuals")
"""Those that allow for weights and clusters."""
UNWEIGHTED = ("modification_indices", "dynamic_fit", *ORDINAL_TABLES)
"""Those that count all respondents alike."""
TABLES = (*OF_MODEL, "modification_indices", "cfa_residuals", "dynamic_fit")


PAIRS = "correlated_residuals"


@stage(
    *(*TABLES, *ORDINAL_TABLES),
    optional={declares_pairs: (PAIRS,)},
    unweighted=UNWEIGHTED,
    hides=protect,
    beside=("item_descriptives",),
)
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
    residual_pairs: ResidualPairs = (),
    progress: Annotated[Progress, Bar("dynamic cut-offs")] = silent,
) -> StageResult:
    """One factor per construct, all correlated: fit, loadings, what the model misses, dynamic cut-offs.

    The same model is fitted to polychoric correlations by diagonally weighted least squares, as a check of
    treating the answers as numbers. A part that the answers do not admit is empty, its card says why.

    section : by `mlr` errors, intervals and scaled tests of the model allow for answers that are not normal.
    level : of the intervals. continuity : as `pls.continuity`. missing : by `fiml` fit, loadings and factor
        correlations are of all answers given, other tables of complete questionnaires. counted : items that
        these have all answers to; None where no answer is missing. design : sampling weights and clusters,
        which fit, loadings, factor correlations and residuals allow for. residual_pairs : items whose
        residuals may correlate; by least squares they do not. progress : of the dynamic cut-offs.
    """
    own = (*TABLES, *ORDINAL_TABLES, PAIRS)
    try:
        return _confirmed(
            answers,
            model,
            section,
            level,
            seed,
            continuity,
            missing,
            counted,
            design,
            residual_pairs,
            progress,
        )
    except NoSolution as error:
        if not residual_pairs:
            raise
        return refused(own, error, card=freed_card(residual_pairs, model))


def _confirmed(
    answers: pd.DataFrame,
    model: Model,
    section: CfaSection,
    level: float,
    seed: int,
    continuity: tuple[float, float],
    missing: str,
    counted: Sequence[str] | None,
    design: SurveyDesign | None,
    pairs: Pairs,
    progress: Progress,
) -> StageResult:
    """The tables of `confirm_model`."""
    by_design = (*BY_DESIGN, PAIRS) if pairs else BY_DESIGN
    x = complete_rows(answers, counted)[list(model.items)].to_numpy(dtype=np.float64)
    if design is not None and design.weighted:
        return _of_design(x, model, level, design, pairs)
    try:
        result = _of_complete_rows(x, model, section, level, seed, continuity, pairs, progress)
    except NoSolution as error:
        if missing == "complete":
            raise
        result = refused((*TABLES, *ORDINAL_TABLES, *([PAIRS] if pairs else [])), error)
    if design is not None:
        try:
            of_clusters = _of_design(x, model, level, design, pairs)
        except NoSolution as error:
            of_clusters = refused(by_design, error, card=respondents(len(x)))
        result = StageResult(
            {**result.tables, **{name: of_clusters.tables[name] for name in by_design}},
            {
                **{name: {**card, **ignored_card(design)} for name, card in result.cards.items()},
                **{name: of_clusters.cards[name] for name in by_design},
            },
        )
    if missing == "fiml":
        full = _of_all_answers(answers, len(x), model, level, pairs)
        result = StageResult({**result.tables, **full.tables}, {**result.cards, **full.cards})
    return result


def _of_complete_rows(
    x: Array,
    model: Model,
    section: CfaSection,
    level: float,
    seed: int,
    continuity: tuple[float, float],
    pairs: Pairs,
    progress: Progress,
) -> StageResult:
    """All tables of complete questionnaires x (n, p)."""
    together = positions(pairs, model)
    try:
        with naming(model.items, "CFA", model.names):
            cfa = fit_cfa(covariance(x, ddof=0), len(x), model.membership(), pairs=together)
            fit = fit_indices(cfa)
    except NoSolution as error:
        if not len(together):
            raise
        return _without_pairs(x, model, level, continuity, pairs, error)
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
        **freed_card(pairs, model),
        **respondents(cfa.n),
    }
    if not cfa.admissible:
        card = {**card, **inadmissible(model, cfa.heywood, cfa.factor_corr)}
    told, statistics, of_model = cfa, asdict(fit), card
    if section.estimator == "mlr":
        with naming(model.items, "CFA", model.names):
            robust = fit_robust_cfa(x, model.membership(), pairs=together)
        told, of_model = robust.cfa, {**card, "standard_errors": "sandwich_observed"}
        statistics |= scaled_statistics("yuan_bentler", robust.test)
    else:
        test = own["cfa_fit"].attempt("satorra_bentler", lambda: satorra_bentler(cfa, x))
        statistics |= {} if test is None else scaled_statistics("satorra_bentler", test)
    tables = {
        **tables_of_model(told, statistics, model, level, pairs),
        "modification_indices": pd.DataFrame() if changes is None else changes,
        "cfa_residuals": pd.DataFrame() if residuals is None else residuals,
        "dynamic_fit": pd.DataFrame(columns=DYNAMIC) if dynamic is None else dynamic,
    }
    cards: dict[str, Card] = dict.fromkeys(tables, card) | {
        **cards_of_model(of_model, level, pairs),
        "modification_indices": {**card, **NORMAL, "modification": "score_test_df_1"},
        "cfa_residuals": {**card, "standard_errors": "of_residuals_normal"},
        "dynamic_fit": dynamic_card(cfa.n, model, section, seed),
    }
    of_least_squares = _keeping_apart(ordinal, pairs)
    cards |= {name: {**cards[name], **refusals.card()} for name, refusals in own.items()}
    return StageResult(tables={**tables, **ordinal.tables}, cards={**cards, **of_least_squares})


def _without_pairs(
    x: Array, model: Model, level: float, continuity: tuple[float, float], pairs: Pairs, error: NoSolution
) -> StageResult:
    """Of a model that has no solution with the pairs freed: least squares, which keep residuals apart."""
    with naming(model.items, "CFA", model.names):
        apart = fit_cfa(covariance(x, ddof=0), len(x), model.membership())
    ordinal = ordinal_tables(x, apart, model, level, continuity)
    none = refused((*TABLES, PAIRS), error, card={**freed_card(pairs, model), **respondents(len(x))})
    return StageResult({**none.tables, **ordinal.tables}, {**none.cards, **_keeping_apart(ordinal, pairs)})


def _keeping_apart(ordinal: StageResult, pairs: Pairs) -> dict[str, Card]:
    return {name: {**card, **not_freed_card(pairs)} for name, card in ordinal.cards.items()}


def _of_design(x: Array, model: Model, level: float, design: SurveyDesign, pairs: Pairs) -> StageResult:
    """The tables of the model by pseudo maximum likelihood; those of equal respondents are empty."""
    with naming(model.items, "CFA", model.names):
        found = fit_design_cfa(x, model.membership(), design, pairs=positions(pairs, model))
    cfa = found.cfa
    card: Card = {
        **solution_card("pseudo_ml_correlated_factors", cfa),
        "divisor": "n",
        "standard_errors": "sandwich_observed",
        **design_card(design),
        **single_items(model),
        **freed_card(pairs, model),
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
            **tables_of_model(cfa, robust_statistics(cfa, found.test), model, level, pairs),
            "cfa_residuals": residuals,
            **{name: pd.DataFrame() for name in without},
        },
        cards={
            **cards_of_model(card, level, pairs),
            "cfa_residuals": {**card, "standard_errors": "of_residuals_by_design"},
            **{name: {**card, **refusals.card()} for name, refusals in without.items()},
        },
    )


def tables_of_model(
    cfa: CfaFit, statistics: dict[str, float], model: Model, level: float, pairs: Pairs = ()
) -> dict[str, pd.DataFrame]:
    """Fit by its statistics, loadings and factor correlations; correlated residuals where there are some."""
    residuals = {PAIRS: pairs_frame(correlated_residuals(cfa, level=level), pairs, model)} if pairs else {}
    return {
        "cfa_fit": _statistics(statistics),
        "cfa_loadings": loadings_frame(cfa, model, level),
        "cfa_factor_correlations": square(cfa.factor_corr, model.names, "construct"),
        "cfa_correlation_intervals": _correlation_intervals(cfa, model, level),
        **residuals,
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


def cards_of_model(card: Card, level: float, pairs: Pairs = ()) -> dict[str, Card]:
    """Cards of `tables_of_model`. card : what they have in common."""
    intervals: Card = {**card, "interval": "delta_normal", "confidence_level": level}
    names = (*OF_MODEL, PAIRS) if pairs else OF_MODEL
    return {name: card if name in ("cfa_fit", "cfa_factor_correlations") else intervals for name in names}


def _of_all_answers(
    answers: pd.DataFrame, n_complete: int, model: Model, level: float, pairs: Pairs
) -> StageResult:
    """The tables of the model by full-information maximum likelihood."""
    try:
        with naming(model.items, "CFA", model.names):
            moments = em_moments(answers[list(model.items)].to_numpy(dtype=np.float64))
            found = fit_incomplete_cfa(moments, model.membership(), pairs=positions(pairs, model))
    except NoSolution as error:
        names = (*OF_MODEL, PAIRS) if pairs else OF_MODEL
        return refused(names, error, card=full_information(len(answers), n_complete))
    cfa = found.cfa
    card: Card = {
        **full_information(cfa.n, n_complete),
        **solution_card("fiml_correlated_factors", cfa),
        **single_items(model),
        **freed_card(pairs, model),
    }
    if not cfa.admissible:
        card = {**card, **inadmissible(model, cfa.heywood, cfa.factor_corr)}
    return StageResult(
        tables=tables_of_model(cfa, robust_statistics(cfa, found.test), model, level, pairs),
        cards=cards_of_model(card, level, pairs),
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
