"""Overfit: whom does the model fit better than it predicts them, and which paths hang on them?"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import numpy as np
import pandas as pd

from smartcity_survey.data.disclosure import protect
from smartcity_survey.io import NONE_FOUND, Card, StageResult
from smartcity_survey.stages.cards import pls_estimator, resampled, respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.lines import path_columns
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.needs import PLS_FIT, Complete, Measured, Options, Seed
from smartcity_survey.stages.pls.pls import pls_model
from smartcity_survey.stages.pls_advanced.further_methods import asks_for
from smartcity_survey.stages.refusals import Refusals, without_lines
from smartcity_survey.stats.core.dealt import deal
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls_advanced.deviance_tree import TAILS, DeviantGroup, deviant_groups
from smartcity_survey.stats.pls_advanced.overfit import PredictiveDeviance, paths_without, predict_composites
from smartcity_survey.study.config import PlsSection
from smartcity_survey.study.model import Model

OverfitOptions = Annotated[PlsSection, Options(PlsSection, PLS_FIT)]
FEWEST, SHARE = 5, 0.01
"""Respondents that a group has at least, and their share of all: of fewer nobody can say what they share."""
GROUPS = ["outcome", "deviant_group", "n", "mean_deviance"]
RULES = ["outcome", "deviant_group", "construct", "from_sd", "to_sd"]
PATHS = ["outcome", "deviant_group", "source", "target", "estimate", "without_group", "path_change"]


@stage(
    *("predictive_deviance", "deviant_groups", "deviant_rules", "deviant_paths"),
    asked_by=asks_for("overfit"),
    hides=protect,
)
def seek_overfit(answers: Complete, model: Measured, section: OverfitOptions, seed: Seed) -> StageResult:
    """Predictive deviance of each outcome, groups that share it, and the paths without them (COA)."""
    x, pls = answers[list(model.items)].to_numpy(dtype=np.float64), pls_model(model, section)
    options: dict[str, Any] = {"tolerance": section.tolerance, "max_iterations": section.max_iterations}
    dealt = deal(len(x), seed)
    folds = np.arange(len(x)) if dealt is None else dealt.codes
    smallest = smallest_group(len(x))
    with naming(model.items, "COA", model.names):
        found = predict_composites(x, pls, folds, **options)
        groups = {
            outcome: deviant_groups(found.deviance[:, place], found.scores, smallest=smallest)
            for outcome, place in _outcomes(model)
        }
    refusals, paths = Refusals(model.items, model.names), []
    for outcome, own in groups.items():
        for number, group in enumerate(own, start=1):
            without = refusals.attempt(
                "path_model",
                partial(paths_without, x, pls, group.members, found.fit, **options),
                of=outcome,
            )
            paths.append(_paths(outcome, number, found, without, model))
    card: Card = {
        **pls_estimator(model, section),
        "method": "composite_overfit_analysis",
        "correlations": "pearson",
        "smallest_group": smallest,
        **respondents(len(x)),
        **resampled(len(x)),
        **({} if dealt is None else {"seed": seed}),
        **refusals.card(),
    }
    tables = {
        "predictive_deviance": _deviance(found, groups, model),
        "deviant_groups": pd.DataFrame(_groups(groups), columns=GROUPS),
        "deviant_rules": pd.DataFrame(_rules(groups, model), columns=RULES),
        "deviant_paths": pd.concat(paths) if paths else pd.DataFrame(columns=PATHS),
    }
    nobody = without_lines(card, "no_deviant_group", NONE_FOUND)
    return StageResult(tables, {name: card if len(frame) else nobody for name, frame in tables.items()})


def smallest_group(n: int) -> int:
    """Respondents that a group of n has at least."""
    return max(FEWEST, int(np.ceil(SHARE * n)))


def _outcomes(model: Model) -> list[tuple[str, int]]:
    return [(name, model.names.index(name)) for name in model.outcomes]


def _deviance(
    found: PredictiveDeviance, groups: dict[str, tuple[DeviantGroup, ...]], model: Model
) -> pd.DataFrame:
    """A line for each outcome: errors of the fit and of prediction, and the ends that deviants are beyond."""
    lines = []
    for outcome, place in _outcomes(model):
        fit, prediction = float(found.fit_mse[place]), float(found.prediction_mse[place])
        low, high = np.quantile(found.deviance[:, place], TAILS)
        lines.append(
            {
                "outcome": outcome,
                "rmse_fit": np.sqrt(fit),
                "rmse_prediction": np.sqrt(prediction),
                "overfit_percent": 100 * (prediction / fit - 1) if fit > 0 else np.nan,
                "deviance_low": low,
                "deviance_high": high,
                "n_groups": len(groups[outcome]),
            }
        )
    return pd.DataFrame(lines)


def _groups(groups: dict[str, tuple[DeviantGroup, ...]]) -> list[dict[str, Any]]:
    return [
        dict(zip(GROUPS, (outcome, number, int(group.members.sum()), group.mean), strict=True))
        for outcome, own in groups.items()
        for number, group in enumerate(own, start=1)
    ]


def _rules(groups: dict[str, tuple[DeviantGroup, ...]], model: Model) -> list[dict[str, Any]]:
    """A line for each construct whose scores bound a group; an end that is open is empty."""
    return [
        dict(zip(RULES, (outcome, number, name, _end(low), _end(high)), strict=True))
        for outcome, own in groups.items()
        for number, group in enumerate(own, start=1)
        for name, low, high in zip(model.names, group.low, group.high, strict=True)
        if np.isfinite([low, high]).any()
    ]


def _end(limit: float) -> float:
    return float(limit) if np.isfinite(limit) else float("nan")


def _paths(
    outcome: str, number: int, found: PredictiveDeviance, without: Array | None, model: Model
) -> pd.DataFrame:
    """All paths of the model beside those without a group; empty where the others have no solution."""
    sources, targets = (
        np.array([model.names.index(name) for name in side]) for side in zip(*model.paths, strict=True)
    )
    estimate = found.fit.path_coefficients[sources, targets]
    other = np.full(len(estimate), np.nan) if without is None else without[sources, targets]
    return pd.DataFrame(
        {
            "outcome": outcome,
            "deviant_group": number,
            **path_columns(model.paths),
            "estimate": estimate,
            "without_group": other,
            "path_change": other - estimate,
        }
    )
