"""Respondents by stratum: in proportion to the population, or as Neyman has them."""

from __future__ import annotations

import numpy as np

from smartcity_survey.stats.core.errors import StatisticsError
from smartcity_survey.stats.core.types import Array


def allocate(
    total: int, sizes: Array, spread: Array | None = None, least: int = 1, most: Array | None = None
) -> Array:
    """Whole numbers (h,) that add up to `total`, in proportion to size, or to size times spread.

    What is left of whole numbers goes to the largest remainders, the first of equal ones. A stratum whose
    share is below `least` has that many, one that has fewer members (`most`) all of them; the others share
    what is left in the same proportion.

    Parameters
    ----------
    sizes : (h,), members of each stratum, or their shares.
    spread : (h,), standard deviation within each stratum; none: proportional allocation.
    most : (h,), members that can be drawn at most; none: no end.

    Source: Neyman (1934); Cochran (1977), section 5.5, equation 5.26, and section 5.8 for full strata.

    Raises
    ------
    StatisticsError (sizes not above 0, spread below 0 or nowhere above, a total below `least` in each
    stratum or above all members).
    """
    sizes = np.asarray(sizes, dtype=np.float64)
    spread = np.ones_like(sizes) if spread is None else np.asarray(spread, dtype=np.float64)
    upper = np.full(len(sizes), np.inf) if most is None else np.floor(np.asarray(most, dtype=np.float64))
    lower = np.minimum(float(least), upper)
    if not (sizes > 0).all():
        raise StatisticsError("a stratum without members takes no part")
    if not (spread >= 0).all() or not (spread > 0).any():
        raise StatisticsError("spreads are at least 0, and one is above")
    if not lower.sum() <= total <= upper.sum():
        bounds = f"from {lower.sum():g} to {upper.sum():g} can be had"
        if np.isinf(upper).any():
            bounds = f"at least {lower.sum():g} are needed"
        raise StatisticsError(f"{total} respondents in {len(sizes)} strata: {bounds}")
    exact = _between(total, sizes * spread, lower, upper)
    whole = np.floor(exact + 1e-9)
    order = np.argsort(-(exact - whole), kind="stable")
    room = order[whole[order] < upper[order]]
    while left := int(total - whole.sum()):
        whole[room[:left]] += 1
        room = order[whole[order] < upper[order]]
    return whole


def _between(total: int, weights: Array, lower: Array, upper: Array) -> Array:
    """Shares of a total in proportion to weights, but for those held at an end: x = clip(c w, low, high).

    The sum grows with c, from all at their lower ends to all at their upper; c is found by halving.
    """
    smallest = weights[weights > 0].min()
    low, high = 0.0, (total + lower.max() + 1.0) / smallest
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if np.clip(middle * weights, lower, upper).sum() < total else (low, middle)
    shares: Array = np.clip(high * weights, lower, upper)
    # Weights of 0 that the others' upper ends leave something to: the rest goes to them alike.
    short = total - shares.sum()
    if short > 1e-6:
        free = (weights == 0) & (shares < upper)
        shares[free] = _between(
            round(shares[free].sum() + short), np.ones(free.sum()), lower[free], upper[free]
        )
    return shares
