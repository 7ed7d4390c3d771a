"""Loading intervals: how far the rotated loadings vary from sample to sample."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import pandas as pd

from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.cards import resampled, respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.design import Design, design_card
from smartcity_survey.stages.factor.components import FactorOptions, n_components
from smartcity_survey.stages.factor.incomplete import item_correlations
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.needs import ItemAnswers, Level, Option, Seed
from smartcity_survey.stats.core.intervals import summarise
from smartcity_survey.stats.factor.components import rotated_solution
from smartcity_survey.stats.factor.loading_bootstrap import bootstrap_loadings
from smartcity_survey.study.config import Config


def asks_for_loading_intervals(config: Config) -> bool:
    """Whether the config asks for resamples of the loadings."""
    return config.factors.loading_draws is not None


@stage("loading_intervals", asked_by=asks_for_loading_intervals)
def resample_loadings(
    answers: ItemAnswers,
    section: FactorOptions,
    draws: Annotated[int, Option("factors.loading_draws")],
    level: Level,
    seed: Seed,
    design: Design = None,
) -> StageResult:
    """Percentile intervals of the loadings of components, rotated by varimax in every resample.

    level : of the intervals. design : weights and clusters, which resamples keep together. Respondents with
        gaps are left out.
    """
    names = list(answers.columns)
    weights = design.weights if design is not None and design.weighted else None
    clusters = None if design is None else design.clusters
    with naming(names, "factors"):
        matrix, _ = item_correlations(answers, None, design if weights is not None else None)
        k = rotated_solution(matrix, n_components(section)).loadings.shape[1]
        found = bootstrap_loadings(
            answers.to_numpy(dtype=np.float64), k, draws, seed=seed, weights=weights, groups=clusters
        )
    summary = summarise(found.loadings, found.draws, level=level)
    main = 100 * found.main.mean(axis=0)
    table = pd.DataFrame(
        {
            "item": np.repeat(names, k),
            "component": np.tile(np.arange(1, k + 1), len(names)),
            "estimate": summary.estimate.ravel(),
            "boot_se": summary.se.ravel(),
            "ci_low": summary.low.ravel(),
            "ci_high": summary.high.ravel(),
            "main_percent": main.ravel(),
        }
    )
    card: Card = {
        "method": "varimax_in_resamples",
        "bootstrap_draws": draws,
        "inadmissible_draws": found.n_inadmissible,
        "interval": "percentile",
        "confidence_level": level,
        **respondents(len(answers)),
        **(resampled(len(answers)) if clusters is None else {}),
        **design_card(design),
        "seed": seed,
    }
    return StageResult({"loading_intervals": table}, {"loading_intervals": card})
