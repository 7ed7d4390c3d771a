"""Correlations of items and covariates, with what each respondent contributes to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from smartcity_survey.stats.errors import ConstantItems
from smartcity_survey.stats.polychoric import NO_CONTINUITY, polychoric
from smartcity_survey.stats.types import Array, IntArray

# A column whose spread is below this share of its size is constant.
_CONSTANT = 1e-12
_CACHED = 100_000


@dataclass(frozen=True, slots=True)
class ItemMoments:
    """Correlations of p items followed by d covariates over n respondents, m = p + d.

    correlation : (m, m). influence : (n, m, m), summing to 0 over respondents: without one of them the
        correlations are about `correlation - influence / (n - 1)`.
    p : items.
    """

    correlation: Array
    influence: Array
    p: int

    @property
    def n(self) -> int:
        """Respondents."""
        return len(self.influence)


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
    """Product-moment correlations of items x (n, p) and covariates (n, d).

    Influence of the respondent with standardised answers z: z_j z_k - r (z_j^2 + z_k^2) / 2 (Devlin,
    Gnanadesikan and Kettenring 1975, Biometrika 62, 531-545).
    """
    z = standardised(np.hstack((x, covariates)))
    R = z.T @ z / len(z)
    halves = 0.5 * np.square(z)
    influence = np.empty((len(z), *R.shape))
    # A few respondents at a time, so that what is in between stays in the processor's cache.
    at_once = max(1, _CACHED // R.size)
    for first in range(0, len(z), at_once):
        part = slice(first, first + at_once)
        shrinkage = halves[part, :, None] + halves[part, None, :]
        shrinkage *= R
        np.multiply(z[part, :, None], z[part, None, :], out=influence[part])
        influence[part] -= shrinkage
    return ItemMoments(R, influence, x.shape[1])


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
    correlation, influence = observed.correlation, observed.influence
    for matrix in (correlation, influence):
        matrix[..., :p, p:] *= stretch[:, None]
        matrix[..., p:, :p] *= stretch
    correlation[:p, :p] = items.correlation
    influence[:, :p, :p] = items.influence
    return ItemMoments(correlation, influence, p)
