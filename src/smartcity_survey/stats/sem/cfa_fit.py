"""How well a structural model fits: the indices of lavaan's definitions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from smartcity_survey.stats.core.last_bits import without_rounding
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.sem.maximum_likelihood import Fitted, StructureFit

CLOSE_FIT = 0.05
"""RMSEA of the hypothesis of close fit."""


@dataclass(frozen=True, slots=True)
class CfaIndices:
    """Fit indices of a model; nan where a saturated model (df 0) leaves one undefined.

    chi2, df, p, chi2_df : discrepancy test and its ratio. baseline_chi2, baseline_df : of independent items.
    rmsea with its interval (rmsea_low, rmsea_high; 90 % unless asked otherwise), p_close : of RMSEA <= .05.
    cfi, tli, nfi, rfi, ifi, pnfi : against the baseline. gfi, agfi, pgfi : shares of the moments reproduced;
        nan for incomplete answers, which weigh the moments by themselves.
    srmr : root mean square of the residuals over the items' standard deviations, diagonal (and means, where
        they are modelled) counted; rmr : the same in item units. mcdonald : exp of minus half the
        noncentrality per respondent. ecvi : expected cross-validation index.
    hoelter : number of respondents at which p would be .05.
    log_likelihood, aic, bic, sabic (adjusted for sample size) : of the normal distribution.
    n_parameters.
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
    pnfi: float
    gfi: float
    agfi: float
    pgfi: float
    srmr: float
    rmr: float
    mcdonald: float
    ecvi: float
    hoelter: float
    log_likelihood: float
    aic: float
    bic: float
    sabic: float
    n_parameters: int


@dataclass(frozen=True, slots=True)
class Rmsea:
    """RMSEA, its interval and the p of RMSEA <= .05."""

    value: float
    low: float
    high: float
    p_close: float


def fit_indices(fit: Fitted, *, rmsea_level: float = 0.90) -> CfaIndices:
    """Fit indices of a model of one or several groups.

    Sources: Steiger and Lind (1980) for RMSEA, Browne and Cudeck (1993) for its interval, Steiger (1998) for
    several groups, Bentler (1990) for CFI, Tucker and Lewis (1973), Bentler and Bonett (1980) for NFI, Bollen
    (1986, 1989) for RFI and IFI, Joreskog and Sorbom (1986) for GFI and AGFI, Bentler (1995) for SRMR,
    McDonald (1989), Hoelter (1983); as in lavaan, GFI and SRMR being averages over groups by their size.
    """
    ml = fit.ml
    chi2, df, groups = ml.chi2, ml.df, len(ml.samples)
    baseline_chi2, baseline_df = baseline(ml)
    gfi, moments = _gfi(ml)
    log_likelihood = _log_likelihood(ml)
    size, n = len(ml.theta), ml.n
    rmsea = rmsea_of(chi2, df, ml.multiplier, groups=groups, level=rmsea_level)
    with np.errstate(divide="ignore", invalid="ignore"):
        # A saturated model leaves nothing to divide, whatever rounding makes of it.
        ratio = chi2 / df if df else np.nan
        baseline_ratio = np.float64(baseline_chi2) / baseline_df
        excess = max(chi2 - df, 0.0)
        return CfaIndices(
            chi2=chi2,
            df=df,
            p=ml.p,
            chi2_df=ratio,
            baseline_chi2=baseline_chi2,
            baseline_df=baseline_df,
            rmsea=rmsea.value,
            rmsea_low=rmsea.low,
            rmsea_high=rmsea.high,
            p_close=rmsea.p_close,
            cfi=comparative_fit(chi2 - df, baseline_chi2 - baseline_df),
            tli=float((baseline_ratio - ratio) / (baseline_ratio - 1)),
            nfi=float(1 - chi2 / np.float64(baseline_chi2)),
            rfi=float(1 - ratio / baseline_ratio),
            ifi=float((baseline_chi2 - chi2) / np.float64(baseline_chi2 - df)),
            pnfi=float(df / baseline_df * (1 - chi2 / np.float64(baseline_chi2))),
            gfi=gfi,
            agfi=1 - moments / df * (1 - gfi) if df else np.nan,
            pgfi=df / moments * gfi,
            srmr=root_mean_square_residual(ml, standardised=True),
            rmr=root_mean_square_residual(ml, standardised=False),
            mcdonald=float(np.exp(-0.5 * excess / ml.multiplier)),
            ecvi=chi2 / ml.multiplier + 2 * size / ml.multiplier,
            hoelter=float(special.chdtri(df, 0.05) * ml.multiplier / chi2 + 1) if df else np.nan,
            log_likelihood=log_likelihood,
            aic=2 * size - 2 * log_likelihood,
            bic=size * float(np.log(n)) - 2 * log_likelihood,
            sabic=size * float(np.log((n + 2) / 24)) - 2 * log_likelihood,
            n_parameters=size,
        )


def comparative_fit(excess: float, baseline_excess: float) -> float:
    """CFI of the chi-squares' excess over their degrees of freedom, neither taken below 0."""
    model = max(excess, 0.0)
    worst = max(baseline_excess, model)
    return 1 - model / worst if worst > 0 else 1.0


def baseline(ml: StructureFit) -> tuple[float, int]:
    """Chi-square and df of independent items with free variances (and means, where they are modelled)."""
    if ml.incomplete is not None:
        p = len(ml.samples[0].covariance)
        return ml.incomplete.baseline_chi2, p * (p - 1) // 2
    discrepancies = []
    for sample in ml.samples:
        variances = np.diagonal(sample.covariance)
        discrepancies.append(np.log(variances).sum() - sample.log_determinant())
    p = len(ml.samples[0].covariance)
    chi2 = ml.multiplier * float(ml.weights @ np.array(discrepancies))
    return chi2, len(ml.samples) * p * (p - 1) // 2


def rmsea_of(
    chi2: float, df: int, n: int, *, groups: int = 1, level: float = 0.90, scaling: float = 1.0
) -> Rmsea:
    """RMSEA of a chi-square; nan for df 0.

    scaling : 1, or the factor a robust chi-square was divided by, which turns its noncentrality back into
        that of the discrepancy (Brosseau-Liard, Savalei and Li 2012).
    """
    if df == 0:
        return Rmsea(np.nan, np.nan, np.nan, np.nan)
    # Loading scipy.stats takes a second; scipy.special has no upper tail of this distribution.
    from scipy.stats import ncx2

    tail = (1 - level) / 2
    noncentralities = (
        max(chi2 - df, 0.0),
        _noncentrality(chi2, df, 1 - tail),
        _noncentrality(chi2, df, tail),
    )
    value, low, high = (float(np.sqrt(scaling * groups * each / (df * n))) for each in noncentralities)
    close = n * df * CLOSE_FIT**2 / (groups * scaling)
    return Rmsea(value, low, high, float(ncx2.sf(chi2, df, close)))


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


def _gfi(ml: StructureFit) -> tuple[float, int]:
    """GFI, nan for incomplete answers, and the number of moments it is about."""
    gfi, moments = (np.nan if ml.incomplete else 0.0), 0
    for weight, sample, point in zip(ml.weights, ml.samples, ml.points, strict=True):
        p = len(sample.covariance)
        moments += p * (p + 1) // 2
        reproduced = point.precision @ sample.covariance
        unexplained = _trace_of_square(reproduced - np.eye(p))
        total = _trace_of_square(reproduced)
        if sample.mean is not None:
            moments += p
            gap = sample.mean - point.moments.mean
            unexplained += 2 * float(gap @ point.precision @ gap)
            total += 2 * float(sample.mean @ point.precision @ sample.mean)
        gfi += weight * (1 - unexplained / total)
    return float(gfi), moments


def root_mean_square_residual(ml: StructureFit, *, standardised: bool) -> float:
    """Root mean square residual: SRMR over the items' standard deviations, RMR in their units."""
    average = 0.0
    for weight, sample, point in zip(ml.weights, ml.samples, ml.points, strict=True):
        lower = np.tril_indices(len(sample.covariance))
        sd = np.sqrt(np.diagonal(sample.covariance))
        unit = np.ones(len(sd)) if standardised else sd
        shares = without_rounding((sample.covariance - point.moments.covariance) / np.outer(sd, sd))
        residuals = [(shares * np.outer(unit, unit))[lower]]
        if sample.mean is not None:
            residuals.append(without_rounding((sample.mean - point.moments.mean) / sd) * unit)
        average += weight * float(np.sqrt(np.mean(np.square(np.concatenate(residuals)))))
    return float(average)


def _log_likelihood(ml: StructureFit) -> float:
    if ml.incomplete is not None:
        return ml.incomplete.log_likelihood
    return -0.5 * sum(
        sample.size * (len(sample.covariance) * float(np.log(2 * np.pi)) + point.f)
        for sample, point in zip(ml.samples, ml.points, strict=True)
    )


def _trace_of_square(matrix: Array) -> float:
    """tr(M M) of a matrix that need not be symmetric."""
    return float(np.einsum("ij,ji->", matrix, matrix))
