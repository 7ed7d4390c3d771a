"""Composite overfit analysis (COA): whom does a path model fit better than it predicts them?

Danks, Ray and Shmueli (2024), Management Science 70, 647-669.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.pls.algorithm import PlsFit, construct_scores, fit_each, fit_pls
from smartcity_survey.stats.pls.model import PlsModel
from smartcity_survey.stats.pls.prediction import Training, TrainingSums

AT_ONCE = 2**21
"""Correlations of training samples that are kept at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class PredictiveDeviance:
    """How n respondents' scores on c constructs are fitted, and how predicted without their own answers.

    fit : of all respondents. scores : (n, c), by it. fitted : (n, c), from the scores of the direct
        antecedents. predicted : (n, c), the same by the model of respondents of other folds. Both are 0 where
        nothing explains a construct.
    """

    fit: PlsFit
    scores: Array
    fitted: Array
    predicted: Array

    @property
    def deviance(self) -> Array:
        """(n, c): error of prediction less that of the fit; positive: the fit is drawn upwards to them."""
        return self.fitted - self.predicted

    @property
    def fit_mse(self) -> Array:
        """(c,): mean squared error of the fit."""
        return np.asarray(((self.scores - self.fitted) ** 2).mean(axis=0))

    @property
    def prediction_mse(self) -> Array:
        """(c,): mean squared error of prediction."""
        return np.asarray(((self.scores - self.predicted) ** 2).mean(axis=0))


def predict_composites(
    x: Array, model: PlsModel, folds: IntArray, *, tolerance: float = 1e-12, max_iterations: int = 1000
) -> PredictiveDeviance:
    """Scores of the composites of answers x (n, p), fitted and predicted.

    folds : (n,), 0, 1, ..., each predicted from the others; `arange(n)` leaves one respondent out at a time.

    Raises
    ------
    ConstantItems; ConstantInTraining; all that `fit_pls` raises, of all respondents or of a training sample.
    """
    options: dict[str, Any] = {"tolerance": tolerance, "max_iterations": max_iterations}
    fit = fit_pls(correlation(x), len(x), model, **options)
    scores = construct_scores(x, fit.outer_weights)
    predicted = np.zeros_like(scores)
    total = TrainingSums.of(x, x.mean(axis=0))
    order = np.argsort(folds, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(folds))[:-1])
    step = max(1, AT_ONCE // x.shape[1] ** 2)
    for first in range(0, len(parts), step):
        tests = parts[first : first + step]
        trains = [total.without(x[test]) for test in tests]
        stack = np.stack([train.R for train in trains], axis=2)
        found = fit_each(stack, len(x) - len(tests[0]), model, **options)
        for test, train, own in zip(tests, trains, found, strict=True):
            # What the stack refuses is fitted by itself, which says why.
            learnt = fit_pls(train.R, train.n, model, **options) if own is None else own
            predicted[test] = _predicted(x[test], train, learnt, turned(learnt, fit, model.blocks))
    return PredictiveDeviance(fit, scores, scores @ fit.path_coefficients, predicted)


def paths_without(
    x: Array,
    model: PlsModel,
    left_out: BoolArray,
    fit: PlsFit,
    *,
    tolerance: float = 1e-12,
    max_iterations: int = 1000,
) -> Array:
    """(c, c): path coefficients of the respondents who are not left out (n,), with the signs of a fit to all.

    Raises all that `fit_pls` raises.
    """
    rest = x[~left_out]
    own = fit_pls(correlation(rest), len(rest), model, tolerance=tolerance, max_iterations=max_iterations)
    sign = turned(own, fit, model.blocks)
    return np.asarray(own.path_coefficients * sign[:, None] * sign)


def turned(own: PlsFit, fit: PlsFit, blocks: BoolArray) -> Array:
    """(c,): -1 where the loadings of a construct point away from those of another fit, else 1."""
    agreement = ((own.loadings * fit.loadings) * blocks).sum(axis=0)
    return np.where(agreement < 0, -1.0, 1.0)


def _predicted(x: Array, train: Training, fit: PlsFit, sign: Array) -> Array:
    """(m, c): scores of respondents by a fit to others."""
    scores = (x - train.mean) / train.sd @ fit.outer_weights
    return np.asarray(scores @ fit.path_coefficients * sign)
