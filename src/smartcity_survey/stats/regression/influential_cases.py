"""What each row does to a regression: leverage, residuals with the row left out, and its pull."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.design import deleted_share, factor_design
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.regression.least_squares import OlsFit, refuse_perfect_fit

# A residual sum of squares below this share of the whole fit's is rounding error.
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Influence:
    """Case diagnostics of a regression, (n,) unless stated; the names in brackets are SPSS's.

    leverage : diagonal of the hat matrix; centred_leverage (LEVER) less 1/n.
    mahalanobis (MAHAL) : squared distance of the predictors from their mean.
    std_error_predicted (SEPRED) : standard error of the mean prediction, units of y.
    standardised_residuals (ZRESID) : residual / s.
    studentised_residuals (SRESID) : residual / its own standard error.
    deleted_studentised_residuals (SDRESID) : the same with s from the other rows; t, n - k - 2 df.
    deleted_residuals (DRESID), adjusted_predicted (ADJPRED) : with the row left out, units of y.
    cooks_distance (COOK), dffits (SDFFIT), covariance_ratio (COVRATIO) : without unit.
    dfbeta, dfbetas (SDBETA) : (n, k+1), change of each coefficient when the row is left out,
        in its units and in standard errors; constant first.

    Quantities of the fit without the row are NaN for a row of leverage 1, and those in standard errors
    of that fit also where the other rows are fitted exactly (always so with n = k + 2).
    """

    leverage: Array
    centred_leverage: Array
    mahalanobis: Array
    std_error_predicted: Array
    standardised_residuals: Array
    studentised_residuals: Array
    deleted_studentised_residuals: Array
    deleted_residuals: Array
    adjusted_predicted: Array
    cooks_distance: Array
    dffits: Array
    covariance_ratio: Array
    dfbeta: Array
    dfbetas: Array


def influence(fit: OlsFit, x: Array) -> Influence:
    """Case diagnostics of a fit on its predictors x (n, k).

    Source: Belsley, Kuh & Welsch (1980), chapter 2; Cook & Weisberg (1982). With weights they are
    those of the rows times the square root of their weight.

    Raises
    ------
    PerfectFit.
    """
    refuse_perfect_fit(fit)
    design = factor_design(x, fit.weights)
    terms = fit.df_regression + 1
    s = fit.std_error_estimate
    weighted_residuals = design.root_weights * fit.residuals
    leverage = design.leverage
    share = deleted_share(leverage)
    remaining = fit.ss_residual - np.square(weighted_residuals) / share
    remaining[remaining <= ROUNDING * fit.ss_residual] = np.nan
    deleted_s = np.sqrt(remaining / max(fit.df_residual - 1, 1))
    deleted_studentised = weighted_residuals / (deleted_s * np.sqrt(share))
    dfbeta = design.row_influence * (weighted_residuals / share)[:, None]
    unscaled_errors = np.linalg.norm(design.transform, axis=1)
    dfbetas = dfbeta / (deleted_s[:, None] * unscaled_errors)
    studentised = weighted_residuals / (s * np.sqrt(share))
    deleted_residuals = fit.residuals / share
    distance = np.square(design.basis[:, 1:]).sum(axis=1)
    return Influence(
        leverage=leverage,
        centred_leverage=distance,
        mahalanobis=(fit.n - 1) * distance / fit.weights,
        std_error_predicted=s * np.sqrt(leverage / fit.weights),
        standardised_residuals=weighted_residuals / s,
        studentised_residuals=studentised,
        deleted_studentised_residuals=deleted_studentised,
        deleted_residuals=deleted_residuals,
        adjusted_predicted=fit.fitted + fit.residuals - deleted_residuals,
        cooks_distance=np.square(studentised) * leverage / (share * terms),
        dffits=deleted_studentised * np.sqrt(leverage / share),
        covariance_ratio=(deleted_s / s) ** (2 * terms) / share,
        dfbeta=dfbeta,
        dfbetas=dfbetas,
    )
