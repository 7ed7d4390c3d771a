"""Alignment: means and variances of many groups' factors where no parameter need be equal in all of them.

Asparouhov and Muthen (2014), Structural Equation Modeling 21, 495-508. The configural model has factors of
mean 0 and variance 1 in every group. Other means and variances fit as well, and make other loadings and
intercepts of the same; those are taken that leave most of these alike and the others far apart, as a rotation
leaves loadings either large or small.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from scipy.linalg import block_diag
from scipy.sparse.csgraph import connected_components

from smartcity_survey.stats.core.errors import InvalidModel, NotConverged
from smartcity_survey.stats.core.significance import normal_two_sided
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.sem.multigroup import Level, MultigroupFit
from smartcity_survey.stats.sem.structure import Matrix

EPSILON = 0.01
"""Differences well below its root count by their squares, those above it by the root of their size."""
N_STARTS = 10
TOLERANCE = 1e-8
"""Largest derivative of the loss, over the sum of its weights, at the solution."""
CONNECTED, APART = 0.01, 0.001
"""Groups begin as alike where p of their difference is above the first; one is apart from the mean of those
alike where p is below the second."""
_STEP = 1e-20
_FLAT = 1e-10
"""Curvatures of the loss that are smaller, in proportion to the largest, are rounding."""
_MAX_STEPS = 50
_SAME_LOSS = 1e-9
_SMOOTH = (1.0, 0.1)
"""Larger values of `EPSILON` that lead to its minimum: the loss has fewer minima with them."""


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """Aligned parameters of p items and k factors in G groups.

    loadings, intercepts : (G, p), of each item on its factor, in item units.
    factor_means, factor_variances and their standard errors : (G, k), from the first group's mean and in its
        standard deviations: its own are 0 and 1 without error. Of factors of a single item all is nan.
    reference_mean, std_err_reference_mean : (k,), of the first group where it is free, in the unit in which
        all variances have the product 1; its error is inf where nothing tells it. Else 0.
    r2_loadings, r2_intercepts : (p,), share of the differences between the configural parameters of groups
        that the factors' means and variances explain.
    alike_loadings, alike_intercepts : (G, p), groups whose parameter is that of the most.
    loss : (k,), over the sum of its weights. gradient_norm : the largest of the factors'.
    """

    loadings: Array
    intercepts: Array
    factor_means: Array
    std_err_factor_means: Array
    factor_variances: Array
    std_err_factor_variances: Array
    reference_mean: Array
    std_err_reference_mean: Array
    r2_loadings: Array
    r2_intercepts: Array
    alike_loadings: BoolArray
    alike_intercepts: BoolArray
    loss: Array
    gradient_norm: float


@dataclass(frozen=True, slots=True, eq=False)
class _Factor:
    """One factor's configural parameters, items by their standard deviations: z = loadings, then intercepts,
    group by group (2, G, q) in one vector. pairs (2, r), weights (r,) : of groups. basis (2 G, m) : makes
    means and log standard deviations of the m parameters that are sought."""

    z: Array
    shape: tuple[int, int, int]
    pairs: IntArray
    weights: Array
    basis: Array


def align(fit: MultigroupFit, *, free: bool = False, n_starts: int = N_STARTS, seed: int = 0) -> Alignment:
    """Align a configural model, each factor by itself; the first group has mean 0 and variance 1.

    The loss sums, over items and pairs of groups, root(root(d^2 + .01)) of differences d of loadings and of
    intercepts, weighted by the root of the product of the groups' sizes. Items are divided by their standard
    deviations within groups first, so that their units do not matter.

    free : the first group's mean is sought too, and the product of all variances is 1 (FREE; else FIXED). A
        mean that all groups share moves no difference of intercepts but by what loadings differ: the more
        alike these are, the less is known of it, and of two groups hardly anything ever.
    n_starts : the minimum is sought from the loss's smoother versions, and from n_starts - 1 random ones.

    Raises
    ------
    InvalidModel (another level than the configural one, items of several factors), NotConverged.
    """
    if fit.level != Level.CONFIGURAL:
        raise InvalidModel("another model than the configural one, nothing is left to align")
    pattern = fit.loadings[0].astype(bool)
    several = np.flatnonzero(pattern.sum(axis=1) > 1)
    if several.size:
        raise InvalidModel("load on several factors", "items", several)
    groups, p, k = fit.loadings.shape
    sizes = np.array([sample.size for sample in fit.ml.samples])
    variances = np.array([np.diagonal(sample.covariance) for sample in fit.ml.samples])
    sd = np.sqrt(sizes @ variances / sizes.sum())
    of_items: dict[str, Any] = {name: np.full((groups, p), np.nan) for name in ("loadings", "intercepts")} | {
        name: np.ones((groups, p), dtype=bool) for name in ("alike_loadings", "alike_intercepts")
    }
    of_items |= {name: np.full(p, np.nan) for name in ("r2_loadings", "r2_intercepts")}
    of_factors = {
        name: np.full((groups, k), np.nan)
        for name in (
            *("factor_means", "std_err_factor_means"),
            *("factor_variances", "std_err_factor_variances"),
        )
    }
    of_reference = {name: np.full(k, np.nan) for name in ("reference_mean", "std_err_reference_mean")}
    loss, worst = np.full(k, np.nan), 0.0
    for j in range(k):
        items = np.flatnonzero(pattern[:, j])
        if len(items) < 2:
            continue
        factor = _configural(fit, j, items, sd[items], sizes, free=free)
        eta, loss[j], norm = _minimum(factor, n_starts, seed)
        worst = max(worst, norm)
        aligned = _aligned(eta, factor.z, factor)
        covariance = _covariance(factor, eta, _sampling(fit, j, items, sd[items]))
        means, log_sd = np.split(factor.basis @ eta, 2)
        of_first, spread, errors = _from_the_first(factor, eta, covariance[: len(eta), : len(eta)])
        of_factors["factor_means"][:, j], of_factors["factor_variances"][:, j] = of_first, spread**2
        of_reference["reference_mean"][j] = means[0]
        of_reference["std_err_reference_mean"][j] = _reference_error(factor, eta, covariance) if free else 0.0
        of_factors["std_err_factor_means"][:, j] = errors[0]
        of_factors["std_err_factor_variances"][:, j] = 2 * spread**2 * errors[1]
        of_items["loadings"][:, items] = aligned[0] * sd[items]
        of_items["intercepts"][:, items] = aligned[1] * sd[items]
        explained = _explained(factor, aligned, means, log_sd)
        of_items["r2_loadings"][items], of_items["r2_intercepts"][items] = explained
        places = len(eta) + np.arange(aligned.size).reshape(aligned.shape)
        for kind, name in enumerate(("alike_loadings", "alike_intercepts")):
            for position, item in enumerate(items):
                own = places[kind, :, position]
                of_items[name][:, item] = alike_groups(
                    aligned[kind, :, position], covariance[np.ix_(own, own)]
                )
    return Alignment(**of_items, **of_factors, **of_reference, loss=loss, gradient_norm=worst)


def alike_groups(values: Array, covariance: Array) -> BoolArray:
    """(G,): which groups share one value, from values (G,) and their covariances (G, G).

    It begins with the largest set of groups that are connected by differences that are not significant; then
    groups go and come by their difference from the mean of the set until none does.
    """
    groups = len(values)
    difference = values[:, None] - values
    variance = np.diagonal(covariance)[:, None] + np.diagonal(covariance) - 2 * covariance
    with np.errstate(divide="ignore", invalid="ignore"):
        p = normal_two_sided(difference / np.sqrt(np.maximum(variance, 0.0)))
    member = connected_components(p > CONNECTED, directed=False)[1]
    alike: BoolArray = member == np.bincount(member).argmax()
    seen: list[BoolArray] = []
    while not any(np.array_equal(alike, one) for one in seen):
        seen.append(alike)
        contrast = np.eye(groups) - alike / alike.sum()
        spread = np.einsum("ij,jk,ik->i", contrast, covariance, contrast)
        away = normal_two_sided(contrast @ values / np.sqrt(np.maximum(spread, 1e-300)))
        found = away > APART
        if not found.any():
            break
        alike = found
    return alike


def _configural(
    fit: MultigroupFit, j: int, items: IntArray, sd: Array, sizes: Array, *, free: bool = False
) -> _Factor:
    loadings = fit.loadings[:, items, j] * np.sqrt(fit.factor_cov[:, j, j])[:, None]
    z = np.stack([loadings / sd, fit.intercepts[:, items] / sd])
    pairs = np.array(np.triu_indices(len(sizes), 1))
    weights = np.sqrt(sizes[pairs[0]] * sizes[pairs[1]])
    shape = 2, len(sizes), len(items)
    return _Factor(
        z.ravel(), shape, pairs, weights / (2 * len(items) * weights.sum()), _basis(len(sizes), free)
    )


def _basis(groups: int, free: bool) -> Array:
    """(2 G, m): the first group's mean and log standard deviation are 0; free: it has a mean, and all log
    standard deviations together are 0."""
    others = np.eye(groups)[:, 1:]
    return np.asarray(
        block_diag(np.eye(groups), others - np.eye(groups)[:, :1]) if free else block_diag(others, others)
    )


def _from_the_first(factor: _Factor, eta: Array, covariance: Array) -> tuple[Array, Array, Array]:
    """Means (G,) less the first group's and deviations (G,), both in its deviations, and errors (2, G) of the
    means and of the logarithms of the deviations. covariance : of eta."""
    groups = factor.shape[1]
    means, log_sd = np.split(factor.basis @ eta, 2)
    unit = np.exp(-log_sd[0])
    of_first = (means - means[0]) * unit
    less = np.eye(groups) - np.eye(groups)[0]
    slopes = block_diag(unit * less, less)
    slopes[:groups, groups] = -of_first
    through = slopes @ factor.basis
    errors = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", through, covariance, through), 0.0))
    return of_first, np.exp(log_sd - log_sd[0]), errors.reshape(2, groups)


def _reference_error(factor: _Factor, eta: Array, covariance: Array) -> float:
    """Standard error of the first group's mean; inf where the loss is flat along a mean that all share."""
    curvatures = np.linalg.svd(_curvature(factor, eta)[0], compute_uv=False)
    flat = curvatures[-1] < _FLAT * curvatures[0]
    return float("inf") if flat else float(np.sqrt(covariance[0, 0]))


def _aligned(eta: NDArray[Any], z: NDArray[Any], factor: _Factor) -> NDArray[Any]:
    """(2, G, q): loadings and intercepts at the parameters eta (m,)."""
    loadings, intercepts = z.reshape(factor.shape)
    means, log_sd = np.split(factor.basis @ eta, 2)
    turned = loadings * np.exp(-log_sd)[:, None]
    return np.stack([turned, intercepts - means[:, None] * turned])


def _loss(eta: NDArray[Any], z: NDArray[Any], factor: _Factor, epsilon: float) -> tuple[Any, NDArray[Any]]:
    """The loss and its derivatives by eta."""
    aligned = _aligned(eta, z, factor)
    first, second = factor.pairs
    apart = aligned[:, first] - aligned[:, second]
    inside = apart * apart + epsilon
    weights = factor.weights[:, None]
    slopes = np.zeros_like(aligned)
    by_pair = weights * apart / 2 * inside**-0.75
    for one, other, slope in zip(first, second, by_pair.swapaxes(0, 1), strict=True):
        slopes[:, one] += slope
        slopes[:, other] -= slope
    turned = aligned[0]
    means = (factor.basis @ eta)[: factor.shape[1]]
    by_mean = -(slopes[1] * turned).sum(axis=1)
    by_log_sd = (-slopes[0] * turned + slopes[1] * means[:, None] * turned).sum(axis=1)
    return (weights * inside**0.25).sum(), factor.basis.T @ np.concatenate([by_mean, by_log_sd])


def _minimum(factor: _Factor, n_starts: int, seed: int) -> tuple[Array, float, float]:
    """eta, loss and largest derivative at the lowest minimum reached."""
    size = factor.basis.shape[1]
    random = np.random.default_rng(seed).normal(scale=0.5, size=(n_starts - 1, size))
    best, lowest = np.zeros(size), np.inf
    for start in (np.zeros(size), *random):
        eta = start
        for epsilon in (*_SMOOTH, EPSILON):
            loss = partial(_loss, z=factor.z, factor=factor, epsilon=epsilon)
            eta = optimize.minimize(loss, eta, jac=True, method="BFGS", options={"gtol": 1e-6}).x
        value = float(_loss(eta, factor.z, factor, EPSILON)[0])
        if value < lowest - _SAME_LOSS:
            best, lowest = eta, value
    eta = best
    for _ in range(_MAX_STEPS):
        value, gradient = _loss(eta, factor.z, factor, EPSILON)
        norm = float(np.abs(gradient).max())
        if norm <= TOLERANCE:
            return eta, float(value), norm
        eta = eta - np.linalg.lstsq(_curvature(factor, eta)[0], gradient, rcond=None)[0]
    raise NotConverged("alignment", _MAX_STEPS, norm)


def _curvature(factor: _Factor, eta: Array) -> tuple[Array, Array]:
    """Derivatives of the loss's gradient by eta and by z, by complex steps."""

    def slopes(at: NDArray[Any], z: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(_loss(at, z, factor, EPSILON)[1].imag / _STEP)

    by_eta = [slopes(eta + _STEP * 1j * unit, factor.z) for unit in np.eye(len(eta))]
    by_z = [slopes(eta, factor.z + _STEP * 1j * unit) for unit in np.eye(len(factor.z))]
    return np.array(by_eta).T, np.array(by_z).T


def _covariance(factor: _Factor, eta: Array, sampling: Array) -> Array:
    """Of eta and then of the aligned parameters, by the delta method from the configural ones' `sampling`.

    The minimum moves with the configural parameters so that its gradient stays 0.
    """
    by_eta, by_z = _curvature(factor, eta)
    # Along a mean that nothing tells, the loss is flat, and what is told does not move.
    moves = -np.linalg.lstsq(by_eta, by_z, rcond=_FLAT)[0]

    def aligned(at: NDArray[Any], z: NDArray[Any]) -> Array:
        return np.asarray(_aligned(at, z, factor).ravel().imag / _STEP)

    through = np.array([aligned(eta + _STEP * 1j * unit, factor.z) for unit in np.eye(len(eta))]).T
    direct = np.array([aligned(eta, factor.z + _STEP * 1j * unit) for unit in np.eye(len(factor.z))]).T
    slopes = np.vstack([moves, direct + through @ moves])
    return np.asarray(slopes @ sampling @ slopes.T)


def _sampling(fit: MultigroupFit, j: int, items: IntArray, sd: Array) -> Array:
    """Covariances of z: standardised loadings and intercepts follow from the markers' scaling."""
    groups, q = len(fit.loadings), len(items)
    slopes = np.zeros((2, groups, q, len(fit.ml.theta)))
    for group, structure in enumerate(fit.ml.structures):
        cells, parameter = structure.cells, structure.parameter
        spread = np.sqrt(fit.factor_cov[group, j, j])
        loading = (cells.matrix == Matrix.LOADING) & (cells.column == j)
        (variance,) = parameter[(cells.matrix == Matrix.FACTOR) & (cells.row == j) & (cells.column == j)]
        place = {int(item): position for position, item in enumerate(items)}
        for item, where in zip(cells.row[loading], parameter[loading], strict=True):
            slopes[0, group, place[int(item)], where] = spread
        slopes[0, group, :, variance] += fit.loadings[group, items, j] / (2 * spread)
        intercept = (cells.matrix == Matrix.INTERCEPT) & np.isin(cells.row, items)
        for item, where in zip(cells.row[intercept], parameter[intercept], strict=True):
            slopes[1, group, place[int(item)], where] = 1.0
    flat = (slopes / sd[:, None]).reshape(-1, len(fit.ml.theta))
    return np.asarray(flat @ fit.ml.covariance @ flat.T)


def _explained(factor: _Factor, aligned: Array, means: Array, log_sd: Array) -> tuple[Array, Array]:
    """R2 (q,) of loadings and of intercepts, not below 0."""
    loadings, intercepts = factor.z.reshape(factor.shape)
    of_loadings = loadings - np.exp(log_sd)[:, None] * aligned[0].mean(axis=0)
    of_intercepts = intercepts - aligned[1].mean(axis=0) - means[:, None] * aligned[0].mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = [
            np.maximum(1 - left.var(axis=0) / whole.var(axis=0), 0.0)
            for left, whole in ((of_loadings, loadings), (of_intercepts, intercepts))
        ]
    return shares[0], shares[1]
