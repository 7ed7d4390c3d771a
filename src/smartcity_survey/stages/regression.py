"""Regression: ordinary least squares of each outcome's score on its predictors' scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from smartcity_survey.config import RegressionSection
from smartcity_survey.io import StageResult
from smartcity_survey.model import Model
from smartcity_survey.read import RESPONDENT
from smartcity_survey.stages.naming import naming
from smartcity_survey.stats.ols import OlsFit, ols
from smartcity_survey.stats.ols_diagnostics import RegressionDiagnostics, regression_diagnostics

CONSTANT = "constant"


def estimate_regression(
    scores: pd.DataFrame, model: Model, section: RegressionSection, method: str
) -> StageResult:
    """One regression per outcome of the model; the tables of SPSS REGRESSION with HC3 errors beside them."""
    parts: dict[str, list[pd.DataFrame]] = {}
    casewise = []
    for outcome in model.outcomes:
        predictors = model.predictors(outcome)
        with naming((*predictors, outcome), f"regression of {outcome}"):
            fit = ols(
                scores[outcome].to_numpy(),
                scores[list(predictors)].to_numpy(),
                ci_level=section.confidence_level,
            )
            diagnostics = regression_diagnostics(fit, scores[list(predictors)].to_numpy())
        for name, frame in _tables(fit, diagnostics, predictors).items():
            frame.insert(0, "outcome", outcome)
            parts.setdefault(name, []).append(frame)
        casewise.append(_casewise(fit, diagnostics, scores[RESPONDENT], outcome))
    n = len(scores)
    card = {
        "method": "ordinary least squares, SPSS conventions",
        "scores": method,
        "standard_errors": "classical; HC3 beside them",
        "confidence_level": section.confidence_level,
        "n": n,
    }
    return StageResult(
        tables={name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()},
        cards=dict.fromkeys(parts, card),
        private={"casewise": pd.concat(casewise, ignore_index=True)},
    )


def _tables(
    fit: OlsFit, diagnostics: RegressionDiagnostics, predictors: Sequence[str]
) -> dict[str, pd.DataFrame]:
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
        "collinearity": _collinearity(diagnostics, predictors),
        "regression_diagnostics": _diagnostics(diagnostics),
    }


def _coefficients(fit: OlsFit, predictors: Sequence[str]) -> pd.DataFrame:
    def slopes(values: object) -> np.ndarray:
        return np.concatenate([[np.nan], np.asarray(values)])

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
