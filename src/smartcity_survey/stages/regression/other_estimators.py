"""Other estimators: do the coefficients hold without outlying respondents, and at low and high values?"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.cards import respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.needs import Claims, Level, Method, Seed
from smartcity_survey.stages.refusals import Refusals, require_paths
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.regression.least_squares import OlsFit, ols
from smartcity_survey.stats.regression.mm_regression import MmFit, mm_estimator
from smartcity_survey.stats.regression.quantiles import QuantileFit, quantile_regression
from smartcity_survey.study.config import Config

QUANTILES = {"quantile_25": 0.25, "quantile_50": 0.5, "quantile_75": 0.75}


def asks_for_other_estimators(config: Config) -> bool:
    """Whether the config asks for them and some path is claimed."""
    return config.regression.other_estimators and bool(config.model.paths)


@stage("other_estimators", asked_by=asks_for_other_estimators)
def regress_by_other_estimators(
    scores: pd.DataFrame, model: Claims, level: Level, method: Method, seed: Seed
) -> StageResult:
    """Each outcome's regression by least squares, by the MM-estimator and at three quantiles.

    Scores are standardised first, so that all coefficients are in standard deviations, as beta is.
    """
    require_paths(model, "other_estimators")
    refusals = Refusals()
    lines, outlying = [], 0
    for outcome, own in zip(
        model.outcomes, np.random.SeedSequence(seed).spawn(len(model.outcomes)), strict=True
    ):
        predictors = model.predictors(outcome)
        y, x = (_standardised(scores[list(names)].to_numpy()) for names in ((outcome,), predictors))
        for name, estimate in _estimators(own, level).items():
            part = "regression" if name == "ols" else f"regression_{name}"
            compute, items = partial(estimate, y[:, 0], x), (*predictors, outcome)
            fit = refusals.attempt(part, compute, items=items, of=outcome)
            if fit is None:
                continue
            if isinstance(fit, MmFit):
                outlying += int((fit.weights == 0).sum())
            columns = {key: getattr(fit, key)[1:] for key in ("std_err", "ci_low", "ci_high", "p")}
            told = {"outcome": outcome, "predictor": predictors, "estimator": name, "beta": fit.coef[1:]}
            lines.append(pd.DataFrame(told | columns).rename(columns={"std_err": "std_error"}))
    card: Card = {
        "method": "other_estimators",
        "scores": method,
        "confidence_level": level,
        "outlying": outlying,
        "seed": seed,
        **respondents(len(scores)),
        **refusals.card(),
    }
    frame = pd.concat(lines, ignore_index=True) if lines else pd.DataFrame()
    if len(frame):
        place = {name: at for at, name in enumerate(scores.columns)}
        frame = frame.sort_values(
            ["outcome", "predictor"], key=lambda names: names.map(place), kind="stable", ignore_index=True
        )
    return StageResult({"other_estimators": frame}, {"other_estimators": card})


def _estimators(
    seed: np.random.SeedSequence, level: float
) -> dict[str, Callable[[Array, Array], OlsFit | MmFit | QuantileFit]]:
    return {
        "ols": partial(ols, ci_level=level),
        "mm": lambda y, x: mm_estimator(y, x, np.random.default_rng(seed), level),
        **{
            name: partial(quantile_regression, quantile=quantile, level=level)
            for name, quantile in QUANTILES.items()
        },
    }


def _standardised(values: Array) -> Array:
    """Columns with mean 0 and standard deviation 1; a constant one as it is, for the fit to refuse."""
    sd = values.std(axis=0, ddof=1)
    return np.asarray((values - values.mean(axis=0)) / np.where(sd > 0, sd, 1.0))
