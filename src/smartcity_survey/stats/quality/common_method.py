"""Could one way of asking explain the correlations: signs of common-method bias."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.correlations import require_independence, weighted_correlation
from smartcity_survey.stats.core.errors import TooFewRows
from smartcity_survey.stats.core.significance import t_two_sided
from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.factor.extraction import principal_axes
from smartcity_survey.stats.sampling.survey_design import SurveyDesign


@dataclass(frozen=True, slots=True)
class Harman:
    """Share of the variance of all items that a single unrotated factor explains.

    component : the first principal component. factor : one factor by principal axes.
    """

    component: float
    factor: float


@dataclass(frozen=True, slots=True)
class MarkerAdjusted:
    """Correlations less what a marker suggests is due to method, any shape; t and two-sided p of them."""

    correlation: Array
    t: Array
    p: Array


def harman(R: Array) -> Harman:
    """Harman's single-factor test of item correlations R (p, p).

    A majority would suggest that one source is behind all answers. The reverse does not hold: bias that
    matters can leave the first factor small (Podsakoff et al. 2003, Journal of Applied Psychology 88,
    879-903), and a strong substantive factor can make it large.

    Raises
    ------
    As `principal_axes`.
    """
    p = len(R)
    largest = float(np.linalg.eigvalsh(R)[-1])
    return Harman(largest / p, float(principal_axes(R, 1).communalities.sum()) / p)


def full_collinearity_vif(R: Array) -> Array:
    """(c,): variance inflation of each construct given all others, from their correlations R (c, c).

    Source: Kock (2015), International Journal of e-Collaboration 11(4), 1-10; values above 3.3 suggest bias.

    Raises
    ------
    LinearDependence, NotPositiveDefinite.
    """
    require_independence(R)
    return np.asarray(np.diagonal(np.linalg.inv(R)).copy())


def marker_adjusted(r: Array, marker: float, n: int) -> MarkerAdjusted:
    """Correlations r of n rows with the share of a marker variable's correlation taken out.

    (r - marker) / (1 - marker), tested with n - 3 degrees of freedom; the marker is a variable that in
    theory has nothing to do with the others, so that its correlation with them measures the method.

    Source: Lindell & Whitney (2001), Journal of Applied Psychology 86, 114-121, equations 4 and 5.

    Raises
    ------
    TooFewRows.
    """
    if n < 4:
        raise TooFewRows(n, 4)
    adjusted = (r - marker) / (1 - marker)
    with np.errstate(divide="ignore"):
        t = adjusted * np.sqrt((n - 3) / (1 - np.square(adjusted)))
    return MarkerAdjusted(adjusted, t, t_two_sided(t, n - 3))


def marker_adjusted_by_design(
    x: Array, pairs: tuple[IntArray, IntArray], marker: float, design: SurveyDesign
) -> MarkerAdjusted:
    """The same of the weighted correlations of pairs of columns of x (n, c), with linearised errors.

    Of the difference r - marker, the marker being taken as known, as there; t has a degree of freedom less
    than there are units. The influence of a respondent on r is z_i z_j - r (z_i^2 + z_j^2) / 2.

    Parameters
    ----------
    pairs : positions of both sides, (m,) each.

    Raises
    ------
    TooFewRows (fewer than four respondents), and as `weighted_correlation`.
    """
    if design.n < 4:
        raise TooFewRows(design.n, 4)
    r = weighted_correlation(x, design.weights)[pairs]
    shares = design.weights / design.n
    centred = x - shares @ x
    z = centred / np.sqrt(shares @ centred**2)
    first, second = z[:, pairs[0]], z[:, pairs[1]]
    influence = (first * second - r * (first**2 + second**2) / 2) / design.n
    std_err = np.sqrt(np.diagonal(design.covariance_of_total(influence)))
    with np.errstate(divide="ignore"):
        t = (r - marker) / std_err
    return MarkerAdjusted((r - marker) / (1 - marker), t, t_two_sided(t, design.units - 1))
