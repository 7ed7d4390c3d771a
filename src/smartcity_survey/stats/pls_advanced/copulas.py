"""Endogenous predictors: is a predictor related to what the regression leaves out? By Gaussian copulas.

Park and Gupta (2012), Marketing Science 31, 567-586; with PLS-SEM: Hult et al. (2018), Journal of
International Marketing 26(3), 1-21; with an intercept, without which it is biased: Becker, Proksch and Ringle
(2022), Journal of the Academy of Marketing Science 50, 46-66.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats import shapiro

from smartcity_survey.stats.core.resample import resampled_units
from smartcity_survey.stats.core.significance import normal_two_sided
from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.regression.residual_tests import SHAPIRO_LIMIT

_DRAWS_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class CopulaRegression:
    """An outcome on k predictors and the copulas of some of them.

    with_copula : (m,), positions of these. coefficients : (k,), of the predictors. se, p : (k,), of the
    resamples. copula_coefficients, copula_se, copula_p : (m,); a small p speaks for an endogenous predictor.
    """

    with_copula: IntArray
    coefficients: Array
    se: Array
    p: Array
    copula_coefficients: Array
    copula_se: Array
    copula_p: Array


def gaussian_copula(x: Array) -> Array:
    """(n, k): normal quantiles of the empirical distribution of each column of x (n, k).

    The largest value, whose share of values up to it is 1, is given n / (n + 1).
    """
    ordered = np.sort(x, axis=0)
    n = len(x)
    shares = np.column_stack(
        [np.searchsorted(own, values, side="right") / n for own, values in zip(ordered.T, x.T, strict=True)]
    )
    return np.asarray(ndtri(np.minimum(shares, n / (n + 1))))


def normality(x: Array) -> Array:
    """(k,): p of Shapiro and Wilk's test of each column of x (n, k); nan beyond 5,000 rows.

    A copula needs a predictor that is not normal: of a normal one it is the predictor itself.
    """
    if len(x) > SHAPIRO_LIMIT:
        return np.full(x.shape[1], np.nan)
    return np.array([shapiro(column).pvalue for column in x.T])


def copula_regressions(
    predictors: Array, outcome: Array, sets: tuple[tuple[int, ...], ...], draws: int, seed: int
) -> tuple[CopulaRegression, ...]:
    """Regressions, with intercept, of an outcome (n,) on predictors (n, k) and on the copulas of each set.

    Errors are of resamples of respondents, in which copulas are computed anew; p-values are normal and
    two-sided. Scores are taken as given: resamples do not fit the path model again.
    """
    own = _fits(predictors, outcome, sets)
    k = predictors.shape[1]
    drawn = [np.empty((draws, k + len(one))) for one in sets]
    for begin in range(0, draws, _DRAWS_AT_ONCE):
        end = min(begin + _DRAWS_AT_ONCE, draws)
        for draw, units in enumerate(resampled_units(seed, begin, end, len(outcome)), begin):
            for into, fitted in zip(drawn, _fits(predictors[units], outcome[units], sets), strict=True):
                into[draw] = fitted
    found = []
    for one, estimate, resampled in zip(sets, own, drawn, strict=True):
        se = resampled.std(axis=0, ddof=1)
        p = normal_two_sided(estimate / se)
        with_copula = np.array(one, dtype=np.int64)
        found.append(CopulaRegression(with_copula, estimate[:k], se[:k], p[:k], estimate[k:], se[k:], p[k:]))
    return tuple(found)


def _fits(predictors: Array, outcome: Array, sets: tuple[tuple[int, ...], ...]) -> list[Array]:
    """Coefficients (k + m,) of predictors and copulas, for each set of these."""
    copulas, ones = gaussian_copula(predictors), np.ones(len(outcome))
    designs = (np.column_stack([ones, predictors, copulas[:, list(one)]]) for one in sets)
    return [np.asarray(np.linalg.lstsq(design, outcome, rcond=None)[0][1:]) for design in designs]
