"""Thresholds and polychoric correlations of several groups as functions of one model's parameters.

Behind item j of group g stands a normal variable y = nu + L eta + e, with factors of means kappa and
covariances Phi, and u its variance; an answer is the category between two thresholds T that y falls in:

    threshold (T - nu - L kappa) / sqrt(u)      correlation (L Phi L')_ij / sqrt(u_i u_j)

In the first group nu and kappa are 0, u and the factors' variances 1. Derivatives are complex ones: these
functions lose no digits in a step of 1e-20, and all parameters are stepped at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from smartcity_survey.stats.core.errors import NotConverged, UnderIdentified
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.items.polychoric_correlations import Polychoric, threshold_influence
from smartcity_survey.stats.sem.dwls import MAX_HALVINGS, DwlsFit
from smartcity_survey.stats.sem.maximum_likelihood import undetermined_parameters

_STEP = 1e-20
_FIXED = -1


class OrdinalLevel(IntEnum):
    """What is held equal across groups; each level adds to the one before."""

    CONFIGURAL = 0
    """Nothing but which item loads where."""
    THRESHOLDS = 1
    """Where one answer ends and the next begins: the variables behind the items have one unit."""
    LOADINGS = 2
    """Loadings too: a unit of the factor means the same."""
    INTERCEPTS = 3
    """Intercepts too: means of the factors can be compared; those of the first group are zero."""
    STRICT = 4
    """Uniquenesses too."""


@dataclass(frozen=True, slots=True, eq=False)
class OrdinalSample:
    """What a group of n respondents contributes: c thresholds, item by item, then all correlations.

    statistics : (m,). products : (m, m), mean products of the respondents' influences on them. weights :
    (m,), 1 over their diagonal. item : (c,), whose threshold each is. is_pair : (m,), what is a correlation.
    """

    n: int
    p: int
    statistics: Array
    products: Array
    weights: Array
    item: IntArray
    is_pair: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class GroupMatrices:
    """The model of one group: loadings (p, k), factor_cov (k, k), uniquenesses (p,) of the variables."""

    loadings: Array
    factor_cov: Array
    uniquenesses: Array


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """theta : (t,). residuals : (m,) of each group. gradient_norm, n_iterations : as in `DwlsFit`."""

    theta: Array
    residuals: tuple[Array, ...]
    gradient_norm: float
    n_iterations: int


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Of one group, which parameter each value is; -1 for those that are fixed at 0, or at 1 where they are
    variances. thresholds (c,), loadings (l,), factor (k (k + 1) / 2,) by row of the lower triangle, means
    (k,), intercepts (p,), variances (p,) of the variables behind the items."""

    thresholds: IntArray
    loadings: IntArray
    factor: IntArray
    means: IntArray
    intercepts: IntArray
    variances: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The parameters of all groups at a level. size : t. item : as in `OrdinalSample`. strict : whether a
    variable's variance follows from the uniqueness it has in the first group."""

    pattern: BoolArray
    item: IntArray
    groups: tuple[Places, ...]
    size: int
    strict: bool

    def implied(self, theta: Array) -> list[Array]:
        """(m,) of each group."""
        return [np.asarray(self._statistics(theta, group)) for group in range(len(self.groups))]

    def derivatives(self, theta: Array) -> Array:
        """(M, t): of the statistics of all groups, one group under the other."""
        stepped = theta + 1j * _STEP * np.eye(self.size)
        parts = []
        for group in range(len(self.groups)):
            touched = self._touched(group)
            part = np.zeros((len(self._statistics(theta, group)), self.size))
            part[:, touched] = self._statistics(stepped[touched], group).imag.T / _STEP
            parts.append(part)
        return np.vstack(parts)

    def matrices(self, theta: Array) -> list[GroupMatrices]:
        """The model of each group."""
        found = []
        for group, places in enumerate(self.groups):
            loadings, factor_cov = self._loadings(theta, places), self._factors(theta, places)
            common = np.einsum("ij,jk,ik->i", loadings, factor_cov, loadings)
            found.append(GroupMatrices(loadings, factor_cov, self._variances(theta, group) - common))
        return found

    def means(self, theta: Array) -> Array:
        """(G, k): means of the factors; of any other vector (t,) what it holds in their places."""
        return np.array([_taken(theta, places.means, 0.0) for places in self.groups])

    def _touched(self, group: int) -> IntArray:
        places = self.groups[group]
        used = [places.thresholds, places.loadings, places.factor, places.means, places.intercepts]
        used += [places.variances, self.groups[0].factor] if self.strict else [places.variances]
        found = np.unique(np.concatenate(used))
        return np.asarray(found[found != _FIXED])

    def _loadings(self, theta: NDArray[Any], places: Places) -> NDArray[Any]:
        loadings = np.zeros((*theta.shape[:-1], *self.pattern.shape), dtype=theta.dtype)
        row, column = np.nonzero(self.pattern)
        loadings[..., row, column] = _taken(theta, places.loadings, 0.0)
        return loadings

    def _factors(self, theta: NDArray[Any], places: Places) -> NDArray[Any]:
        k = self.pattern.shape[1]
        row, column = np.tril_indices(k)
        cov = np.zeros((*theta.shape[:-1], k, k), dtype=theta.dtype)
        cov[..., row, column] = cov[..., column, row] = _taken(theta, places.factor, 1.0)
        return cov

    def _common(self, theta: NDArray[Any], places: Places) -> NDArray[Any]:
        """(..., p, p): covariances that the factors make."""
        loadings = self._loadings(theta, places)
        return np.asarray(loadings @ self._factors(theta, places) @ loadings.swapaxes(-1, -2))

    def _variances(self, theta: NDArray[Any], group: int) -> NDArray[Any]:
        if not self.strict or group == 0:
            return _taken(theta, self.groups[group].variances, 1.0)
        own, first = (
            np.diagonal(self._common(theta, self.groups[g]), axis1=-2, axis2=-1) for g in (group, 0)
        )
        return np.asarray(1 - first + own)

    def _statistics(self, theta: NDArray[Any], group: int) -> NDArray[Any]:
        places = self.groups[group]
        common = self._common(theta, places)
        with np.errstate(invalid="ignore"):
            sd = np.sqrt(self._variances(theta, group))
        shift = _taken(theta, places.intercepts, 0.0)
        means = _taken(theta, places.means, 0.0)
        shift = shift + (self._loadings(theta, places) @ means[..., None])[..., 0]
        thresholds = _taken(theta, places.thresholds, 0.0)
        row, column = np.tril_indices(len(self.pattern), -1)
        return np.concatenate(
            [
                (thresholds - shift[..., self.item]) / sd[..., self.item],
                common[..., row, column] / (sd[..., row] * sd[..., column]),
            ],
            axis=-1,
        )


def _taken(theta: NDArray[Any], places: IntArray, fixed: float) -> NDArray[Any]:
    """Parameters (..., t) in their places, the fixed value elsewhere."""
    return np.where(places == _FIXED, fixed, theta[..., np.maximum(places, 0)])


def ordinal_sample(items: Polychoric) -> OrdinalSample:
    """Thresholds and correlations of a group, and how its respondents move them."""
    ranks = items.by_cell.ranks
    n, p = ranks.shape
    categories = ranks.max(axis=0).astype(np.int64) + 1
    item = np.repeat(np.arange(p), categories - 1)
    number = np.concatenate([np.arange(1, count) for count in categories])
    K = items.thresholds.shape[1] - 1
    cumulative = np.stack([(ranks <= c).mean(axis=0) for c in range(-1, K)], axis=1)
    by_answer = threshold_influence(items.thresholds, cumulative)
    m = len(item) + p * (p - 1) // 2
    products = np.zeros((m, m))
    for part in items.by_cell.parts():
        of_thresholds = by_answer[item[:, None], ranks[part][:, item].T, number[:, None] - 1]
        influence = np.vstack([of_thresholds, items.by_cell.of_pairs(part)])
        products += influence @ influence.T / n
    return OrdinalSample(
        n=n,
        p=p,
        statistics=np.append(items.thresholds[item, number], items.correlation[np.tril_indices(p, -1)]),
        products=products,
        weights=1 / np.diagonal(products),
        item=item,
        is_pair=np.arange(len(products)) >= len(item),
    )


def layouts(samples: Sequence[OrdinalSample], pattern: BoolArray, level: OrdinalLevel) -> Layout:
    """Which parameters groups have at a level, and which of them they share."""
    p, k = pattern.shape
    item = samples[0].item
    row, column = np.tril_indices(k)
    size = 0

    def new(count: int, wanted: BoolArray | bool = True) -> IntArray:
        nonlocal size
        which = np.broadcast_to(np.asarray(wanted), (count,))
        places = np.full(count, _FIXED)
        places[which] = size + np.arange(int(which.sum()))
        size += int(which.sum())
        return places

    found: list[Places] = []
    for group in range(len(samples)):
        later = group > 0
        found.append(
            Places(
                thresholds=found[0].thresholds
                if later and level >= OrdinalLevel.THRESHOLDS
                else new(len(item)),
                loadings=(
                    found[0].loadings if later and level >= OrdinalLevel.LOADINGS else new(int(pattern.sum()))
                ),
                factor=new(len(row), (row != column) | (later and level >= OrdinalLevel.LOADINGS)),
                means=new(k, later and level >= OrdinalLevel.INTERCEPTS),
                intercepts=new(p, later and OrdinalLevel.THRESHOLDS <= level < OrdinalLevel.INTERCEPTS),
                variances=new(p, later and OrdinalLevel.THRESHOLDS <= level < OrdinalLevel.STRICT),
            )
        )
    return Layout(pattern, item, tuple(found), size, level >= OrdinalLevel.STRICT)


def starting_solution(
    samples: Sequence[OrdinalSample], alone: Sequence[DwlsFit], layout: Layout, level: OrdinalLevel
) -> Array:
    """(t,): each group's own solution in the units of the first group; what is equal begins at the mean."""
    pattern, item = layout.pattern, layout.item
    total, count = np.zeros(layout.size), np.zeros(layout.size)
    reference = samples[0].statistics[: len(item)]
    row, column = np.tril_indices(pattern.shape[1])
    for sample, fit, places in zip(samples, alone, layout.groups, strict=True):
        own = sample.statistics[: len(item)]
        sd, shift = np.ones(sample.p), np.zeros(sample.p)
        if level >= OrdinalLevel.THRESHOLDS and sample is not samples[0]:
            for j in range(sample.p):
                sd[j], shift[j] = np.polyfit(own[item == j], reference[item == j], 1)
        loadings, factor_cov, means = (
            sd[:, None] * fit.std_loadings,
            fit.factor_corr,
            np.zeros(len(pattern.T)),
        )
        if level >= OrdinalLevel.LOADINGS:
            first = alone[0].std_loadings
            ratio = (loadings * first).sum(axis=0) / np.square(first).sum(axis=0)
            loadings, factor_cov = first, factor_cov * np.outer(ratio, ratio)
            means = linalg.lstsq(first, shift)[0]
        thresholds = own * sd[item] + shift[item]
        for where, values in (
            (places.thresholds, thresholds),
            (places.loadings, loadings[pattern]),
            (places.factor, factor_cov[row, column]),
            (places.means, means),
            (places.intercepts, shift),
            (places.variances, np.square(sd)),
        ):
            free = where != _FIXED
            total += np.bincount(where[free], values[free], layout.size)
            count += np.bincount(where[free], minlength=layout.size)
    return np.asarray(total / count)


def minimise_groups(
    samples: Sequence[OrdinalSample],
    layout: Layout,
    theta: Array,
    *,
    tolerance: float,
    max_iterations: int,
) -> Solution:
    """Where the weighted squares of all groups are smallest, by Gauss and Newton's steps from theta (t,).

    Raises
    ------
    UnderIdentified, NotConverged.
    """
    n = sum(sample.n for sample in samples)
    root = np.concatenate([np.sqrt(sample.n / n * sample.weights) for sample in samples])
    observed: Array = np.concatenate([sample.statistics for sample in samples])
    gradient_norm = np.inf
    residual: Array = observed - np.concatenate(layout.implied(theta))
    for iteration in range(max_iterations):
        derivatives = root[:, None] * layout.derivatives(theta)
        curvature = derivatives.T @ derivatives
        slope = derivatives.T @ (root * residual)
        gradient_norm = float(np.abs(slope / np.sqrt(np.maximum(np.diagonal(curvature), 1e-300))).max())
        if gradient_norm <= tolerance:
            parts = np.split(residual, np.cumsum([len(sample.statistics) for sample in samples])[:-1])
            return Solution(theta, tuple(parts), gradient_norm, iteration)
        if undetermined_parameters(curvature).size:
            raise UnderIdentified(tuple(range(layout.pattern.shape[1])))
        step = linalg.solve(curvature, slope, assume_a="pos")
        loss = float(np.square(root * residual).sum())
        for halving in range(MAX_HALVINGS):
            candidate = theta + step / 2**halving
            moved = observed - np.concatenate(layout.implied(candidate))
            # Rounding must not stop the iteration where the losses no longer differ.
            if np.square(root * moved).sum() <= loss * (1 + 1e-13):
                theta, residual = candidate, moved
                break
        else:
            break
    raise NotConverged("diagonally weighted least squares", iteration + 1, gradient_norm)
