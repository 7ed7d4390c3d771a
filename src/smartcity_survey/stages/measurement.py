"""Measurement: are the constructs reliable and distinct?"""

from __future__ import annotations

import pandas as pd

from smartcity_survey.config import PlsSection
from smartcity_survey.io import Card, StageResult
from smartcity_survey.model import Model
from smartcity_survey.stages.cards import pls_estimator, respondents, single_items
from smartcity_survey.stages.naming import naming, square
from smartcity_survey.stages.pls import fit_model
from smartcity_survey.stages.pls_inputs import PlsInputs
from smartcity_survey.stats.cfa import fit_cfa
from smartcity_survey.stats.correlation import covariance
from smartcity_survey.stats.reliability import reliability
from smartcity_survey.stats.validity import fornell_larcker, htmt


def evaluate_measurement(answers: pd.DataFrame, model: Model, section: PlsSection) -> StageResult:
    """Reliability and discriminant validity of the constructs.

    Composite reliability, AVE, rho_A and the Fornell-Larcker criterion rest on the PLS loadings, as
    Hair et al. report them; `ave_cfa` and `composite_reliability_cfa` on those of the CFA.
    """
    inputs = PlsInputs.of(answers, model, section)
    x = inputs.x
    n, membership = len(x), model.membership()
    with naming(model.items, "measurement", model.names):
        correlations, covariances = inputs.correlation(), covariance(x, ddof=1)
        pls = fit_model(correlations, n, model, section)
        cfa = fit_cfa(covariance(x, ddof=0), n, membership)
        by_pls = reliability(covariances, n, membership, loadings=pls.loadings, rho_a=pls.rho_a)
        by_cfa = reliability(covariances, n, membership, loadings=cfa.std_loadings)
        ratios = htmt(correlations, membership)
    constructs = pd.DataFrame(
        {
            "construct": model.names,
            "n_items": by_pls.n_items,
            "cronbach_alpha": by_pls.alpha,
            "cronbach_alpha_low": by_pls.alpha_low,
            "cronbach_alpha_high": by_pls.alpha_high,
            "cronbach_alpha_standardised": by_pls.standardised_alpha,
            "omega": by_pls.omega,
            "rho_a": by_pls.rho_a,
            "composite_reliability": by_pls.rho_c,
            "ave": by_pls.ave,
            "composite_reliability_cfa": by_cfa.rho_c,
            "ave_cfa": by_cfa.ave,
            "mean_inter_item_r": by_pls.mean_inter_item_r,
        }
    )
    estimator: Card = {
        **pls_estimator(model, section),
        "method": "alpha and omega from covariances; rho_A, composite reliability and AVE from PLS loadings",
        **inputs.card(),
        "iterations": pls.n_iterations,
        "signs": "positive loading sums",
        "divisor": "n - 1",
        **respondents(n),
    }
    distinct = fornell_larcker(pls.construct_corr, by_pls.ave)
    return StageResult(
        tables={
            "reliability": constructs,
            "fornell_larcker": square(distinct, model.names, "construct"),
            "htmt": square(ratios, model.names, "construct"),
        },
        cards={
            "reliability": estimator,
            "fornell_larcker": estimator,
            "htmt": {
                "method": "absolute correlations",
                **inputs.card(),
                **single_items(model),
                **respondents(n),
            },
        },
    )
