"""Summaries of a regression's cases: SPSS's tables of residual statistics and casewise diagnostics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from smartcity_survey.stats.core.design import factor_design
from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.regression.influential_cases import ROUNDING, Influence
from smartcity_survey.stats.regression.least_squares import OlsFit

# Rows of the table of residual statistics, in SPSS's order.
RESIDUAL_STATISTICS = (
    "predicted",
    "std_predicted",
    "std_error_predicted",
    "adjusted_predicted",
    "residual",
    "std_residual",
    "studentised_residual",
    "deleted_residual",
    "studentised_deleted_residual",
    "mahalanobis_distance",
    "cooks_distance",
    "centred_leverage",
)


@dataclass(frozen=True, slots=True)
class ResidualStatistics:
    """Minimum, maximum, mean, SD (divisor n - 1) and valid n, (12,) each, in order of RESIDUAL_STATISTICS.

    Rows without a statistic (see `Influence`) do not count there; NaN where no row has it.
    """

    minimum: Array
    maximum: Array
    mean: Array
    sd: Array
    n: IntArray


@dataclass(frozen=True, slots=True)
class Casewise:
    """Rows whose standardised residual is large: positions (m,), and per row (m,) the residual in
    s and in units of y, the outcome and the prediction."""

    rows: IntArray
    std_residual: Array
    residual: Array
    observed: Array
    predicted: Array


@dataclass(frozen=True, slots=True)
class PartialRegression:
    """The added-variable plots of k predictors, (n, k) each, points of one plot in a column.

    predictor, outcome : residuals of the predictor and of the outcome given the other predictors;
    the least squares slope through them is the predictor's coefficient.
    """

    predictor: Array
    outcome: Array


def residual_statistics(fit: OlsFit, cases: Influence) -> ResidualStatistics:
    """SPSS's table of residual statistics of a fit and its case diagnostics."""
    deviation = fit.fitted - fit.fitted.mean()
    varies = np.abs(deviation).max() > ROUNDING * np.abs(fit.residuals).max()
    columns = (
        fit.fitted,
        deviation / deviation.std(ddof=1) if varies else np.full(fit.n, np.nan),
        cases.std_error_predicted,
        cases.adjusted_predicted,
        fit.residuals,
        cases.standardised_residuals,
        cases.studentised_residuals,
        cases.deleted_residuals,
        cases.deleted_studentised_residuals,
        cases.mahalanobis,
        cases.cooks_distance,
        cases.centred_leverage,
    )
    valid = [column[np.isfinite(column)] for column in columns]
    shown = [column if column.size > 1 else np.full(2, np.nan) for column in valid]
    return ResidualStatistics(
        minimum=np.array([column.min() for column in shown]),
        maximum=np.array([column.max() for column in shown]),
        mean=np.array([column.mean() for column in shown]),
        sd=np.array([column.std(ddof=1) for column in shown]),
        n=np.array([column.size for column in valid]),
    )


def casewise(fit: OlsFit, cases: Influence, threshold: float = 3.0) -> Casewise:
    """Rows whose standardised residual is at least `threshold` in absolute value (SPSS: 3)."""
    rows = np.flatnonzero(np.abs(cases.standardised_residuals) >= threshold)
    return Casewise(
        rows=rows,
        std_residual=cases.standardised_residuals[rows],
        residual=fit.residuals[rows],
        observed=(fit.fitted + fit.residuals)[rows],
        predicted=fit.fitted[rows],
    )


def partial_regression(fit: OlsFit, x: Array) -> PartialRegression:
    """Points of the added-variable plots of a fit on its predictors x (n, k).

    With weights, both residuals are those of the rows times the square root of their weight.
    """
    design = factor_design(x, fit.weights)
    influence = design.row_influence[:, 1:]
    # X inv(X'X) e_j is the residual of predictor j on the others over its own sum of squares.
    predictor = influence / np.square(influence).sum(axis=0)
    residuals = design.root_weights * fit.residuals
    return PartialRegression(predictor, residuals[:, None] + predictor * fit.coef[1:])


def normal_scores(n: int) -> Array:
    """(n,), expected standard normal order statistics of n values (Blom 1958), for a Q-Q plot."""
    return np.asarray(special.ndtri((np.arange(1, n + 1) - 0.375) / (n + 0.25)), dtype=np.float64)
