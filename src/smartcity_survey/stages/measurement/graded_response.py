"""Graded response: how sharply each item tells respondents apart, and where along its construct."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from smartcity_survey.data.disclosure import protect
from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.cards import gradient_at_end, respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.needs import Complete, Measured
from smartcity_survey.stages.refusals import Refusals, require_items
from smartcity_survey.stages.residual_pairs import frees_no_pairs
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.measurement.graded_information import (
    item_information,
    person_fit,
    trait_reliability,
)
from smartcity_survey.stats.measurement.graded_response import (
    FEWEST_ITEMS,
    NODES,
    TOLERANCE,
    GradedResponse,
    fit_graded_response,
)
from smartcity_survey.study.config import Config
from smartcity_survey.study.model import Construct, Model

LEVELS: Array = np.arange(-3.0, 4.0)
"""Of the trait, in standard deviations from its mean, at which information is told."""
MISFIT = -1.645
"""One respondent in twenty has a smaller lz, were it normal."""
TABLES = ("graded_scales", "graded_items", "graded_thresholds", "item_information", "scale_information")


def asks_for_graded_response(config: Config) -> bool:
    """Whether the config asks for it."""
    return config.cfa.graded_response


def require_scales(model: Model) -> None:
    """Refuse models without a construct of three items."""
    require_items(model, "graded_response", FEWEST_ITEMS)


@stage(
    *TABLES,
    asked_by=asks_for_graded_response,
    requires=require_scales,
    hides=protect,
    beside=("item_descriptives",),
)
@frees_no_pairs
def analyse_graded_responses(answers: Complete, model: Measured) -> StageResult:
    """A graded response model of each construct with three items or more: slopes, thresholds, information."""
    refusals = Refusals()
    frames: dict[str, list[pd.DataFrame]] = {name: [] for name in TABLES}
    gradients = [TOLERANCE / 100]
    for construct in model.constructs:
        items = list(construct.items)
        if len(items) < FEWEST_ITEMS:
            continue
        x = answers[items].to_numpy(dtype=np.float64)
        fit = refusals.attempt(
            "graded_response", partial(fit_graded_response, x), items=items, of=construct.name
        )
        if fit is None:
            continue
        gradients.append(fit.gradient)
        for name, frame in _frames(fit, construct).items():
            frames[name].append(frame)
    card: Card = {
        "method": "graded_response",
        "tolerance": TOLERANCE,
        "gradient": gradient_at_end(max(gradients), TOLERANCE),
        **respondents(len(answers)),
        **refusals.card(),
    }
    tables = {
        name: pd.concat(own, ignore_index=True) if own else pd.DataFrame() for name, own in frames.items()
    }
    return StageResult(tables, dict.fromkeys(tables, card))


def _frames(fit: GradedResponse, construct: Construct) -> dict[str, pd.DataFrame]:
    """Lines of one construct for each table."""
    items, of = list(construct.items), {"construct": construct.name}
    steps = [len(item.intercepts) for item in fit.items]
    information = np.stack([item_information(item, LEVELS) for item in fit.items])
    along = np.stack([item_information(item, NODES) for item in fit.items])
    whole = information.sum(axis=0)
    misfit = person_fit(fit) < MISFIT
    return {
        "graded_scales": pd.DataFrame(
            [
                {
                    **of,
                    "n_items": len(items),
                    "parameters": fit.n_parameters,
                    "log_likelihood": fit.log_likelihood,
                    "trait_reliability": trait_reliability(fit),
                    "misfit_percent": 100 * float(misfit.mean()),
                }
            ]
        ),
        "graded_items": pd.DataFrame(
            {
                **of,
                "item": items,
                "discrimination": [item.slope for item in fit.items],
                "std_error": [item.slope_error for item in fit.items],
                "peak_information": along.max(axis=1),
                "peak_at": NODES[along.argmax(axis=1)],
            }
        ),
        "graded_thresholds": pd.DataFrame(
            {
                **of,
                "item": np.repeat(items, steps),
                "threshold_number": np.concatenate([np.arange(1, m + 1) for m in steps]),
                "threshold": np.concatenate([item.thresholds for item in fit.items]),
                "std_error": np.concatenate([item.threshold_errors for item in fit.items]),
            }
        ),
        "item_information": pd.DataFrame(
            {
                **of,
                "item": np.repeat(items, len(LEVELS)),
                "trait": np.tile(LEVELS, len(items)),
                "information": information.ravel(),
            }
        ),
        "scale_information": pd.DataFrame(
            {**of, "trait": LEVELS, "information": whole, "trait_error": 1 / np.sqrt(whole)}
        ),
    }
