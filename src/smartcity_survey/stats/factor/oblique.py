"""Oblique rotations: factors that may correlate, by promax and by direct oblimin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import linalg

from smartcity_survey.stats.core.errors import NotConverged
from smartcity_survey.stats.core.last_bits import steady
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.factor.rotation import Rotation, normalise, positive_columns, varimax

Criterion = Callable[[Array], tuple[float, Array]]
"""Of pattern loadings (p, k): value, and derivatives (p, k) by them."""

KAPPA = 4.0
DELTA = 0.0
N_STARTS = 10
TOLERANCE = 1e-10
MAX_ITERATIONS = 5000
MAX_STEPS = 100
MAX_HALVINGS = 40

NEAR = 1e-4
"""Gradient at which second-order steps take over from gradient projection."""

SAME_CRITERION = 1e-9
"""Starts whose criteria differ by less reached the same solution; the earliest is taken."""


@dataclass(frozen=True, slots=True)
class ObliqueRotation:
    """Loadings of p items on k correlated factors of variance 1.

    pattern : (p, k), regression weights of the items on the factors, in order of the sums of squared
        structure loadings, column sums positive.
    structure : (p, k), correlations of items with factors: pattern @ factor_correlations.
    factor_correlations : (k, k).
    transformation : (k, k), pattern = unrotated loadings @ transformation.
    gradient_norm : at the solution, of the oblimin criterion; for promax of the varimax criterion it starts
        from.
    n_iterations : of the same.
    start_criteria : (n_starts,), the criterion each start reached.
    """

    pattern: Array
    structure: Array
    factor_correlations: Array
    transformation: Array
    gradient_norm: float
    n_iterations: int
    start_criteria: Array


def promax(
    loadings: Array,
    kappa: float = KAPPA,
    *,
    n_starts: int = N_STARTS,
    seed: int = 0,
    start: Rotation | None = None,
) -> ObliqueRotation:
    """Turn varimax loadings of unrotated ones (p, k) towards their own powers, as SPSS does.

    The target is each item's varimax loadings at unit length, to the power kappa with their signs; least
    squares fit the varimax loadings to it, and the factors are scaled to variance 1.

    Parameters
    ----------
    start : the varimax solution of these loadings, where it is known; otherwise it is found first.

    Source: Hendrickson & White (1964); the target by SPSS's variant of it.

    Raises
    ------
    As `varimax`.
    """
    if start is None:
        start = varimax(loadings, n_starts=n_starts, seed=seed)
    unit_length = normalise(start.loadings)
    target = np.sign(unit_length) * np.abs(unit_length) ** kappa
    turned = np.linalg.lstsq(start.loadings, target, rcond=None)[0]
    turned *= np.sqrt(np.diagonal(np.linalg.inv(turned.T @ turned)))
    return _arranged(
        loadings,
        np.asarray(start.rotation @ turned),
        start.gradient_norm,
        start.n_iterations,
        start.start_criteria,
    )


def oblimin(
    loadings: Array,
    delta: float = DELTA,
    *,
    kaiser: bool = True,
    n_starts: int = N_STARTS,
    tolerance: float = TOLERANCE,
    seed: int = 0,
) -> ObliqueRotation:
    """Direct oblimin of unrotated loadings (p, k): the fewest common items between pairs of factors.

    Parameters
    ----------
    delta : 0 is direct quartimin; below 0 factors correlate less.
    kaiser : scale each item to communality 1 while rotating, as SPSS does.
    n_starts : the unrotated loadings and n_starts - 1 random rotations of them, from `seed`.
    tolerance : largest norm of the projected gradient at the solution.

    Source: Jennrich & Sampson (1966) for the criterion; Jennrich (2002), Psychometrika 67, 7-19, for the
    gradient projection.

    Raises
    ------
    NotConverged (with delta above 0 the criterion may have no minimum).
    """
    scaled = normalise(loadings) if kaiser else loadings
    found = best_turn(scaled, partial(_criterion, delta=delta), "oblimin", n_starts, tolerance, seed)
    turned = np.asarray(np.linalg.inv(found.transform).T)
    return _arranged(loadings, turned, found.gradient_norm, found.n_iterations, found.start_criteria)


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """Where a criterion of pattern loadings is smallest: loadings @ inv(transform)', unit columns (k, k).

    gradient_norm, n_iterations, start_criteria : as in `ObliqueRotation`.
    """

    transform: Array
    gradient_norm: float
    n_iterations: int
    start_criteria: Array


def best_turn(
    loadings: Array, criterion: Criterion, method: str, n_starts: int, tolerance: float, seed: int
) -> Turn:
    """The lowest of the minima of a criterion that are reached from unrotated loadings (p, k), and from
    n_starts - 1 random rotations of them.

    criterion : value and derivatives (p, k) by the pattern loadings. method : its name, for errors.

    Raises
    ------
    NotConverged.
    """
    k = loadings.shape[1]
    random = np.random.default_rng(seed).standard_normal((n_starts - 1, k, k))
    starts = [np.eye(k), *np.linalg.qr(random)[0]]
    try:
        reached = [_project(loadings, start, criterion, method) for start in starts]
    except linalg.LinAlgError:  # without a minimum the factors run into one another
        raise NotConverged(method, MAX_ITERATIONS, np.inf) from None
    criteria = np.array([value for _, value, _ in reached])
    best = int(np.argmax(criteria <= criteria.min() + SAME_CRITERION))
    transform, _, n_iterations = reached[best]
    transform, norm, n_steps = _polish(loadings, transform, criterion, method, tolerance)
    return Turn(transform, norm, n_iterations + n_steps, criteria)


def _criterion(pattern: Array, delta: float) -> tuple[float, Array]:
    """Oblimin's criterion and its derivatives (p, k) by the pattern loadings."""
    squares = np.square(pattern)
    others = squares.sum(axis=1, keepdims=True) - squares
    others = others - delta * others.mean(axis=0)
    return float((squares * others).sum() / 4), pattern * others


def _gradient(target: Array, transform: Array, criterion: Criterion) -> tuple[float, Array]:
    """Criterion of target @ inv(transform)', and its gradient (k, k) along unit-length columns."""
    inverse = np.linalg.inv(transform)
    pattern = target @ inverse.T
    value, slopes = criterion(pattern)
    gradient = -(pattern.T @ slopes @ inverse).T
    return value, gradient - transform * (transform * gradient).sum(axis=0)


def _project(
    target: Array, transform: Array, criterion: Criterion, method: str, enough: float = NEAR
) -> tuple[Array, float, int]:
    """Gradient projection from transform (k, k) to a gradient within `enough`; its criterion and steps."""
    length = 1.0
    value, gradient = _gradient(target, transform, criterion)
    norm = float(np.linalg.norm(gradient))
    for iteration in range(MAX_ITERATIONS):
        if norm <= enough:
            return transform, value, iteration
        length *= 2
        for _ in range(MAX_HALVINGS):
            candidate = _unit_columns(transform - length * gradient)
            found, slope = _gradient(target, candidate, criterion)
            if found < value - 0.5 * norm**2 * length:
                break
            length /= 2
        transform, value, gradient = candidate, found, slope
        norm = float(np.linalg.norm(gradient))
    raise NotConverged(method, MAX_ITERATIONS, norm)


def _polish(
    target: Array, transform: Array, criterion: Criterion, method: str, tolerance: float
) -> tuple[Array, float, int]:
    """Newton steps from transform (k, k) to a gradient within the tolerance; its norm and their number.

    Where the criterion is not convex or a step leads away, gradient projection goes on instead.
    """
    k = len(transform)
    free = ~np.eye(k, dtype=bool)
    norm = float(np.linalg.norm(_gradient(target, transform, criterion)[1]))
    for step in range(MAX_STEPS):
        if norm <= tolerance:
            return transform, norm, step
        try:
            move = np.zeros((k, k))
            move[free] = linalg.cho_solve(
                linalg.cho_factor(_hessian(target, transform, criterion)),
                -_slopes(target, transform, criterion)[free],
            )
            candidate = _unit_columns(transform @ (np.eye(k) + move))
            found = float(np.linalg.norm(_gradient(target, candidate, criterion)[1]))
        except linalg.LinAlgError:
            found = np.inf
        if found < norm:
            transform, norm = candidate, found
        else:
            transform = _project(target, transform, criterion, method, norm / 2)[0]
            norm = float(np.linalg.norm(_gradient(target, transform, criterion)[1]))
    raise NotConverged(method, MAX_STEPS, norm)


def _slopes(target: Array, transform: Array, criterion: Criterion) -> Array:
    """Derivatives (k, k) of the criterion at transform @ (I + E), columns at unit length, by E."""
    pattern = target @ np.linalg.inv(transform).T
    slopes = criterion(pattern)[1]
    products = slopes.T @ pattern
    derivatives: Array = transform.T @ transform * np.diagonal(products) - products
    return derivatives


def _hessian(target: Array, transform: Array, criterion: Criterion, width: float = 1e-5) -> Array:
    """Second derivatives by the k (k - 1) off-diagonal elements of E, as differences of the first."""
    k = len(transform)
    free = ~np.eye(k, dtype=bool)
    columns = []
    for row, column in zip(*np.nonzero(free), strict=True):
        step = np.zeros((k, k))
        step[row, column] = width
        ahead, behind = (
            _slopes(target, _unit_columns(transform @ (np.eye(k) + sign * step)), criterion)[free]
            for sign in (1, -1)
        )
        columns.append((ahead - behind) / (2 * width))
    hessian = np.array(columns)
    return np.asarray((hessian + hessian.T) / 2)


def _unit_columns(matrix: Array) -> Array:
    return np.asarray(matrix / np.linalg.norm(matrix, axis=0))


def _arranged(
    loadings: Array, transformation: Array, gradient_norm: float, n_iterations: int, start_criteria: Array
) -> ObliqueRotation:
    """Factors in order, their signs positive."""
    # pattern = loadings @ inv(T)' and the factors correlate T'T.
    correlations = np.linalg.inv(transformation.T @ transformation)
    structure = loadings @ transformation @ correlations
    order = np.argsort(-steady(np.square(structure).sum(axis=0)), kind="stable")
    signs = positive_columns(loadings @ transformation[:, order])
    transformation = transformation[:, order] * signs
    correlations = correlations[np.ix_(order, order)] * np.outer(signs, signs)
    np.fill_diagonal(correlations, 1.0)
    pattern = loadings @ transformation
    return ObliqueRotation(
        pattern=pattern,
        structure=pattern @ correlations,
        factor_correlations=correlations,
        transformation=transformation,
        gradient_norm=gradient_norm,
        n_iterations=n_iterations,
        start_criteria=start_criteria,
    )
