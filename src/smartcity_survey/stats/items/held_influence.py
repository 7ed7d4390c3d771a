"""Correlations of items and covariates whose influences are held, by respondent or by group of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.dealt import Groups
from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.items.item_moments import ItemMoments


@dataclass(frozen=True, slots=True, eq=False)
class HeldInfluence:
    """Correlations of p items followed by d covariates, m = p + d, and the influence of n units on them.

    correlation : (m, m). p : items. whole : (n, m, m): without a unit correlations are about
        `correlation - whole / (n - 1)`.
    """

    correlation: Array
    p: int
    whole: Array

    @property
    def n(self) -> int:
        """Units: respondents, or groups of them."""
        return len(self.whole)

    def influence_on_products(self, weights: Array, part: slice) -> Array:
        """(rows, m, c): influence of some units on the correlations with items times weights (p, c)."""
        return np.asarray(self.whole[part, :, : self.p] @ weights)

    def influence_of_covariates(self, part: slice) -> Array:
        """(rows, d, d): influence of some units on the covariates' correlations."""
        return np.asarray(self.whole[part, self.p :, self.p :])

    def influence_beside(self, part: slice) -> Array:
        """(rows, m, d): influence of some units on the correlations with the covariates."""
        return np.asarray(self.whole[part, :, self.p :])

    def influence_between(self, left: Array, right: Array, part: slice) -> Array:
        """(rows, t): influence on the sums l' R r over the items, of columns of left and right (p, t)."""
        own = self.whole[part, : self.p, : self.p]
        # One product of large matrices in the place of one for each unit.
        pairs = (left[:, None] * right).reshape(-1, left.shape[1])
        return np.asarray(own.reshape(len(own), -1) @ pairs)

    def columns(self, items: Sequence[int]) -> IntArray:
        """Positions of some of the items and of all covariates."""
        return np.concatenate((np.asarray(items), np.arange(self.p, len(self.correlation))))


@dataclass(frozen=True, slots=True, eq=False)
class GroupedItems(HeldInfluence):
    """Moments of a large sample: the influences are of its random groups (`core.dealt`).

    respondents : the same moments by respondent. groups : who is in which.
    """

    respondents: ItemMoments
    groups: Groups

    def of_items(self, items: Sequence[int]) -> GroupedItems:
        """The moments of some of the items and all covariates."""
        columns, m = self.columns(items), len(self.correlation)
        cells = (columns[:, None] * m + columns).ravel()
        return GroupedItems(
            self.correlation[np.ix_(columns, columns)],
            len(items),
            self.whole.reshape(-1, m * m).take(cells, axis=1).reshape(-1, len(columns), len(columns)),
            self.respondents.of_items(items),
            self.groups,
        )


def grouped(moments: ItemMoments, groups: Groups) -> GroupedItems:
    """Moments whose influences are summed over groups, each as if of one unit of `groups.count`."""
    z, p = moments.z, moments.p
    weighted = z if moments.weights is None else z * moments.weights[:, None]
    whole = groups.products(z, weighted)
    halves = 0.5 * np.diagonal(whole, axis1=1, axis2=2).copy()
    for sums, half in zip(whole, halves, strict=True):
        sums -= moments.observed * (half[:, None] + half)
    whole[:, :p, p:] *= moments.stretch[:, None]
    whole[:, p:, :p] *= moments.stretch
    if moments.latent is not None:
        ranks, K = moments.latent.ranks.T, moments.latent.table.shape[2]
        for i in range(p):
            whole[:, i, i] = 0.0
            above = ranks[i].astype(np.int64) * K
            for j in range(i):
                own = moments.latent.table[i, j].ravel()[above + ranks[j]]
                whole[:, i, j] = whole[:, j, i] = np.bincount(groups.codes, own, groups.count)
    whole *= groups.count / groups.n
    return GroupedItems(moments.correlation, p, whole, moments, groups)
