"""Common factors of a correlation matrix: principal axes and maximum likelihood, both to a true minimum.

Either method looks for the uniquenesses whose factors reproduce the correlations best; the loadings follow
from an eigendecomposition. Newton's method on the exact second derivatives ends at rounding error, where the
usual iteration of principal axes stops in the third decimal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from smartcity_survey.stats.core.correlations import require_independence
from smartcity_survey.stats.core.errors import InvalidComponents, NotConverged, UnderIdentified
from smartcity_survey.stats.core.last_bits import steady
from smartcity_survey.stats.core.significance import ChiSquareTest, chi_square_test
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.factor.rotation import positive_columns

SMALLEST_UNIQUENESS = 0.005
"""An item whose uniqueness ends here is a Heywood case: its factors would explain all of it, or more."""

TOLERANCE = 1e-10
MAX_STEPS = 200
MAX_HALVINGS = 30

NO_DESCENT = 1e-13
"""A discrepancy that grows by less, per item, grew by rounding only."""


@dataclass(frozen=True, slots=True)
class CommonFactors:
    """k common factors of p items before rotation.

    loadings : (p, k), in order of the variance explained, column sums positive.
    initial_communalities : (p,), squared multiple correlation of each item with the others.
    communalities, uniquenesses : (p,), what the factors explain of each item, and the rest of its variance.
    heywood : positions of items held at `SMALLEST_UNIQUENESS`; SPSS refuses such solutions.
    discrepancy : at the minimum; of maximum likelihood, that of its chi-square.
    gradient_norm : root sum of squares of its derivatives by the uniquenesses that are not held (principal
        axes) or by their logarithms (maximum likelihood).
    n_iterations : Newton steps.
    """

    loadings: Array
    initial_communalities: Array
    communalities: Array
    uniquenesses: Array
    heywood: IntArray
    discrepancy: float
    gradient_norm: float
    n_iterations: int


@dataclass(frozen=True, slots=True)
class _Surface:
    """Discrepancy at a point (p,): value, gradient (p,), exact Hessian (p, p) and a positive one near it."""

    value: float
    gradient: Array
    hessian: Array
    positive: Array


def principal_axes(R: Array, n_factors: int, *, tolerance: float = TOLERANCE) -> CommonFactors:
    """Principal-axis factors of a correlation matrix R (p, p): the fixed point of SPSS's iteration.

    That point has the smallest sum of squared residual correlations (ordinary least squares, minres).

    Source: Harman & Jones (1966), Psychometrika 31, 351-368, for the function minimised.

    Raises
    ------
    InvalidComponents, UnderIdentified, NotConverged, LinearDependence, NotPositiveDefinite.
    """

    def surface(uniquenesses: Array) -> _Surface:
        return _least_squares(R, uniquenesses, n_factors)

    smc = _squared_multiple_correlations(R, n_factors)
    minimum = _minimise(surface, 1 - smc, SMALLEST_UNIQUENESS, tolerance, "principal axes")
    uniquenesses = minimum.point
    eigenvalues, vectors = np.linalg.eigh(R - np.diag(uniquenesses))
    loadings = vectors[:, ::-1][:, :n_factors] * np.sqrt(_variances(eigenvalues, n_factors))
    return _factors(loadings, smc, uniquenesses, minimum)


def maximum_likelihood_factors(R: Array, n_factors: int, *, tolerance: float = TOLERANCE) -> CommonFactors:
    """Factors of a correlation matrix R (p, p) by maximum likelihood for normal items.

    Source: Joreskog (1967), Psychometrika 32, 443-482; Clarke (1970) for the second derivatives.

    Raises
    ------
    As `principal_axes`.
    """

    def surface(logarithms: Array) -> _Surface:
        return _likelihood(R, logarithms, n_factors)

    smc = _squared_multiple_correlations(R, n_factors)
    # Joreskog's start: squared multiple correlations understate communalities.
    start = np.log((1 - n_factors / (2 * len(R))) * (1 - smc))
    lowest = float(np.log(SMALLEST_UNIQUENESS))
    minimum = _minimise(surface, start, lowest, tolerance, "maximum likelihood factors")
    uniquenesses = np.exp(minimum.point)
    root = np.sqrt(uniquenesses)
    eigenvalues, vectors = np.linalg.eigh(R / np.outer(root, root))
    variances = _variances(eigenvalues - 1, n_factors)
    loadings = root[:, None] * vectors[:, ::-1][:, :n_factors] * np.sqrt(variances)
    return _factors(loadings, smc, uniquenesses, minimum)


def goodness_of_fit(factors: CommonFactors, n: int) -> ChiSquareTest:
    """Test that k factors by maximum likelihood reproduce the correlations of n rows, as SPSS prints it.

    Source: Bartlett (1951) for the multiplier n - 1 - (2p + 5) / 6 - 2k / 3. p is NaN with no degree of
    freedom left.
    """
    p, k = factors.loadings.shape
    return chi_square_test(
        (n - 1 - (2 * p + 5) / 6 - 2 * k / 3) * factors.discrepancy, _degrees_of_freedom(p, k)
    )


def _degrees_of_freedom(p: int, k: int) -> int:
    return ((p - k) ** 2 - p - k) // 2


def _squared_multiple_correlations(R: Array, n_factors: int) -> Array:
    p = len(R)
    if not 1 <= n_factors <= p:
        raise InvalidComponents(n_factors, p)
    if _degrees_of_freedom(p, n_factors) < 0:
        raise UnderIdentified(tuple(range(n_factors)))
    require_independence(R)
    smc: Array = 1 - 1 / np.diagonal(np.linalg.inv(R))
    return smc


def _variances(eigenvalues: Array, k: int) -> Array:
    """(k,): variance of each factor, descending, from ascending eigenvalues (p,)."""
    variances = eigenvalues[::-1][:k]
    available = int((variances > NO_DESCENT * len(eigenvalues)).sum())
    if available < k:
        raise InvalidComponents(k, available)
    return np.asarray(variances)


def _factors(loadings: Array, smc: Array, uniquenesses: Array, minimum: _Minimum) -> CommonFactors:
    # Under maximum likelihood the order by eigenvalue is not the order by variance.
    order = np.argsort(-steady(np.square(loadings).sum(axis=0)), kind="stable")
    loadings = loadings[:, order] * positive_columns(loadings[:, order])
    return CommonFactors(
        loadings=loadings,
        initial_communalities=smc,
        communalities=np.square(loadings).sum(axis=1),
        uniquenesses=uniquenesses,
        heywood=np.flatnonzero(uniquenesses <= SMALLEST_UNIQUENESS * (1 + NO_DESCENT)),
        discrepancy=minimum.surface.value,
        gradient_norm=minimum.gradient_norm,
        n_iterations=minimum.n_steps,
    )


def _least_squares(R: Array, uniquenesses: Array, k: int) -> _Surface:
    """Half the sum of squared eigenvalues that k factors leave of R less the uniquenesses."""
    eigenvalues, vectors = np.linalg.eigh(R - np.diag(uniquenesses))
    rest, kept = eigenvalues[:-k], eigenvalues[-k:]
    left = vectors[:, :-k]
    squares = np.square(left @ left.T)
    with np.errstate(divide="ignore", invalid="ignore"):
        mixed = _mixed(left, vectors[:, -k:], 2 * rest[:, None] / (rest[:, None] - kept))
    gradient = -np.square(left) @ rest
    return _Surface(float(np.square(rest).sum() / 2), gradient, squares + mixed, squares)


def _likelihood(R: Array, logarithms: Array, k: int) -> _Surface:
    """Likelihood discrepancy by the logarithms of the uniquenesses."""
    root = np.exp(logarithms / 2)
    eigenvalues, vectors = np.linalg.eigh(R / np.outer(root, root))
    rest, kept = eigenvalues[:-k], eigenvalues[-k:]
    left = vectors[:, :-k]
    products = left @ left.T
    with np.errstate(divide="ignore", invalid="ignore"):
        weights = (rest[:, None] - 1) * (rest[:, None] + kept) / (rest[:, None] - kept)
        mixed = _mixed(left, vectors[:, -k:], weights)
    value = float((rest - np.log(rest) - 1).sum())
    gradient = np.square(left) @ (1 - rest)
    return _Surface(value, gradient, (left * rest @ left.T) * products + mixed, np.square(products))


def _mixed(left: Array, kept: Array, weights: Array) -> Array:
    """(p, p): sum over a left vector l and a kept vector v of weights (p - k, k) times (l v)(l v)'."""
    p = len(left)
    pairs = (left[:, :, None] * kept[:, None, :]).reshape(p, -1)
    mixed: Array = (pairs * weights.ravel()) @ pairs.T
    return mixed


@dataclass(frozen=True, slots=True)
class _Minimum:
    point: Array
    surface: _Surface
    gradient_norm: float
    n_steps: int


def _minimise(
    surface_at: Callable[[Array], _Surface], start: Array, lowest: float, tolerance: float, method: str
) -> _Minimum:
    """Newton's method from a start (p,) with no coordinate below `lowest`; steps halve until they descend."""
    point = np.maximum(start, lowest)
    surface = surface_at(point)
    rounding = NO_DESCENT * len(point)
    norm = np.inf
    for step in range(MAX_STEPS):
        free = (point > lowest) | (surface.gradient < 0)
        norm = float(np.linalg.norm(surface.gradient[free]))
        if norm <= tolerance:
            return _Minimum(point, surface, norm, step)
        direction = np.zeros(len(point))
        direction[free] = _newton_step(surface, free)
        for halving in range(MAX_HALVINGS):
            candidate = np.maximum(point + 0.5**halving * direction, lowest)
            found = surface_at(candidate)
            if found.value <= surface.value + rounding:
                break
        else:
            break
        point, surface = candidate, found
    raise NotConverged(method, MAX_STEPS, norm)


def _newton_step(surface: _Surface, free: BoolArray) -> Array:
    """Step of the free coordinates; where the exact Hessian is not positive definite, by the other."""
    chosen = np.ix_(free, free)
    for hessian in (surface.hessian, surface.positive):
        if np.isfinite(hessian).all():
            try:
                step: Array = -linalg.cho_solve(linalg.cho_factor(hessian[chosen]), surface.gradient[free])
                return step
            except linalg.LinAlgError:
                continue
    return -surface.gradient[free]
