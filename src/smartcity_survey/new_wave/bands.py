"""Bands of a number that people state, and values so far from all others that they may be slips."""

from __future__ import annotations

import numpy as np

from smartcity_survey.new_wave.columns import Column
from smartcity_survey.new_wave.metadata import asks_for_age
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray

MOST_BANDS = 5
MOST_FAR = 0.02
"""Largest share of answers that may be slips; more of them are a group of their own."""
FEWEST_TO_JOIN = 5
"""Width of the bands from which one of a single number joins its neighbour."""
FENCE = 3.0
"""Interquartile ranges beyond the quartiles where a value lies far out (Tukey, 1977, *Exploratory Data
Analysis*, ch. 2)."""
OLDEST = 110
YOUNGEST, YOUNGEST_OF_ADULTS, ADULT = 3, 8, 16


def bands(column: Column) -> tuple[tuple[int, float], ...]:
    """At most five bands from whole numbers on, of equal width; those far from all others have their own.

    Of numbers with a fraction a band ends at the last number with as many decimals: 20 to 29.99.
    """
    far = far_values(column)
    near = [number for number in column.counts if number not in far]
    found = _equal(int(min(near)), int(max(near)))
    below = [int(number) for number in far if number < min(near)]
    above = [int(number) for number in far if number > max(near)]
    lowest = ((min(below), max(below)),) if below else ()
    highest = ((min(above), max(above)),) if above else ()
    last = 0 if column.is_whole else 1 - 10.0 ** -decimals(column)
    return tuple(
        (low, round(high + last, 6)) if last else (low, high) for low, high in (*lowest, *found, *highest)
    )


def decimals(column: Column) -> int:
    """Decimals of the numbers of a column: the most that any has."""
    return max((len(f"{number:.6f}".rstrip("0").partition(".")[2]) for number in column.counts), default=0)


def far_values(column: Column) -> tuple[float, ...]:
    """Numbers that a person must look at: what is nobody's age, and else what lies far from all others."""
    numbers = np.array(sorted(column.counts))
    n = np.array([column.counts[number] for number in numbers], dtype=np.intp)
    if is_age(column):
        every = np.repeat(numbers, n)
        low = YOUNGEST_OF_ADULTS if np.quantile(every, 0.05) >= ADULT else YOUNGEST
        out: BoolArray = (numbers < low) | (numbers > OLDEST)
    else:
        out = _far_out(numbers, n)
    few = 0 < n[out].sum() <= max(1, MOST_FAR * n.sum()) or (is_age(column) and not out.all())
    return tuple(numbers[out].tolist()) if few else ()


def is_age(column: Column) -> bool:
    """Whether a question asks for the age in years, and most answers are."""
    if not asks_for_age(column.label) or not column.counts:
        return False
    every = np.repeat(list(column.counts), list(column.counts.values()))
    return bool(YOUNGEST <= np.median(every) <= OLDEST)


def _far_out(numbers: Array, n: IntArray) -> BoolArray:
    """(k,): beyond Tukey's outer fences, and farther from the rest than all of the rest spans."""
    every = np.repeat(numbers, n)
    first, third = np.quantile(every, [0.25, 0.75])
    reach = FENCE * (third - first)
    out = (numbers < first - reach) | (numbers > third + reach)
    if third == first or out.all() or not out.any():
        return np.zeros(len(numbers), dtype=bool)
    low, high = numbers[~out].min(), numbers[~out].max()
    apart: BoolArray = out & ((numbers - high > high - low) | (low - numbers > high - low))
    return apart


def _equal(low: int, high: int) -> tuple[tuple[int, int], ...]:
    width = -(-(high - low + 1) // MOST_BANDS)
    nice = next(step * 10**power for power in range(12) for step in (1, 2, 5) if step * 10**power >= width)
    start = low // nice * nice
    found = [(max(low, a), min(high, a + nice - 1)) for a in range(start, high + 1, nice)]
    # One number that is left at an end, as the age 19, is no group of its own.
    if nice >= FEWEST_TO_JOIN and len(found) > 2 and found[0][0] == found[0][1]:
        found[:2] = [(low, found[1][1])]
    if nice >= FEWEST_TO_JOIN and len(found) > 2 and found[-1][0] == found[-1][1]:
        found[-2:] = [(found[-2][0], high)]
    return tuple(found)
