"""Ordinal regression of weighted or clustered answers, with design-based errors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from smartcity_survey.stats.core.errors import TooFewRows, TooFewUnits
from smartcity_survey.stats.core.significance import ChiSquareTest, f_test, t_interval, t_two_sided
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.regression.ordinal import (
    ParallelLines,
    ProportionalOdds,
    equal_lines,
    needed_for_lines,
    odds_and_influence,
)
from smartcity_survey.stats.sampling.survey_design import SurveyDesign, effective_size


def design_odds(y: Array, x: Array, design: SurveyDesign, level: float = 0.95) -> ProportionalOdds:
    """Proportional odds of y (n,) by x (n, k) with weights and clusters, as R's `svyolr`.

    Pseudo maximum likelihood, errors by the sandwich of the slopes (Binder 1983, International Statistical
    Review 51, 279-292); `z` is a t on units - k - 1 degrees of freedom, as are intervals. `test` is Wald's,
    whose p is of F on k and as many; the likelihood and pseudo R2 are of weights that average 1.

    Raises
    ------
    As `proportional_odds`; TooFewUnits (no more units than coefficients).
    """
    k = x.shape[1]
    fit, influence = odds_and_influence(y, x, design.weights, level)
    df = design.degrees_of_freedom(k)
    covariance = design.covariance_of_total(influence)
    std_err = np.sqrt(np.diagonal(covariance))
    errors = std_err[-k:]
    t = fit.coef / errors
    low, high = t_interval(fit.coef, errors, df, level)
    wald = float(fit.coef @ np.linalg.solve(covariance[-k:, -k:], fit.coef))
    return replace(
        fit,
        threshold_errors=std_err[:-k],
        std_err=errors,
        z=t,
        p=t_two_sided(t, df),
        ci_low=low,
        ci_high=high,
        test=_judged(ChiSquareTest(wald, k, np.nan), df),
    )


def design_parallel_lines(y: Array, x: Array, design: SurveyDesign) -> ParallelLines:
    """Brant's test of `parallel_lines` with the design's covariances of lines; p by F as in `design_odds`.

    Respondents count by their effective number, clusters as one each, where the test asks for many.

    Raises
    ------
    As `parallel_lines` and `design_odds`.
    """
    categories = np.unique(y)
    steps, k = len(categories) - 1, x.shape[1]
    if steps < 2:
        raise TooFewRows(len(categories), 3)
    df = design.degrees_of_freedom(k)
    if (worth := lines_worth(design)) < (needed := needed_for_lines(len(categories), k)):
        raise TooFewUnits(worth, needed)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    coef, influences = [], []
    for category in categories[:-1]:
        fit, influence = odds_and_influence((y > category).astype(np.float64), x, design.weights)
        coef.append(fit.coef)
        influences.append(influence[:, 1:])
    covariance = design.covariance_of_total(np.hstack(influences)).reshape(steps, k, steps, k)
    lines = equal_lines(np.array(coef), covariance)
    return ParallelLines(_judged(lines.whole, df), tuple(_judged(test, df) for test in lines.each))


def lines_worth(design: SurveyDesign) -> int:
    """How many respondents a design is worth where a test asks for many: clusters, or Kish's number."""
    return design.units if design.clusters is not None else round(effective_size(design.weights))


def _judged(test: ChiSquareTest, df: int) -> ChiSquareTest:
    """Wald's statistic with p of F, as the covariances are estimated from so many units."""
    return ChiSquareTest(test.statistic, test.df, f_test(test.statistic / test.df, test.df, df).p)
