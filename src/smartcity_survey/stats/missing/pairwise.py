"""Correlations of every pair of items by the respondents who answered both, and their resamples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.errors import ConstantItems, NotPositiveDefinite, TooFewRows
from smartcity_survey.stats.core.resample import CONSTANT, Counts, UnitProducts
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.missing.patterns import require_estimable

FEWEST = 3
"""Respondents who answered both items of a pair; by two any correlation would be 1 or -1."""


@dataclass(frozen=True, slots=True)
class PairwiseProducts(UnitProducts):
    """As `UnitProducts`, of answers with gaps: moments are of standardised items with pairwise correlations.

    values : (n, p), answers about their means, 0 where there is none. given : (n, p), 1 where there is one.
    """

    values: Array
    given: Array

    @property
    def p(self) -> int:
        """Items."""
        return int(self.values.shape[1])

    def moments(self, counts: Counts) -> Array:
        """(q, B): moments of B samples that draw each respondent as often as counts (B, n) say."""
        p = self.p
        upper = np.triu_indices(p + 1)
        moments = np.empty((len(upper[0]), len(counts)))
        square = np.zeros((p + 1, p + 1))
        square[0, 0] = 1.0
        for draw, drawn in enumerate(counts):
            R, constant = _correlations(self.values, self.given, drawn.astype(np.float64))
            square[1:, 1:] = R
            # A variance of 0 is what marks an item as constant.
            square[1:, 1:][constant] = square[1:, 1:][:, constant] = 0.0
            moments[:, draw] = square[upper]
        return moments


def pairwise_products(x: Array) -> PairwiseProducts:
    """What bootstraps need of answers x (n, p), nan where there is none.

    Raises
    ------
    As `pairwise_correlation`.
    """
    pairwise_correlation(x)
    n, p = x.shape
    given = ~np.isnan(x)
    ones = np.ones((p + 1, n))
    values = np.where(given, x - np.nanmean(x, axis=0), 0.0)
    return PairwiseProducts(ones, ones, n, None, values, given.astype(np.float64))


def pairwise_correlation(x: Array) -> Array:
    """(p, p): Pearson correlations of x (n, p), each by the rows that have both items.

    Raises
    ------
    NotFinite, TooFewRows (fewer than `FEWEST` rows have both items of a pair), ConstantItems (an item, among
    those who answered another one), NotPositiveDefinite (pairs of different rows can contradict one another).
    """
    require_estimable(x)
    given = ~np.isnan(x)
    together = given.T.astype(np.float64) @ given
    if together.min() < FEWEST:
        raise TooFewRows(int(together.min()), FEWEST)
    values = np.where(given, x - np.nanmean(x, axis=0), 0.0)
    R, constant = _correlations(values, given.astype(np.float64), np.ones(len(x)))
    if constant.any():
        raise ConstantItems(tuple(np.flatnonzero(constant).tolist()))
    smallest = float(np.linalg.eigvalsh(R)[0])
    if smallest <= 0:
        raise NotPositiveDefinite(smallest)
    return R


def _correlations(values: Array, given: Array, weights: Array) -> tuple[Array, BoolArray]:
    """Pairwise correlations (p, p) of rows that count so often (n,), and which items (p,) have none."""
    weighted = values * weights[:, None]
    n = (given * weights[:, None]).T @ given
    sums = weighted.T @ given  # of the row's item, over those who answered the column's
    squares = (values * weighted).T @ given
    products = weighted.T @ values
    with np.errstate(divide="ignore", invalid="ignore"):
        variances = squares - sums**2 / n
        R = (products - sums * sums.T / n) / np.sqrt(variances * variances.T)
    unknown = ~(variances > CONSTANT * squares)
    constant = unknown.any(axis=1)
    np.fill_diagonal(R, 1.0)
    return np.asarray(np.nan_to_num(R)), np.asarray(constant)
