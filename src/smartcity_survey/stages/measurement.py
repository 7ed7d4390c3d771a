"""Measurement: are the constructs reliable and distinct, and does the measurement model fit?"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from smartcity_survey.config import PlsSection
from smartcity_survey.io import StageResult
from smartcity_survey.model import Model
from smartcity_survey.stages.naming import naming
from smartcity_survey.stats.cfa import CfaFit, fit_cfa
from smartcity_survey.stats.cfa_fit import fit_indices
from smartcity_survey.stats.cfa_robust import satorra_bentler
from smartcity_survey.stats.correlation import correlation, covariance
from smartcity_survey.stats.pls import PlsFit, PlsModel, fit_pls
from smartcity_survey.stats.types import Array
from smartcity_survey.stats.validity import fornell_larcker, htmt


@dataclass(frozen=True, slots=True)
class Measured:
    """The kept items with the fits that several stages share.

    Attributes
    ----------
    x : (n, p) answers to the model's items.
    correlations : (p, p).
    cfa : confirmatory factor model, one factor per construct, all correlated.
    pls : PLS path model on the same items.
    """

    model: Model
    x: Array
    correlations: Array
    cfa: CfaFit
    pls: PlsFit


def pls_model(model: Model, section: PlsSection) -> PlsModel:
    """The model in the numeric core's terms."""
    return PlsModel(
        blocks=model.membership(),
        paths=model.path_matrix(),
        modes=tuple(construct.mode for construct in model.constructs),
        scheme=section.scheme,
    )


def fit_measurement(answers: pd.DataFrame, model: Model, section: PlsSection) -> Measured:
    """Fit CFA and PLS to the answers; SurveyError names the items where that is impossible."""
    x = answers[list(model.items)].to_numpy(dtype=np.float64)
    with naming(model.items, "measurement"):
        correlations = correlation(x)
        cfa = fit_cfa(covariance(x, ddof=0), len(x), model.membership())
        pls = fit_pls(
            correlations,
            pls_model(model, section),
            tolerance=section.tolerance,
            max_iterations=section.max_iterations,
        )
    return Measured(model, x, correlations, cfa, pls)
