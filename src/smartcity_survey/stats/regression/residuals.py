"""Summaries of a regression's cases: SPSS's tables of residual statistics and casewise diagnostics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.last_bits import NOTHING
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
        mean=np.array([_mean(column) for column in shown]),
        sd=np.array([column.std(ddof=1) for column in shown]),
        n=np.array([column.size for column in valid]),
    )


def _mean(column: Array) -> float:
    """Mean; 0 of what adds up to nothing but rounding, as residuals do."""
    mean = float(column.mean())
    return 0.0 if abs(mean) <= NOTHING * np.abs(column).max() else mean


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
