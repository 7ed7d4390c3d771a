"""What a test of a covariance structure's fit could have found, by the RMSEA that is supposed to be true.

A chi-square of a model with df degrees of freedom and RMSEA e in the population is noncentral, with
noncentrality (n - 1) df e^2. MacCallum, Browne and Sugawara (1996), Psychological Methods 1, 130-149.
"""

from __future__ import annotations

from typing import Literal

from scipy import optimize, special

from smartcity_survey.stats.core.errors import StatisticsError

FitHypothesis = Literal["close", "not_close", "exact"]

SUPPOSED: dict[FitHypothesis, tuple[float, float]] = {
    "close": (0.05, 0.08),
    "not_close": (0.05, 0.01),
    "exact": (0.0, 0.05),
}
"""Hypothesis -> the RMSEA that is tested, and the one that is true where the test should find it false."""
_LARGEST = 2**40
"""More respondents than anybody asks."""


def power_of_fit(n: int, df: int, null: float, true: float, alpha: float = 0.05) -> float:
    """Power of a test of RMSEA = null at n respondents, where it is `true`.

    A test of good fit (null below true) refuses large chi-squares, a test of poor fit small ones.

    Raises
    ------
    StatisticsError (fewer than two respondents, df below 1, an RMSEA below 0, both alike, alpha not between
    0 and 1).
    """
    if n < 2 or df < 1:
        raise StatisticsError(
            f"a test of fit needs two respondents and a degree of freedom, not {n} and {df}"
        )
    if min(null, true) < 0 or null == true:
        raise StatisticsError(f"two RMSEAs of 0 or more that differ are compared, not {null} and {true}")
    if not 0 < alpha < 1:
        raise StatisticsError(f"alpha must lie between 0 and 1, not at {alpha}")
    tested, supposed = ((n - 1) * df * value**2 for value in (null, true))
    good = null < true
    critical = _quantile(1 - alpha if good else alpha, df, tested)
    below = _below(critical, df, supposed)
    return 1 - below if good else below


def respondents_for_fit(df: int, null: float, true: float, alpha: float = 0.05, power: float = 0.8) -> int:
    """Smallest n at which a test of RMSEA = null has this power where it is `true`.

    Raises
    ------
    StatisticsError (as `power_of_fit`; power not between alpha and 1, or never reached).
    """
    if not alpha < power < 1:
        raise StatisticsError(f"power must lie between alpha and 1, not at {power}")
    too_few, enough = 1, 2
    while power_of_fit(enough, df, null, true, alpha) < power:
        too_few, enough = enough, 2 * enough
        if enough > _LARGEST:
            raise StatisticsError(f"no number of respondents tells an RMSEA of {true} from {null}")
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        if power_of_fit(middle, df, null, true, alpha) < power:
            too_few = middle
        else:
            enough = middle
    return enough


def _below(chi2: float, df: int, noncentrality: float) -> float:
    return float(special.chndtr(chi2, df, noncentrality))


def _quantile(probability: float, df: int, noncentrality: float) -> float:
    """The chi-square that so large a share of a noncentral distribution lies below."""

    def excess(chi2: float) -> float:
        return _below(chi2, df, noncentrality) - probability

    upper = df + noncentrality + 1.0
    while excess(upper) < 0:
        upper *= 2
    return float(optimize.brentq(excess, 0.0, upper, xtol=1e-10, rtol=1e-14))
