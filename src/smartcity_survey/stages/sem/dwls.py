"""DWLS: the measurement model on polychoric correlations, answers taken as ordered categories."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pandas as pd

from smartcity_survey.io import WHOLE, Card, StageResult
from smartcity_survey.stages.cards import corrections, gradient_at_end, respondents, single_items
from smartcity_survey.stages.naming import square
from smartcity_survey.stages.refusals import Refusals
from smartcity_survey.stats.core.significance import normal_interval, normal_two_sided
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.items.polychoric_correlations import NO_CONTINUITY, Polychoric, polychoric
from smartcity_survey.stats.sem.cfa import CfaFit
from smartcity_survey.stats.sem.dwls import TOLERANCE, DwlsFit, fit_dwls
from smartcity_survey.stats.sem.dwls_fit import dwls_indices
from smartcity_survey.study.model import Model

LOADINGS = [
    *("item", "construct", "std_loading", "std_error", "z", "p", "ci_low", "ci_high"),
    *("r2", "std_loading_ml", "heywood"),
]
ORDINAL_TABLES = ("cfa_dwls_fit", "cfa_dwls_loadings", "cfa_dwls_factor_correlations")


def ordinal_tables(
    x: Array, cfa: CfaFit, model: Model, level: float, continuity: tuple[float, float] = NO_CONTINUITY
) -> StageResult:
    """Fit, loadings and factor correlations by DWLS, loadings beside those of maximum likelihood.

    x : (n, p), the answers that `cfa` was fitted to. continuity : as `pls.continuity`.

    Where the answers admit no such solution the tables are empty and the cards say why.
    """
    card: Card = {
        "method": "dwls_on_polychoric",
        "scaling": "factor_variance_1",
        "tolerance": TOLERANCE,
        "test": "scaled_and_shifted",
        "standard_errors": "robust",
        "confidence_level": level,
        "divisor": "n_minus_1",
        **single_items(model),
        **respondents(len(x)),
    }
    refusals = Refusals(model.items, model.names)
    found = refusals.attempt(WHOLE, lambda: _fit(x, cfa, continuity))
    if found is None:
        refused: Card = {**card, **refusals.card()}
        return StageResult(
            {name: pd.DataFrame() for name in ORDINAL_TABLES}, dict.fromkeys(ORDINAL_TABLES, refused)
        )
    items, fit, indices = found
    # How the test was scaled and shifted stands after it.
    correction = {f"test_{name}": indices.pop(name) for name in ("scaling", "shift")}
    statistics = [(name, float(value)) for name, value in (indices | correction).items()]
    tables = {
        "cfa_dwls_fit": pd.DataFrame(statistics, columns=["statistic", "value"]),
        "cfa_dwls_loadings": _loadings(fit, cfa, model, level),
        "cfa_dwls_factor_correlations": square(fit.factor_corr, model.names, "construct"),
    }
    done: Card = {
        **card,
        **corrections(continuity, items.corrected, model.items),
        "gradient": gradient_at_end(fit.gradient_norm, TOLERANCE),
        "iterations": fit.n_iterations,
    }
    return StageResult(tables, dict.fromkeys(tables, done))


def _fit(
    x: Array, cfa: CfaFit, continuity: tuple[float, float]
) -> tuple[Polychoric, DwlsFit, dict[str, float]]:
    items = polychoric(np.rint(x).astype(np.int64), information="outer_product", continuity=continuity)
    fit = fit_dwls(items, cfa.pattern)
    return items, fit, asdict(dwls_indices(fit))


def _loadings(fit: DwlsFit, cfa: CfaFit, model: Model, level: float) -> pd.DataFrame:
    owner = fit.pattern.argmax(axis=1)
    own = (np.arange(len(owner)), owner)
    loadings, errors = fit.std_loadings[own], fit.std_err_std_loadings[own]
    z = loadings / errors
    low, high = normal_interval(loadings, errors, level)
    return pd.DataFrame(
        {
            "item": model.items,
            "construct": [model.names[j] for j in owner],
            "std_loading": loadings,
            "std_error": errors,
            "z": z,
            "p": normal_two_sided(z),
            "ci_low": low,
            "ci_high": high,
            "r2": np.square(loadings),
            "std_loading_ml": cfa.std_loadings[own],
            "heywood": np.isin(own[0], fit.heywood),
        },
        columns=LOADINGS,
    )
