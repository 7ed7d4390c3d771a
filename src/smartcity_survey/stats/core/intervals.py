"""What bootstrap draws say about an estimate: standard error, t, p and intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from smartcity_survey.stats.core.types import Array

Kind = Literal["percentile", "bca", "studentised"]


@dataclass(frozen=True, slots=True)
class Summary:
    """Bootstrap inference on estimates of any shape; every array has that shape.

    mean : of the draws. bias : mean less estimate. se : standard deviation of the draws, divisor B - 1.
    t : estimate / se. p : two-sided, of t under the normal distribution, as Hair et al. read it.
    low, high : two-sided interval of `kind` at `level`. n_draws : B, the draws used.
    """

    estimate: Array
    mean: Array
    bias: Array
    se: Array
    t: Array
    p: Array
    low: Array
    high: Array
    kind: Kind
    level: float
    n_draws: int


def summarise(
    estimate: Array,
    draws: Array,
    *,
    kind: Kind = "percentile",
    level: float = 0.95,
    jackknife: Array | None = None,
    draw_se: Array | None = None,
) -> Summary:
    """Standard error, t, p and an interval from admissible draws (B, ...) of an estimate (...).

    percentile : quantiles of the draws, interpolated linearly (Hyndman and Fan's type 7).
    bca : the same at levels corrected for bias and for acceleration, the latter from the estimates without
        each unit in turn, `jackknife` (n, ...). nan where every draw lies on one side of the estimate.
    studentised : estimate - se * quantiles of (draw - estimate) / `draw_se`, where `draw_se` (B, ...) holds a
        standard error for each draw.

    Efron and Tibshirani (1993), An Introduction to the Bootstrap, ch. 12-14.

    Raises
    ------
    ValueError where the kind needs `jackknife` or `draw_se` and it is missing.
    """
    estimate = np.asarray(estimate, dtype=np.float64)
    mean, se = draws.mean(axis=0), draws.std(axis=0, ddof=1)
    tails = np.array([(1 - level) / 2, (1 + level) / 2])
    with np.errstate(invalid="ignore", divide="ignore"):
        t = estimate / se
        if kind == "percentile":
            low, high = np.quantile(draws, tails, axis=0)
        elif kind == "bca":
            if jackknife is None:
                raise ValueError("BCa intervals need the jackknife estimates")
            low, high = (
                _quantile(draws, level_) for level_ in _bca_levels(estimate, draws, jackknife, tails)
            )
        else:
            if draw_se is None:
                raise ValueError("studentised intervals need a standard error for each draw")
            high, low = estimate - se * np.quantile((draws - estimate) / draw_se, tails, axis=0)
    p = 2 * special.ndtr(-np.abs(t))
    return Summary(estimate, mean, mean - estimate, se, t, p, low, high, kind, level, len(draws))


def bound(draws: Array, level: float) -> Array:
    """One-sided percentile bound (...) of admissible draws (B, ...): upper at .95, lower at .05.

    Draws in which a number is undefined (nan) are left out for it; nan where it is undefined in all.
    """
    nowhere = np.isnan(draws).all(axis=0)
    return np.where(nowhere, np.nan, np.nanquantile(np.where(nowhere, 0.0, draws), level, axis=0))


def _bca_levels(estimate: Array, draws: Array, jackknife: Array, tails: Array) -> tuple[Array, Array]:
    """Levels (...) of the draws' quantiles at the ends of the BCa interval (Efron and Tibshirani, 14.9)."""
    below = (np.count_nonzero(draws < estimate, axis=0) + np.count_nonzero(draws <= estimate, axis=0)) / 2
    bias = special.ndtri(below / len(draws))
    deviation = jackknife.mean(axis=0) - jackknife
    acceleration = (deviation**3).sum(axis=0) / (6 * (deviation**2).sum(axis=0) ** 1.5)
    levels = []
    for normal in special.ndtri(tails):
        shifted = bias + normal
        levels.append(special.ndtr(bias + shifted / (1 - acceleration * shifted)))
    return levels[0], levels[1]


def _quantile(draws: Array, level: Array) -> Array:
    """Quantile of draws (B, ...) at a level (...) of its own for each element; nan at level nan."""
    ordered = np.sort(draws, axis=0)
    position = np.nan_to_num(level) * (len(draws) - 1)
    lower = np.floor(position).astype(np.int64)
    upper = np.minimum(lower + 1, len(draws) - 1)
    at_lower = np.take_along_axis(ordered, lower[None], axis=0)[0]
    at_upper = np.take_along_axis(ordered, upper[None], axis=0)[0]
    value = at_lower + (position - lower) * (at_upper - at_lower)
    return np.where(np.isnan(level), np.nan, value)
