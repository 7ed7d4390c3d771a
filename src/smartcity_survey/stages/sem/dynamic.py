"""Dynamic cut-offs: the indices of models as wrong as a reader should worry about, beside the survey's."""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd

from smartcity_survey.io import Card
from smartcity_survey.stages.cards import respondents, single_items
from smartcity_survey.stages.progress import Progress, part
from smartcity_survey.stages.refusals import require_several
from smartcity_survey.stats.sem.cfa import CfaFit
from smartcity_survey.stats.sem.cfa_fit import CfaIndices
from smartcity_survey.stats.sem.dynamic_fit import dynamic_cutoffs
from smartcity_survey.study.config import CfaSection
from smartcity_survey.study.model import Model

INDICES = ("srmr", "rmsea", "cfi")
DYNAMIC = [
    "level",
    "n_omitted",
    "item",
    "construct",
    "loading",
    *(column for index in INDICES for column in (index, f"{index}_separates")),
    "n_inadmissible",
]


def dynamic_card(n: int, model: Model, section: CfaSection, seed: int) -> Card:
    """How the cut-offs came about."""
    return {
        "method": "dynamic_fit_cutoffs",
        "misfit": "omitted_loadings",
        "cutoff": "met_by_5_percent",
        "simulated_samples": section.dynamic_draws,
        **single_items(model),
        **respondents(n),
        "seed": seed,
    }


def dynamic_frame(
    cfa: CfaFit, fit: CfaIndices, model: Model, section: CfaSection, seed: int, progress: Progress
) -> pd.DataFrame:
    """Cut-offs level by level, under the indices of the survey."""
    require_several(model, "dynamic cut-offs")
    draws = section.dynamic_draws
    samples = int((cfa.pattern.sum(axis=0) > 1).sum()) * draws
    found = dynamic_cutoffs(cfa, draws=draws, seed=seed, progress=part(progress, 0, samples))
    own = asdict(fit)
    rows: list[dict[str, object]] = [
        {"level": "survey", **{index: own[index] for index in INDICES}},
        {
            "level": "right_model",
            **dict(zip(INDICES, found.right, strict=True)),
            "n_inadmissible": found.n_failed[0],
        },
    ]
    for position, (item, factor) in enumerate(zip(found.items, found.factors, strict=True)):
        rows.append(
            {
                "level": "misspecified",
                "n_omitted": position + 1,
                "item": model.items[item],
                "construct": model.names[factor],
                "loading": found.loadings[position],
                **dict(zip(INDICES, found.cutoffs[position], strict=True)),
                **{f"{name}_separates": bool(found.separated[position, j]) for j, name in enumerate(INDICES)},
                "n_inadmissible": found.n_failed[position + 1],
            }
        )
    return pd.DataFrame(rows, columns=DYNAMIC)
