"""Are pairs of items answered in enough combinations for correlations of ordered answers to be trusted?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.types import BoolArray, IntArray

SMALL_COUNT = 5
"""Expected respondents below which a cell is called sparse (Cochran 1954, Biometrics 10, 417-451)."""


@dataclass(frozen=True, slots=True)
class SparseTables:
    """Contingency tables of every pair of p items over n respondents.

    categories : (p,), distinct answers of each item. cells : (p, p), of the pair's table.
    empty : (p, p), cells without a respondent. sparse : (p, p), cells with fewer than five expected were the
        items independent. Diagonals are 0.
    smallest_category : (p,), respondents who gave the rarest answer.
    """

    categories: IntArray
    cells: IntArray
    empty: IntArray
    sparse: IntArray
    smallest_category: IntArray


def sparse_tables(codes: IntArray) -> SparseTables:
    """Empty and sparse cells of codes (n, p), whole numbers; each item's distinct codes are its categories.

    Polychoric correlations of tables with many empty cells are unstable: Savalei (2011), Structural
    Equation Modeling 18, 253-273.
    """
    n = len(codes)
    ranks = [np.unique(column, return_inverse=True)[1] for column in codes.T]
    categories = np.array([int(column.max()) + 1 for column in ranks])
    first = np.concatenate(([0], np.cumsum(categories)))
    dummies = np.zeros((n, first[-1]))
    for column, start in zip(ranks, first[:-1], strict=True):
        dummies[np.arange(n), start + column] = 1.0
    counts = dummies.T @ dummies
    totals = np.diagonal(counts)
    cells = np.outer(categories, categories)
    np.fill_diagonal(cells, 0)
    return SparseTables(
        categories=categories,
        cells=cells,
        empty=_by_pair(counts == 0, first),
        sparse=_by_pair(np.outer(totals, totals) < SMALL_COUNT * n, first),
        smallest_category=np.minimum.reduceat(totals, first[:-1]).astype(np.int64),
    )


def _by_pair(flags: BoolArray, first: IntArray) -> IntArray:
    """(p, p): cells of each pair's table with the flag."""
    rows = np.add.reduceat(flags.astype(np.int64), first[:-1], axis=0)
    pairs: IntArray = np.add.reduceat(rows, first[:-1], axis=1)
    np.fill_diagonal(pairs, 0)
    return pairs
