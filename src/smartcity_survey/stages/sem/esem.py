"""ESEM: loadings and correlations of the constructs where every item may load on all of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from smartcity_survey.errors import NoSolution, Problem
from smartcity_survey.io import WHOLE, Card, StageResult
from smartcity_survey.stages.cards import left_out, respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.design import Design
from smartcity_survey.stages.needs import Complete, Measured
from smartcity_survey.stages.refusals import Refusals, require_scales
from smartcity_survey.stages.residual_pairs import frees_no_pairs
from smartcity_survey.stages.sem.rival_fit import cost_of, indices_of
from smartcity_survey.stages.sem.robust import EstimatorAsked, errors_and_tests, judging_design
from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.measurement.esem import Esem, fit_esem
from smartcity_survey.stats.sampling.pseudo_likelihood import fit_design_cfa
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_esem import fit_design_esem
from smartcity_survey.stats.sem.cfa import CfaFit, fit_cfa
from smartcity_survey.stats.sem.cfa_robust import ScaledTest
from smartcity_survey.study.config import Config
from smartcity_survey.study.model import Model

TABLES = ("esem_fit", "esem_loadings", "esem_correlations")


def asks_for_exploratory(config: Config) -> bool:
    """Whether a study wants all items on all factors beside its measurement model."""
    return config.cfa.exploratory


def require_turnable(model: Model) -> None:
    """Refuse models whose items do not determine as many common factors."""
    require_scales(model, "ESEM")
    scales = model.of_scales()
    p, k = len(scales.items), len(scales.names)
    # Degrees of freedom of unrestricted factors (Lawley and Maxwell 1971, p. 36), twice.
    if (p - k) ** 2 < p + k:
        problem = Problem(
            "ESEM",
            "there are too many factors for so few items.",
            "Take it out, or measure the constructs by more items.",
        )
        raise NoSolution("under_identified", scales.names, [problem])


@stage(*TABLES, asked_by=asks_for_exploratory, requires=require_turnable)
@frees_no_pairs
def explore_measurement_model(
    answers: Complete, model: Measured, estimator: EstimatorAsked = "ml", design: Design = None
) -> StageResult:
    """Every item on every factor, turned to zeros off its construct: its fit and loadings beside CFA's.

    Nothing tells a single item's factor from its error, so both models are of the other constructs.

    estimator : by `mlr` errors and tests allow for answers that are not normal. design : sampling weights and
        clusters, which both models allow for.
    """
    scales = model.of_scales()
    x = answers[list(scales.items)].to_numpy(dtype=np.float64)
    pattern, refusals = scales.membership(), Refusals(scales.items, scales.names)
    judging = judging_design(len(x), estimator, design)
    explored = refusals.attempt(WHOLE, lambda: _explored(x, pattern, judging))
    declared = refusals.attempt("cfa", lambda: _declared(x, pattern, judging)) if explored else None
    card: Card = {
        "method": "exploratory_target_rotation",
        "divisor": "n",
        **errors_and_tests(estimator, design),
        **left_out(model),
        **respondents(len(x)),
        **refusals.card(),
    }
    if explored is None:
        return StageResult({name: pd.DataFrame() for name in TABLES}, dict.fromkeys(TABLES, card))
    own, found = declared[0] if declared else None, explored[0]
    tables = {
        "esem_fit": _fit(declared, explored),
        "esem_loadings": _loadings(own, found, scales),
        "esem_correlations": _correlations(own, found, scales),
    }
    return StageResult(tables, dict.fromkeys(tables, card))


def _explored(x: Array, pattern: BoolArray, design: SurveyDesign | None) -> tuple[Esem, ScaledTest | None]:
    if design is None:
        return fit_esem(covariance(x, ddof=0), len(x), pattern), None
    found = fit_design_esem(x, pattern, design)
    return found.esem, found.test


def _declared(x: Array, pattern: BoolArray, design: SurveyDesign | None) -> tuple[CfaFit, ScaledTest | None]:
    if design is None:
        return fit_cfa(covariance(x, ddof=0), len(x), pattern), None
    found = fit_design_cfa(x, pattern, design)
    return found.cfa, found.test


def _fit(
    declared: tuple[CfaFit, ScaledTest | None] | None, explored: tuple[Esem, ScaledTest | None]
) -> pd.DataFrame:
    """Fit of both models, and what the zeros of the declared one cost; of one, where CFA has no solution."""
    fits: dict[str, tuple[CfaFit | Esem, ScaledTest | None]] = {"exploratory": explored}
    if declared:
        fits = {"correlated_factors": declared, **fits}
    lines: list[dict[str, object]] = [
        {
            "measurement_model": name,
            "status": "converged" if fit.admissible else "heywood",
            **indices_of(fit, test),
        }
        for name, (fit, test) in fits.items()
    ]
    if declared:
        lines[0] |= cost_of(declared[0], explored[0], (declared[1], explored[1]))
    return pd.DataFrame(lines)


def _loadings(own: CfaFit | None, found: Esem, model: Model) -> pd.DataFrame:
    """CFA's loading of each item, the error of the own loading here, and the loadings on all factors."""
    pattern = model.membership()
    frame = pd.DataFrame(
        {
            "item": model.items,
            "std_loading": own.std_loadings[pattern] if own else np.nan,
            "std_error": found.std_err_std_loadings[pattern],
            "largest_other": np.abs(np.where(pattern, 0.0, found.std_loadings)).max(axis=1),
        }
    )
    return frame.join(pd.DataFrame(found.std_loadings, columns=list(model.names)))


def _correlations(own: CfaFit | None, found: Esem, model: Model) -> pd.DataFrame:
    first, second = np.triu_indices(len(model.names), 1)
    return pd.DataFrame(
        {
            "construct_1": [model.names[i] for i in first],
            "construct_2": [model.names[j] for j in second],
            "correlation": own.factor_corr[first, second] if own else np.nan,
            "with_esem": found.factor_corr[first, second],
            "std_error": found.std_err_factor_corr[first, second],
        }
    )
