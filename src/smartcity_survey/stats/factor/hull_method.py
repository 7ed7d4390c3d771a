"""The Hull method: the number of common factors beyond which more of them add little to the fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.correlations import require_independence
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.factor.adequacy import bartlett_sphericity, kmo
from smartcity_survey.stats.factor.extraction import CommonFactors, goodness_of_fit


@dataclass(frozen=True, slots=True)
class Hull:
    """Solutions with 0, 1, ... factors on the upper edge of fit against free parameters.

    on_hull : (m,), whether a solution is on that edge, in which no simpler one fits as well and no pair of
        neighbours fits better in between.
    elbow : (m,), gain of fit for each parameter before the solution over the gain after it; nan at both ends
        of the edge and off it.
    n_factors : with the largest elbow; None where fewer than three solutions are on the edge.
    """

    on_hull: BoolArray
    elbow: Array
    n_factors: int | None


def hull(fit: Array, n_parameters: Array) -> Hull:
    """The elbow of fit (m,) of solutions with 0, 1, ... factors against their free parameters (m,).

    fit : the larger the better; nan where a solution was not found. n_parameters : growing, known up to a
        constant.

    Source: Lorenzo-Seva, Timmerman & Kiers (2011), Multivariate Behavioral Research 46, 340-364, steps 3-6.
    """
    edge: list[int] = []
    for place in np.flatnonzero(np.isfinite(fit)).tolist():
        if edge and fit[place] <= fit[edge].max():
            continue
        while len(edge) > 1 and _below(fit, n_parameters, edge[-2], edge[-1], place):
            edge.pop()
        edge.append(place)
    on_hull = np.isin(np.arange(len(fit)), edge)
    elbow = np.full(len(fit), np.nan)
    if len(edge) > 2:
        slopes = np.diff(fit[edge]) / np.diff(n_parameters[edge])
        elbow[edge[1:-1]] = slopes[:-1] / slopes[1:]
    return Hull(on_hull, elbow, int(np.nanargmax(elbow)) if len(edge) > 2 else None)


def _below(fit: Array, n_parameters: Array, before: int, place: int, after: int) -> bool:
    """Whether a solution is on the line from the one before to the one after, or below."""
    share = (n_parameters[place] - n_parameters[before]) / (n_parameters[after] - n_parameters[before])
    return bool(fit[place] <= fit[before] + share * (fit[after] - fit[before]))


def free_parameters(p: int, most: int) -> Array:
    """(most + 1,): free parameters of 0, 1, ..., `most` factors of p items."""
    k = np.arange(most + 1)
    return np.asarray(p * (k + 1) - k * (k - 1) / 2)


def common_part(R: Array, loadings: Array) -> float:
    """Common part accounted for (CAF) by loadings (p, k) of correlations R (p, p): 1 - KMO of the residuals.

    Residual correlations have units in their diagonal; k may be 0. Lorenzo-Seva et al. (2011), equation 3.
    Near .5 where nothing but chance is left, though said to reach 1 there.

    Raises
    ------
    LinearDependence, NotPositiveDefinite.
    """
    left = R - loadings @ loadings.T
    np.fill_diagonal(left, 1.0)
    return 1 - kmo(left).overall


def comparative_fit(R: Array, factors: CommonFactors | None, n: int) -> float:
    """CFI of factors by maximum likelihood of correlations R (p, p) of n rows; None: no factor, 0.

    Of chi-squares with Bartlett's multipliers, as `goodness_of_fit` has them. Source: Bentler (1990).

    Raises
    ------
    TooFewRows (n <= p), LinearDependence, NotPositiveDefinite.
    """
    require_independence(R, n)
    if factors is None:
        return 0.0
    nothing, own = bartlett_sphericity(R, n), goodness_of_fit(factors, n)
    left = max(own.statistic - own.df, 0.0)
    worst = max(nothing.statistic - nothing.df, left)
    return 1 - left / worst if worst > 0 else 1.0
