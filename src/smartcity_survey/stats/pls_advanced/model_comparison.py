"""Rival path models: information criteria of an outcome's regression, and weights of the models by them.

Sharma, Sarstedt, Shmueli, Kim and Thiele (2019), Journal of the Association for Information Systems 20,
346-397; weights: Burnham and Anderson (2002), Model Selection and Multimodel Inference; Danks, Sharma and
Sarstedt (2020), Journal of Business Research 113, 13-24.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.types import Array


@dataclass(frozen=True, slots=True)
class ModelCriteria:
    """Criteria of the regression of an outcome: the smaller, the better."""

    aic: float
    bic: float
    hq: float
    gm: float


def model_criteria(r2: float, predictors: int, n: int, full_r2: float, full_predictors: int) -> ModelCriteria:
    """Criteria of a regression with R2 `r2`, of an outcome of unit variance (divisor n - 1) in n respondents.

    The constant counts as a parameter, the residual variance does not. GM (Geweke and Meese) takes the error
    variance from a model in which all predictors of the outcome in any of the models explain it, with
    `full_r2` and `full_predictors`; nan where that leaves no degree of freedom.
    """
    parameters, log_n = predictors + 1, float(np.log(n))
    squares = (1 - r2) * (n - 1)
    deviance = n * float(np.log(squares / n)) if squares > 0 else -float("inf")
    left = n - full_predictors - 1
    full_variance = (1 - full_r2) * (n - 1) / left if left > 0 else 0.0
    return ModelCriteria(
        aic=deviance + 2 * parameters,
        bic=deviance + log_n * parameters,
        hq=deviance + 2 * float(np.log(log_n)) * parameters,
        gm=squares / full_variance + log_n * parameters if full_variance > 0 else float("nan"),
    )


def akaike_weights(criteria: Array) -> Array:
    """(m,): how likely each model is the best of m, from a criterion (m,) of each; they sum to 1.

    Models without a value have a weight of nan and leave the others' as they are.
    """
    known = ~np.isnan(criteria)
    likelihood = np.full(len(criteria), np.nan)
    if known.any():
        likelihood[known] = np.exp(-(criteria[known] - criteria[known].min()) / 2)
        likelihood /= likelihood[known].sum()
    return likelihood
