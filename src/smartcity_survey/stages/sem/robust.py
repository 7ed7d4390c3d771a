"""Fit of models of answers that are not normal, incomplete, weighted or clustered, as lines of a table."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import numpy as np

from smartcity_survey.stages.needs import Option
from smartcity_survey.stats.sem.cfa_fit import fit_indices
from smartcity_survey.stats.sem.cfa_robust import Correction, ScaledTest
from smartcity_survey.stats.sem.maximum_likelihood import Fitted
from smartcity_survey.study.factor_sections import Estimator

EstimatorAsked = Annotated[Estimator, Option("cfa.estimator")]


def robust_statistics(fit: Fitted, test: ScaledTest) -> dict[str, float]:
    """Fit indices of a model, those that are defined, and its scaled test with robust ones."""
    indices = {name: value for name, value in asdict(fit_indices(fit)).items() if not np.isnan(value)}
    return indices | scaled_statistics("yuan_bentler", test)


def scaled_statistics(correction: Correction, test: ScaledTest) -> dict[str, float]:
    """A scaled test and its indices, by names that begin with whose correction it is."""
    return {f"{correction}_{name}": value for name, value in asdict(test).items()}
