"""Congruence: do two constructs relate to all others as if they were one?"""

from __future__ import annotations

from typing import Annotated

import numpy as np
import pandas as pd

from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.cards import pls_estimator, resampled, respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.needs import Complete, Measured, Options, Seed
from smartcity_survey.stages.pls.pls import pls_model
from smartcity_survey.stages.pls.pls_inputs import PlsInputs
from smartcity_survey.stages.pls_advanced.further_methods import FURTHER, asks_for
from smartcity_survey.stats.core.intervals import summarise
from smartcity_survey.stats.pls.bootstrap import bootstrap_pls
from smartcity_survey.stats.pls_advanced.congruence import congruence_coefficients
from smartcity_survey.study.config import PlsSection

CongruenceOptions = Annotated[PlsSection, Options(PlsSection, (*FURTHER, "confidence_level"))]


@stage("congruence", asked_by=asks_for("congruence"))
def compare_profiles(
    answers: Complete, model: Measured, section: CongruenceOptions, seed: Seed
) -> StageResult:
    """Congruence of every pair of constructs, with resamples of the respondents."""
    inputs, blocks = PlsInputs.of(answers, model, section), model.membership().astype(np.float64)
    with naming(model.items, "PLS-SEM", model.names):
        boot = bootstrap_pls(
            inputs.x,
            pls_model(model, section),
            section.further_draws,
            seed=seed,
            ordinal=inputs.ordinal,
            continuity=section.continuity,
            tolerance=section.tolerance,
            max_iterations=section.max_iterations,
        )
    first, second = np.triu_indices(len(model.names), 1)
    estimate, draws = (
        congruence_coefficients(one.construct_corr, one.loadings, blocks)[..., first, second]
        for one in (boot.estimate, boot.draws.select(boot.admissible))
    )
    summary = summarise(estimate, draws, level=section.confidence_level)
    table = pd.DataFrame(
        {
            "construct_1": [model.names[place] for place in first],
            "construct_2": [model.names[place] for place in second],
            "congruence": summary.estimate,
            "boot_se": summary.se,
            "ci_low": summary.low,
            "ci_high": summary.high,
            "apart": summary.high < 1,
        }
    )
    card: Card = {
        **pls_estimator(model, section),
        **inputs.card(),
        "method": "congruence_of_correlations",
        "bootstrap_draws": section.further_draws,
        "inadmissible_draws": boot.n_inadmissible,
        "interval": "percentile",
        "confidence_level": section.confidence_level,
        **respondents(len(answers)),
        **resampled(len(answers)),
        "seed": seed,
    }
    return StageResult({"congruence": table}, {"congruence": card})
