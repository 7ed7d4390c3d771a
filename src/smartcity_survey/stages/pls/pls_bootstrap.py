"""The bootstrap as the config asks for it, and how its inference becomes columns and a card."""

from __future__ import annotations

import numpy as np

from smartcity_survey.io import Card
from smartcity_survey.stages.cards import pls_estimator, resampled, respondents
from smartcity_survey.stages.pls.pls_inputs import PlsInputs
from smartcity_survey.stages.progress import Progress, part, silent
from smartcity_survey.stats.core.draws import Take, make_all
from smartcity_survey.stats.core.intervals import Summary
from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.pls.bootstrap import PlsBootstrap, bootstrap_pls
from smartcity_survey.stats.pls.higher_order import LowerOrder
from smartcity_survey.stats.pls.model import PlsModel
from smartcity_survey.study.config import PlsSection
from smartcity_survey.study.model import Model

INNER_DRAWS = 100
"""Resamples of each resample behind a studentised interval."""


def resample(
    inputs: PlsInputs,
    model: PlsModel,
    section: PlsSection,
    seed: int,
    progress: Progress = silent,
    lower: LowerOrder | None = None,
    take: Take = make_all,
) -> PlsBootstrap:
    """Fit a model to the answers and to resamples of them, with what the kind of interval needs."""
    return bootstrap_pls(
        inputs.x,
        model,
        section.bootstrap_draws,
        seed=seed,
        weights=inputs.weights,
        groups=inputs.clusters,
        ordinal=inputs.ordinal,
        continuity=section.continuity,
        pairwise=inputs.pairwise,
        lower=lower,
        tolerance=section.tolerance,
        max_iterations=section.max_iterations,
        jackknife=section.interval == "bca",
        inner_draws=INNER_DRAWS if section.interval == "studentised" else 0,
        progress=part(progress, 0, section.bootstrap_draws),
        take=take,
    )


def interval_summary(bootstrap: PlsBootstrap, section: PlsSection, name: str) -> Summary:
    """Inference on one field of `PlsEstimates`, with the interval the config names."""
    return bootstrap.summary(name, kind=section.interval, level=section.confidence_level)


def interval_columns(summary: Summary, where: tuple[IntArray, ...] | slice) -> dict[str, Array]:
    """Columns of a table about some of the estimates."""
    return {
        "boot_mean": summary.mean[where],
        "boot_se": summary.se[where],
        "t": summary.t[where],
        "p": summary.p[where],
        "ci_low": summary.low[where],
        "ci_high": summary.high[where],
    }


def item_interval_columns(summary: Summary, model: Model) -> dict[str, Array]:
    """Columns of a table with a line per item; empty for single items, which are 1 in every sample."""
    single = [model.construct_of(item) in model.single for item in model.items]
    columns = interval_columns(summary, slice(None))
    return {name: np.where(single, np.nan, values) for name, values in columns.items()}


def bootstrap_card(bootstrap: PlsBootstrap, inputs: PlsInputs, model: Model, section: PlsSection) -> Card:
    """How a table of bootstrapped estimates was computed."""
    linearised: Card = {"resamples": "polychoric_to_first_order"} if inputs.ordinal else {}
    return {
        **pls_estimator(model, section),
        **inputs.card(),
        "iterations": bootstrap.fit.n_iterations,
        "signs": "positive_sums_resamples_aligned",
        "divisor": "n_minus_1_draws_minus_1",
        **respondents(bootstrap.fit.n),
        "bootstrap_draws": section.bootstrap_draws,
        **({} if inputs.clusters is not None or inputs.pairwise else resampled(bootstrap.fit.n)),
        "inadmissible_draws": bootstrap.n_inadmissible,
        **linearised,
        "interval": section.interval,
        "confidence_level": section.confidence_level,
        "seed": bootstrap.seed,
    }
