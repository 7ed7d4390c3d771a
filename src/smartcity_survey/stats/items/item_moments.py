"""Correlations of items and covariates, with what each respondent contributes to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from smartcity_survey.stats.core.errors import ConstantItems
from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.items.polychoric_correlations import NO_CONTINUITY, polychoric

# A column whose spread is below this share of its size is constant.
_CONSTANT = 1e-12
_CACHED = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class ItemMoments:
    """Correlations of p items followed by d covariates over n respondents, m = p + d.

    correlation : (m, m). p : items.
    z : (n, m), standardised answers. observed : (m, m), their product-moment correlations.
    latent : (n, p, p), influence on the items' polychoric correlations, and stretch : (p,), polyserial over
        product-moment correlations; None and 1 where items correlate as observed.

    The influence of all respondents, n m^2 numbers, is never held at once.
    """

    correlation: Array
    p: int
    z: Array
    observed: Array
    latent: Array | None
    stretch: Array

    @property
    def n(self) -> int:
        """Respondents."""
        return len(self.z)

    @property
    def influence(self) -> Array:
        """(n, m, m), summing to 0 over respondents: without one of them the correlations are about
        `correlation - influence / (n - 1)`."""
        return self.influence_of(slice(None))

    def influence_of(self, part: slice) -> Array:
        """`influence` of some of the respondents.

        With standardised answers z that on a product-moment correlation is z_j z_k - r (z_j^2 + z_k^2) / 2
        (Devlin, Gnanadesikan and Kettenring 1975, Biometrika 62, 531-545).
        """
        z, p = self.z[part], self.p
        halves = 0.5 * np.square(z)
        influence = np.empty((len(z), *self.observed.shape))
        # A few respondents at a time, so that what is in between stays in the processor's cache.
        at_once = max(1, _CACHED // self.observed.size)
        for first in range(0, len(z), at_once):
            some = slice(first, first + at_once)
            shrinkage = halves[some, :, None] + halves[some, None, :]
            shrinkage *= self.observed
            np.multiply(z[some, :, None], z[some, None, :], out=influence[some])
            influence[some] -= shrinkage
        if self.latent is not None:
            influence[:, :p, p:] *= self.stretch[:, None]
            influence[:, p:, :p] *= self.stretch
            influence[:, :p, :p] = self.latent[part]
        return influence

    def influence_beside(self) -> Array:
        """(n, m, d): influence on the correlations with the covariates."""
        z, d = self.z, self.z[:, self.p :]
        halves = 0.5 * (np.square(z)[:, :, None] + np.square(d)[:, None, :])
        influence: Array = z[:, :, None] * d[:, None, :] - self.observed[:, self.p :] * halves
        influence[:, : self.p] *= self.stretch[:, None]
        return influence

    def influence_between(self, left: Array, right: Array) -> Array:
        """(n, t): influence on the sums l' R r over the items, of columns of left and right (p, t)."""
        p = self.p
        if self.latent is not None:
            return np.asarray(np.einsum("nkt,kt->nt", self.latent @ right, left))
        z, R = self.z[:, :p], self.observed[:p, :p]
        shrinkage = np.square(z) @ (left * (R @ right) + right * (R @ left))
        return np.asarray((z @ left) * (z @ right) - 0.5 * shrinkage)

    def of_items(self, items: Sequence[int]) -> ItemMoments:
        """The moments of some of the items and all covariates."""
        columns = np.concatenate((np.asarray(items), np.arange(self.p, len(self.correlation))))
        chosen = np.ix_(columns, columns)
        latent = None if self.latent is None else self.latent[:, np.asarray(items)[:, None], items]
        return ItemMoments(
            self.correlation[chosen],
            len(items),
            self.z[:, columns],
            self.observed[chosen],
            latent,
            self.stretch[items],
        )


def standardised(x: Array) -> Array:
    """Columns of x (n, m) with mean 0 and variance 1 (divisor n).

    Raises
    ------
    ConstantItems
    """
    centred = x - x.mean(axis=0)
    spread = np.sqrt(np.square(centred).mean(axis=0))
    constant = np.flatnonzero(spread <= _CONSTANT * np.maximum(np.abs(x).max(axis=0), 1.0))
    if constant.size:
        raise ConstantItems(tuple(int(column) for column in constant))
    return np.asarray(centred / spread)


def midranks(x: Array) -> Array:
    """Each column of x (n, p) replaced by its ranks, ties by their mean: correlations become Spearman's."""
    return np.asarray(stats.rankdata(x, axis=0))


def pearson_moments(x: Array, covariates: Array) -> ItemMoments:
    """Product-moment correlations of items x (n, p) and covariates (n, d)."""
    z = standardised(np.hstack((x, covariates)))
    R = z.T @ z / len(z)
    return ItemMoments(R, x.shape[1], z, R, None, np.ones(x.shape[1]))


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
    return ItemMoments(correlation, p, observed.z, observed.observed, items.influence, stretch)
