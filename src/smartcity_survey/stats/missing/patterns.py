"""Patterns of missing answers: rows that lack the same items are taken together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.correlations import ROWS_AT_ONCE
from smartcity_survey.stats.core.errors import (
    ConstantItems,
    NotFinite,
    TooFewRows,
)
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """The g patterns of answered items among n rows, those with most rows first.

    answered : (g, p), whether the item is answered. counts : (g,), rows with the pattern.
    member : (n,), which pattern a row has.
    """

    answered: BoolArray
    counts: IntArray
    member: IntArray

    def rows(self) -> Iterator[IntArray]:
        """Positions of the rows of each pattern in turn."""
        order = np.argsort(self.member, kind="stable")
        yield from np.split(order, np.cumsum(self.counts)[:-1])


def patterns_of(x: Array) -> Patterns:
    """Patterns of the answers x (n, p), nan where there is none.

    Patterns with equally many rows are in the order of their first missing item.
    """
    missing = np.isnan(x)
    # Bits in numbers, whose order is that of the rows: np.unique would compare the rows cell by cell.
    member = np.zeros(len(x), dtype=np.int64)
    for byte in np.packbits(missing, axis=1).T:
        member = np.unique(member * 256 + byte, return_inverse=True)[1]
    _, first, counts = np.unique(member, return_index=True, return_counts=True)
    order = np.lexsort((np.arange(len(first)), -counts))
    place = np.empty(len(first), dtype=np.int64)
    place[order] = np.arange(len(first))
    return Patterns(~missing[first[order]], counts[order].astype(np.int64), place[member])


def require_estimable(x: Array) -> Array:
    """The rows of x (n, p) with an answer, refused where they do not tell means and covariances.

    Raises
    ------
    NotFinite (infinite answers), TooFewRows (not more rows than items, or a pair of items that fewer than
    two answered together), ConstantItems.
    """
    infinite = np.flatnonzero(np.isinf(x).any(axis=0))
    if infinite.size:
        raise NotFinite(tuple(infinite.tolist()))
    answered = ~np.isnan(x)
    together = np.zeros((x.shape[1], x.shape[1]))
    for first in range(0, len(x), ROWS_AT_ONCE):
        some = answered[first : first + ROWS_AT_ONCE].astype(np.float64)
        together += some.T @ some
    if together.size == 0 or together.min() < 2:
        raise TooFewRows(int(together.min()) if together.size else 0, 2)
    low, high = np.nanmin(x, axis=0), np.nanmax(x, axis=0)
    constant = np.flatnonzero(high <= low)
    if constant.size:
        raise ConstantItems(tuple(constant.tolist()))
    any_answer = answered.any(axis=1)
    rows = x if any_answer.all() else x[any_answer]
    if len(rows) <= x.shape[1]:
        raise TooFewRows(len(rows), x.shape[1] + 1)
    return np.asarray(rows)
