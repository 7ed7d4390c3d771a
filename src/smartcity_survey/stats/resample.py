"""Resampling as one matrix product.

The second moments of a bootstrap sample are a weighted sum of the respondents' item products, so drawing B
samples needs only how often each draws each respondent: moments (q, B) = products (q, n) @ counts (n, B).

A resampling unit is a respondent or, where groups are given, a whole group of respondents (a cluster
bootstrap; with random groups also the way to resample more respondents than memory holds products of).

Every draw has a random stream of its own: its place in the counter of a Philox generator (Salmon et al.
2011). Neither chunks nor workers can change it, and any single draw can be repeated by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smartcity_survey.stats.errors import TooManyUnits
from smartcity_survey.stats.types import Array, BoolArray, IntArray

Real = NDArray[np.float64] | NDArray[np.float32]

# Integers below this are exact in single precision, and so are their sums.
EXACT_BELOW = 2.0**24
PRODUCT_BYTES = 2**31
# A variance below this share of the second moment is rounding error.
CONSTANT = 1e-12
# One step of Philox's counter yields four numbers.
PER_STEP = 4


@dataclass(frozen=True, slots=True)
class UnitProducts:
    """What each resampling unit adds to the moments of p items.

    values : (q, U) for U units, q = (p + 1)(p + 2) / 2: the upper triangle, row by row, of the products of
        (1, x) summed over the unit's respondents, times their sampling weights. Items are centred, which
        changes no correlation. Single precision where that is exact (small integers, no weights), else
        double.
    p : items.
    """

    values: Real
    p: int

    @property
    def units(self) -> int:
        """U, how many units there are to draw from."""
        return int(self.values.shape[1])

    def stack_size(self) -> int:
        """How many samples to take at once: enough for BLAS and numpy, few enough for caches and memory."""
        return max(1, min(256, 2**20 // self.p**2, 2**23 // self.units))

    def total(self) -> Array:
        """(q, 1): moments of the sample itself."""
        return np.asarray(self.values.sum(axis=1, dtype=np.float64, keepdims=True))

    def moments(self, counts: Real) -> Array:
        """(q, B): moments of B samples that draw each unit as often as counts (B, U) say."""
        return np.asarray(self.values @ counts.T, dtype=np.float64)

    def leaving_out(self, units: slice) -> Array:
        """(q, number of units): moments of the sample without each of these units in turn."""
        return self.total() - self.values[:, units]


def unit_products(x: Array, weights: Array | None = None, groups: IntArray | None = None) -> UnitProducts:
    """Products of answers x (n, p) by resampling unit.

    Parameters
    ----------
    weights : (n,), positive sampling weights; their scale does not matter.
    groups : (n,), group of each respondent; drawn as a whole. Without it every respondent is a unit.

    Raises
    ------
    TooManyUnits, where the products would exceed 2 GiB.
    """
    n, p = x.shape
    whole = weights is None and bool((x == np.rint(x)).all())
    centre = x.mean(axis=0)
    if whole:
        centre = np.rint(centre)
    z = np.vstack([np.ones(n), (x - centre).T])
    weighted = z if weights is None else z * weights
    upper = np.triu_indices(p + 1)
    units = n if groups is None else len(np.unique(groups))
    limit = PRODUCT_BYTES // (8 * len(upper[0]))
    if units > limit:
        raise TooManyUnits(units, limit)
    values = np.empty((len(upper[0]), units))
    if groups is None:
        start = 0
        for row in range(p + 1):
            np.multiply(weighted[row], z[row:], out=values[start : start + p + 1 - row])
            start += p + 1 - row
    else:
        order = np.argsort(groups, kind="stable")
        starts = np.flatnonzero(np.diff(groups[order], prepend=groups.min() - 1))
        for unit, members in enumerate(np.split(order, starts[1:])):
            values[:, unit] = (weighted[:, members] @ z[:, members].T)[upper]
    if whole and units * np.abs(values).max() < EXACT_BELOW:
        return UnitProducts(values.astype(np.float32), p)
    return UnitProducts(values, p)


def resampled_units(seed: int, first: int, last: int, units: int, stream: int = 0) -> IntArray:
    """(last - first, units): which units the draws first, ..., last - 1 consist of, with replacement.

    `stream` tells independent families of draws apart.
    """
    steps = -(-units // PER_STEP)
    key = np.random.SeedSequence(seed).generate_state(2, np.uint64)
    generator = np.random.Generator(np.random.Philox(key=key, counter=(stream << 128) + first * steps))
    uniform = generator.random((last - first, steps * PER_STEP))
    uniform *= units
    return uniform[:, :units].astype(np.int64)


def unit_counts(drawn: IntArray, units: int, dtype: type[np.floating] = np.float64) -> Real:
    """(B, units): how often each of B draws contains each unit, from the units drawn (B, ...)."""
    draws = len(drawn)
    flat = drawn + (np.arange(draws) * units)[:, None]
    counts = np.bincount(flat.ravel(), minlength=draws * units)
    return counts.reshape(draws, units).astype(dtype)


def correlation_stack(moments: Array, p: int) -> tuple[Array, BoolArray]:
    """Correlations (p, p, B) from moments (q, B) of `UnitProducts`, and which items (p, B) are constant."""
    first = moments[1 : p + 1]
    mean = first / moments[0]
    # Row i of the triangle of (1, x) starts where the i rows before it, of lengths p + 1, p, ..., end.
    starts = [i * (p + 1) - i * (i - 1) // 2 for i in range(1, p + 1)]
    squares = moments[starts]
    variance = squares - first * mean
    constant = variance <= CONSTANT * squares
    R = np.empty((p, p, moments.shape[1]))
    with np.errstate(all="ignore"):
        scale = 1.0 / np.sqrt(variance)
        first, mean = first * scale, mean * scale
        for i, start in enumerate(starts):
            row = R[i, i:]
            np.multiply(moments[start : start + p - i], scale[i:], out=row)
            row *= scale[i]
            row -= first[i] * mean[i:]
            row[0] = 1.0
            R[i:, i] = row
    return R, constant
