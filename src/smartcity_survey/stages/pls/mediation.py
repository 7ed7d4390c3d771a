"""Mediation: the effects of one construct on another along each chain, indirectly, directly and in total."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from smartcity_survey.io import join_names
from smartcity_survey.stages.pls.pls_bootstrap import interval_columns
from smartcity_survey.stats.core.intervals import summarise
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.pls.bootstrap import PlsBootstrap
from smartcity_survey.stats.pls.mediation import (
    Chain,
    chain_effects,
    chain_standard_errors,
    chains,
    indirect_standard_errors,
    total_indirect,
)
from smartcity_survey.study.config import Config, PlsSection

MEDIATION_TABLES = ("mediation",)


def has_mediation(config: Config) -> bool:
    """Whether some path goes on where another ends."""
    targets = {path.target for path in config.model.paths}
    return any(targets & set(path.sources) for path in config.model.paths)


def mediation_frame(
    bootstrap: PlsBootstrap, names: Sequence[str], paths: BoolArray, section: PlsSection
) -> pd.DataFrame:
    """Of each two constructs that a chain joins: its effect (`specific`), all chains', the path's, the sum.

    Parameters
    ----------
    names, paths : (c,) and (c, c), constructs and the paths among them that count.
    """
    along = chains(paths)
    keep = bootstrap.admissible
    coefficients = bootstrap.estimate.path_coefficients, bootstrap.draws.path_coefficients[keep]
    without = None if bootstrap.jackknife is None else bootstrap.jackknife.path_coefficients
    errors = None if bootstrap.draw_se is None else bootstrap.draw_se.path_coefficients[keep]
    frames = []
    for source, target in dict.fromkeys((chain[0], chain[-1]) for chain in along):
        own = tuple(chain for chain in along if (chain[0], chain[-1]) == (source, target))
        joined = bool(paths[source, target])

        def effects(B: Array, own: tuple[Chain, ...] = own, joined: bool = joined) -> Array:
            indirect = total_indirect(chain_effects(B, own))
            direct = B[..., own[0][0], own[0][-1]] if joined else np.zeros_like(indirect)
            rows = [indirect, *([direct, indirect + direct] if joined else [])]
            return np.concatenate([chain_effects(B, own), np.stack(rows, axis=-1)], axis=-1)

        draw_se = None
        if errors is not None:
            indirect = indirect_standard_errors(coefficients[1], errors, own)
            rows = [indirect]
            if joined:
                direct = errors[..., source, target]
                rows += [direct, np.sqrt(indirect**2 + direct**2)]
            specific = chain_standard_errors(coefficients[1], errors, own)
            draw_se = np.concatenate([specific, np.stack(rows, axis=-1)], axis=-1)
        summary = summarise(
            effects(coefficients[0]),
            effects(coefficients[1]),
            kind=section.interval,
            level=section.confidence_level,
            jackknife=None if without is None else effects(without),
            draw_se=draw_se,
        )
        kinds = [*("specific",) * len(own), "total_indirect", *(("direct", "total") if joined else ())]
        via = [join_names([names[j] for j in chain[1:-1]]) for chain in own]
        frames.append(
            pd.DataFrame(
                {
                    "source": names[source],
                    "target": names[target],
                    "effect": kinds,
                    "via": [*via, *("",) * (len(kinds) - len(own))],
                    "estimate": summary.estimate,
                    **interval_columns(summary, slice(None)),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)
