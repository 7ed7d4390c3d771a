"""Regressions of scores whose errors allow for sampling weights and clusters."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from smartcity_survey.io import Card
from smartcity_survey.stages.design import design_card
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.regression.least_squares import refuse_perfect_fit
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_regression import DesignFit, design_regression


def regress_by_design(y: Array, x: Array, design: SurveyDesign, level: float) -> DesignFit:
    """The regression, unless its residuals are rounding error, of which nothing can be said."""
    found = design_regression(y, x, design, level)
    refuse_perfect_fit(found.fit)
    return found


def design_frames(found: DesignFit, plain: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Summary, analysis of variance and coefficients of least squares, with what the design makes of them.

    The analysis of variance has Wald's F; HC3 errors, Durbin and Watson's statistic and mean squares, which
    take rows for equally probable and independent, are empty.

    plain : the frames of `found.fit`.
    """
    summary, anova, coefficients = (plain[name].copy() for name in ("model_summary", "anova", "coefficients"))
    summary["durbin_watson"] = np.nan
    k = len(found.fit.coef) - 1
    anova["df"] = [k, found.df, k + found.df]
    anova["mean_square"] = np.nan
    anova["f"], anova["p"] = [found.f, np.nan, np.nan], [found.f_p, np.nan, np.nan]
    for column, values in (
        ("std_error", found.std_err),
        ("t", found.t),
        ("p", found.p),
        ("ci_low", found.ci_low),
        ("ci_high", found.ci_high),
    ):
        coefficients[column] = values
    coefficients[["hc3_std_error", "hc3_t", "hc3_p"]] = np.nan
    return {"model_summary": summary, "anova": anova, "coefficients": coefficients}


def errors_card(design: SurveyDesign | None) -> Card:
    """Lines of the cards of these tables."""
    return (
        {}
        if design is None
        else {"standard_errors": "linearised_by_design", **design_card(design, margins=True)}
    )
