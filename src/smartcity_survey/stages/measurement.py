"""Measurement: are the constructs reliable and distinct, and does the measurement model fit?"""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pandas as pd

from smartcity_survey.config import PlsSection
from smartcity_survey.io import Card, StageResult
from smartcity_survey.model import Model
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.pls import pls_model
from smartcity_survey.stages.pls_inputs import PlsInputs
from smartcity_survey.stats.cfa import CfaFit, fit_cfa
from smartcity_survey.stats.cfa_fit import fit_indices
from smartcity_survey.stats.cfa_robust import satorra_bentler
from smartcity_survey.stats.correlation import covariance
from smartcity_survey.stats.pls import fit_pls
from smartcity_survey.stats.reliability import reliability
from smartcity_survey.stats.types import Array
from smartcity_survey.stats.validity import fornell_larcker, htmt


def evaluate_measurement(answers: pd.DataFrame, model: Model, section: PlsSection) -> StageResult:
    """Reliability and discriminant validity of the constructs; the CFA's fit and loadings.

    Composite reliability, AVE, rho_A and the Fornell-Larcker criterion rest on the PLS loadings, as
    Hair et al. report them; `ave_cfa` and `composite_reliability_cfa` on those of the CFA.
    """
    inputs = PlsInputs.of(answers, model, section)
    x = inputs.x
    n, membership = len(x), model.membership()
    with naming(model.items, "measurement", model.names):
        correlations, covariances = inputs.correlation(), covariance(x, ddof=1)
        pls = fit_pls(
            correlations,
            n,
            pls_model(model, section),
            tolerance=section.tolerance,
            max_iterations=section.max_iterations,
        )
        cfa = fit_cfa(covariance(x, ddof=0), n, membership)
        by_pls = reliability(covariances, n, membership, loadings=pls.loadings, rho_a=pls.rho_a)
        by_cfa = reliability(covariances, n, membership, loadings=cfa.std_loadings)
        ratios = htmt(correlations, membership)
        fit = _fit_statistics(cfa, x)
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
    return StageResult(
        tables={
            "reliability": constructs,
            "fornell_larcker": _square(fornell_larcker(pls.construct_corr, by_pls.ave), model),
            "htmt": _square(ratios, model),
            "cfa_fit": pd.DataFrame(list(fit.items()), columns=["statistic", "value"]),
            "cfa_loadings": _cfa_loadings(cfa, model),
            "cfa_factor_correlations": _square(cfa.factor_corr, model),
        },
        cards=_cards(section, inputs, cfa, n),
    )


def _fit_statistics(cfa: CfaFit, x: Array) -> dict[str, float]:
    statistics = {name: float(value) for name, value in asdict(fit_indices(cfa)).items()}
    robust = asdict(satorra_bentler(cfa, x))
    return statistics | {f"satorra_bentler_{name}": float(value) for name, value in robust.items()}


def _square(matrix: Array, model: Model) -> pd.DataFrame:
    frame = pd.DataFrame(matrix, columns=list(model.names))
    frame.insert(0, "construct", list(model.names))
    return frame


def _cfa_loadings(cfa: CfaFit, model: Model) -> pd.DataFrame:
    owner = model.membership().argmax(axis=1)
    own = (np.arange(len(model.items)), owner)
    return pd.DataFrame(
        {
            "item": model.items,
            "construct": [model.names[j] for j in owner],
            "loading": cfa.loadings[own],
            "std_error": cfa.std_err_loadings[own],
            "std_loading": cfa.std_loadings[own],
            "r2": cfa.std_loadings[own] ** 2,
            "uniqueness": cfa.uniquenesses,
            "heywood": np.isin(np.arange(len(model.items)), cfa.heywood),
        }
    )


def _cards(section: PlsSection, inputs: PlsInputs, cfa: CfaFit, n: int) -> dict[str, Card]:
    pls: Card = {
        "method": "alpha and omega from covariances; rho_A, composite reliability and AVE from PLS loadings",
        "scheme": section.scheme,
        **inputs.card(),
        "tolerance": section.tolerance,
        "divisor": "n - 1",
        "n": n,
    }
    ml: Card = {
        "method": "maximum likelihood, one factor per construct, all correlated",
        "marker": "first item of each construct",
        "gradient": cfa.gradient_norm,
        "iterations": cfa.n_iterations,
        "divisor": "n",
        "n": n,
    }
    return {
        "reliability": pls,
        "fornell_larcker": pls,
        "htmt": {"method": "absolute correlations", **inputs.card(), "n": n},
        "cfa_fit": ml,
        "cfa_loadings": ml,
        "cfa_factor_correlations": ml,
    }
