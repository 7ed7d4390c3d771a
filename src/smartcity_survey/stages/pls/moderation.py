"""Moderation: interactions of constructs, and the slope of a path at values of its moderator."""

from __future__ import annotations

import numpy as np
import pandas as pd

from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.pls.pls_bootstrap import bootstrap_card, interval_columns
from smartcity_survey.stages.pls.pls_inputs import PlsInputs
from smartcity_survey.stages.refusals import empty_without_solution
from smartcity_survey.stats.core.intervals import Summary, summarise
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls.bootstrap import PlsBootstrap
from smartcity_survey.stats.pls.moderation import (
    Moderated,
    ModeratedBootstrap,
    moderate,
    simple_slopes,
)
from smartcity_survey.study.config import PlsSection
from smartcity_survey.study.model import Model

AT = np.array([-1.0, 0.0, 1.0])
"""Values of the moderator, in standard deviations from its mean, at which slopes are told."""


MODERATION_TABLES = ("moderation", "simple_slopes")


@empty_without_solution(*MODERATION_TABLES)
def moderation_tables(
    inputs: PlsInputs, bootstrap: PlsBootstrap, model: Model, section: PlsSection
) -> StageResult:
    """Stage two of every target that has a moderated path, on the resamples of stage one."""
    effects, slopes = [], []
    undefined = 0
    for plan in plans(model):
        terms = _terms(plan, model)
        names = [" × ".join(filter(None, pair)) for pair in terms[["source", "moderator"]].to_numpy()]
        with naming(names, "moderation", model.names):
            found = moderate(inputs.x, model.membership(), bootstrap, plan, inputs.weights)
        undefined += int(np.isnan(found.draws.r2).sum())
        effects.append(_effects(found, terms, section))
        slopes.append(_slopes(found, plan, model, section))
    card: Card = {
        **bootstrap_card(bootstrap, inputs, model, section),
        "method": "two_stage_moderation",
        "products": "of_unit_variance_scores",
        "inadmissible_draws": undefined,
    }
    tables = {"moderation": pd.concat(effects), "simple_slopes": pd.concat(slopes)}
    return StageResult(tables=tables, cards=dict.fromkeys(tables, card))


def plans(model: Model) -> tuple[Moderated, ...]:
    """Stage two in positions of constructs, a plan for each target in the order of the constructs."""
    index = {name: position for position, name in enumerate(model.names)}
    return tuple(
        Moderated(
            index[target],
            tuple(index[name] for name in model.predictors(target)),
            tuple((index[m.source], index[m.moderator]) for m in model.moderations if m.target == target),
        )
        for target in model.outcomes
        if any(m.target == target for m in model.moderations)
    )


def _terms(plan: Moderated, model: Model) -> pd.DataFrame:
    """`source, moderator, target` of the predictors, whose moderator is empty, and of the products."""
    names = model.names
    pairs = [(names[source], names[moderator]) for source, moderator in plan.products]
    rows = [*((names[j], "") for j in plan.predictors), *pairs]
    return pd.DataFrame(rows, columns=["source", "moderator"]).assign(target=names[plan.target])


def _effects(found: ModeratedBootstrap, terms: pd.DataFrame, section: PlsSection) -> pd.DataFrame:
    keep = ~np.isnan(found.draws.r2)
    summary = _summary(
        found.estimate.coefficients,
        found.draws.coefficients[keep],
        None if found.jackknife is None else found.jackknife.coefficients,
        found.draws.std_err[keep],
        section,
    )
    return terms.assign(
        estimate=summary.estimate, **interval_columns(summary, slice(None)), f2=found.estimate.f2
    )


def _slopes(found: ModeratedBootstrap, plan: Moderated, model: Model, section: PlsSection) -> pd.DataFrame:
    keep = ~np.isnan(found.draws.r2)
    names = model.names
    frames = []
    for product, (source, moderator) in enumerate(plan.products):
        slope, _, intercept = simple_slopes(found.estimate, plan, product, AT)
        drawn, errors, _ = simple_slopes(found.draws, plan, product, AT)
        without = None
        if found.jackknife is not None:
            without, _, _ = simple_slopes(found.jackknife, plan, product, AT)
        summary = _summary(slope, drawn[keep], without, errors[keep], section)
        frames.append(
            pd.DataFrame(
                {
                    "source": names[source],
                    "target": names[plan.target],
                    "moderator": names[moderator],
                    "moderator_at": AT,
                    "estimate": slope,
                    **interval_columns(summary, slice(None)),
                    "intercept": intercept,
                }
            )
        )
    return pd.concat(frames)


def _summary(
    estimate: Array, draws: Array, jackknife: Array | None, draw_se: Array, section: PlsSection
) -> Summary:
    return summarise(
        estimate,
        draws,
        kind=section.interval,
        level=section.confidence_level,
        jackknife=jackknife,
        draw_se=draw_se,
    )
