"""Closed intervals: what a true value could have been before it was rounded for print."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

# Printed bounds such as 0.5785 have no exact binary form; bounds closer than this are the same.
_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Interval:
    """All values from `low` to `high`, both ends included; either end may be infinite."""

    low: float
    high: float

    @classmethod
    def exactly(cls, value: float) -> Interval:
        """The interval that holds one value."""
        return cls(value, value)

    @classmethod
    def at_least(cls, low: float) -> Interval:
        """Everything from `low` upwards."""
        return cls(low, math.inf)

    @classmethod
    def at_most(cls, high: float) -> Interval:
        """Everything up to `high`."""
        return cls(-math.inf, high)

    @property
    def width(self) -> float:
        """Distance of its ends."""
        return self.high - self.low

    def meets(self, other: Interval) -> bool:
        """Whether some value lies in both, be it one at the end of each."""
        return not (self.below(other) or other.below(self))

    def below(self, other: Interval) -> bool:
        """Whether every value here is smaller than every value there."""
        return self.high < other.low - _slack(self, other)

    def rounds_like(self, other: Interval) -> bool:
        """Whether two roundings can be of one value.

        A common end is not enough (0.12 and 0.13 share 0.125, but one value is rounded one way), unless one
        of the two is an exact value.
        """
        slack = _slack(self, other)
        exact = min(self.width, other.width) <= slack
        return self.meets(other) and (exact or min(self.high, other.high) - max(self.low, other.low) > slack)

    def magnitude(self) -> Interval:
        """The absolute values of its members."""
        if self.low <= 0.0 <= self.high:
            return Interval(0.0, max(-self.low, self.high))
        return Interval(*sorted((abs(self.low), abs(self.high))))

    def clipped(self, low: float, high: float = math.inf) -> Interval:
        """Its part within `low` to `high`; the nearer bound where there is none."""
        return Interval(min(max(self.low, low), high), min(max(self.high, low), high))

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Interval) -> Interval:
        return self + -other

    def __mul__(self, other: Interval) -> Interval:
        return image(lambda a, b: a * b, self, other)

    def __truediv__(self, other: Interval) -> Interval:
        return image(lambda a, b: a / b, self, other)

    def scaled(self, factor: float) -> Interval:
        """Every member times `factor`."""
        return Interval(*sorted((self.low * factor, self.high * factor)))


ANYTHING = Interval(-math.inf, math.inf)


def image(function: Callable[..., float], *arguments: Interval) -> Interval:
    """Range of a function that is monotone in each argument, exact because its extremes are at corners.

    Where a corner has no value (0/0), nothing is known: the result is the whole line.
    """
    corners = itertools.product(*(sorted({a.low, a.high}) for a in arguments))
    with np.errstate(all="ignore"):
        values = [float(function(*map(np.float64, corner))) for corner in corners]
    if any(math.isnan(value) for value in values):
        return ANYTHING
    return Interval(min(values), max(values))


def total(parts: Iterable[Interval]) -> Interval:
    """Range of a sum."""
    low, high = 0.0, 0.0
    for part in parts:
        low, high = low + part.low, high + part.high
    return Interval(low, high)


def overlap(parts: Iterable[Interval]) -> Interval | None:
    """What all roundings have in common, None where they cannot be of one value."""
    parts = list(parts)
    # On a line, intervals that meet pairwise have a value in common (Helly).
    if not all(a.rounds_like(b) for a, b in itertools.combinations(parts, 2)):
        return None
    ends = max(part.low for part in parts), min(part.high for part in parts)
    return Interval(min(ends), max(ends))


def _slack(*intervals: Interval) -> float:
    ends = (end for one in intervals for end in (one.low, one.high) if math.isfinite(end))
    return _SLACK * max((abs(end) for end in ends), default=1.0)
