"""Confirmatory tetrad analysis: do the items of a construct reflect it (CTA-PLS)?

If one factor is behind four items, s12 s34 - s13 s24 vanishes, and so does every tetrad like it. Bollen and
Ting (2000), Psychological Methods 5, 3-22; Gudergan, Ringle, Wende and Will (2008), Journal of Business
Research 61, 1238-1249.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from smartcity_survey.stats.core.intervals import summarise
from smartcity_survey.stats.core.resample import UnitProducts, unit_products
from smartcity_survey.stats.core.significance import normal_interval, normal_two_sided
from smartcity_survey.stats.core.types import Array, IntArray

FEWEST = 4
"""Items of a construct that has a tetrad."""
_DEPENDENT = 1e-9
_DRAWS_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class Tetrads:
    """Tetrads of the p items of one construct.

    items : (m, 4), positions i, j, k, l of s_ij s_kl - s_ik s_jl. value : (m,), of the sample's covariances
        (divisor n - 1). bias, se : (m,), of the resamples. p : (m,), two-sided, normal.
    low, high : (m,), normal intervals about value - bias, at a level shared among the m (Bonferroni).
    bca_low, bca_high : (m,), BCa intervals at that level.
    """

    items: IntArray
    value: Array
    bias: Array
    se: Array
    p: Array
    low: Array
    high: Array
    bca_low: Array
    bca_high: Array

    @property
    def vanish(self) -> bool:
        """Whether every normal interval has 0: nothing speaks against a reflective construct."""
        return bool(((self.low <= 0) & (self.high >= 0)).all())


def vanishing_tetrads(p: int) -> IntArray:
    """(p (p - 3) / 2, 4): tetrads that all vanish under one factor, none of which follows from the others.

    In the order of their items each is kept unless its slopes, at a factor with loadings that are all
    different, are a combination of those before it.
    """
    first, second = np.triu_indices(p, 1)
    place = np.zeros((p, p), dtype=np.int64)
    place[first, second] = place[second, first] = np.arange(len(first))
    loadings = np.sqrt(np.arange(2.0, p + 2.0))
    s = np.outer(loadings, loadings)
    kept: list[tuple[int, int, int, int]] = []
    basis: list[Array] = []
    for one in combinations(range(p), 4):
        for i, j, k, m in (one, (one[0], one[2], one[3], one[1])):
            slope = np.zeros(len(first))
            slope[place[i, j]], slope[place[k, m]] = s[k, m], s[i, j]
            slope[place[i, k]], slope[place[j, m]] = -s[j, m], -s[i, k]
            slope /= np.linalg.norm(slope)
            for _ in range(2):  # twice is enough to be orthogonal
                for direction in basis:
                    slope = slope - (slope @ direction) * direction
            length = np.linalg.norm(slope)
            if length > _DEPENDENT:
                basis.append(slope / length)
                kept.append((i, j, k, m))
    return np.array(kept, dtype=np.int64).reshape(-1, 4)


def confirmatory_tetrads(x: Array, draws: int, seed: int, level: float = 0.95) -> Tetrads:
    """Tetrads of the items x (n, p) of one construct, with resamples of respondents.

    Every draw has a stream of its own, the same for all constructs. The acceleration of BCa intervals is the
    jackknife's. Raises ValueError below four items.
    """
    n, p = x.shape
    if p < FEWEST:
        raise ValueError(f"{p} items, a tetrad has {FEWEST}")
    items = vanishing_tetrads(p)
    value = _values(np.cov(x, rowvar=False)[None], items)[0]
    products = unit_products(x)
    drawn = np.empty((draws, len(items)))
    for begin in range(0, draws, _DRAWS_AT_ONCE):
        end = min(begin + _DRAWS_AT_ONCE, draws)
        moments = products.moments(products.resampled_counts(seed, begin, end))
        drawn[begin:end] = _values(_covariances(moments, p, n), items)
    bias, se = drawn.mean(axis=0) - value, drawn.std(axis=0, ddof=1)
    shared = 1 - (1 - level) / len(items)
    low, high = normal_interval(value - bias, se, shared)
    bca = summarise(value, drawn, kind="bca", level=shared, jackknife=_without_each(products, items))
    return Tetrads(
        items, value, bias, se, normal_two_sided((value - bias) / se), low, high, bca.low, bca.high
    )


def _without_each(products: UnitProducts, items: IntArray) -> Array:
    """(n, m): tetrads without each respondent."""
    total, n = products.total(), products.units
    found = np.empty((n, len(items)))
    for begin in range(0, n, _DRAWS_AT_ONCE):
        place = slice(begin, min(begin + _DRAWS_AT_ONCE, n))
        found[place] = _values(_covariances(total - products.of(place), products.p, n - 1), items)
    return found


def _covariances(moments: Array, p: int, n: int) -> Array:
    """(B, p, p): covariances, divisor n - 1, from moments (q, B) of `UnitProducts`."""
    whole = np.empty((moments.shape[1], p + 1, p + 1))
    rows, columns = np.triu_indices(p + 1)
    whole[:, rows, columns] = whole[:, columns, rows] = moments.T
    sums = whole[:, 0, 1:]
    return np.asarray((whole[:, 1:, 1:] - sums[:, :, None] * sums[:, None, :] / n) / (n - 1))


def _values(s: Array, items: IntArray) -> Array:
    """(B, m): tetrads of covariances s (B, p, p)."""
    i, j, k, m = items.T
    return np.asarray(s[:, i, j] * s[:, k, m] - s[:, i, k] * s[:, j, m])
