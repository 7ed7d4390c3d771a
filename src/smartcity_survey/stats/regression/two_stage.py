"""Two-stage least squares: predictors that the outcome may act upon in turn, by instruments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.design import check_outcome, factor_design
from smartcity_survey.stats.core.errors import InvalidModel
from smartcity_survey.stats.core.significance import (
    ChiSquareTest,
    FTest,
    chi_square_test,
    f_test,
    t_interval,
    t_two_sided,
)
from smartcity_survey.stats.core.types import Array


@dataclass(frozen=True, slots=True)
class TwoStageFit:
    """y = constant + endogenous predictors + exogenous ones, whose coefficients stand in this order.

    coef, std_err, t, p, ci_low, ci_high : (1 + e + x,). least_squares : (1 + e + x,), without instruments.
    first_stage : (e,), Sanderson and Windmeijer's F of the instruments for what each endogenous predictor has
    of its own; of a single one, the F of its first stage. endogeneity : Durbin, Wu and Hausman's test that
    least squares would do. overidentification : Sargan's test that no instrument acts on the outcome by
    itself; None where there are no more instruments than endogenous predictors.
    """

    coef: Array
    std_err: Array
    t: Array
    p: Array
    ci_low: Array
    ci_high: Array
    least_squares: Array
    first_stage: tuple[FTest, ...]
    endogeneity: FTest
    overidentification: ChiSquareTest | None


def two_stage_least_squares(
    y: Array, endogenous: Array, exogenous: Array, instruments: Array, level: float = 0.95
) -> TwoStageFit:
    """Fit y (n,) on endogenous (n, e) and exogenous predictors (n, x) by other columns, instruments (n, m).

    Errors suppose equal variances, t with n - 1 - e - x degrees of freedom. Theil (1953), Basmann (1957);
    tests: Wooldridge (2010), Econometric Analysis of Cross Section and Panel Data, ch. 5 and 6; Sanderson and
    Windmeijer (2016), Journal of Econometrics 190, 212-221.

    Raises
    ------
    NotFinite, ConstantItems, TooFewRows, LinearDependence : columns in the order endogenous, exogenous,
        instruments.
    InvalidModel : fewer instruments than endogenous predictors.
    """
    n, e = endogenous.shape
    m = instruments.shape[1]
    require_instruments(m, e)
    check_outcome(y, np.column_stack([endogenous, exogenous, instruments]))
    factor_design(np.column_stack([endogenous, exogenous, instruments]))
    one = np.ones((n, 1))
    every = np.column_stack([one, exogenous, instruments])
    design = np.column_stack([one, endogenous, exogenous])
    fitted = every @ np.linalg.lstsq(every, endogenous)[0]
    left = endogenous - fitted
    first = np.column_stack([one, fitted, exogenous])
    factor_design(first[:, 1:])  # refuses instruments that tell two endogenous predictors alike
    coef = np.linalg.lstsq(first, y)[0]
    df = n - design.shape[1]
    residuals = y - design @ coef
    variance = residuals @ residuals / df
    std_err = np.sqrt(variance * np.diagonal(np.linalg.inv(first.T @ first)))
    t = coef / std_err
    low, high = t_interval(coef, std_err, df, level)
    strength = tuple(_conditional(j, endogenous, exogenous, instruments) for j in range(e))
    least: Array = np.linalg.lstsq(design, y)[0].astype(np.float64)
    widened = np.column_stack([design, left])
    plain, added = (float(_squares(y - part @ np.linalg.lstsq(part, y)[0])) for part in (design, widened))
    rest = n - widened.shape[1]
    explained = every @ np.linalg.lstsq(every, residuals)[0]
    sargan = n * float(_squares(explained) / _squares(residuals))
    return TwoStageFit(
        coef=coef,
        std_err=std_err,
        t=t,
        p=t_two_sided(t, df),
        ci_low=low,
        ci_high=high,
        least_squares=least,
        first_stage=strength,
        endogeneity=f_test((plain - added) / e / (added / rest), e, rest),
        overidentification=chi_square_test(sargan, m - e) if m > e else None,
    )


def require_instruments(m: int, e: int) -> None:
    """Refuse fewer instruments than endogenous predictors, as an InvalidModel."""
    if m < e:
        raise InvalidModel(f"{m} instruments cannot stand for {e} endogenous predictors")


def _conditional(j: int, endogenous: Array, exogenous: Array, instruments: Array) -> FTest:
    """F of the instruments for predictor j without what they say of the other endogenous ones.

    These are taken out by two-stage least squares; each takes an instrument's degree of freedom with it.
    """
    n, m = instruments.shape
    given = np.column_stack([np.ones((n, 1)), exogenous])
    every = np.column_stack([given, instruments])
    own, others = endogenous[:, j], np.delete(endogenous, j, axis=1)
    fitted = every @ np.linalg.lstsq(every, others)[0]
    weights = np.linalg.lstsq(np.column_stack([fitted, given]), own)[0][: others.shape[1]]
    rest = own - others @ weights
    without, left = (float(_squares(rest - part @ np.linalg.lstsq(part, rest)[0])) for part in (given, every))
    df, free = m - others.shape[1], n - every.shape[1]
    return f_test((without - left) / df / (left / free), df, free)


def _squares(values: Array) -> Array:
    """Sums of squares of columns."""
    return np.asarray(np.square(values).sum(axis=0))
