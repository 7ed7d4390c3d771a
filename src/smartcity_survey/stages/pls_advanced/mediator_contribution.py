"""Mediators: how much does each add to the prediction of what it leads to?"""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Annotated

import numpy as np
import pandas as pd

from smartcity_survey.errors import NoSolution, Problem
from smartcity_survey.io import Card, StageResult, join_names
from smartcity_survey.stages.cards import pls_estimator, respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.design import Design, design_card
from smartcity_survey.stages.needs import Complete, Measured, Options, Seed
from smartcity_survey.stages.pls.pls_inputs import core_mode
from smartcity_survey.stages.pls.pls_prediction import PREDICTION, folds_of
from smartcity_survey.stages.pls_advanced.further_methods import asks_for
from smartcity_survey.stages.refusals import Refusals
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls_advanced.mediator_contribution import contribution_of_mediator
from smartcity_survey.study.config import PlsSection
from smartcity_survey.study.limits import limit
from smartcity_survey.study.model import Construct, Model

ContributionOptions = Annotated[PlsSection, Options(PlsSection, PREDICTION)]
COLUMNS = (
    *("source", "via", "target", "item", "rmse", "rmse_without", "pcm_rmse"),
    *("mae", "mae_without", "pcm_mae", "contribution"),
)


def require_mediators(model: Model) -> None:
    """Refuse models in which no path goes on where another ends."""
    if not triples(model):
        problem = Problem(
            "PCM",
            "no construct is a mediator: no path goes on where another ends.",
            "Take it out, or add the path.",
        )
        raise NoSolution("no_mediator", (), [problem])


@stage("mediator_contributions", asked_by=asks_for("mediator_contribution"), requires=require_mediators)
def weigh_mediators(
    answers: Complete, model: Measured, section: ContributionOptions, seed: Seed, design: Design = None
) -> StageResult:
    """Predictive contribution of the mediator (PCM) of every two paths one behind the other."""
    weights = design.weights if design is not None and design.weighted else None
    folds = folds_of(answers, model, section, seed, design)
    lines: list[pd.DataFrame] = []
    notes: list[Refusals] = []
    for chain in triples(model):
        items = [item for one in chain for item in one.items]
        notes.append(Refusals(items, [one.name for one in chain]))
        source, mediator, outcome = (answers[list(one.items)].to_numpy(dtype=np.float64) for one in chain)
        modes = core_mode(chain[0].mode), core_mode(chain[1].mode), core_mode(chain[2].mode)
        found = notes[-1].attempt(
            "path_model",
            partial(
                contribution_of_mediator,
                *(source, mediator, outcome, modes, section.scheme, folds),
                weights=weights,
                tolerance=section.tolerance,
                max_iterations=section.max_iterations,
            ),
        )
        if found is None:
            continue
        lines.append(
            pd.DataFrame(
                {
                    "source": chain[0].name,
                    "via": join_names([chain[1].name]),
                    "target": chain[2].name,
                    "item": chain[2].items,
                    **asdict(found),
                    "contribution": strength(found.pcm_rmse),
                }
            )
        )
    card: Card = {
        **pls_estimator(model, section),
        "method": "plspredict_with_and_without_mediator",
        "folds": section.folds,
        "repetitions": section.repetitions,
        "correlations": "pearson",
        **design_card(design, margins=True),
        **respondents(len(answers)),
        "seed": seed,
        **Refusals().card(*notes),
    }
    table = pd.concat(lines, ignore_index=True) if lines else pd.DataFrame(columns=list(COLUMNS))
    return StageResult({"mediator_contributions": table}, {"mediator_contributions": card})


def triples(model: Model) -> list[tuple[Construct, Construct, Construct]]:
    """Source, mediator and outcome of every two paths one behind the other."""
    by_name = {one.name: one for one in model.constructs}
    return [
        (by_name[source], by_name[mediator], by_name[target])
        for mediator, target in model.paths
        for source in model.predictors(mediator)
    ]


def strength(contributions: Array) -> list[str]:
    """How much each share of the error is, by convention."""
    found = np.full(len(contributions), "none", dtype=object)
    found[contributions >= 0] = "weak"
    found[contributions >= limit("mediator_moderate").value] = "moderate"
    found[contributions >= limit("mediator_strong").value] = "strong"
    return found.tolist()
