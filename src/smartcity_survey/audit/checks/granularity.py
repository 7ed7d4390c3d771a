"""Means, SDs and shares of whole answers lie on a grid: GRIM, GRIMMER and DEBIT.

Where the grid is finer than the printed digits every value is possible and nothing is tested.
"""

from __future__ import annotations

import math

import numpy as np

from smartcity_survey.audit.case import Judgement, check, identity
from smartcity_survey.audit.interval import Interval, image
from smartcity_survey.audit.reported import Reported

# Bounds of rounding intervals have no exact binary form.
_SLACK = 1e-9


@check("mean")
def grim(mean: Reported, n: Reported, items: Reported) -> Judgement:
    """A mean of whole answers is a whole number by n times items (Brown & Heathers 2017)."""
    return on_grid(mean, (n.value or 0) * (items.value or 0))


def on_grid(printed: Reported, parts: float) -> Judgement:
    """Whether a printed number can be a whole number of `parts`, with the nearest that can."""
    if parts * printed.unit >= 1:
        return Judgement(None, reason="grid_too_fine", details={"parts": f"{parts:.0f}"})
    low, high = printed.interval.low * parts, printed.interval.high * parts
    if math.floor(high + _SLACK * parts) >= math.ceil(low - _SLACK * parts):
        return Judgement(True, printed.interval)
    nearest = (math.floor(low) / parts, math.ceil(high) / parts)
    shown = (f"{value:.{printed.decimals + 1}f}" for value in nearest)
    return Judgement(False, ", ".join(shown), reason="off_grid")


@check("sd")
def grimmer(sd: Reported, mean: Reported, n: Reported, items: Reported) -> Judgement:
    """Whole answers have a whole sum of squares, as even or odd as their sum (Anaya 2016, Allard 2018)."""
    m, k = round(n.value or 0), items.value or 0
    spread = sd.interval.clipped(0.0)
    if (m - 1) * k**2 * (spread.high**2 - spread.low**2) >= 2 or mean.unit * m * k >= 1:
        return Judgement(None, reason="grid_too_fine", details={"parts": f"{m * k:.0f}"})
    low, high = (bound * m * k for bound in (mean.interval.low, mean.interval.high))
    for answers in range(math.ceil(low - _SLACK * m), math.floor(high + _SLACK * m) + 1):
        squares = [(m - 1) * (bound * k) ** 2 + answers**2 / m for bound in (spread.low, spread.high)]
        whole = range(math.ceil(squares[0] - _SLACK * m), math.floor(squares[1] + _SLACK * m) + 1)
        if any(square % 2 == answers % 2 for square in whole):
            return Judgement(True, sd.interval)
    return Judgement(False, reason="off_grid_sd")


GRID = (grim, grimmer)


@identity("sd")
def debit(mean: Interval, n: Interval) -> Interval:
    """The SD of answers 0 and 1 follows from their mean (Heathers & Brown 2019)."""

    def spread(centre: float, m: float) -> float:
        return float(np.sqrt(np.maximum(centre * (1 - centre), 0.0) * m / (m - 1)))

    expected = image(spread, mean, n)
    widest = image(spread, Interval.exactly(0.5), n)
    return Interval(expected.low, widest.high) if mean.low <= 0.5 <= mean.high else expected


@check("mean")
def no_grid(mean: tuple[Reported, ...]) -> Judgement:
    """Weighted scores lie on no grid: GRIM has nothing to say."""
    return Judgement(None, reason="weighted_scores")


CHECKS = (grim, grimmer, debit, no_grid)
