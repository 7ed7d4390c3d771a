"""Coefficients of a linear regression: B, SE, Beta, t, p, limits, VIF, and the constant."""

from __future__ import annotations

import numpy as np
from scipy import stats

from smartcity_survey.audit.case import Judgement, check, identity
from smartcity_survey.audit.interval import Interval, image, total
from smartcity_survey.audit.reported import Reported


@identity("t")
def t_ratio(b: Interval, std_error: Interval) -> Interval:
    """t is B divided by its standard error."""
    return b / std_error.clipped(0.0)


@identity("t")
def size_of_t(b: Interval, std_error: Interval) -> Interval:
    """Where t is printed without its sign, it is the size of B divided by its standard error."""
    return b.magnitude() / std_error.clipped(0.0)


@identity("p", decides=True)
def p_of_t(t: Interval, n: Interval, predictors: Interval, tails: Interval) -> Interval:
    """p is the tail of t with n - k - 1 degrees of freedom, on both sides or on one."""
    return image(lambda x, m, k, sides: sides * stats.t.sf(x, m - k - 1), t.magnitude(), n, predictors, tails)


@identity("p", decides=True)
def p_of_z(t: Interval, tails: Interval) -> Interval:
    """p is the tail of the normal distribution, as PLS programs take it for their bootstrap's t."""
    return image(lambda x, sides: sides * stats.norm.sf(x), t.magnitude(), tails)


@identity("ci_low")
def lower_limit(
    b: Interval, std_error: Interval, n: Interval, predictors: Interval, level: Interval
) -> Interval:
    """The lower limit is B less the critical t times the standard error."""
    return b - _margin(std_error, n, predictors, level)


@identity("ci_high")
def upper_limit(
    b: Interval, std_error: Interval, n: Interval, predictors: Interval, level: Interval
) -> Interval:
    """The upper limit is B plus the critical t times the standard error."""
    return b + _margin(std_error, n, predictors, level)


def _margin(std_error: Interval, n: Interval, predictors: Interval, level: Interval) -> Interval:
    def margin(se: float, m: float, k: float, cover: float) -> float:
        return float(se * stats.t.isf((1 - cover) / 2, m - k - 1))

    return image(margin, std_error, n, predictors, level)


@identity("beta")
def beta_from_b(b: Interval, sd: Interval, sd_outcome: Interval) -> Interval:
    """Beta is B times SD_x / SD_y."""
    return image(lambda x, sx, sy: x * sx / sy, b, sd, sd_outcome)


@identity("tolerance")
def tolerance_from_vif(vif: Interval) -> Interval:
    """Tolerance is 1 / VIF."""
    return Interval.exactly(1.0) / vif


@identity("vif")
def vif_from_standard_error(
    std_error: Interval, sd: Interval, std_error_estimate: Interval, n: Interval
) -> Interval:
    """The standard error implies VIF = (SE SD_x sqrt(n - 1) / s)^2."""
    return _vif(std_error, sd, std_error_estimate, n)


def _vif(std_error: Interval, sd: Interval, std_error_estimate: Interval, n: Interval) -> Interval:
    return image(
        lambda se, sx, s, m: (se * sx / s) ** 2 * (m - 1), std_error.clipped(0.0), sd, std_error_estimate, n
    )


@check("std_error", arithmetic=True)
def implied_vif(std_error: Reported, sd: Reported, std_error_estimate: Reported, n: Reported) -> Judgement:
    """Where no VIF is printed, the standard error implies one, and it is at least 1."""
    vif = _vif(std_error.interval, sd.interval, std_error_estimate.interval, n.interval)
    expected = f"{vif.low:.2f} - {vif.high:.2f}"
    return Judgement(vif.high >= 1.0, expected, reason="implied_vif" if vif.high >= 1.0 else "")


@identity("t")
def t_within_r2(r2: Interval, n: Interval, predictors: Interval) -> Interval:
    """A predictor's own share t^2 (1 - R2)/df is at most R2."""
    bound = image(lambda r, m, k: np.sqrt(r * (m - k - 1) / (1 - r)), r2.clipped(0.0, 1.0), n, predictors)
    return Interval(-bound.high, bound.high)


T = (t_ratio, size_of_t)
P = (p_of_t, p_of_z)
COEFFICIENT = (
    lower_limit,
    upper_limit,
    beta_from_b,
    tolerance_from_vif,
    vif_from_standard_error,
    implied_vif,
)
PREDICTOR = (t_within_r2,)


@identity("b_constant")
def constant_from_means(
    mean_outcome: Interval, b: tuple[Interval, ...], mean: tuple[Interval, ...]
) -> Interval:
    """The constant is the outcome's mean less each B times its predictor's mean."""
    return mean_outcome - total(slope * centre for slope, centre in zip(b, mean, strict=True))


@identity("std_error_constant")
def constant_error_floor(
    std_error_estimate: Interval, n: Interval, mean: tuple[Interval, ...], sd: tuple[Interval, ...]
) -> Interval:
    """The constant's standard error is at least s sqrt(1/n + mean^2 / ((n - 1) SD^2)) for each predictor."""

    def floor(s: float, m: float, centre: float, spread: float) -> float:
        return float(s * np.sqrt(1 / m + centre**2 / ((m - 1) * spread**2)))

    return Interval.at_least(
        max(
            image(floor, std_error_estimate, n, centre.magnitude(), spread).low
            for centre, spread in zip(mean, sd, strict=True)
        )
    )


CONSTANT = (constant_from_means, constant_error_floor)

CHECKS = (*T, *P, *COEFFICIENT, *PREDICTOR, *CONSTANT)
