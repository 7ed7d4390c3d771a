"""Moderated mediation: indirect effects at values of a moderator, and how much it changes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import pandas as pd

from smartcity_survey.io import join_names
from smartcity_survey.stages.pls.pls_bootstrap import interval_columns
from smartcity_survey.stats.core.intervals import Kind, summarise
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.pls.bootstrap import PlsBootstrap
from smartcity_survey.stats.pls.mediation import Chain, chains
from smartcity_survey.stats.pls.moderation import Moderated, ModeratedBootstrap
from smartcity_survey.study.config import PlsSection

Found = Mapping[int, tuple[Moderated, ModeratedBootstrap]]
"""Target of stage two -> its plan and its bootstrap."""
PARTS = ("estimate", "draws", "jackknife")
AT = np.array([-1.0, 0.0, 1.0])
"""Values of a moderator, in standard deviations from its mean; of one with two categories there are
`Categories` instead."""
Categories = Mapping[str, tuple[list[int], Array]]
"""Moderators of two categories: their codes, and where these are in standard deviations from the mean."""
COLUMNS = ["source", "via", "target", "moderator", "quantity", "moderator_at"]


def interval_kind(section: PlsSection) -> Kind:
    """Of these intervals: products have no standard error of their own in a draw."""
    return "percentile" if section.interval == "studentised" else section.interval


def moderated_mediation_frame(
    found: Found,
    bootstrap: PlsBootstrap,
    paths: BoolArray,
    names: Sequence[str],
    section: PlsSection,
    categories: Categories = MappingProxyType({}),
) -> pd.DataFrame:
    """Of each chain with a moderated step: its effect at the moderator's mean and a deviation about it.

    Of a moderator of two categories there are the effects in these, whose codes stand under `category`.

    Its `index` is what one standard deviation of the moderator adds to it, where a single step is moderated
    (Hayes 2015, Multivariate Behavioral Research 50, 1-22). Steps to a target of stage two have its
    coefficients, all others those of stage one; both are of the same resamples. Intervals are of
    `interval_kind`.
    """
    frames = []
    for chain in chains(paths):
        moderators = dict.fromkeys(
            moderator
            for _, target in pairwise(chain)
            if target in found
            for source, moderator in found[target][0].products
            if (source, target) in set(pairwise(chain)) and moderator not in chain
        )
        for moderator in moderators:
            codes, at = categories.get(names[moderator], ([], AT))
            effects = {part: _effects(part, chain, moderator, at, found, bootstrap) for part in PARTS}
            values = effects["estimate"]
            if values is None or effects["draws"] is None:
                continue
            draws = effects["draws"][~np.isnan(effects["draws"]).any(axis=1)]
            summary = summarise(
                values,
                draws,
                kind=interval_kind(section),
                level=section.confidence_level,
                jackknife=effects["jackknife"],
            )
            of_index = len(values) > len(at)
            frames.append(
                pd.DataFrame(
                    {
                        "source": names[chain[0]],
                        "via": join_names([names[j] for j in chain[1:-1]]),
                        "target": names[chain[-1]],
                        "moderator": names[moderator],
                        "quantity": [*("conditional",) * len(at), *(("index",) if of_index else ())],
                        "moderator_at": [*at, *((np.nan,) if of_index else ())],
                        **({"category": [*codes, *((np.nan,) if of_index else ())]} if codes else {}),
                        "estimate": values,
                        **interval_columns(summary, slice(None)),
                    }
                )
            )
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=COLUMNS)


def _effects(
    part: str, chain: Chain, moderator: int, at: Array, found: Found, bootstrap: PlsBootstrap
) -> Array | None:
    """(..., v): the chain's effect at each value of the moderator; then its index, where one step has it."""
    stage_one = getattr(bootstrap, part)
    if stage_one is None:
        return None
    steps, slopes = [], []
    for source, target in pairwise(chain):
        if target not in found:
            steps.append(stage_one.path_coefficients[..., source, target, None] + 0 * at)
            continue
        plan, own = found[target]
        coefficients = getattr(own, part).coefficients
        path = coefficients[..., plan.predictors.index(source), None] + 0 * at
        if (source, moderator) in plan.products:
            product = plan.products.index((source, moderator))
            interaction = coefficients[..., len(plan.predictors) + product, None]
            slopes.append((len(steps), interaction))
            path = path + interaction * at
        steps.append(path)
    effect = np.prod(steps, axis=0)
    if len(slopes) != 1:
        return np.asarray(effect)
    place, interaction = slopes[0]
    others = [step[..., :1] for position, step in enumerate(steps) if position != place]
    return np.concatenate([effect, np.prod([interaction, *others], axis=0)], axis=-1)
