"""Quantile regression: what predictors change at a low, a middle and a high value of the outcome."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special, stats
from scipy.optimize import linprog

from smartcity_survey.stats.core.design import check_outcome, factor_design
from smartcity_survey.stats.core.errors import StatisticsError
from smartcity_survey.stats.core.significance import t_interval, t_two_sided
from smartcity_survey.stats.core.types import Array

_LEAST_DENSITY = 1e-8
"""Spacing of two fitted quantiles below which a density is taken as unbounded, and the row left out."""


@dataclass(frozen=True, slots=True)
class QuantileFit:
    """A conditional quantile of y as a linear function of x, with a constant.

    coef, std_err, t, p, ci_low, ci_high : (k + 1,), the constant first, in units of y per unit of x.
    quantile : which. pseudo_r2 : 1 - the sum of weighted absolute residuals over that of the quantile alone
    (Koenker and Machado 1999). n.
    """

    quantile: float
    coef: Array
    std_err: Array
    t: Array
    p: Array
    ci_low: Array
    ci_high: Array
    pseudo_r2: float
    n: int


def quantile_regression(y: Array, x: Array, quantile: float = 0.5, level: float = 0.95) -> QuantileFit:
    """Fit the `quantile` of y (n,) given x (n, k) and a constant.

    The coefficients solve the linear programme of Koenker and Bassett (1978), Econometrica 46, 33-50, by its
    dual. Errors allow for a spread that changes with x: the sandwich of Hendricks and Koenker (1992), JASA
    87, 58-68, its densities from fits a bandwidth of Hall and Sheather (1988) below and above; t with
    n - k - 1 degrees of freedom.

    Raises
    ------
    NotFinite, ConstantItems, LinearDependence, TooFewRows.
    StatisticsError : a quantile outside (0, 1), or so far out that n rows have no fit beyond it.
    """
    if not 0 < quantile < 1:
        raise StatisticsError(f"a quantile lies between 0 and 1, not at {quantile}")
    factor_design(x)  # refuses what determines no coefficients
    check_outcome(y, x)
    design = np.column_stack([np.ones(len(y)), x])
    n, terms = design.shape
    coef = _solved(y, design, quantile)
    width = _bandwidth(quantile, n)
    if not 0 < quantile - width < quantile + width < 1:
        raise StatisticsError(f"{n} rows are too few for errors of the {quantile:g} quantile")
    low, high = (_solved(y, design, quantile + sign * width) for sign in (-1, 1))
    spacing = design @ (high - low)
    density = np.maximum(2 * width / np.maximum(spacing, _LEAST_DENSITY), 0) * (spacing > _LEAST_DENSITY)
    bread = np.linalg.inv(design.T * density @ design)
    covariance = quantile * (1 - quantile) * bread @ (design.T @ design) @ bread
    std_err = np.sqrt(np.diagonal(covariance))
    df = n - terms
    t = coef / std_err
    lost, alone = (
        _loss(y - fitted, quantile)
        for fitted in (design @ coef, np.quantile(y, quantile, method="inverted_cdf"))
    )
    ends = t_interval(coef, std_err, df, level)
    return QuantileFit(quantile, coef, std_err, t, t_two_sided(t, df), *ends, 1 - lost / alone, n)


def _solved(y: Array, design: Array, quantile: float) -> Array:
    """Coefficients that minimise the weighted absolute residuals, by the bounded dual."""
    found = linprog(
        -y, A_eq=design.T, b_eq=(1 - quantile) * design.sum(axis=0), bounds=(0, 1), method="highs-ds"
    )
    if found.status != 0:
        raise StatisticsError(f"the {quantile:g} quantile has no solution: {found.message}")
    return -np.asarray(found.eqlin.marginals, dtype=np.float64)


def _loss(residuals: Array, quantile: float) -> float:
    return float(np.sum(residuals * (quantile - (residuals < 0))))


def _bandwidth(quantile: float, n: int) -> float:
    """Hall and Sheather's, for intervals at 95 %, in shares of the distribution."""
    z = special.ndtri(quantile)
    top = 1.5 * stats.norm.pdf(z) ** 2 / (2 * z**2 + 1)
    return float(n ** (-1 / 3) * special.ndtri(0.975) ** (2 / 3) * top ** (1 / 3))
