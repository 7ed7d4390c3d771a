"""Which items stay, and the log of those that went: one at a time, everything computed anew in between."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from smartcity_survey.io import Card
from smartcity_survey.stages.cards import respondents
from smartcity_survey.stages.refusals import Refusals
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.factor.adequacy import kmo
from smartcity_survey.stats.factor.components import FactorSolution
from smartcity_survey.stats.factor.item_deletion import Criterion, Deletion, ItemLimits
from smartcity_survey.study.config import FactorsSection
from smartcity_survey.study.model import Model

NONE = "none"
RULES = {
    Criterion.MSA: "sampling_adequacy_below",
    Criterion.COMMUNALITY: "communality_below",
    Criterion.LOADING: "largest_loading_below",
    Criterion.CROSS_LOADING: "second_loading_above",
}
"""Codes of the rules by which an item goes; the limit stands in a column of its own."""
RETENTION = ["item", "construct", "component", "largest_loading", "retained", "rule", "limit"]


def item_limits(section: FactorsSection) -> ItemLimits:
    """The limits of the config in the numeric core's terms."""
    return ItemLimits(
        section.minimum_msa,
        section.minimum_communality,
        section.minimum_loading,
        section.maximum_cross_loading,
    )


def retention_frame(
    solution: FactorSolution, deletions: Sequence[Deletion], names: Sequence[str], model: Model
) -> pd.DataFrame:
    """Every item with its main component in the analysis of all items, and the rule by which it went."""
    best = np.abs(solution.loadings).argmax(axis=1)
    went = {step.item: step for step in deletions}
    steps = [went.get(position) for position in range(len(names))]
    return pd.DataFrame(
        {
            "item": names,
            "construct": [model.construct_of(name) for name in names],
            "component": best + 1,
            "largest_loading": solution.loadings[np.arange(len(names)), best],
            "retained": [step is None for step in steps],
            "rule": [RULES[step.criterion] if step else "" for step in steps],
            "limit": [step.limit if step else np.nan for step in steps],
        },
        columns=RETENTION,
    )


def deletion_log(
    R: Array,
    solution: FactorSolution,
    deletions: Sequence[Deletion],
    names: Sequence[str],
    refusals: Refusals,
) -> pd.DataFrame:
    """One line per step: the item, why it went, and the analysis without it; first the one of all items."""
    p, k = solution.loadings.shape
    sampling = refusals.attempt("kmo", lambda: kmo(R))
    start = {
        "step": 0,
        "item": NONE,
        "rule": "all_items",
        "limit": np.nan,
        "value": np.nan,
        "n_items": p,
        "n_components": k,
        "kmo": np.nan if sampling is None else sampling.overall,
        "percent_variance": 100 * solution.communalities.mean(),
    }
    steps = [
        {
            "step": number,
            "item": names[step.item],
            "rule": RULES[step.criterion],
            "limit": step.limit,
            "value": step.value,
            "n_items": step.n_items,
            "n_components": step.n_components,
            "kmo": step.kmo,
            "percent_variance": 100 * step.variance_explained,
        }
        for number, step in enumerate(deletions, start=1)
    ]
    return pd.DataFrame([start, *steps])


def retention_card(section: FactorsSection, n: int) -> Card:
    """The limits in force."""
    limits = {
        "minimum_msa": section.minimum_msa,
        "minimum_communality": section.minimum_communality,
        "minimum_loading": section.minimum_loading,
        "maximum_cross_loading": section.maximum_cross_loading,
    }
    given: Card = {name: limit for name, limit in limits.items() if limit is not None}
    return {
        "method": "one_item_at_a_time",
        **(given or {"limits": NONE}),
        **respondents(n),
    }
