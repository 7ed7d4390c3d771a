"""Means, SDs and shares of whole answers lie on a grid: GRIM, GRIMMER, DEBIT, and possible samples.

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
# More answers than this are not tried one by one; two printed decimals leave nothing to find there.
_LARGEST = 150
# A printed mean may stand for as many sums of answers as this; each is tried.
_SUMS = 50
# Scales wider than this have too many samples to try.
_EXACT = 4


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
    """Whole answers have a whole sum of squares, as even or odd as their sum (Anaya 2016, Allard 2018).

    Where no whole answers give the mean (GRIM), none give any SD beside it.
    """
    m, k = round(n.value or 0), items.value or 0
    spread = sd.interval.clipped(0.0)
    if (m - 1) * k**2 * (spread.high**2 - spread.low**2) >= 2 or mean.unit * m * k >= _SUMS:
        if on_grid(mean, m * k).consistent is False:
            return Judgement(False, reason="mean_off_grid")
        return Judgement(None, reason="grid_too_fine", details={"parts": f"{m * k:.0f}"})
    for answers in sums_of(mean, m, k):
        squares = [(m - 1) * (bound * k) ** 2 + answers**2 / m for bound in (spread.low, spread.high)]
        whole = range(math.ceil(squares[0] - _SLACK * m), math.floor(squares[1] + _SLACK * m) + 1)
        if any(square % 2 == answers % 2 for square in whole):
            return Judgement(True, sd.interval)
    return Judgement(False, reason="off_grid_sd")


def sums_of(mean: Reported, n: int, items: float) -> range:
    """The whole sums of answers that round to a printed mean of n times `items` answers."""
    low, high = (bound * n * items for bound in (mean.interval.low, mean.interval.high))
    return range(math.ceil(low - _SLACK * n), math.floor(high + _SLACK * n) + 1)


GRID = (grim, grimmer)


@check("sd")
def possible_sample(
    sd: Reported, mean: Reported, n: Reported, items: Reported, scale_min: Reported, scale_max: Reported
) -> Judgement:
    """Some sample of whole answers on the scale has this mean and SD.

    As SPRITE and CORVIDS ask (Heathers et al. 2018; Wilkinson 2018). Every sum of answers that rounds to the
    mean is tried: its sum of squares lies between that of answers as equal and as extreme as can be, is as
    even or odd as the sum, and on scales of up to five answers is found answer by answer. What GRIM, GRIMMER
    and the largest SD on the scale tell is left to them.
    """
    m, k = round(n.value or 0), round(items.value or 0)
    lowest, highest = round((scale_min.value or 0.0) * k), round((scale_max.value or 0.0) * k)
    if m * k > _LARGEST or m < 2 or k < 1 or highest <= lowest:
        return Judgement(None, reason="sample_too_large", details={"parts": f"{m * k}"})
    if grimmer.judge(sd=sd, mean=mean, n=n, items=items).consistent is False:
        return Judgement(None, reason="told_by_grimmer")
    spread = sd.interval.clipped(0.0)
    sums = [total - m * lowest for total in sums_of(mean, m, k)]
    sums = [total for total in sums if 0 <= total <= m * (highest - lowest)]
    if not sums:
        return Judgement(None, reason="told_by_grimmer")
    reach = []
    for total in sums:
        low, high = ((m - 1) * (end * k) ** 2 + total**2 / m for end in (spread.low, spread.high))
        least, most = extreme_squares(total, m, highest - lowest)
        reach += [math.sqrt((square - total**2 / m) / (m - 1)) / k for square in (least, most)]
        wanted = range(max(least, math.ceil(low - _SLACK * m)), min(most, math.floor(high + _SLACK * m)) + 1)
        if any(has_sample(total, square, m, highest - lowest) for square in wanted):
            return Judgement(True, Interval(min(reach), max(reach)))
    if spread.low > max(reach):
        return Judgement(None, reason="told_by_grimmer")
    return Judgement(False, Interval(min(reach), max(reach)), reason="no_sample")


def extreme_squares(total: int, n: int, width: int) -> tuple[int, int]:
    """Smallest and largest sum of squares of n whole numbers from 0 to `width` with this sum."""
    each, more = divmod(total, n)
    least = (n - more) * each**2 + more * (each + 1) ** 2
    full, rest = divmod(total, width)
    return least, full * width**2 + rest**2


def has_sample(total: int, squares: int, n: int, width: int) -> bool:
    """Whether n whole numbers from 0 to `width` have this sum and this sum of squares.

    Exact up to a width of 4; beyond it only evenness is looked at.
    """
    if squares % 2 != total % 2:
        return False
    if width > _EXACT:
        return True
    # Numbers of answers 3 and 4 are tried; those of 0, 1 and 2 follow.
    counts = np.arange(n + 1)
    threes, fours = np.meshgrid(
        counts if width >= 3 else counts[:1], counts if width >= 4 else counts[:1], indexing="ij"
    )
    twos = (squares - total) // 2 - 3 * threes - 6 * fours
    ones = total - 2 * twos - 3 * threes - 4 * fours
    zeros = n - ones - twos - threes - fours
    possible = (twos >= 0) & (ones >= 0) & (zeros >= 0)
    return bool(possible[twos == 0].any() if width < 2 else possible.any())


ON_SCALE = (possible_sample,)


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


CHECKS = (*GRID, *ON_SCALE, debit, no_grid)
