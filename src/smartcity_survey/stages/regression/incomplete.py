"""Regressions of scores from all answers given, where some are missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from smartcity_survey.io import Card, read_table
from smartcity_survey.stages.needs import Files, Need
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.missing.moment_information import moment_covariance
from smartcity_survey.stats.missing.normal_moments import NormalMoments, em_moments
from smartcity_survey.stats.missing.score_regression import ScoreRegression, regress_scores
from smartcity_survey.study.codebook import CONSTANT, Codebook
from smartcity_survey.study.config import Config


@dataclass(frozen=True)
class AllScores:
    """Answers with gaps, and the weights of the items in the scores: `score, item, weight`."""

    answers: pd.DataFrame
    weights: pd.DataFrame

    @cached_property
    def items(self) -> list[str]:
        """Items that any score has, in the answers' order."""
        used = set(self.weights["item"])
        return [str(item) for item in self.answers.columns if item in used]

    @cached_property
    def moments(self) -> NormalMoments:
        """Of the items, by EM; raises what `em_moments` raises."""
        return em_moments(self.answers[self.items].to_numpy(dtype=np.float64))

    @cached_property
    def sampling(self) -> Array:
        """Sampling covariances of the moments."""
        return moment_covariance(self.moments)

    def regress(self, outcome: str, predictors: Sequence[str], level: float) -> ScoreRegression:
        """The regression of a score on others."""
        wide = self.weights.pivot(index="score", columns="item", values="weight")
        weights = wide.loc[[*predictors, outcome], self.items].to_numpy(dtype=np.float64)
        return regress_scores(self.moments, weights, self.sampling, level=level)

    def card(self, n_complete: int) -> Card:
        """Lines of an estimator card."""
        return {
            "method": "ml_of_saturated_items",
            "n": self.moments.n,
            "n_complete": n_complete,
            "missing": "full_information",
            "standard_errors": "sandwich_observed",
        }


@dataclass(frozen=True)
class ScoresOfAll(Need):
    """Answers and score weights where regressions are to be of all answers given; else None."""

    def frames(self, config: Config) -> tuple[str, ...]:
        return ("answers", "score_weights") if config.missing.regression == "ml" else ()

    def options(self, config: Config, codebook: Codebook) -> Any:
        method = config.missing.regression
        return method if method == "ml" else None

    def value(self, paths: Files, options: Any) -> AllScores | None:
        if not paths:
            return None
        answers, weights = map(read_table, paths)
        return AllScores(answers, weights)


def incomplete_frames(fit: ScoreRegression, predictors: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Summary and coefficients of a regression; empty where only complete rows would tell."""

    def slopes(values: Array) -> Array:
        return np.concatenate([[np.nan], values])

    return {
        "model_summary": pd.DataFrame(
            {
                "r": [np.sqrt(fit.r2)],
                "r2": [fit.r2],
                "adj_r2": [np.nan],
                "std_error_estimate": [fit.residual_sd],
                "durbin_watson": [np.nan],
                "n": [fit.n],
            }
        ),
        "coefficients": pd.DataFrame(
            {
                "term": [CONSTANT, *predictors],
                "b": fit.coef,
                "std_error": fit.std_err,
                "beta": slopes(fit.beta),
                "t": fit.z,
                "p": fit.p,
                "ci_low": fit.ci_low,
                "ci_high": fit.ci_high,
                "tolerance": slopes(fit.tolerance),
                "vif": slopes(fit.vif),
                "hc3_std_error": np.nan,
                "hc3_t": np.nan,
                "hc3_p": np.nan,
                "zero_order": slopes(fit.zero_order),
                "partial": slopes(fit.partial),
                "part": slopes(fit.part),
            }
        ),
    }
