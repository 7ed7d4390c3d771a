"""Resampling as one matrix product.

The second moments of a bootstrap sample are a weighted sum of the respondents' item products, so drawing B
samples needs only how often each draws each respondent: moments (q, B) = products (q, n) @ counts (n, B).

A resampling unit is a respondent or, where groups are given, a whole group of respondents (a cluster
bootstrap).

Every draw has a random stream of its own: its place in the counter of a Philox generator (Salmon et al.
2011). Neither chunks nor workers can change it, and any single draw can be repeated by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from smartcity_survey.stats.core.design import check_weights
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray

Real = NDArray[np.floating[Any]]
Counts = NDArray[np.number[Any]]

# Whole numbers below this are exact in single precision, and so are their sums.
EXACT_BELOW = 2.0**24
# Products up to this size are made once, for one matrix product per stack of samples. Otherwise
# each sample has a product of its own over the units it draws, in bands that leave out the lower half.
KEPT_BYTES = 2**28
BAND = 96
# Counts of a stack, a byte each.
COUNTS_BYTES = 2**28
# A variance below this share of the second moment is rounding error.
CONSTANT = 1e-12
# One step of Philox's counter yields four words, each of them two numbers.
WORDS = 4
PER_STEP = 2 * WORDS
# Units drawn at a time: small enough for caches.
DRAWN_AT_ONCE = 2**17


@dataclass(frozen=True, slots=True)
class UnitProducts:
    """What each of U resampling units adds to the moments of p items.

    The moments of a sample are q = (p + 1)(p + 2) / 2 numbers: the upper triangle, row by row, of the sums of
    products of (1, x), times sampling weights. Items are centred, which changes no correlation. All is in
    single precision where that is exact (whole numbers, no weights), else in double.

    z, weighted : (p + 1, n), (1, x) of the respondents, and the same times their weights; without columns
        where units are groups.
    units : U.
    kept : (q, U), each unit's products; None where they are too many to keep and units are respondents.
    """

    z: Real
    weighted: Real
    units: int
    kept: Real | None

    @property
    def p(self) -> int:
        """Items."""
        return len(self.z) - 1

    def stack_size(self) -> int:
        """How many samples to take at once: enough for BLAS and numpy, few enough for caches and memory."""
        return max(1, min(512, 2**21 // self.p**2, COUNTS_BYTES // self.units))

    def moments(self, counts: Counts) -> Array:
        """(q, B): moments of B samples that draw each unit as often as counts (B, U) say."""
        if self.kept is None:
            return self._by_sample(counts)
        return np.asarray(self.kept @ counts.astype(self.z.dtype, copy=False).T, dtype=np.float64)

    def counts(self, drawn: IntArray) -> Counts:
        """(B, U): how often each of B draws contains each unit, from the units drawn (B, any number).

        In the smallest type that holds them: a byte each, unless a draw repeats a unit more than 255 times.
        """
        flat = drawn + (np.arange(len(drawn)) * self.units)[:, None]
        found = np.bincount(flat.ravel(), minlength=len(drawn) * self.units)
        return found.reshape(len(drawn), self.units).astype(np.min_scalar_type(found.max(initial=0)))

    def resampled_counts(self, seed: int, first: int, last: int) -> Counts:
        """(last - first, U): the counts of the draws first, ..., last - 1 of `resampled_units`."""
        counts = np.empty((last - first, self.units), dtype=np.uint8)
        step = max(1, DRAWN_AT_ONCE // self.units)
        for start in range(first, last, step):
            stop = min(start + step, last)
            drawn = self.counts(resampled_units(seed, start, stop, self.units))
            # 256 of one unit will not be seen (chance below 1e-400); it would be an error, not a wrap.
            np.copyto(counts[start - first : stop - first], drawn, casting="safe")
        return counts

    def total(self) -> Array:
        """(q, 1): moments of the sample itself."""
        return self.moments(np.ones((1, self.units)))

    def of(self, units: slice) -> Real:
        """(q, number of units): the products of some units. The total less these is each unit left out."""
        if self.kept is not None:
            return self.kept[:, units]
        return _triangle(self.z[:, units], self.weighted[:, units])

    def _by_sample(self, counts: Counts) -> Array:
        """(q, B): moments of samples that draw each respondent as often as counts (B, n) say."""
        rows, precision = len(self.z), self.z.dtype
        z = np.ascontiguousarray(self.z.T)
        weighted = z if self.weighted is self.z else np.ascontiguousarray(self.weighted.T)
        products = np.empty((rows, rows), precision)
        upper = np.ravel_multi_index(np.triu_indices(rows), products.shape)
        moments = np.empty((len(counts), len(upper)), precision)
        for drawn, into in zip(counts, moments, strict=True):
            members = np.flatnonzero(drawn)
            right = z[members]
            left = weighted[members] * drawn[members, None].astype(precision)
            for row in range(0, rows, BAND):
                np.matmul(left[:, row : row + BAND].T, right[:, row:], out=products[row : row + BAND, row:])
            np.take(products.ravel(), upper, out=into)
        return moments.T.astype(np.float64, order="C")


def unit_products(x: Array, weights: Array | None = None, groups: IntArray | None = None) -> UnitProducts:
    """Products of answers x (n, p) by resampling unit.

    Parameters
    ----------
    weights : (n,), positive sampling weights; their scale does not matter.
    groups : (n,), group of each respondent; drawn as a whole. Without it every respondent is a unit.

    Raises
    ------
    InvalidWeights.
    """
    n, p = x.shape
    if weights is not None:
        check_weights(weights, n)
    whole = weights is None and bool((x == np.rint(x)).all())
    centre = np.rint(x.mean(axis=0)) if whole else x.mean(axis=0)
    z: Real = np.vstack([np.ones(n), (x - centre).T])
    # No resample can sum to more than every unit being the one with the largest product.
    largest = 1 if groups is None else int(np.unique(groups, return_counts=True)[1].max())
    units = n if groups is None else len(np.unique(groups))
    if whole and units * largest * float(np.abs(z).max()) ** 2 < EXACT_BELOW:
        z = z.astype(np.float32)
    weighted = z if weights is None else z * weights
    if groups is not None:
        sums = _group_sums(z, weighted, groups)
        return UnitProducts(z[:, :0], weighted[:, :0], units, sums)  # the groups stand for the respondents
    keep = (p + 1) * (p + 2) // 2 * n * z.itemsize <= KEPT_BYTES
    return UnitProducts(z, weighted, units, _triangle(z, weighted) if keep else None)


def linearised_products(R: Array, influence: Array) -> UnitProducts:
    """What each respondent adds to correlations that are no moments, such as polychoric ones.

    From correlations R (p, p) and respondents' influences on them (n, p, p), which sum to 0. A sample that
    draws respondents so often as counts say then has the correlations R + mean influence of those drawn: the
    first-order expansion of what estimating them anew would give.

    Efron and Tibshirani (1993), An Introduction to the Bootstrap, sec. 22.5-22.6 (linear statistics).
    """
    n, p = influence.shape[:2]
    rows, columns = np.triu_indices(p + 1)
    kept = np.zeros((len(rows), n))
    first = rows == 0
    kept[0] = 1.0
    kept[~first] = (R + influence)[:, rows[~first] - 1, columns[~first] - 1].T
    ones: Array = np.ones((p + 1, n))
    return UnitProducts(ones, ones, n, kept)


def _triangle(z: Real, weighted: Real) -> Real:
    """(q, m): upper triangle of the products of each column of z (p + 1, m), times its weight."""
    rows = len(z)
    products = np.empty((rows * (rows + 1) // 2, z.shape[1]), dtype=z.dtype)
    start = 0
    for row in range(rows):
        np.multiply(weighted[row], z[row:], out=products[start : start + rows - row])
        start += rows - row
    return products


def _group_sums(z: Real, weighted: Real, groups: IntArray) -> Real:
    """(q, U): the same, summed over the columns of each group."""
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order])) + 1
    upper = np.triu_indices(len(z))
    sums = [(weighted[:, members] @ z[:, members].T)[upper] for members in np.split(order, starts)]
    return np.column_stack(sums)


def resampled_units(seed: int, first: int, last: int, units: int, stream: int = 0) -> IntArray:
    """(last - first, units): which units the draws first, ..., last - 1 consist of, with replacement.

    `stream` tells independent families of draws apart. A number of 32 bits times the units, divided by 2^32,
    is a unit; none is preferred by more than units / 2^32.
    """
    steps = -(-units // PER_STEP)
    key = np.random.SeedSequence(seed).generate_state(2, np.uint64)
    generator = np.random.Philox(key=key, counter=(stream << 128) + first * steps)
    words = generator.random_raw((last - first) * steps * WORDS)
    bits = words.astype("<u8", copy=False).view("<u4").reshape(last - first, steps * PER_STEP)
    drawn = bits[:, :units] * np.uint64(units)
    drawn >>= np.uint64(32)
    return drawn.view(np.int64)


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
