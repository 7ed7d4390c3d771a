"""Moments of answers that come in slices: one pass, after which no respondent is needed any more.

Descriptives follow from how often each answer was given, all that rests on correlations from the moments, and
resampling from the moments of random groups (`core.dealt`), which respondents are dealt to as they come.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from smartcity_survey.stats.core.dealt import GROUPS
from smartcity_survey.stats.core.errors import ConstantItems, TooFewRows
from smartcity_survey.stats.core.resample import UnitProducts
from smartcity_survey.stats.core.types import Array, IntArray

_ROWS_AT_ONCE = 100
"""Members of a group that are multiplied at a time."""


@dataclass(slots=True, eq=False)
class StreamedMoments:
    """Answers to p items, whole numbers from `lowest` to `highest`, and G random groups of respondents.

    n : respondents so far. counts : (p, K), how often each answer was given. sums : (G, p + 1, p + 1), of the
    products of (1, x - centre) in each group; centre is the middle of the scale.
    """

    p: int
    lowest: int
    highest: int
    seed: int
    groups: int = GROUPS
    n: int = 0
    counts: Array = field(init=False)
    sums: Array = field(init=False)

    def __post_init__(self) -> None:
        self.counts = np.zeros((self.p, self.highest - self.lowest + 1))
        self.sums = np.zeros((self.groups, self.p + 1, self.p + 1))

    @property
    def centre(self) -> int:
        """A whole number near the means, so that products are small and exact."""
        return (self.lowest + self.highest) // 2

    def add(self, x: NDArray[np.int8]) -> None:
        """Take in the answers x (m, p) of the next respondents.

        Raises
        ------
        ValueError where an answer is beyond the scale.
        """
        if x.size and (x.min() < self.lowest or x.max() > self.highest):
            raise ValueError(f"answers beyond {self.lowest} to {self.highest}")
        for own, column in zip(self.counts, x.T, strict=True):
            own += np.bincount(column.astype(np.intp) - self.lowest, minlength=len(own))
        step = self.groups * _ROWS_AT_ONCE
        for first in range(0, len(x), step):
            self._deal(x[first : first + step])

    def _deal(self, x: NDArray[np.int8]) -> None:
        """Deal some respondents to the groups, as many to each as can be; places left over are empty."""
        size = -(-len(x) // self.groups)
        rng = np.random.default_rng([self.seed, self.n])
        places = rng.permutation(self.groups * size)[: len(x)]
        # Whole numbers: single precision is exact.
        rows = np.zeros((self.groups * size, self.p + 1), dtype=np.float32)
        rows[places, 0] = 1.0
        rows[places, 1:] = x - np.int8(self.centre)
        dealt = rows.reshape(self.groups, size, self.p + 1)
        self.sums += dealt.transpose(0, 2, 1) @ dealt
        self.n += len(x)

    def mean(self) -> Array:
        """(p,)."""
        return np.asarray(self.sums[:, 0, 1:].sum(axis=0) / self.n + self.centre)

    def covariance(self, ddof: int = 1) -> Array:
        """(p, p), divisor n - ddof.

        Raises
        ------
        TooFewRows (n < 2), ConstantItems.
        """
        if self.n < 2:
            raise TooFewRows(self.n, 2)
        constant = np.flatnonzero(np.count_nonzero(self.counts, axis=1) < 2)
        if constant.size:
            raise ConstantItems(tuple(map(int, constant)))
        total = self.sums.sum(axis=0)
        return np.asarray((total[1:, 1:] - np.outer(total[0, 1:], total[0, 1:]) / self.n) / (self.n - ddof))

    def keeping(self, items: IntArray) -> StreamedMoments:
        """The same of some of the items, by their positions."""
        kept, every = replace(self, p=len(items)), np.concatenate(([0], 1 + items))
        kept.counts, kept.sums = self.counts[items], self.sums[:, every[:, None], every]
        return kept

    def products(self, order: IntArray) -> UnitProducts:
        """The groups that anybody is in as what is resampled, items in the given order (p,)."""
        every = np.concatenate(([0], 1 + order))
        rows, columns = np.triu_indices(self.p + 1)
        filled = self.sums[self.sums[:, 0, 0] > 0]
        kept = np.ascontiguousarray(filled[:, every[rows], every[columns]].T)
        nobody: Array = np.empty((self.p + 1, 0))
        return UnitProducts(nobody, nobody, len(filled), kept)
