"""Respondents that a percentage needs: margin of error, finite population, design effect."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

import numpy as np
from scipy import special

from smartcity_survey.stats.core.errors import ConstantItems, StatisticsError, TooFewRows
from smartcity_survey.stats.core.types import Array


def margin_of_error(
    n: float,
    share: float = 0.5,
    level: float = 0.95,
    population: float = math.inf,
    design_effect: float = 1.0,
) -> float:
    """Half the width of the interval of a share, by the normal approximation.

    z sqrt(deff share (1 - share) / n) sqrt((N - n) / (N - 1)).

    Parameters
    ----------
    population : N, those drawn from without replacement. design_effect : variance over that of a simple
        random sample.

    Source: Cochran (1977), equations 3.8 and 4.2; Kish (1965), section 8.2.

    Raises
    ------
    StatisticsError (n below 1 or above the population, share or level out of range, a design effect not
    above 0).
    """
    _check(share, level, population, design_effect)
    if not 1 <= n <= population:
        raise StatisticsError(f"a sample has from 1 to {population:g} respondents, not {n:g}")
    return _z(level) * math.sqrt(design_effect * share * (1 - share) / n * _left(n, population))


def rows_for_margin(
    margin: float,
    share: float = 0.5,
    level: float = 0.95,
    population: float = math.inf,
    design_effect: float = 1.0,
) -> int:
    """Smallest n whose margin of error is at most `margin`: n0 / (1 + (n0 - 1) / N), rounded up.

    n0 = deff z^2 share (1 - share) / margin^2 is that of a population without end.

    Source: Cochran (1977), equation 4.2 and section 4.4.

    Raises
    ------
    StatisticsError
        as `margin_of_error`; a margin that is not between 0 and 1.
    """
    _check(share, level, population, design_effect)
    if not 0 < margin < 1:
        raise StatisticsError(f"a margin of error lies between 0 and 1, not at {margin}")
    n0 = design_effect * _z(level) ** 2 * share * (1 - share) / margin**2
    n = n0 if math.isinf(population) else n0 * population / (population - 1 + n0)
    # What rounding puts above a whole number is that number.
    return min(max(math.ceil(n - 1e-9), 1), int(population) if math.isfinite(population) else 2**62)


def design_effect(cluster_size: float, intraclass_correlation: float, answering: float = 1.0) -> float:
    """Variance of a mean over that of a simple random sample: 1 + (m - 1) q rho.

    q is the share of each cluster that answers, at random: the sizes are then binomial, and Kish's
    1 + (E m^2 / E m - 1) rho comes to this. With q = 1 it is the textbook's 1 + (m - 1) rho.

    Parameters
    ----------
    cluster_size : m, those asked in each cluster. intraclass_correlation : rho.

    Source: Kish (1965), equations 5.4.1 and 8.2.

    Raises
    ------
    StatisticsError (m below 1, rho not from 0 to 1, q not above 0 and at most 1).
    """
    if not cluster_size >= 1:
        raise StatisticsError(f"a cluster has at least 1 respondent, not {cluster_size:g}")
    if not 0 <= intraclass_correlation <= 1:
        raise StatisticsError(
            f"an intraclass correlation lies between 0 and 1, not at {intraclass_correlation}"
        )
    if not 0 < answering <= 1:
        raise StatisticsError(f"the share that answers is above 0 and at most 1, not {answering}")
    return 1 + (cluster_size - 1) * answering * intraclass_correlation


def intraclass_correlation(x: Array, clusters: Sequence[Hashable]) -> float:
    """How alike members of a cluster are: (MSB - MSW) / (MSB + (m0 - 1) MSW), the estimate of one-way ANOVA.

    Below 0 where members are less alike than strangers. The usual size m0 is
    (n - sum of m^2 / n) / (clusters - 1).

    Parameters
    ----------
    x : (n,). clusters : (n,), the cluster of each.

    Source: Donner and Koval (1980), equation 2.1.

    Raises
    ------
    TooFewRows (fewer than two clusters, or nobody with a neighbour), ConstantItems (x does not vary).
    """
    groups: dict[Hashable, list[int]] = {}
    for position, cluster in enumerate(clusters):
        groups.setdefault(cluster, []).append(position)
    n, count = len(x), len(groups)
    if count < 2:
        raise TooFewRows(count, 2)
    if n == count:
        raise TooFewRows(n, n + 1)
    means = np.array([x[own].mean() for own in groups.values()])
    sizes = np.array([len(own) for own in groups.values()])
    between = float((sizes * np.square(means - x.mean())).sum()) / (count - 1)
    within = sum(float(np.square(x[own] - x[own].mean()).sum()) for own in groups.values()) / (n - count)
    usual = (n - float(np.square(sizes).sum()) / n) / (count - 1)
    if not between + within > 0:
        raise ConstantItems((0,))
    return (between - within) / (between + (usual - 1) * within)


def _z(level: float) -> float:
    return float(-special.ndtri((1 - level) / 2))


def _left(n: float, population: float) -> float:
    """Share of the population's variance that a sample leaves: the finite population correction."""
    return 1.0 if math.isinf(population) or population == 1 else (population - n) / (population - 1)


def _check(share: float, level: float, population: float, effect: float) -> None:
    for name, value in (("share", share), ("level", level)):
        if not 0 < value < 1:
            raise StatisticsError(f"a {name} lies between 0 and 1, not at {value}")
    if not population >= 1:
        raise StatisticsError(f"a population has at least 1 member, not {population}")
    if not effect > 0:
        raise StatisticsError(f"a design effect is above 0, not {effect}")
