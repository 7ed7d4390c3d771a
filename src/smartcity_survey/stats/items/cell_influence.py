"""What each respondent contributes to correlations that come from contingency tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from smartcity_survey.stats.core.types import Array

# Numbers that are held at a time.
_AT_ONCE = 2**24


def joint_counts(ranks: NDArray[np.int16], categories: int) -> Array:
    """(p, p, K, K): respondents in each cell of the table of two items, from ranks (n, p) below K."""
    n, p = ranks.shape
    table = np.zeros((p * categories, p * categories))
    step = max(1, _AT_ONCE // len(table))
    for first in range(0, n, step):
        # Single precision is exact: no slice has 2^24 respondents.
        own = (ranks[first : first + step, :, None] == np.arange(categories)).astype(np.float32)
        flat = own.reshape(len(own), -1)
        table += flat.T @ flat
    return table.reshape(p, categories, p, categories).transpose(0, 2, 1, 3)


@dataclass(frozen=True, slots=True, eq=False)
class CellInfluence:
    """Influence of respondents on correlations of p items: the same for all in one cell of a pair's table.

    ranks : (n, p), category of each answer from 0. table : (p, p, K, K), influence on the correlation of two
    items of an answer in a category of the first and one of the second; 0 for an item with itself.
    """

    ranks: NDArray[np.int16]
    table: Array

    @property
    def n(self) -> int:
        """Respondents."""
        return len(self.ranks)

    def of(self, part: slice = slice(None)) -> Array:
        """(p, p, rows): influence of some respondents."""
        p, K = self.table.shape[1:3]
        ranks = self.ranks[part].T.astype(np.int64, order="C")
        influence = np.zeros((p, *ranks.shape))
        for i, j in combinations(range(p), 2):
            influence[i, j] = self.table[i, j].ravel()[ranks[i] * K + ranks[j]]
            influence[j, i] = influence[i, j]
        return influence

    def of_pairs(self, part: slice = slice(None)) -> Array:
        """(m, rows): the same for the m pairs of items, lower triangle by row."""
        p, K = self.table.shape[1:3]
        ranks = self.ranks[part].T.astype(np.int64, order="C")
        influence = np.empty((p * (p - 1) // 2, ranks.shape[1]))
        for pair, (i, j) in enumerate(zip(*np.tril_indices(p, -1), strict=True)):
            influence[pair] = self.table[i, j].ravel()[ranks[i] * K + ranks[j]]
        return influence

    def parts(self) -> Iterator[slice]:
        """Respondents in slices, so many at a time that their pairs do not fill the memory."""
        step = max(1, _AT_ONCE // self.table.shape[0] ** 2)
        return (slice(first, first + step) for first in range(0, self.n, step))

    def mean_squares(self) -> Array:
        """(m,): mean square over the respondents, for the pairs of `of_pairs`."""
        first, second = np.tril_indices(len(self.table), -1)
        counts = joint_counts(self.ranks, self.table.shape[2])
        sums = (counts[first, second] * np.square(self.table[first, second])).sum(axis=(1, 2))
        return np.asarray(sums / self.n)

    def condensed(self) -> Array:
        """(rows, m): at most m rows for the pairs of `of_pairs`, with the same products as all respondents'.

        Whatever is a sum over respondents of products of their influences is the same of these rows.
        """
        m = len(self.table) * (len(self.table) - 1) // 2
        if self.n <= m:
            return self.of_pairs().T
        products = np.zeros((m, m))
        for part in self.parts():
            influence = self.of_pairs(part)
            products += influence @ influence.T
        values, vectors = np.linalg.eigh(products)
        return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))).T)

    def of_items(self, items: Sequence[int]) -> CellInfluence:
        """The influence on the correlations of some of the items."""
        return CellInfluence(self.ranks[:, items], self.table[np.ix_(items, items)])
