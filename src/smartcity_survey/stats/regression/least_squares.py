"""Ordinary least squares with a constant, as SPSS REGRESSION reports it, HC3 errors beside the classical."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.design import EPS, Design, check_outcome, deleted_share, factor_design
from smartcity_survey.stats.core.errors import PerfectFit
from smartcity_survey.stats.core.significance import f_test, t_interval, t_two_sided
from smartcity_survey.stats.core.types import Array


@dataclass(frozen=True, slots=True)
class OlsFit:
    """A regression of one outcome on k predictors and a constant over n rows.

    Per coefficient, (k+1,), constant first, in units of y per unit of x: coef, std_err, t, p
    (two-sided), ci_low, ci_high; hc3_* the same with the heteroscedasticity-consistent errors of
    MacKinnon & White (1985), NaN where a row has leverage 1.
    covariance, hc3_covariance : (k+1, k+1), of the coefficients.

    Per predictor, (k,), without unit: beta (standardised coefficients), tolerance, vif, and the
    correlations with the outcome: zero_order, partial (others held constant in both), part
    (others held constant in the predictor; its square is the R2 lost without it).

    Per row, (n,), in units of y: fitted, residuals. weights (n,) average 1.

    For the model: r, r2, adj_r2; std_error_estimate (s); sums of squares, degrees of freedom and
    mean squares of the ANOVA table; f with its upper-tail f_p; durbin_watson; aic and bic counting
    s as a parameter (as R does); n; ci_level; exact, whether the residuals are rounding error, so that
    everything derived from them is too.

    With weights W, sums of squares and residual statistics are those of the rows times sqrt(W).
    """

    coef: Array
    std_err: Array
    t: Array
    p: Array
    ci_low: Array
    ci_high: Array
    hc3_std_err: Array
    hc3_t: Array
    hc3_p: Array
    hc3_ci_low: Array
    hc3_ci_high: Array
    covariance: Array
    hc3_covariance: Array
    beta: Array
    tolerance: Array
    vif: Array
    zero_order: Array
    partial: Array
    part: Array
    fitted: Array
    residuals: Array
    weights: Array
    r: float
    r2: float
    adj_r2: float
    std_error_estimate: float
    ss_regression: float
    ss_residual: float
    ss_total: float
    df_regression: int
    df_residual: int
    ms_regression: float
    ms_residual: float
    f: float
    f_p: float
    durbin_watson: float
    aic: float
    bic: float
    n: int
    ci_level: float
    exact: bool


def ols(y: Array, x: Array, ci_level: float = 0.95, weights: Array | None = None) -> OlsFit:
    """Regress y (n,) on x (n, k) and a constant.

    weights (n,), positive, are the inverse relative variances of the rows (weighted least squares).
    Given sampling weights, the coefficients are the design-weighted ones and the HC3 errors, not the
    classical, are the ones to read.

    Raises
    ------
    NotFinite, ConstantItems (position k is the outcome), LinearDependence, TooFewRows (n < k + 2),
    InvalidWeights.
    """
    check_outcome(y, x)
    design = factor_design(x, weights)
    n, k = x.shape
    df = n - k - 1
    root_weights = design.root_weights

    mean_y = np.square(root_weights) @ y / n
    centred_y = root_weights * (y - mean_y)
    # The constant explains nothing of a centred outcome: the projection on the basis starts with 0.
    effects = np.concatenate([[0.0], design.basis[:, 1:].T @ centred_y])
    weighted_residuals = centred_y - design.basis @ effects
    coef = design.transform @ effects
    coef[0] += mean_y

    ss_total = float(centred_y @ centred_y)
    ss_regression = float(effects @ effects)
    ss_residual = float(weighted_residuals @ weighted_residuals)
    ms_residual = ss_residual / df
    r2 = ss_regression / ss_total
    unexplained = ss_residual / ss_total
    residuals = weighted_residuals / root_weights

    covariance = ms_residual * design.transform @ design.transform.T
    hc3_covariance = _hc3_covariance(design, weighted_residuals)
    std_err, t, p, ci_low, ci_high = _inference(coef, covariance, df, ci_level)
    hc3_std_err, hc3_t, hc3_p, hc3_ci_low, hc3_ci_high = _inference(coef, hc3_covariance, df, ci_level)

    vif = design.vif
    beta = coef[1:] * design.norm / np.sqrt(ss_total)
    part = beta / np.sqrt(vif)
    scaled_x = (x - design.mean) * root_weights[:, None] / design.norm
    with np.errstate(divide="ignore", invalid="ignore"):  # a perfect fit: F infinite, Durbin-Watson 0 / 0
        f = f_test(np.divide(ss_regression / k, ms_residual), k, df)
        durbin_watson = float(np.divide(np.square(np.diff(weighted_residuals)).sum(), ss_residual))
        deviance = float(n * (np.log(2 * np.pi * ss_residual / n) + 1) - 2 * np.log(root_weights).sum())

    return OlsFit(
        coef=coef,
        std_err=std_err,
        t=t,
        p=p,
        ci_low=ci_low,
        ci_high=ci_high,
        hc3_std_err=hc3_std_err,
        hc3_t=hc3_t,
        hc3_p=hc3_p,
        hc3_ci_low=hc3_ci_low,
        hc3_ci_high=hc3_ci_high,
        covariance=covariance,
        hc3_covariance=hc3_covariance,
        beta=beta,
        tolerance=1 / vif,
        vif=vif,
        zero_order=scaled_x.T @ centred_y / np.sqrt(ss_total),
        partial=part / np.sqrt(np.square(part) + unexplained),
        part=part,
        fitted=y - residuals,
        residuals=residuals,
        weights=np.square(root_weights),
        r=float(np.sqrt(r2)),
        r2=r2,
        adj_r2=1 - unexplained * (n - 1) / df,
        std_error_estimate=float(np.sqrt(ms_residual)),
        ss_regression=ss_regression,
        ss_residual=ss_residual,
        ss_total=ss_total,
        df_regression=k,
        df_residual=df,
        ms_regression=ss_regression / k,
        ms_residual=ms_residual,
        f=f.statistic,
        f_p=f.p,
        durbin_watson=durbin_watson,
        aic=deviance + 2 * (k + 2),
        bic=deviance + np.log(n) * (k + 2),
        n=n,
        ci_level=ci_level,
        exact=_is_exact(residuals, y - residuals, coef[1:], x),
    )


def _hc3_covariance(design: Design, weighted_residuals: Array) -> Array:
    """Sum of the squared changes of the coefficients when each row is left out."""
    changes = design.row_influence * (weighted_residuals / deleted_share(design.leverage))[:, None]
    return changes.T @ changes


def _inference(
    coef: Array, covariance: Array, df: int, ci_level: float
) -> tuple[Array, Array, Array, Array, Array]:
    """Standard errors, t, p and the interval's ends of the coefficients, each (k+1,)."""
    std_err = np.sqrt(np.diagonal(covariance))
    with np.errstate(divide="ignore", invalid="ignore"):
        t = coef / std_err
    return std_err, t, t_two_sided(t, df), *t_interval(coef, std_err, df, ci_level)


def refuse_perfect_fit(fit: OlsFit) -> None:
    """Refuse a fit whose residuals are rounding error.

    Raises
    ------
    PerfectFit.
    """
    if fit.exact:
        raise PerfectFit()


def _is_exact(residuals: Array, fitted: Array, slopes: Array, x: Array) -> bool:
    """Whether residuals (n,) are rounding error beside the terms of the prediction."""
    terms = np.abs(slopes) * np.abs(x).max(axis=0)
    return bool(np.abs(residuals).max() <= 100 * EPS * max(terms.max(), np.abs(fitted).max()))
