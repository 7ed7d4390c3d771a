"""Measurement: are the constructs reliable and distinct?"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from smartcity_survey.io import WHOLE, Card, StageResult
from smartcity_survey.stages.cards import of_incomplete_rows, pls_estimator, respondents, single_items
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.naming import naming, square
from smartcity_survey.stages.needs import ForPls, ForReliability, Measured, PlsFitOptions, PlsMissing
from smartcity_survey.stages.pls.pls import fit_model
from smartcity_survey.stages.pls.pls_inputs import PlsInputs
from smartcity_survey.stages.refusals import Refusals, require_several
from smartcity_survey.stages.residual_pairs import ResidualPairs, freed_card, positions
from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.core.errors import HeywoodCase
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.measurement.reliability_coefficients import (
    Reliability,
    average_variance_extracted,
    composite_reliability,
    reliability,
)
from smartcity_survey.stats.measurement.residual_pairs import reliability_with_residuals
from smartcity_survey.stats.measurement.validity import fornell_larcker, htmt
from smartcity_survey.stats.missing.normal_moments import em_moments
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_moments import weighted_covariance
from smartcity_survey.stats.sem.cfa import CfaFit, fit_cfa
from smartcity_survey.study.model import Model


@stage("reliability", "fornell_larcker", "htmt")
def evaluate_measurement(
    answers: ForPls,
    model: Measured,
    section: PlsFitOptions,
    missing: PlsMissing = "complete",
    everybody: ForReliability = None,
    residual_pairs: ResidualPairs = (),
) -> StageResult:
    """Reliability and discriminant validity of the constructs.

    Composite reliability, AVE, rho_A and the Fornell-Larcker criterion rest on the PLS loadings, as
    Hair et al. report them; `ave_cfa` and `composite_reliability_cfa` on those of the CFA.

    everybody : answers with gaps, where alpha and omega are to rest on covariances by EM; alpha then has no
        interval, as none is known for them, nor for weighted or clustered answers.
    residual_pairs : items whose residuals may correlate in the CFA; composite reliability by it allows for
        that, omega is of one factor with residuals apart.
    """
    inputs = PlsInputs.of(answers, model, section)
    x = inputs.x
    n, membership = len(x), model.membership()
    refusals = Refusals(model.items, model.names)
    with naming(model.items, "measurement", model.names):
        correlations, covariances, n_all = inputs.correlation(), _covariances(x, inputs.design, 1), n
        if everybody is not None:
            moments = em_moments(everybody[list(model.items)].to_numpy(dtype=np.float64))
            n_all = moments.n
            covariances = moments.covariance * (n_all / (n_all - 1))
        pls = refusals.attempt("pls", lambda: fit_model(correlations, n, model, section))
        by_pls = reliability(
            covariances,
            n_all,
            membership,
            loadings=None if pls is None else pls.loadings,
            rho_a=None if pls is None else pls.rho_a,
        )
        if everybody is not None or inputs.design is not None:
            unknown = np.full(len(model.names), np.nan)
            by_pls = replace(by_pls, alpha_low=unknown, alpha_high=unknown)
        compared = Refusals(model.items, model.names)
        compared.attempt(WHOLE, lambda: require_several(model, "discriminant validity"))
        ratios = htmt(correlations, membership)
    by_composites = refusals.card()
    pairs = positions(residual_pairs, model)
    cfa = refusals.attempt(
        "cfa", lambda: fit_cfa(_covariances(x, inputs.design, 0), n, membership, pairs=pairs)
    )
    _note_omegas(refusals, covariances, n_all, model)
    of_covariances: Card = {} if everybody is None else {"covariances": "em_normal", "n_covariances": n_all}
    of_covariances = {**of_covariances, **freed_card(residual_pairs, model)}
    estimator: Card = {
        **pls_estimator(model, section),
        "method": "covariances_and_pls_loadings",
        **inputs.card(),
        **({} if pls is None else {"iterations": pls.n_iterations}),
        "signs": "positive_loading_sums",
        "divisor": "n_minus_1",
        **respondents(n),
    }
    distinct = pd.DataFrame()
    if pls is not None:
        distinct = square(fornell_larcker(pls.construct_corr, by_pls.ave), model.names, "construct")
    result = StageResult(
        tables={
            "reliability": reliability_frame(by_pls, cfa, model),
            "fornell_larcker": distinct,
            "htmt": square(ratios, model.names, "construct") if len(ratios) > 1 else pd.DataFrame(),
        },
        cards={
            "reliability": {
                **estimator,
                **of_covariances,
                **refusals.card(),
            },
            "fornell_larcker": {**estimator, **by_composites},
            "htmt": {
                "method": "absolute_correlations",
                **inputs.card(),
                **single_items(model),
                **respondents(n),
                **compared.card(),
            },
        },
    )
    return of_incomplete_rows(result, "mean_replacement") if missing == "mean_replacement" else result


def _covariances(x: Array, design: SurveyDesign | None, ddof: int) -> Array:
    """(p, p): covariances of the items, by sampling weights where there are some."""
    return covariance(x, ddof) if design is None else weighted_covariance(x, design, ddof)


def reliability_frame(found: Reliability, cfa: CfaFit | None, model: Model) -> pd.DataFrame:
    """Reliability of the constructs and their AVE, also by a CFA, where it has a solution."""
    membership = model.membership()
    factors = np.full(membership.shape, np.nan) if cfa is None else cfa.std_loadings
    by_factors = composite_reliability(factors, membership)
    if cfa is not None and cfa.pairs.size:
        sd = np.sqrt(np.diagonal(cfa.implied))
        by_factors = reliability_with_residuals(
            factors, cfa.factor_corr, cfa.residual_cov / np.outer(sd, sd), membership
        )
    return pd.DataFrame(
        {
            "construct": model.names,
            "n_items": found.n_items,
            "cronbach_alpha": found.alpha,
            "cronbach_alpha_low": found.alpha_low,
            "cronbach_alpha_high": found.alpha_high,
            "cronbach_alpha_standardised": found.standardised_alpha,
            "omega": found.omega,
            "rho_a": found.rho_a,
            "composite_reliability": found.rho_c,
            "ave": found.ave,
            "composite_reliability_cfa": by_factors,
            "ave_cfa": average_variance_extracted(factors, membership),
            "mean_inter_item_r": found.mean_inter_item_r,
        }
    )


def _note_omegas(refusals: Refusals, covariances: Array, n: int, model: Model) -> None:
    """Why constructs of three items or more have no omega, where that is so."""
    for construct in model.constructs:
        own = [model.items.index(item) for item in construct.items]
        if len(own) > 2:
            factor = partial(_single_factor, covariances[np.ix_(own, own)], n)
            refusals.attempt("omega", factor, items=construct.items, of=construct.name)


def _single_factor(S: Array, n: int) -> CfaFit:
    """The factor behind omega, which leaves every item a variance of its own."""
    fit = fit_cfa(S, n, np.ones((len(S), 1), dtype=bool))
    if fit.heywood.size:
        raise HeywoodCase(tuple(fit.heywood.tolist()))
    return fit
