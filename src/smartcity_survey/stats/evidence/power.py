"""What a regression could have found: power, smallest detectable effect and sample size of a coefficient.

Predictors count as fixed and errors as normal, the convention of G*Power: the t of a coefficient is
noncentral with noncentrality sqrt(f2 n) and n - k - 1 degrees of freedom, where Cohen's f2 is the R2
lost without the predictor over 1 - R2. Its two-sided test is that of t squared, a noncentral F.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from smartcity_survey.stats.core.errors import StatisticsError, TooFewRows
from smartcity_survey.stats.core.types import Array


@dataclass(frozen=True, slots=True)
class DetectableEffect:
    """The smallest effect of each of k predictors that a two-sided test finds with the given power.

    f2 : Cohen's f2, the same for all; noncentrality : of t, the same for all.
    part, partial : correlations of a predictor with that effect, the same for all.
    beta : (k,), standardised coefficient, larger where the predictor's VIF is.
    n, r2, alpha, power : as given.
    """

    f2: float
    noncentrality: float
    part: float
    partial: float
    beta: Array
    n: int
    r2: float
    alpha: float
    power: float


def effect_f2(beta: Array, vif: Array, r2: float) -> Array:
    """Cohen's f2 (k,) of standardised coefficients (k,) with VIF (k,) in a model with this R2."""
    return np.square(beta) / (vif * (1 - r2))


def coefficient_power(f2: float, n: int, k: int, alpha: float = 0.05) -> float:
    """Power of the two-sided t test of one of k coefficients at n rows.

    Source: Cohen (1988), chapter 9; Faul et al. (2009).

    Raises
    ------
    TooFewRows (n < k + 2), StatisticsError (f2 negative, alpha not between 0 and 1).
    """
    return block_power(f2, n, k, 1, alpha)


def block_power(f2: float, n: int, k: int, tested: int, alpha: float = 0.05) -> float:
    """Power of the F test that `tested` of k coefficients are all zero; f2 is that of the block.

    Raises
    ------
    As `coefficient_power`.
    """
    _check(n, k, alpha)
    if not f2 >= 0:
        raise StatisticsError(f"an effect size f2 must be at least 0, not {f2}")
    return _rejection_rate(f2 * n, tested, n - k - 1, alpha)


def detectable_effect(
    n: int, vif: Array, r2: float, alpha: float = 0.05, power: float = 0.8
) -> DetectableEffect:
    """Smallest effect that n rows find with this power, for k predictors with VIF (k,) and this R2.

    R2 is that of the model with the effect in it.

    Raises
    ------
    TooFewRows, StatisticsError (alpha, power or R2 out of range).
    """
    k = len(vif)
    _check(n, k, alpha, power)
    if not 0 <= r2 < 1:
        raise StatisticsError(f"R2 must be at least 0 and below 1, not {r2}")
    df = n - k - 1

    def shortfall(noncentrality: float) -> float:
        return power - _rejection_rate(noncentrality**2, 1, df, alpha)

    upper = 4.0
    while shortfall(upper) > 0:
        upper *= 2
    noncentrality = float(optimize.brentq(shortfall, 0.0, upper, xtol=1e-12))
    f2 = noncentrality**2 / n
    return DetectableEffect(
        f2=f2,
        noncentrality=noncentrality,
        part=float(np.sqrt(f2 * (1 - r2))),
        partial=float(np.sqrt(f2 / (1 + f2))),
        beta=np.sqrt(f2 * (1 - r2) * vif),
        n=n,
        r2=r2,
        alpha=alpha,
        power=power,
    )


def rows_needed(f2: float, k: int, alpha: float = 0.05, power: float = 0.8) -> int:
    """Smallest n at which one of k coefficients with this f2 is found with this power.

    Raises
    ------
    StatisticsError (f2 not positive, alpha or power out of range).
    """
    _check(k + 2, k, alpha, power)
    if not f2 > 0:
        raise StatisticsError(f"no number of rows finds an effect size f2 of {f2}")
    too_few, enough = k + 1, k + 2
    while coefficient_power(f2, enough, k, alpha) < power:
        too_few, enough = enough, 2 * enough
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        if coefficient_power(f2, middle, k, alpha) < power:
            too_few = middle
        else:
            enough = middle
    return enough


def _rejection_rate(noncentrality: float, tested: int, df: int, alpha: float) -> float:
    """P(noncentral F exceeds the critical value of the central one)."""
    critical = float(special.fdtri(tested, df, 1 - alpha))
    return float(1 - special.ncfdtr(tested, df, noncentrality, critical))


def _check(n: int, k: int, alpha: float, power: float | None = None) -> None:
    if n < k + 2:
        raise TooFewRows(n, k + 2)
    if not 0 < alpha < 1:
        raise StatisticsError(f"alpha must lie between 0 and 1, not at {alpha}")
    if power is not None and not alpha < power < 1:
        raise StatisticsError(f"power must lie between alpha and 1, not at {power}")
