"""Chi-square of a measurement model for answers that are not normal: the Satorra-Bentler correction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from smartcity_survey.stats.cfa import CfaFit
from smartcity_survey.stats.types import Array


@dataclass(frozen=True, slots=True)
class SatorraBentler:
    """Scaled chi-square: the normal-theory one over `scaling`; df; p, its upper tail; nan for df 0."""

    scaling: float
    chi2: float
    df: int
    p: float


def satorra_bentler(fit: CfaFit, x: Array) -> SatorraBentler:
    """Scale the chi-square of `fit` by the fourth moments of the answers x (n, p) it was fitted to.

    scaling = tr(U G) / df, where G is the covariance matrix of the answers' products and U the residual
    weight matrix. Neither is formed: tr(U G) is the mean over respondents of a quadratic form in their
    products, less the part the parameters take up. Satorra and Bentler (1994); as lavaan's MLM, divisor n.
    """
    if fit.df == 0:
        return SatorraBentler(np.nan, np.nan, 0, np.nan)
    centred = x - x.mean(axis=0)
    sample = centred.T @ centred / len(x)
    inverse = np.linalg.inv(fit.implied)
    weighted = centred @ inverse
    distance = np.einsum("ij,ij->i", centred, weighted)
    total = 0.5 * (np.mean(np.square(distance)) - np.trace(inverse @ sample @ inverse @ sample))
    slopes = _casewise_slopes(weighted, fit)
    taken_up = np.trace(np.linalg.solve(fit.information / 2, slopes.T @ slopes / len(x)))
    scaling = float((total - taken_up) / fit.df)
    chi2 = fit.chi2 / scaling
    return SatorraBentler(scaling, chi2, fit.df, float(special.chdtrc(fit.df, max(chi2, 0.0))))


def _casewise_slopes(weighted: Array, fit: CfaFit) -> Array:
    """(n, q): each respondent's part of the derivatives of half the discrepancy, centred."""
    pattern = fit.pattern
    by_factor = weighted @ fit.loadings
    once = np.where(pattern.row == pattern.column, 0.5, 1.0)
    slopes = np.concatenate(
        [
            weighted[:, pattern.item] * (by_factor @ fit.factor_cov)[:, pattern.factor],
            once * by_factor[:, pattern.row] * by_factor[:, pattern.column],
            0.5 * np.square(weighted),
        ],
        axis=1,
    )
    return np.asarray(slopes - slopes.mean(axis=0))
