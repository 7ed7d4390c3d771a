"""Tests and fit indices of a measurement model that was fitted to polychoric correlations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse, special

from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.sem.cfa_fit import Rmsea, comparative_fit, rmsea_of
from smartcity_survey.stats.sem.dwls import DwlsFit, weighted_products


@dataclass(frozen=True, slots=True)
class DwlsIndices:
    """Test and indices of a model of ordered items; nan for df 0.

    chi2 : the unscaled one over `scaling` plus `shift`, which give it the mean and the variance of a
        chi-square with df; p, its upper tail. unscaled_chi2 : discrepancy times n - 1, not itself chi-square.
    baseline_chi2, baseline_df : of uncorrelated items, scaled and shifted likewise.
    cfi, tli, rmsea with its interval (rmsea_low, rmsea_high; 90 %), p_close : from the scaled chi-squares, as
        most programs print them. They flatter: cut-offs for continuous items do not apply to them.
    cfi_robust, tli_robust, rmsea_robust with its interval : what the maximum-likelihood indices would be for
        the normal variables behind the items; nan where their correlations are not positive definite.
    srmr : root mean square residual correlation, diagonal counted.
    """

    scaling: float
    shift: float
    chi2: float
    df: int
    p: float
    unscaled_chi2: float
    baseline_chi2: float
    baseline_df: int
    cfi: float
    tli: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    p_close: float
    cfi_robust: float
    tli_robust: float
    rmsea_robust: float
    rmsea_robust_low: float
    rmsea_robust_high: float
    srmr: float


@dataclass(frozen=True, slots=True)
class _Robust:
    cfi: float
    tli: float
    rmsea: Rmsea


def dwls_indices(fit: DwlsFit) -> DwlsIndices:
    """Scaled-shifted test and indices.

    Asparouhov and Muthen (2010), Simple second order chi-square correction; Savalei (2021), Multivariate
    Behavioral Research 56, 390-407, for the robust indices. As in lavaan's WLSMV.
    """
    df, n = fit.df, fit.n
    pairs = np.tril_indices(len(fit.sample), -1)
    residuals = (fit.sample - fit.implied)[pairs]
    unscaled = (n - 1) * fit.discrepancy
    r = fit.sample[pairs]
    baseline_df = len(r)
    influence = fit.by_cell.condensed()
    null_scaling, null_shift = _scaled_shifted(fit, influence, baseline_df)
    baseline = (n - 1) * float(fit.weights @ np.square(r)) / null_scaling + null_shift
    srmr = float(np.sqrt(np.sum(np.square(residuals)) / (baseline_df + len(fit.sample))))
    if df == 0:
        nan = float("nan")
        rest = dict.fromkeys(
            ("cfi", "tli", "rmsea", "rmsea_low", "rmsea_high", "p_close", "cfi_robust", "tli_robust"), nan
        )
        rest |= dict.fromkeys(("rmsea_robust", "rmsea_robust_low", "rmsea_robust_high"), nan)
        return DwlsIndices(
            scaling=nan,
            shift=nan,
            chi2=nan,
            df=0,
            p=nan,
            unscaled_chi2=unscaled,
            baseline_chi2=baseline,
            baseline_df=baseline_df,
            srmr=srmr,
            **rest,
        )
    remainder = _unexplained(fit, influence)
    scaling, shift = _scaled_shifted(fit, remainder, df)
    chi2 = unscaled / scaling + shift
    rmsea, robust = rmsea_of(chi2, df, n - 1), _robust(fit, influence, remainder)
    return DwlsIndices(
        scaling=scaling,
        shift=shift,
        chi2=chi2,
        df=df,
        p=float(special.chdtrc(df, max(chi2, 0.0))),
        unscaled_chi2=unscaled,
        baseline_chi2=baseline,
        baseline_df=baseline_df,
        cfi=comparative_fit(chi2 - df, baseline - baseline_df),
        tli=1 - (chi2 - df) / (baseline - baseline_df) * baseline_df / df,
        rmsea=rmsea.value,
        rmsea_low=rmsea.low,
        rmsea_high=rmsea.high,
        p_close=rmsea.p_close,
        cfi_robust=robust.cfi,
        tli_robust=robust.tli,
        rmsea_robust=robust.rmsea.value,
        rmsea_robust_low=robust.rmsea.low,
        rmsea_robust_high=robust.rmsea.high,
        srmr=srmr,
    )


def _scaled_shifted(fit: DwlsFit, remainder: Array, df: int) -> tuple[float, float]:
    """Scaling and shift from the first two moments of the unscaled chi-square, tr(U G) and tr(U G U G).

    U = W - W D (D'W D)^-1 D'W, and G is the covariance matrix of the influences. Respondents or pairs, the
    fewer of them, span the matrix whose traces these are.

    remainder : (rows, m), what the parameters leave of the influences, condensed.
    """
    root = remainder * np.sqrt(fit.weights)
    spread = root @ root.T if len(root) <= root.shape[1] else root.T @ root
    spread = spread / fit.n
    mean, half_variance = float(np.trace(spread)), float(np.sum(np.square(spread)))
    scaling = float(np.sqrt(half_variance / df))
    return scaling, df - mean / scaling


def _unexplained(fit: DwlsFit, influence: Array) -> Array:
    """(rows, m): what the parameters leave of influences (rows, m)."""
    weighted = sparse.diags_array(fit.weights) @ fit.derivatives
    products = weighted_products(fit.derivatives, fit.weights)
    explained = linalg.solve(products, (influence @ weighted).T)
    return np.asarray(influence - (fit.derivatives @ explained).T)


def _robust(fit: DwlsFit, influence: Array, remainder: Array) -> _Robust:
    """Maximum-likelihood discrepancy at the estimates, and its expectation under the model (Savalei 2021)."""
    p, n, df = len(fit.sample), fit.n, fit.df
    try:
        triangle = linalg.cholesky(fit.implied, lower=True)
        sample_log_determinant = 2 * np.log(np.diagonal(linalg.cholesky(fit.sample, lower=True))).sum()
    except linalg.LinAlgError:
        nan = float("nan")
        return _Robust(nan, nan, Rmsea(nan, nan, nan, nan))
    precision = linalg.cho_solve((triangle, True), np.eye(p))
    log_determinant = 2 * np.log(np.diagonal(triangle)).sum()
    chi2 = n * float(log_determinant - sample_log_determinant + np.sum(precision * fit.sample) - p)
    baseline_df = len(fit.weights)
    baseline = -n * float(sample_log_determinant)
    # Half the trace of (P E)^2, of the symmetric matrix E of unexplained influences, over respondents.
    rows, columns = np.tril_indices(p, -1)
    matrices = np.zeros((len(remainder), p, p))
    matrices[:, rows, columns] = matrices[:, columns, rows] = remainder
    products = precision @ matrices
    expected = 0.5 * float(np.einsum("nij,nji->", products, products)) / n
    null_expected = float(np.sum(np.square(influence))) / n
    excess, null_excess = chi2 - expected, baseline - null_expected
    scaling = expected / df
    # lavaan multiplies the maximum-likelihood discrepancy by n, and divides its excess by n - 1.
    rmsea = rmsea_of(chi2 / scaling, df, n - 1, scaling=scaling)
    cfi = comparative_fit(excess, null_excess)
    return _Robust(cfi, 1 - excess / null_excess * baseline_df / df, rmsea)
