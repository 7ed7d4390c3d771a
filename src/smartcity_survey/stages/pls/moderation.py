"""Moderation: interactions of constructs, and the slope of a path at values of its moderator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, replace
from types import MappingProxyType

import numpy as np
import pandas as pd
from scipy.linalg import block_diag

from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.cards import moderator_bands
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.pls.moderated_mediation import (
    AT,
    Categories,
    interval_kind,
    moderated_mediation_frame,
)
from smartcity_survey.stages.pls.pls_bootstrap import bootstrap_card, interval_columns
from smartcity_survey.stages.pls.pls_inputs import PlsInputs
from smartcity_survey.stages.refusals import empty_without_solution, without_lines
from smartcity_survey.stats.core.intervals import Summary, summarise
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls.bootstrap import PlsBootstrap
from smartcity_survey.stats.pls.estimates import PlsEstimates
from smartcity_survey.stats.pls.moderation import (
    Moderated,
    ModeratedBootstrap,
    johnson_neyman,
    moderate,
    simple_slopes,
    slope_band,
)
from smartcity_survey.study.config import PlsSection
from smartcity_survey.study.model import Model

MODERATION_TABLES = (
    *("moderation", "simple_slopes", "johnson_neyman", "conditional_slopes", "moderated_mediation"),
)
BAND = ("source", "target", "moderator", "moderator_at", "estimate", "ci_low", "ci_high")
WITHOUT = {
    "johnson_neyman": "two_categories",
    "conditional_slopes": "two_categories",
    "moderated_mediation": "no_moderated_chain",
}
"""Tables that models leave without lines, and why."""
POINTS = 41
"""Values of a moderator at which its conditional slopes are told, from its lowest score to its highest."""


@empty_without_solution(*MODERATION_TABLES)
def moderation_tables(
    inputs: PlsInputs,
    bootstrap: PlsBootstrap,
    model: Model,
    section: PlsSection,
    demographics: Mapping[str, Array] = MappingProxyType({}),
    codes: Mapping[str, Mapping[float, int]] = MappingProxyType({}),
) -> StageResult:
    """Stage two of every target that has a moderated path, on the resamples of stage one.

    Parameters
    ----------
    demographics : demographic moderators as numbers (n,), NaN where there is no answer. They enter in stage
        two, each as its own score; who did not answer is left out there. codes : of each, the category's code
        in the codebook by its number.
    """
    effects, slopes, regions, bands = [], [], [], []
    of_targets: dict[int, tuple[Moderated, ModeratedBootstrap]] = {}
    undefined = 0
    # A construct of one item is that item: so is a demographic variable.
    names = (*model.names, *demographics)
    beside = np.column_stack([np.empty((len(inputs.x), 0)), *demographics.values()])
    known = ~np.isnan(beside).any(axis=1)
    x = np.column_stack([inputs.x, np.where(np.isnan(beside), 0.0, beside)])
    blocks = block_diag(model.membership(), np.eye(len(demographics))).astype(bool)
    weights = inputs.weights
    if not known.all():
        weights = known.astype(np.float64) * (np.ones(len(x)) if weights is None else weights)
    categories = _categories(demographics, codes, inputs.weights)
    stage_one = _with_single(bootstrap, len(demographics))
    for plan in plans(model, names):
        terms = _terms(plan, names)
        shown = [" × ".join(filter(None, pair)) for pair in terms[["source", "moderator"]].to_numpy()]
        with naming(shown, "moderation", names):
            found = moderate(x, blocks, stage_one, plan, weights, inputs.clusters)
        of_targets[plan.target] = plan, found
        undefined += int(np.isnan(found.draws.r2).sum())
        effects.append(effects_of(found, terms, section))
        slopes.append(_slopes(found, plan, names, section, categories))
        own, along = _regions(found, plan, names, section, categories)
        regions.append(own)
        bands.append(along)
    card: Card = {
        **bootstrap_card(bootstrap, inputs, model, section),
        "method": "two_stage_moderation",
        "products": "of_unit_variance_scores",
        "inadmissible_draws": undefined,
        **({"demographics": "enter_in_stage_two"} if demographics else {}),
        **moderator_bands(demographics),
    }
    tables = {
        "moderation": pd.concat(effects),
        "simple_slopes": pd.concat(slopes),
        "johnson_neyman": pd.concat(regions),
        "conditional_slopes": pd.concat(bands),
        "moderated_mediation": moderated_mediation_frame(
            of_targets, bootstrap, model.path_matrix(), names, section, categories
        ),
    }
    of_chains: Card = {**card, "interval": interval_kind(section)}
    cards = {**dict.fromkeys(tables, card), "moderated_mediation": of_chains}
    for name, why in WITHOUT.items():
        if not len(tables[name]):
            cards[name] = without_lines(cards[name], why)
    return StageResult(tables, cards)


def _with_single(bootstrap: PlsBootstrap, more: int) -> PlsBootstrap:
    """The bootstrap with further items, each of which is a construct by itself."""

    def extended(estimates: PlsEstimates) -> PlsEstimates:
        own = estimates.outer_weights
        # Where stage one has no solution, stage two has none either.
        ones = np.where(np.isnan(own[..., :1]), np.nan, np.ones((*own.shape[:-1], more)))
        return replace(estimates, outer_weights=np.concatenate([own, ones], axis=-1))

    if not more:
        return bootstrap
    jackknife = bootstrap.jackknife
    return replace(
        bootstrap,
        estimate=extended(bootstrap.estimate),
        draws=extended(bootstrap.draws),
        jackknife=None if jackknife is None else extended(jackknife),
    )


def plans(model: Model, names: Sequence[str]) -> tuple[Moderated, ...]:
    """Stage two in positions of `names`, a plan for each target in the order of the constructs."""
    index = {name: position for position, name in enumerate(names)}
    found = []
    for target in model.outcomes:
        own = [m for m in model.every_moderation if m.target == target and m.moderator in index]
        if own:
            beside = dict.fromkeys(m.moderator for m in own if m.moderator not in model.names)
            found.append(
                Moderated(
                    index[target],
                    tuple(index[name] for name in (*model.predictors(target), *beside)),
                    tuple((index[m.source], index[m.moderator]) for m in own),
                )
            )
    return tuple(found)


def _terms(plan: Moderated, names: Sequence[str]) -> pd.DataFrame:
    """`source, moderator, target` of the predictors, whose moderator is empty, and of the products."""
    pairs = [(names[source], names[moderator]) for source, moderator in plan.products]
    rows = [*((names[j], "") for j in plan.predictors), *pairs]
    return pd.DataFrame(rows, columns=["source", "moderator"]).assign(target=names[plan.target])


def effects_of(found: ModeratedBootstrap, terms: pd.DataFrame, section: PlsSection) -> pd.DataFrame:
    """Names of the terms of stage two, a line each, with estimates, intervals and f2 beside them."""
    keep = ~np.isnan(found.draws.r2)
    summary = summary_of(
        found.estimate.coefficients,
        found.draws.coefficients[keep],
        None if found.jackknife is None else found.jackknife.coefficients,
        found.draws.std_err[keep],
        section,
    )
    return terms.assign(
        estimate=summary.estimate, **interval_columns(summary, slice(None)), f2=found.estimate.f2
    )


def _categories(
    demographics: Mapping[str, Array], codes: Mapping[str, Mapping[float, int]], weights: Array | None
) -> Categories:
    """Moderators of two categories: a standard deviation above the mean of such a one there is nobody."""
    found = {}
    for name, values in demographics.items():
        known = ~np.isnan(values)
        found_values = np.unique(values[known])
        if len(found_values) == 2:
            mass = np.ones(known.sum()) if weights is None else weights[known]
            mean = np.average(values[known], weights=mass)
            spread = np.sqrt(np.average((values[known] - mean) ** 2, weights=mass))
            # Scores of stage two have the divisor n - 1, and n counts those without an answer.
            at = (found_values - mean) / spread * np.sqrt(1 - 1 / len(values))
            found[name] = [codes[name][value] for value in found_values], at
    return found


def _slopes(
    found: ModeratedBootstrap,
    plan: Moderated,
    names: Sequence[str],
    section: PlsSection,
    categories: Categories,
) -> pd.DataFrame:
    keep = ~np.isnan(found.draws.r2)
    frames = []
    for product, (source, moderator) in enumerate(plan.products):
        codes, at = categories.get(names[moderator], (None, AT))
        slope, _, intercept = simple_slopes(found.estimate, plan, product, at)
        drawn, errors, _ = simple_slopes(found.draws, plan, product, at)
        without = None
        if found.jackknife is not None:
            without, _, _ = simple_slopes(found.jackknife, plan, product, at)
        summary = summary_of(slope, drawn[keep], without, errors[keep], section)
        frames.append(
            pd.DataFrame(
                {
                    "source": names[source],
                    "target": names[plan.target],
                    "moderator": names[moderator],
                    "moderator_at": at,
                    **({} if codes is None else {"category": codes}),
                    "estimate": slope,
                    **interval_columns(summary, slice(None)),
                    "intercept": intercept,
                }
            )
        )
    return pd.concat(frames)


def _regions(
    found: ModeratedBootstrap,
    plan: Moderated,
    names: Sequence[str],
    section: PlsSection,
    categories: Categories,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Where among the moderator's scores a path differs from 0, by the resamples' covariance; and the band.

    Two categories have no between.
    """
    keep = ~np.isnan(found.draws.r2)
    rows, bands = [], []
    for product, (source, moderator) in enumerate(plan.products):
        if names[moderator] in categories:
            continue
        places = [plan.predictors.index(source), len(plan.predictors) + product]
        slope, interaction = found.estimate.coefficients[places]
        covariance = np.cov(found.draws.coefficients[keep][:, places], rowvar=False)
        region = johnson_neyman(float(slope), float(interaction), covariance, section.confidence_level)
        region = region.within(*found.reach[:, moderator])
        path = names[source], names[plan.target], names[moderator]
        rows.append((*path, *astuple(region)))
        at = np.linspace(found.reach[0, moderator], found.reach[1, moderator], POINTS)
        low, high = slope_band(float(slope), float(interaction), covariance, at, section.confidence_level)
        told = (*path, at, slope + interaction * at, low, high)
        bands.append(pd.DataFrame(dict(zip(BAND, told, strict=True))))
    columns = ["source", "target", "moderator", "differs", "from_sd", "to_sd"]
    band = pd.concat(bands) if bands else pd.DataFrame(columns=BAND)
    return pd.DataFrame(rows, columns=columns), band


def summary_of(
    estimate: Array, draws: Array, jackknife: Array | None, draw_se: Array, section: PlsSection
) -> Summary:
    """Intervals of stage two, of the kind and level that the config says."""
    return summarise(
        estimate,
        draws,
        kind=section.interval,
        level=section.confidence_level,
        jackknife=jackknife,
        draw_se=draw_se,
    )
