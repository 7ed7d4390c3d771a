"""How well a measurement model fits: the indices of lavaan's definitions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special, stats

from smartcity_survey.stats.cfa import CfaFit
from smartcity_survey.stats.types import Array

CLOSE_FIT = 0.05
"""RMSEA of the hypothesis of close fit."""


@dataclass(frozen=True, slots=True)
class CfaIndices:
    """Fit indices of a measurement model.

    chi2, df, p, chi2_df : discrepancy test and its ratio. baseline_chi2, baseline_df : of independent items.
    rmsea with its interval (rmsea_low, rmsea_high; 90 % unless asked otherwise), p_close : of RMSEA <= .05.
    cfi, tli, nfi, rfi, ifi : against the baseline. gfi, agfi : shares of the covariances reproduced.
    srmr : root mean square of the residuals over the items' standard deviations, diagonal counted.
    log_likelihood, aic, bic : of the normal distribution without means. n_parameters.
    """

    chi2: float
    df: int
    p: float
    chi2_df: float
    baseline_chi2: float
    baseline_df: int
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    p_close: float
    cfi: float
    tli: float
    nfi: float
    rfi: float
    ifi: float
    gfi: float
    agfi: float
    srmr: float
    log_likelihood: float
    aic: float
    bic: float
    n_parameters: int


def fit_indices(fit: CfaFit, *, rmsea_level: float = 0.90) -> CfaIndices:
    """Fit indices of a CFA; nan where a saturated model (df 0) leaves them undefined.

    Sources: Steiger and Lind (1980) for RMSEA, Browne and Cudeck (1993) for its interval, Bentler (1990) for
    CFI, Tucker and Lewis (1973), Bentler and Bonett (1980) for NFI, Bollen (1986, 1989) for RFI and IFI,
    Joreskog and Sorbom (1986) for GFI and AGFI, Bentler (1995) for SRMR.
    """
    p = len(fit.sample)
    scale = np.sqrt(np.diagonal(fit.sample))
    baseline_chi2 = -fit.multiplier * float(np.linalg.slogdet(fit.sample / np.outer(scale, scale))[1])
    baseline_df = p * (p - 1) // 2
    chi2, df = fit.chi2, fit.df
    reproduced: Array = np.asarray(np.linalg.solve(fit.implied, fit.sample))
    gfi = 1 - _sum_of_squares(reproduced - np.eye(p)) / _sum_of_squares(reproduced)
    lower = np.tril_indices(p)
    residuals = ((fit.sample - fit.implied) / np.outer(scale, scale))[lower]
    log_likelihood = (
        -0.5 * fit.n * float(p * np.log(2 * np.pi) + np.linalg.slogdet(fit.implied)[1] + np.trace(reproduced))
    )
    size = fit.pattern.size
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.float64(chi2) / df
        baseline_ratio = np.float64(baseline_chi2) / baseline_df
        excess, baseline_excess = max(chi2 - df, 0.0), max(baseline_chi2 - baseline_df, chi2 - df, 0.0)
        low, high = rmsea_interval(chi2, df, fit.multiplier, rmsea_level)
        return CfaIndices(
            chi2=chi2,
            df=df,
            p=fit.p,
            chi2_df=float(ratio),
            baseline_chi2=baseline_chi2,
            baseline_df=baseline_df,
            rmsea=float(np.sqrt(np.float64(excess) / (df * fit.multiplier))),
            rmsea_low=low,
            rmsea_high=high,
            p_close=float(stats.ncx2.sf(chi2, df, fit.multiplier * df * CLOSE_FIT**2)) if df else np.nan,
            cfi=float(1 - np.float64(excess) / baseline_excess) if baseline_excess else 1.0,
            tli=float((baseline_ratio - ratio) / (baseline_ratio - 1)),
            nfi=float(1 - chi2 / np.float64(baseline_chi2)),
            rfi=float(1 - ratio / baseline_ratio),
            ifi=float((baseline_chi2 - chi2) / np.float64(baseline_chi2 - df)),
            gfi=float(gfi),
            agfi=float(1 - np.float64(p * (p + 1) / 2) / df * (1 - gfi)),
            srmr=float(np.sqrt(np.mean(np.square(residuals)))),
            log_likelihood=log_likelihood,
            aic=2 * size - 2 * log_likelihood,
            bic=size * float(np.log(fit.n)) - 2 * log_likelihood,
            n_parameters=size,
        )


def rmsea_interval(chi2: float, df: int, n: int, level: float) -> tuple[float, float]:
    """Interval of RMSEA from the noncentral chi-square (Browne and Cudeck 1993); nan for df 0."""
    if df == 0:
        return np.nan, np.nan
    tail = (1 - level) / 2
    ends = [_noncentrality(chi2, df, probability) for probability in (1 - tail, tail)]
    low, high = (float(np.sqrt(end / (df * n))) for end in ends)
    return low, high


def _noncentrality(chi2: float, df: int, probability: float) -> float:
    """The noncentrality at which `chi2` is the quantile of that probability; 0 where none is that small."""

    def excess(noncentrality: float) -> float:
        return float(special.chndtr(chi2, df, noncentrality)) - probability

    if special.chdtr(df, chi2) <= probability:
        return 0.0
    upper = max(chi2, 1.0)
    while excess(upper) > 0:
        upper *= 2
    return float(optimize.brentq(excess, 0.0, upper, xtol=1e-10, rtol=1e-14))


def _sum_of_squares(matrix: Array) -> float:
    """tr(M M), the square of a matrix that need not be symmetric."""
    return float(np.einsum("ij,ji->", matrix, matrix))
