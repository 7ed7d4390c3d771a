"""Probabilities of the cells that thresholds cut out of a bivariate normal distribution.

Most cells are second differences of the distribution function, which are exact to about 1e-15 of the whole. A
cell as improbable as that would have no correct digit, yet where somebody's answers fall into it, it decides
the likelihood: such cells are integrated on their own scale, so that they are exact in relative terms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from smartcity_survey.stats.core.types import Array, BoolArray

INFINITE = 8.0
"""Thresholds this far out stand for plus and minus infinity."""

# Below this, differences of the distribution function have lost too many digits.
_SMALL = 1e-6
# Unanswered cells with less probability than this say nothing.
_EMPTY = 1e-12
# The integrand has fallen by exp(-_NEGLIGIBLE) where integration ends.
_NEGLIGIBLE = 45.0
_NODES, _WEIGHTS = (
    0.5 * (side + shift) for side, shift in zip(special.roots_legendre(64), (1, 0), strict=True)
)
# CellProbabilities integrated at once: small enough for memory.
_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class CellProbabilities:
    """Cells (pairs, K, K) of bivariate normal distributions, and derivatives by their correlations.

    log_probability. score : derivative of log_probability, 0 where the cell has no probability to speak of.
    curvature : second derivative of the probability over the probability, 0 likewise.
    """

    log_probability: Array
    score: Array
    curvature: Array

    @property
    def probability(self) -> Array:
        """(pairs, K, K)."""
        return np.asarray(np.exp(self.log_probability))

    def transposed(self) -> CellProbabilities:
        """The same cells with the two variables in the other order."""
        return CellProbabilities(
            self.log_probability.transpose(0, 2, 1),
            self.score.transpose(0, 2, 1),
            self.curvature.transpose(0, 2, 1),
        )


def bivariate_normal_cdf(h: Array, k: Array, rho: Array) -> Array:
    """P(X <= h, Y <= k) of standard normal X, Y with correlation rho; arrays broadcast.

    Source: Owen (1956), Annals of Mathematical Statistics 27, 1075-1090, equation 2.1.
    """
    root = np.sqrt(1.0 - np.square(rho))
    with np.errstate(divide="ignore", invalid="ignore"):
        slope_h = np.where(h == 0, np.where(k >= 0, np.inf, -np.inf), (k / h - rho) / root)
        slope_k = np.where(k == 0, np.where(h >= 0, np.inf, -np.inf), (h / k - rho) / root)
    opposite = (h * k < 0) | ((h * k == 0) & (h + k < 0))
    value = 0.5 * (special.ndtr(h) + special.ndtr(k)) - special.owens_t(h, slope_h)
    value -= special.owens_t(k, slope_k) + 0.5 * opposite
    # At the origin both slopes would be 0/0.
    return np.where((h == 0) & (k == 0), 0.25 + np.arcsin(rho) / (2 * np.pi), value)


def cells(a: Array, b: Array, rho: Array, observed: BoolArray) -> CellProbabilities:
    """CellProbabilities between thresholds a and b (pairs, K + 1) at correlations rho (pairs,).

    observed : (pairs, K, K), the cells that must be exact however improbable they are.
    """
    h, k, r = a[:, 1:-1, None], b[:, None, 1:-1], rho[:, None, None]
    # Beyond the outer thresholds the distribution is that of one item alone, and flat.
    cumulative = np.zeros((len(rho), a.shape[1], b.shape[1]))
    cumulative[:, 1:-1, 1:-1] = bivariate_normal_cdf(h, k, r)
    cumulative[:, -1, :], cumulative[:, :, -1] = special.ndtr(b), special.ndtr(a)
    flat = (np.abs(h) >= INFINITE) | (np.abs(k) >= INFINITE)
    density = np.where(flat, 0.0, np.exp(-_exponent(h, k, r)) / (2 * np.pi * np.sqrt((1 - r) * (1 + r))))
    corners = np.pad(density, ((0, 0), (1, 1), (1, 1)))
    bends = np.pad(density * _growth(h, k, r), ((0, 0), (1, 1), (1, 1)))
    probability, slope, bend = (
        np.diff(np.diff(grid, axis=1), axis=2) for grid in (cumulative, corners, bends)
    )
    known = probability > _EMPTY
    score, curvature = (
        np.divide(each, probability, out=np.zeros_like(each), where=known) for each in (slope, bend)
    )
    log_probability = np.log(np.maximum(probability, np.finfo(np.float64).tiny))
    small = observed & (probability < _SMALL)
    if small.any():
        pair, row, column = np.nonzero(small)
        for first in range(0, len(pair), _AT_ONCE):
            at = tuple(index[first : first + _AT_ONCE] for index in (pair, row, column))
            sides = a[at[0], at[1]], a[at[0], at[1] + 1], b[at[0], at[2]], b[at[0], at[2] + 1]
            log_probability[at], score[at], curvature[at] = _tail_cells(*sides, rho[at[0]])
    return CellProbabilities(log_probability, score, curvature)


def log_normal_difference(low: Array, high: Array) -> Array:
    """log(P(low < X < high)) of a standard normal X, exact in both tails; low <= high."""
    # In the upper tail both are close to 1, their mirror images are not.
    upper = low + high > 0
    left, right = np.where(upper, -high, low), np.where(upper, -low, high)
    log_right = special.log_ndtr(right)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(log_right + np.log1p(-np.exp(special.log_ndtr(left) - log_right)))


def _exponent(h: Array, k: Array, r: Array) -> Array:
    """Minus the exponent of the bivariate density; written so that nothing cancels near |r| = 1."""
    sign = np.where(r < 0, -1.0, 1.0)
    return np.asarray((h - sign * k) ** 2 / (2 * (1 - r) * (1 + r)) + sign * h * k / (1 + np.abs(r)))


def _growth(h: Array, k: Array, r: Array) -> Array:
    """Derivative by r of the logarithm of the bivariate density."""
    s = np.where(r < 0, -1.0, 1.0)
    m, rest = np.abs(r), (1 - r) * (1 + r)
    return np.asarray(s * (m / rest + s * h * k / (1 + m) ** 2 - m * ((h - s * k) / rest) ** 2))


def _tail_cells(a1: Array, a2: Array, b1: Array, b2: Array, rho: Array) -> tuple[Array, Array, Array]:
    """Log probabilities of cells (a1, a2) x (b1, b2), scores and curvatures, (m,), as `CellProbabilities`.

    The density is the derivative of the distribution function by the correlation, so a cell holds what it
    would at correlation 1 less an integral over the correlations in between. Of the angle arcsin(rho) the
    integrand is smooth, and a factor common to all of it can be taken out.

    Sources: Plackett (1954), Biometrika 41, 351-360; Drezner and Wesolowsky (1990), Journal of Statistical
    Computation and Simulation 35, 101-107.
    """
    negative = rho < 0
    b1, b2 = np.where(negative, -b2, b1), np.where(negative, -b1, b2)
    r = np.abs(rho)
    h, k = np.stack((a2, a1, a2, a1)), np.stack((b2, b2, b1, b1))
    # Corners at infinity have no density.
    signs = np.where((np.abs(h) >= INFINITE) | (np.abs(k) >= INFINITE), 0.0, [[1.0], [-1.0], [-1.0], [1.0]])
    # The corner next to the diagonal, where all is at correlation 1; a cell on the diagonal has none.
    below, above = a1 >= b2, b1 >= a2
    apart = np.where(below, a1 - b2, np.where(above, b1 - a2, 0.0))
    product = np.where(below, a1 * b2, np.where(above, a2 * b1, 0.0))
    root = np.sqrt((1 - r) * (1 + r))
    largest = apart**2 / (2 * root**2) + product / (1 + r)
    on_diagonal = ~(below | above)
    base = np.zeros_like(r)
    base[on_diagonal] = np.exp(
        log_normal_difference(np.maximum(a1, b1)[on_diagonal], np.minimum(a2, b2)[on_diagonal])
    )
    start = np.arcsin(root)
    reach = 2 * (_NEGLIGIBLE + np.abs(product))
    end = np.arcsin(np.where(apart > 0, apart / np.sqrt((apart / root) ** 2 + reach), 0.0))
    integral = np.zeros_like(r)
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        angle = end + (start - end) * node
        exponent = (h - k) ** 2 / (2 * np.sin(angle) ** 2) + h * k / (1 + np.cos(angle))
        integral += weight * (signs * np.exp(largest - exponent)).sum(axis=0)
    probability = base - (start - end) * integral / (2 * np.pi)
    density = signs * np.exp(largest - _exponent(h, k, r)) / (2 * np.pi * root)
    score = np.where(negative, -1.0, 1.0) * density.sum(axis=0) / probability
    curvature = (density * _growth(h, k, r)).sum(axis=0) / probability
    return np.log(probability) - largest, score, curvature
