"""Random groups: what large samples are resampled, permuted and linearised in.

The respondents of a large sample are dealt at random to groups of one size, and the groups take their place.
What is a sum over respondents varies between random groups as it would between samples of that size, so the
variances are those of respondents, themselves uncertain by 1 / sqrt(2 (groups - 1)) of their square root. All
respondents are used, estimates are untouched, and the work no longer grows with them.

Source: Wolter (2007), Introduction to Variance Estimation, ch. 2 (the method of random groups).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from smartcity_survey.stats.core.types import Array, BoolArray, IntArray

LARGEST = 20_000
"""Respondents of samples that are taken one by one."""
GROUPS = 10_000
"""Groups of larger samples: standard errors are within .7 % of those of respondents."""


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """codes : (n,), the group of each respondent, 0, 1, ... count : groups, few of them without anybody."""

    codes: IntArray
    count: int

    @property
    def n(self) -> int:
        """Respondents."""
        return len(self.codes)

    def subset(self, rows: BoolArray) -> Groups:
        """The groups of some of the respondents, by a mask (n,)."""
        return Groups(self.codes[rows], self.count)

    def sums(self, values: Array) -> Array:
        """(count, ...): sums of values (n, ...) in each group."""
        flat = values.reshape(len(values), -1)
        member = sparse.csc_array(
            (np.ones(self.n), self.codes, np.arange(self.n + 1)), shape=(self.count, self.n)
        )
        return np.asarray(member @ flat).reshape(self.count, *values.shape[1:])

    def products(self, left: Array, right: Array) -> Array:
        """(count, a, b): sums of the products of left (n, a) and right (n, b) in each group."""
        order = np.argsort(self.codes, kind="stable")
        ends = np.cumsum(np.bincount(self.codes, minlength=self.count))
        found = np.empty((self.count, left.shape[1], right.shape[1]))
        for group, (end, size) in enumerate(zip(ends, np.diff(ends, prepend=0), strict=True)):
            members = order[end - size : end]
            np.matmul(left[members].T, right[members], out=found[group])
        return found


def deal(n: int, seed: int, clusters: IntArray | None = None) -> Groups | None:
    """The groups of n respondents, dealt at random; None for samples that are taken one by one.

    Parameters
    ----------
    clusters : (n,), codes 0, 1, ... of those drawn together, who are dealt together; where they are no more
        than groups would be, they are the groups.
    """
    if n <= max(LARGEST, GROUPS):
        return None
    units = n if clusters is None else int(clusters.max()) + 1
    if units <= GROUPS:
        return Groups(np.asarray(clusters), units)
    group = np.random.default_rng(seed).permutation(units) % GROUPS
    return Groups(group if clusters is None else group[clusters], GROUPS)
