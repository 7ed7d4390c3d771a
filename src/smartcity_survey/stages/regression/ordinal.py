"""Ordinal regression: do predictors matter where answers are taken as ordered, and not as numbers?"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from smartcity_survey.data.disclosure import protect
from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.cards import respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.design import Design, spread_by
from smartcity_survey.stages.needs import Complete, Level, Measured, Method
from smartcity_survey.stages.refusals import Refusals, require_paths
from smartcity_survey.stages.regression.design_frames import errors_card
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.regression.ordinal import (
    ParallelLines,
    ProportionalOdds,
    parallel_lines,
    proportional_odds,
)
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_ordinal import design_odds, design_parallel_lines
from smartcity_survey.study.config import Config

TABLES = ("ordinal_models", "ordinal_coefficients", "ordinal_thresholds")


def asks_for_ordinal(config: Config) -> bool:
    """Whether the config asks for it and some path is claimed."""
    return config.regression.ordinal and bool(config.model.paths)


@stage(*TABLES, asked_by=asks_for_ordinal, hides=protect)
def regress_ordinal_outcomes(
    answers: Complete,
    scores: pd.DataFrame,
    model: Measured,
    level: Level,
    method: Method,
    design: Design = None,
) -> StageResult:
    """Proportional odds of each outcome's answer, or of its items' mean rounded, by predictors' scores.

    design : sampling weights and clusters, which estimates, errors and tests allow for.
    """
    require_paths(model, "ordinal")
    refusals = Refusals()
    frames: dict[str, list[pd.DataFrame]] = {name: [] for name in TABLES}
    items_of = {construct.name: list(construct.items) for construct in model.constructs}
    for outcome in model.outcomes:
        predictors, items = model.predictors(outcome), items_of[outcome]
        y, x = whole_answers(answers[items].to_numpy(dtype=np.float64)), scores[list(predictors)].to_numpy()
        names = (*predictors, outcome)
        fit = refusals.attempt("ordinal", partial(_odds, y, x, level, design), items=names)
        if fit is None:
            continue
        lines = None
        if len(fit.categories) > 2:
            lines = refusals.attempt("parallel_lines", partial(_lines, y, x, design), items=names)
        per_sd = np.exp(fit.coef * spread_by(x, design))
        for name, frame in _frames(fit, lines, predictors, per_sd).items():
            frame.insert(0, "outcome", outcome)
            frames[name].append(frame)
        counted = {"n_items": len(items), "rarest_answer": int(np.unique(y, return_counts=True)[1].min())}
        for place, (name, count) in enumerate(counted.items()):
            frames["ordinal_models"][-1].insert(1 + 2 * place, name, count)
    card: Card = {
        "method": "proportional_odds",
        "scores": method,
        "confidence_level": level,
        **respondents(len(scores)),
        **errors_card(design),
        **({} if design is None else {"test": "wald_by_design"}),
        **refusals.card(),
    }
    tables = {
        name: pd.concat(own, ignore_index=True) if own else pd.DataFrame() for name, own in frames.items()
    }
    return StageResult(tables, dict.fromkeys(TABLES, card))


def _odds(y: Array, x: Array, level: float, design: SurveyDesign | None) -> ProportionalOdds:
    return proportional_odds(y, x, level) if design is None else design_odds(y, x, design, level)


def _lines(y: Array, x: Array, design: SurveyDesign | None) -> ParallelLines:
    return parallel_lines(y, x) if design is None else design_parallel_lines(y, x, design)


def whole_answers(x: Array) -> Array:
    """The mean of each row of x (n, items) as the nearest whole answer, halves upwards."""
    # A mean that is a half but for its last bit counts as one, on every processor.
    return np.asarray(np.floor(np.round(x.mean(axis=1), 9) + 0.5))


def _frames(
    fit: ProportionalOdds, lines: ParallelLines | None, predictors: tuple[str, ...], per_sd: Array
) -> dict[str, pd.DataFrame]:
    """Lines of one outcome for each table."""
    whole = None if lines is None else lines.whole
    each = [None] * len(predictors) if lines is None else list(lines.each)
    return {
        "ordinal_models": pd.DataFrame(
            [
                {
                    "categories": len(fit.categories),
                    "log_likelihood": fit.log_likelihood,
                    "chi2": fit.test.statistic,
                    "df": fit.test.df,
                    "p": fit.test.p,
                    "mcfadden_r2": fit.mcfadden,
                    "nagelkerke_r2": fit.nagelkerke,
                    "parallel_chi2": np.nan if whole is None else whole.statistic,
                    "parallel_df": pd.NA if whole is None else whole.df,
                    "parallel_p": np.nan if whole is None else whole.p,
                }
            ]
        ).astype({"parallel_df": "Int64"}),
        "ordinal_coefficients": pd.DataFrame(
            {
                "predictor": predictors,
                "b": fit.coef,
                "std_error": fit.std_err,
                "z": fit.z,
                "p": fit.p,
                "odds_ratio": np.exp(fit.coef),
                "ci_low": np.exp(fit.ci_low),
                "ci_high": np.exp(fit.ci_high),
                "odds_ratio_per_sd": per_sd,
                "parallel_chi2": [np.nan if test is None else test.statistic for test in each],
                "parallel_p": [np.nan if test is None else test.p for test in each],
            }
        ),
        "ordinal_thresholds": pd.DataFrame(
            {
                "up_to": fit.categories[:-1],
                "threshold": fit.thresholds,
                "std_error": fit.threshold_errors,
            }
        ),
    }
