"""Correlations of items and covariates, with what each respondent contributes to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import stats

from smartcity_survey.stats.core.errors import ConstantItems
from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.items.polychoric_correlations import NO_CONTINUITY, CellInfluence, polychoric

# A column whose spread is below this share of its size is constant.
_CONSTANT = 1e-12


class CorrelationInfluence(Protocol):
    """Correlations (m, m) of p items and the covariates, and what each of n respondents has in them.

    Members are those of `ItemMoments` of these names.
    """

    @property
    def correlation(self) -> Array: ...

    @property
    def p(self) -> int: ...

    @property
    def n(self) -> int: ...

    def influence_on_products(self, weights: Array, part: slice) -> Array: ...

    def influence_of_covariates(self, part: slice) -> Array: ...

    def influence_beside(self, part: slice) -> Array: ...

    def influence_between(self, left: Array, right: Array, part: slice) -> Array: ...


@dataclass(frozen=True, slots=True, eq=False)
class ItemMoments:
    """Correlations of p items followed by d covariates over n respondents, m = p + d.

    correlation : (m, m). p : items.
    z : (n, m), standardised answers. observed : (m, m), their product-moment correlations.
    latent : influence on the items' polychoric correlations, and stretch : (p,), polyserial over
        product-moment correlations; None and 1 where items correlate as observed.
    weights : (n,), sampling weights that average 1; None where respondents count alike.

    Influence: without a respondent correlations are about `correlation - influence / (n - 1)`. It sums to 0
    over respondents. That of all, n m^2 numbers, is never held at once.

    With standardised answers z that on a product-moment correlation is z_j z_k - r (z_j^2 + z_k^2) / 2
    (Devlin, Gnanadesikan and Kettenring 1975, Biometrika 62, 531-545).
    """

    correlation: Array
    p: int
    z: Array
    observed: Array
    latent: CellInfluence | None
    stretch: Array
    weights: Array | None = None

    @property
    def n(self) -> int:
        """Respondents."""
        return len(self.z)

    def influence_on_products(self, weights: Array, part: slice) -> Array:
        """(rows, m, c): influence of some respondents on the correlations with items times weights (p, c)."""
        z, p = self.z[part], self.p
        items = z[:, :p]
        stretched = self.stretch[:, None] * weights
        squares = np.square(z)
        moved = z[:, :, None] * (items @ stretched)[:, None, :]
        moved -= 0.5 * squares[:, :, None] * (self.observed[:, :p] @ stretched)
        for j, column in enumerate(stretched.T):
            used = np.flatnonzero(column)
            moved[:, :, j] -= 0.5 * (squares[:, used] * column[used]) @ self.observed[used]
        moved = self._weighted(moved, part)
        if self.latent is not None:
            moved[:, :p] = (weights.T @ self.latent.of(part)).transpose(2, 0, 1)
        return moved

    def influence_of_covariates(self, part: slice) -> Array:
        """(rows, d, d): influence of some respondents on the covariates' correlations."""
        d = self.z[part, self.p :]
        squares = 0.5 * np.square(d)
        shrinkage = (squares[:, :, None] + squares[:, None, :]) * self.observed[self.p :, self.p :]
        return self._weighted(d[:, :, None] * d[:, None, :] - shrinkage, part)

    def influence_beside(self, part: slice) -> Array:
        """(rows, m, d): influence of some respondents on the correlations with the covariates."""
        z = self.z[part]
        d = z[:, self.p :]
        halves = 0.5 * (np.square(z)[:, :, None] + np.square(d)[:, None, :])
        influence: Array = z[:, :, None] * d[:, None, :] - self.observed[:, self.p :] * halves
        influence[:, : self.p] *= self.stretch[:, None]
        return self._weighted(influence, part)

    def influence_between(self, left: Array, right: Array, part: slice) -> Array:
        """(rows, t): influence of some respondents on the sums l' R r over the items' product-moment
        correlations, of columns of left and right (p, t)."""
        p = self.p
        z, R = self.z[part, :p], self.observed[:p, :p]
        shrinkage = np.square(z) @ (left * (R @ right) + right * (R @ left))
        return self._weighted((z @ left) * (z @ right) - 0.5 * shrinkage, part)

    def _weighted(self, influence: Array, part: slice) -> Array:
        """Influence (rows, ...) of some respondents who count alike, by their sampling weights."""
        if self.weights is None:
            return influence
        return np.asarray(influence * self.weights[part].reshape(-1, *[1] * (influence.ndim - 1)))

    def of_items(self, items: Sequence[int]) -> ItemMoments:
        """The moments of some of the items and all covariates."""
        columns = np.concatenate((np.asarray(items), np.arange(self.p, len(self.correlation))))
        chosen = np.ix_(columns, columns)
        latent = None if self.latent is None else self.latent.of_items(items)
        return ItemMoments(
            self.correlation[chosen],
            len(items),
            self.z[:, columns],
            self.observed[chosen],
            latent,
            self.stretch[items],
            self.weights,
        )


def standardised(x: Array, weights: Array | None = None) -> Array:
    """Columns of x (n, m) with mean 0 and variance 1 (divisor n), by weights (n,) that average 1.

    Raises
    ------
    ConstantItems
    """
    if weights is None:
        centred = x - x.mean(axis=0)
        spread = np.sqrt(np.square(centred).mean(axis=0))
    else:
        centred = x - weights @ x / len(x)
        spread = np.sqrt(weights @ np.square(centred) / len(x))
    constant = np.flatnonzero(spread <= _CONSTANT * np.maximum(np.abs(x).max(axis=0), 1.0))
    if constant.size:
        raise ConstantItems(tuple(int(column) for column in constant))
    return np.asarray(centred / spread)


def midranks(x: Array, weights: Array | None = None) -> Array:
    """Each column of x (n, p) replaced by its ranks, ties by their mean: correlations become Spearman's.

    With sampling weights (n,) ranks are those of the population that they stand for, over its size: what
    weighs less, and half of what is equal (Lumley and Scott 2013, Biometrika 100, 831-842).
    """
    if weights is None:
        return np.asarray(stats.rankdata(x, axis=0))
    ranks = np.empty(x.shape)
    for column, values in enumerate(x.T):
        _, level = np.unique(values, return_inverse=True)
        shares = np.bincount(level, weights) / weights.sum()
        ranks[:, column] = (np.cumsum(shares) - shares / 2)[level]
    return ranks


def pearson_moments(x: Array, covariates: Array, weights: Array | None = None) -> ItemMoments:
    """Product-moment correlations of items x (n, p) and covariates (n, d), by weights that average 1."""
    z = standardised(np.hstack((x, covariates)), weights)
    R = (z if weights is None else z * weights[:, None]).T @ z / len(z)
    return ItemMoments(R, x.shape[1], z, R, None, np.ones(x.shape[1]), weights)


def polychoric_moments(
    codes: IntArray, covariates: Array, *, continuity: tuple[float, float] = NO_CONTINUITY
) -> ItemMoments:
    """Polychoric correlations of ordered answers codes (n, p); covariates (n, d) are taken as they are.

    An item's correlation with a covariate is the polyserial one: Pearson's times the item's standard
    deviation over the summed normal densities at its thresholds (Olsson, Drasgow and Dorans 1982,
    Psychometrika 47, 337-347).

    continuity : as `polychoric`, which says what is raised.
    """
    p = codes.shape[1]
    items = polychoric(codes, continuity=continuity)
    observed = pearson_moments(codes.astype(np.float64), covariates)
    densities = stats.norm.pdf(items.thresholds[:, 1:-1]).sum(axis=1)
    ranks = np.column_stack([np.unique(column, return_inverse=True)[1] for column in codes.T])
    stretch = ranks.std(axis=0) / densities
    correlation = observed.correlation.copy()
    correlation[:p, p:] *= stretch[:, None]
    correlation[p:, :p] *= stretch
    correlation[:p, :p] = items.correlation
    return ItemMoments(correlation, p, observed.z, observed.observed, items.by_cell, stretch)
