"""Equivalence tests: is a coefficient small enough not to matter, rather than merely not significant?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from smartcity_survey.stats.core.errors import StatisticsError
from smartcity_survey.stats.core.types import Array


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Two one-sided tests of m estimates against -bound and +bound, (m,) each.

    t_lower, p_lower : against an effect at or below -bound; t_upper, p_upper : at or above +bound.
    p : the larger of the two; below alpha the effect lies within the bounds.
    ci_low, ci_high : the interval of level 1 - 2 alpha, within the bounds exactly when p < alpha.
    bound, alpha : as given.
    """

    t_lower: Array
    p_lower: Array
    t_upper: Array
    p_upper: Array
    p: Array
    ci_low: Array
    ci_high: Array
    bound: float
    alpha: float


def tost(
    estimate: Array, std_error: Array, df: Array | float, bound: float, alpha: float = 0.05
) -> Equivalence:
    """Test estimates (m,) with standard errors (m,) for equivalence to 0 within +-bound.

    df : residual degrees of freedom, of all or of each (m,).

    The bound is in the estimates' units: give standardised coefficients and their standard errors
    (b's error times SD of x over SD of y) for a bound in standard deviations.

    Source: Schuirmann (1987); Lakens (2017).

    Raises
    ------
    StatisticsError : a bound that is not positive.
    """
    if not bound > 0:
        raise StatisticsError(f"an equivalence bound must be positive, not {bound}")
    t_lower = (estimate + bound) / std_error
    t_upper = (estimate - bound) / std_error
    p_lower = np.asarray(special.stdtr(df, -t_lower), dtype=np.float64)
    p_upper = np.asarray(special.stdtr(df, t_upper), dtype=np.float64)
    margin = special.stdtrit(df, 1 - alpha) * std_error
    return Equivalence(
        t_lower=t_lower,
        p_lower=p_lower,
        t_upper=t_upper,
        p_upper=p_upper,
        p=np.maximum(p_lower, p_upper),
        ci_low=estimate - margin,
        ci_high=estimate + margin,
        bound=bound,
        alpha=alpha,
    )
