"""Fit of models of incomplete questionnaires, as lines of a table."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from smartcity_survey.stats.sem.cfa_fit import fit_indices
from smartcity_survey.stats.sem.incomplete import IncompleteFit
from smartcity_survey.stats.sem.maximum_likelihood import Fitted


def incomplete_statistics(fit: Fitted, likelihood: IncompleteFit) -> dict[str, float]:
    """Fit indices of a model of incomplete answers, those that are defined, and its scaled test."""
    indices = {name: value for name, value in asdict(fit_indices(fit)).items() if not np.isnan(value)}
    scaled = likelihood.scaled
    return indices | {
        "yuan_bentler_scaling": likelihood.scaling,
        "yuan_bentler_chi2": scaled.statistic,
        "yuan_bentler_df": scaled.df,
        "yuan_bentler_p": scaled.p,
    }
