"""Fit of models of answers that are not normal, incomplete, weighted or clustered, as lines of a table."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import numpy as np

from smartcity_survey.io import Card
from smartcity_survey.stages.cards import NORMAL
from smartcity_survey.stages.design import design_card
from smartcity_survey.stages.needs import Option
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
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


def judging_design(n: int, estimator: Estimator, design: SurveyDesign | None) -> SurveyDesign | None:
    """The design that robust errors and tests of n respondents are by; None where they are normal theory.

    MLR is pseudo maximum likelihood of respondents who count alike and were drawn one by one.
    """
    return SurveyDesign.of(n) if design is None and estimator == "mlr" else design


def errors_of(estimator: Estimator, design: SurveyDesign | None) -> Card:
    """Lines of the card of errors that are `judging_design`'s."""
    if design is None and estimator == "ml":
        return NORMAL
    return {"standard_errors": "sandwich_observed", **design_card(design)}


def errors_and_tests(estimator: Estimator, design: SurveyDesign | None) -> Card:
    """`errors_of`, and of the scaled tests beside them."""
    if design is None and estimator == "ml":
        return NORMAL
    test: Card = {"test": "yuan_bentler" if design is None else "yuan_bentler_by_design"}
    return {**errors_of(estimator, design), **test}
