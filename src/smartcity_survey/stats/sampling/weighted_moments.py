"""Descriptives, covariances and correlations of weighted or clustered answers."""

from __future__ import annotations

import numpy as np

from smartcity_survey.stats.core.correlations import centre, centred_items
from smartcity_survey.stats.core.errors import TooFewRows
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.items.descriptives import FEWEST_ROWS, Descriptives
from smartcity_survey.stats.sampling.survey_design import SurveyDesign


def describe_design(x: Array, design: SurveyDesign) -> Descriptives:
    """Describe each column of x (n, p) with the weights of a design.

    Means with linearised standard errors; variances by the divisor sum(w) (n - 1) / n, as R's `survey`.
    Skewness and kurtosis are SPSS's with weights that average 1. Their standard errors, which hold for
    equally probable respondents, are nan. n, minimum and maximum count respondents.

    Raises
    ------
    NotFinite, TooFewRows (n < 4).
    """
    n, p = x.shape
    if n < FEWEST_ROWS:
        raise TooFewRows(n, FEWEST_ROWS)
    constant = centre(x).constant
    w = design.weights
    mean = w @ x / n
    values = x - mean
    sum2, sum3, sum4 = w @ values**2, w @ values**3, w @ values**4
    variance = np.where(constant, 0.0, sum2 / (n - 1))
    sd = np.sqrt(variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        skewness = n * sum3 / ((n - 1) * (n - 2) * sd**3)
        kurtosis = (n * (n + 1) * sum4 / variance**2 / (n - 1) - 3 * (n - 1) ** 2) / ((n - 2) * (n - 3))
    nothing = np.full(p, np.nan)
    return Descriptives(
        n=n,
        minimum=x.min(axis=0),
        maximum=x.max(axis=0),
        mean=mean,
        se_mean=np.sqrt(np.diagonal(design.covariance_of_total(values / n))),
        sd=sd,
        skewness=np.where(constant, np.nan, skewness),
        se_skewness=nothing,
        kurtosis=np.where(constant, np.nan, kurtosis),
        se_kurtosis=nothing,
    )


def weighted_covariance(x: Array, design: SurveyDesign, ddof: int = 1) -> Array:
    """Covariance matrix (p, p) of x (n, p) with the weights of a design, dividing by sum(w) (n - ddof) / n.

    Raises
    ------
    TooFewRows (n < 2 or n <= ddof), NotFinite, ConstantItems.
    """
    n, values = len(x), centred_items(x, ddof)
    deviations = values - design.weights @ values / n
    return np.asarray((deviations * design.weights[:, None]).T @ deviations / (n - ddof))
