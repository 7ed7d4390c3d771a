"""Posteriors of single coefficients of a regression: how large an effect is, beside whether there is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from smartcity_survey.stats.core.errors import StatisticsError
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.evidence.bayes_factor import MEDIUM_SCALE, log_jzs_of_g

_NEGLIGIBLE_WEIGHT = 1e-18
_HALVINGS = 60
"""Of an interval that holds a quantile: exact to rounding."""


@dataclass(frozen=True, slots=True)
class CoefficientPosteriors:
    """Posteriors of k standardised coefficients, (k,) each.

    mean, sd : of the posterior. low, high : equal-tailed credible interval. negligible : probability that the
    coefficient lies between -bound and bound. positive : probability that it is above 0.
    """

    mean: Array
    sd: Array
    low: Array
    high: Array
    negligible: Array
    positive: Array


def coefficient_posteriors(
    beta: Array, vif: Array, r2: float, n: int, bound: float, level: float = 0.95, scale: float = MEDIUM_SCALE
) -> CoefficientPosteriors:
    """Posteriors under the prior of `bayes_factors`, in closed form but for the prior's one scale g.

    Given g a coefficient has a t distribution with n - 1 degrees of freedom, around q beta with
    q = g / (1 + g), of squared scale q (1 - q R2) VIF / (n - 1); the posterior mixes these over that of g.
    Both sources of shrinkage are in it: from the prior's scale, and from not knowing it.

    Parameters
    ----------
    beta, vif (k,) : standardised least squares coefficients and their variance inflation. bound : of a
        coefficient that counts as none. level : of the credible interval.

    Raises
    ------
    StatisticsError : R2 outside [0, 1), or too few rows.

    Source: Liang, Paulo, Molina, Clyde & Berger (2008), JASA 103, eqs. 3 and 13; Kruschke (2018), AMPPS 1,
    for the region of practical equivalence.
    """
    k = len(beta)
    if not 0 <= r2 < 1:
        raise StatisticsError(f"R2 must be at least 0 and below 1, not {r2}")
    if n < k + 3:
        raise StatisticsError(f"{n} rows have no posterior of {k} coefficients")
    log_g, log_density = log_jzs_of_g(r2, k, n, scale)
    weight = np.exp(log_density - special.logsumexp(log_density))
    kept = weight > _NEGLIGIBLE_WEIGHT
    weight, q = weight[kept], special.expit(log_g[kept])
    df = n - 1
    centre = q[:, None] * beta
    width = np.sqrt((q * (1 - q * r2))[:, None] * vif / df)

    def below(x: Array) -> Array:
        """(k,): probability that each coefficient is below x (k,)."""
        return np.asarray(weight @ special.stdtr(df, (x - centre) / width))

    mean = weight @ centre
    sd = np.sqrt(weight @ (width**2 * df / (df - 2) + (centre - mean) ** 2))
    tail = (1 - level) / 2
    # No more than a tail's probability lies so far from the mean (Cantelli's inequality).
    reach = np.sqrt(1 / tail - 1) * sd
    return CoefficientPosteriors(
        mean=mean,
        sd=sd,
        low=_quantile(below, tail, mean - reach, mean + reach),
        high=_quantile(below, 1 - tail, mean - reach, mean + reach),
        negligible=below(np.full(k, bound)) - below(np.full(k, -bound)),
        positive=np.asarray(weight @ special.stdtr(df, centre / width)),
    )


def _quantile(below: Callable[[Array], Array], share: float, low: Array, high: Array) -> Array:
    """Where `below` comes to a share, between low (k,) and high (k,), by halving."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        short = below(middle) < share
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return np.asarray((low + high) / 2)
