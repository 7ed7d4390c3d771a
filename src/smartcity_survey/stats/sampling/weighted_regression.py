"""Regression of weighted or clustered answers, with design-based errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.significance import FTest, f_test, t_interval, t_two_sided
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.regression.least_squares import OlsFit, ols
from smartcity_survey.stats.sampling.survey_design import SurveyDesign


@dataclass(frozen=True, slots=True, eq=False)
class DesignFit:
    """A regression of one outcome on k predictors and a constant, whose errors allow for the design.

    fit : least squares with the design's weights; of its errors and tests none allows for the design.
    covariance : (k+1, k+1), linearised, of the coefficients, constant first; std_err, t, p (two-sided),
        ci_low, ci_high : (k+1,), by it. df : units less coefficients. f, f_p : Wald's test that all slopes
        are zero, over k, on k and df degrees of freedom.
    """

    fit: OlsFit
    covariance: Array
    std_err: Array
    t: Array
    p: Array
    ci_low: Array
    ci_high: Array
    df: int
    f: float
    f_p: float

    def joint_test(self, terms: Sequence[int]) -> FTest:
        """Wald's test that the given coefficients (positions, constant = 0) are zero, as R's `regTermTest`.

        On as many and df degrees of freedom.
        """
        chosen = list(terms)
        estimates, within = self.fit.coef[chosen], self.covariance[np.ix_(chosen, chosen)]
        wald = float(estimates @ np.linalg.solve(within, estimates))
        return f_test(wald / len(chosen), len(chosen), self.df)


def design_regression(y: Array, x: Array, design: SurveyDesign, ci_level: float = 0.95) -> DesignFit:
    """Regress y (n,) on x (n, k) and a constant with weights and clusters, as R's `svyglm`.

    The sandwich of the weighted normal equations (Binder 1983; Fuller 1975, Sankhya C 37, 117-132); t has
    units - k - 1 degrees of freedom.

    Raises
    ------
    What `ols` raises; TooFewUnits (no more units than coefficients).
    """
    n, k = x.shape
    fit = ols(y, x, ci_level, design.weights if design.weighted else None)
    df = design.degrees_of_freedom(k)
    rows = np.column_stack([np.ones(n), x])
    # About the weighted means and in standard deviations: as well conditioned as the predictors allow.
    centre, spread = design.weights @ x / n, x.std(axis=0)
    scaled = np.column_stack([np.ones(n), (x - centre) / spread])
    back = np.zeros((k + 1, k + 1))
    back[0, 0], back[0, 1:] = 1.0, -centre / spread
    back[1:, 1:] = np.diag(1 / spread)
    bread = np.linalg.inv((scaled * design.weights[:, None]).T @ scaled)
    influence = scaled * (y - rows @ fit.coef)[:, None] @ bread @ back.T
    covariance = design.covariance_of_total(influence)
    std_err = np.sqrt(np.diagonal(covariance))
    t = fit.coef / std_err
    ci_low, ci_high = t_interval(fit.coef, std_err, df, ci_level)
    slopes = fit.coef[1:]
    wald = f_test(float(slopes @ np.linalg.solve(covariance[1:, 1:], slopes)) / k, k, df)
    return DesignFit(
        fit=fit,
        covariance=covariance,
        std_err=std_err,
        t=t,
        p=t_two_sided(t, df),
        ci_low=ci_low,
        ci_high=ci_high,
        df=df,
        f=wald.statistic,
        f_p=wald.p,
    )
