"""Copulas: are predictors related to what the model leaves out of their outcome?"""

from __future__ import annotations

from typing import Annotated

import pandas as pd

from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.cards import pls_estimator, respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.large_samples import shapiro_card
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.needs import Complete, Measured, Options, Seed
from smartcity_survey.stages.pls_advanced.further_methods import FURTHER, asks_for, fitted, predictors_of
from smartcity_survey.stats.pls.algorithm import construct_scores
from smartcity_survey.stats.pls_advanced.copulas import copula_regressions, normality
from smartcity_survey.study.config import PlsSection

CopulaOptions = Annotated[PlsSection, Options(PlsSection, FURTHER)]


@stage("copulas", asked_by=asks_for("copulas"))
def seek_endogeneity(answers: Complete, model: Measured, section: CopulaOptions, seed: Seed) -> StageResult:
    """Gaussian copulas of each predictor by itself and of all together, in every regression of the model."""
    with naming(model.items, "PLS-SEM", model.names):
        x, fit = fitted(answers, model, section)
    scores = construct_scores(x, fit.outer_weights)
    rows: list[dict[str, object]] = []
    for outcome in model.outcomes:
        target, predictors = predictors_of(model, outcome)
        every = tuple(range(len(predictors)))
        normal = normality(scores[:, predictors])
        sets = tuple(dict.fromkeys([*((own,) for own in every), every]))
        found = copula_regressions(
            scores[:, predictors], scores[:, target], sets, section.further_draws, seed
        )
        for one, own in zip(sets, found, strict=True):
            for place, position in enumerate(one):
                rows.append(
                    {
                        "outcome": outcome,
                        "copulas_of": "one" if len(one) == 1 else "all",
                        "construct": model.names[predictors[position]],
                        "shapiro_p": normal[position],
                        "estimate": own.coefficients[position],
                        "p": own.p[position],
                        "copula": own.copula_coefficients[place],
                        "copula_se": own.copula_se[place],
                        "copula_p": own.copula_p[place],
                    }
                )
    card: Card = {
        **pls_estimator(model, section),
        "method": "gaussian_copulas",
        "bootstrap_draws": section.further_draws,
        **respondents(len(x)),
        **shapiro_card(len(x)),
        "seed": seed,
    }
    return StageResult({"copulas": pd.DataFrame(rows)}, {"copulas": card})
