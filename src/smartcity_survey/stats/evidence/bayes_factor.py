"""Bayes factors for single coefficients of a regression: evidence for an effect and for its absence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from smartcity_survey.stats.core.errors import StatisticsError
from smartcity_survey.stats.core.types import Array

# "Medium" scale of the prior on standardised slopes in R's BayesFactor and in JASP.
MEDIUM_SCALE = float(np.sqrt(2) / 4)

# The integrand over log g is analytic in a strip of half-width pi, falls off double exponentially
# below and at least like exp(-log g) above, so the trapezoid rule is exact to rounding.
STEP = 0.05
BELOW, ABOVE = 6.0, 100.0


@dataclass(frozen=True, slots=True)
class BayesFactors:
    """Natural logarithms of the Bayes factors BF10 for each of k predictors, (k,) each.

    BF10 compares the whole model with the model without the predictor: above 0 the data favour the
    effect, below 0 its absence; exp(-value) is BF01.

    log_jzs : under the Jeffreys-Zellner-Siow prior of scale `scale`.
    log_bic : the unit-information approximation from the BIC.
    """

    log_jzs: Array
    log_bic: Array
    scale: float


def bayes_factors(r2: float, part: Array, n: int, scale: float = MEDIUM_SCALE) -> BayesFactors:
    """Bayes factors of the k predictors of a regression from its R2 and part correlations (k,).

    Source: Liang et al. (2008) and Rouder & Morey (2012) for JZS, each model against the
    constant alone and the two divided; Wagenmakers (2007) for the BIC.

    Raises
    ------
    StatisticsError : R2 outside [0, 1), or too few rows.
    """
    k = len(part)
    if not 0 <= r2 < 1:
        raise StatisticsError(f"R2 must be at least 0 and below 1, not {r2}")
    if n < k + 2:
        raise StatisticsError(f"{n} rows cannot compare models of {k} predictors")
    # Rounding can push the R2 of an unimportant model below 0.
    without = np.maximum(r2 - np.square(part), 0)
    full = log_jzs_against_constant(r2, k, n, scale)
    reduced = np.array([log_jzs_against_constant(value, k - 1, n, scale) for value in without])
    log_bic = 0.5 * (n * (np.log1p(-without) - np.log1p(-r2)) - np.log(n))
    return BayesFactors(full - reduced, log_bic, scale)


def log_jzs_against_constant(r2: float, k: int, n: int, scale: float = MEDIUM_SCALE) -> float:
    """Log Bayes factor of a regression with k predictors and this R2 against the constant alone.

    Slopes have a Cauchy prior: normal with variance g sigma2 n inv(X'X), g inverse gamma with shape
    1/2 and rate scale2 / 2 (Liang et al. 2008; Rouder & Morey 2012).
    """
    if k == 0:
        return 0.0
    _, log_density = log_jzs_of_g(r2, k, n, scale)
    return float(special.logsumexp(log_density) + np.log(STEP))


def log_jzs_of_g(r2: float, k: int, n: int, scale: float = MEDIUM_SCALE) -> tuple[Array, Array]:
    """The prior's g on a grid of step `STEP` in log g: log g (G,), log of its prior times likelihood (G,).

    Both are densities of log g; the likelihood is against that of the constant alone.
    """
    rate = n * scale**2 / 2
    log_g = np.arange(np.log(rate) - BELOW, np.log(rate) + ABOVE, STEP)
    g = np.exp(log_g)
    log_prior = 0.5 * np.log(rate / np.pi) - 1.5 * log_g - rate / g
    log_likelihood = 0.5 * (n - k - 1) * np.log1p(g) - 0.5 * (n - 1) * np.log1p(g * (1 - r2))
    return log_g, log_prior + log_likelihood + log_g
