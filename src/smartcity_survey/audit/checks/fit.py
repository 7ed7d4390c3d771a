"""The fit of a linear regression: R, R2, sums of squares, F, s, and how they hang together."""

from __future__ import annotations

import numpy as np
from scipy import stats

from smartcity_survey.audit.case import identity
from smartcity_survey.audit.interval import Interval, image


@identity("r")
def r_in_range() -> Interval:
    """A multiple correlation lies between 0 and 1."""
    return Interval(0.0, 1.0)


@identity("r2")
def r2_from_r(r: Interval) -> Interval:
    """R2 is R squared."""
    return image(np.square, r.magnitude())


@identity("r2")
def r2_from_sums_of_squares(ss_regression: Interval, ss_residual: Interval) -> Interval:
    """R2 is the regression's share of the total sum of squares."""
    return image(lambda a, b: a / (a + b), ss_regression, ss_residual)


@identity("adj_r2")
def adjusted_r2(r2: Interval, n: Interval, predictors: Interval) -> Interval:
    """Adjusted R2 is 1 - (1 - R2)(n - 1)/(n - k - 1)."""
    return image(lambda r, m, k: 1 - (1 - r) * (m - 1) / (m - k - 1), r2, n, predictors)


@identity("adj_r2")
def adjusted_r2_from_error(std_error_estimate: Interval, sd_outcome: Interval) -> Interval:
    """Adjusted R2 is 1 - s^2 / SD_y^2."""
    return image(lambda s, sd: 1 - (s / sd) ** 2, std_error_estimate, sd_outcome)


@identity("ss_total")
def sums_of_squares(ss_regression: Interval, ss_residual: Interval) -> Interval:
    """The sums of squares of regression and residual add up to the total."""
    return ss_regression + ss_residual


@identity("ss_total")
def total_sum_of_squares(sd_outcome: Interval, n: Interval) -> Interval:
    """The total sum of squares is (n - 1) SD_y^2."""
    return image(lambda sd, m: (m - 1) * sd**2, sd_outcome, n)


@identity("df_total")
def degrees_of_freedom(df_regression: Interval, df_residual: Interval) -> Interval:
    """Degrees of freedom of regression and residual add up to the total."""
    return df_regression + df_residual


@identity("df_regression")
def df_of_regression(predictors: Interval) -> Interval:
    """The regression has one degree of freedom per predictor."""
    return predictors


@identity("df_residual")
def df_of_residual(n: Interval, predictors: Interval) -> Interval:
    """The residual has n - k - 1 degrees of freedom."""
    return n - predictors - Interval.exactly(1.0)


@identity("df_total")
def df_of_total(n: Interval) -> Interval:
    """The total has n - 1 degrees of freedom."""
    return n - Interval.exactly(1.0)


@identity("ms_regression")
def mean_square_regression(ss_regression: Interval, df_regression: Interval) -> Interval:
    """A mean square is the sum of squares by its degrees of freedom."""
    return ss_regression / df_regression


@identity("ms_residual")
def mean_square_residual(ss_residual: Interval, df_residual: Interval) -> Interval:
    """A mean square is the sum of squares by its degrees of freedom."""
    return ss_residual / df_residual


@identity("f")
def f_from_mean_squares(ms_regression: Interval, ms_residual: Interval) -> Interval:
    """F is the ratio of the mean squares."""
    return ms_regression / ms_residual


@identity("f")
def f_from_sums_of_squares(
    ss_regression: Interval, ss_residual: Interval, df_regression: Interval, df_residual: Interval
) -> Interval:
    """F is the ratio of the mean squares, here from the sums of squares, which are printed more exactly."""
    return image(lambda a, b, k, m: (a / k) / (b / m), ss_regression, ss_residual, df_regression, df_residual)


@identity("f")
def f_from_r2(r2: Interval, n: Interval, predictors: Interval) -> Interval:
    """F is (R2/k) / ((1 - R2)/(n - k - 1))."""
    return image(lambda r, m, k: (r / k) / ((1 - r) / (m - k - 1)), r2, n, predictors)


@identity("f_p", decides=True)
def p_of_f(f: Interval, df_regression: Interval, df_residual: Interval) -> Interval:
    """p is the upper tail of F."""
    return image(stats.f.sf, f, df_regression, df_residual)


@identity("std_error_estimate")
def error_of_estimate(ss_residual: Interval, df_residual: Interval) -> Interval:
    """The standard error of the estimate is the square root of the residual mean square."""
    return image(lambda ss, df: np.sqrt(ss / df), ss_residual.clipped(0.0), df_residual)


@identity("r2_change")
def change_of_r2(r2: Interval, r2_before: Interval) -> Interval:
    """The change of R2 is R2 less that of the model before it, which has fewer predictors."""
    return r2 - r2_before


@identity("f_change")
def f_of_change(r2: Interval, r2_change: Interval, df1: Interval, df2: Interval) -> Interval:
    """F of a change is (change of R2/df1) / ((1 - R2)/df2), with df1 predictors added (Cohen et al. 2003)."""
    return image(lambda r, more, a, b: (more / a) / ((1 - r) / b), r2, r2_change.clipped(0.0), df1, df2)


@identity("p_change", decides=True)
def p_of_change(f_change: Interval, df1: Interval, df2: Interval) -> Interval:
    """p of a change is the upper tail of its F."""
    return image(stats.f.sf, f_change.clipped(0.0), df1, df2)


@identity("durbin_watson")
def durbin_watson_in_range() -> Interval:
    """The Durbin-Watson statistic lies between 0 and 4."""
    return Interval(0.0, 4.0)


CHANGE = (change_of_r2, f_of_change, p_of_change)

CHECKS = (
    r_in_range,
    r2_from_r,
    r2_from_sums_of_squares,
    adjusted_r2,
    adjusted_r2_from_error,
    sums_of_squares,
    total_sum_of_squares,
    degrees_of_freedom,
    df_of_regression,
    df_of_residual,
    df_of_total,
    mean_square_regression,
    mean_square_residual,
    f_from_mean_squares,
    f_from_sums_of_squares,
    f_from_r2,
    p_of_f,
    error_of_estimate,
    durbin_watson_in_range,
    *CHANGE,
)
