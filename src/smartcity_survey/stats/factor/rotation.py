"""Varimax rotation to a true stationary point.

Kaiser's planar rotations climb from several starts at once; second-order steps then end the climb from the
best of them at rounding error, where the usual stopping rules leave an error in the third or fourth decimal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from smartcity_survey.stats.core.errors import NotConverged, NotFinite
from smartcity_survey.stats.core.last_bits import steady
from smartcity_survey.stats.core.types import Array, IntArray

TOLERANCE = 1e-10
N_STARTS = 10
SEED = 0
"""Of the random starts, by default."""

MAX_SWEEPS = 500
MAX_STEPS = 100

NEAR = 1e-5
"""Gradient at which second-order steps take over; the criterion is then right to about 1e-10."""

SAME_CRITERION = 1e-9
"""Starts whose criteria differ by less reached the same solution; the earliest is taken."""

NO_COMMUNALITY = 1e-12
"""An item with a smaller communality, as a share of the largest, is not blown up to unit length."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """Rotated loadings of p items on k factors.

    loadings : (p, k), in order of the variance explained, column sums positive.
    rotation : (k, k), orthogonal; loadings = unrotated loadings @ rotation.
    criterion : sum over factors of the variance of the squared (normalised) loadings.
    gradient_norm : root sum of squares of the criterion's derivatives by the angle of each plane.
    curvature : largest second derivative of the criterion along any rotation; negative at a maximum,
        near 0 where the criterion does not determine the rotation. NaN for one factor.
    n_iterations : sweeps of planar rotations and second-order steps together.
    start_criteria : (n_starts,), the criterion each start reached; the first start is the unrotated solution.
    """

    loadings: Array
    rotation: Array
    criterion: float
    gradient_norm: float
    curvature: float
    n_iterations: int
    start_criteria: Array


def varimax(
    loadings: Array,
    kaiser: bool = True,
    n_starts: int = N_STARTS,
    tolerance: float = TOLERANCE,
    seed: int = SEED,
) -> Rotation:
    """Rotate loadings (p, k) orthogonally to the largest variance of their squares.

    Parameters
    ----------
    kaiser : scale each item to communality 1 while rotating.
    n_starts : the unrotated loadings and n_starts - 1 random rotations of them.
    tolerance : largest norm of the gradient at the solution.
    seed : of the random starts. They guard against a local maximum; which seed has no other effect.

    Source: Kaiser (1958) for criterion, normalisation and planar rotation; Weide & Beauducel (2019) for the
    starts. Order and signs follow SPSS.

    Raises
    ------
    NotFinite, NotConverged.
    """
    finite = np.isfinite(loadings).all(axis=0)
    if not finite.all():
        raise NotFinite(tuple(int(column) for column in np.flatnonzero(~finite)))
    k = loadings.shape[1]
    normalised = normalise(loadings) if kaiser else loadings
    starts = _starts(k, n_starts, seed)
    rotations, start_criteria, n_sweeps = _climb(normalised, starts, MAX_SWEEPS)
    first_best = int(np.argmax(start_criteria >= start_criteria.max() - SAME_CRITERION))
    rotation, n_steps = _polish(normalised, rotations[first_best], tolerance)
    ending = normalised @ rotation
    curvature = float(linalg.eigvalsh(_hessian(ending))[-1]) if k > 1 else np.nan

    rotated = loadings @ rotation
    order = np.argsort(-steady(np.square(rotated).sum(axis=0)), kind="stable")
    signs = positive_columns(rotated[:, order])
    return Rotation(
        loadings=rotated[:, order] * signs,
        rotation=rotation[:, order] * signs,
        criterion=float(_criterion(ending.T)),
        gradient_norm=float(np.linalg.norm(_gradient(ending))),
        curvature=curvature,
        n_iterations=n_sweeps + n_steps,
        start_criteria=start_criteria,
    )


def positive_columns(loadings: Array) -> Array:
    """Signs (k,) that make the column sums of loadings (p, k) positive."""
    return np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)


def normalise(loadings: Array) -> Array:
    communalities = np.square(loadings).sum(axis=1)
    # Scaling up what is rounding error would let an item without communality steer the rotation.
    scale = np.where(communalities > NO_COMMUNALITY * communalities.max(), np.sqrt(communalities), np.inf)
    normalised: Array = loadings / scale[:, None]
    return normalised


def _starts(k: int, n_starts: int, seed: int) -> Array:
    """Rotations to start from (n_starts, k, k): none, then random ones."""
    random = np.random.default_rng(seed).standard_normal((n_starts - 1, k, k))
    return np.concatenate([np.eye(k)[None], np.linalg.qr(random)[0]])


def varimax_criterion(loadings: Array) -> float:
    """What varimax with Kaiser normalisation maximises, of loadings (p, k): variances of squares, summed."""
    return float(_criterion(normalise(loadings).T))


def _criterion(columns: Array) -> Array:
    """Criterion of loadings whose columns are the rows of columns (..., k, p)."""
    criterion: Array = np.square(columns).var(axis=-1).sum(axis=-1)
    return criterion


def _climb(loadings: Array, starts: Array, max_sweeps: int) -> tuple[Array, Array, int]:
    """Sweeps of planar rotations from each start: rotations, criteria and the number of sweeps."""
    p, k = loadings.shape
    # Loadings and rotation turn together: row j holds column j of both.
    columns = np.concatenate([loadings @ starts, starts], axis=1).transpose(0, 2, 1).copy()
    rounds = _disjoint_pairs(k)
    n_sweeps = 0
    while n_sweeps < max_sweeps:
        n_sweeps += 1
        if _sweep(columns, p, rounds) < NEAR:
            break
    return columns[..., p:].transpose(0, 2, 1), _criterion(columns[..., :p]), n_sweeps


def _sweep(columns: Array, p: int, rounds: list[tuple[IntArray, IntArray]]) -> float:
    """Turn every pair of factors to the best angle in their plane; the steepest derivative met.

    columns (n_starts, k, p + k) is changed in place; the first p of its last axis are the loadings.
    Pairs that share no factor do not disturb one another, so k / 2 of them turn at once, in all starts.
    """
    steepest = 0.0
    for left, right in rounds:
        # As one complex number x + iy a pair turns by one product, and Kaiser's sums are fourth powers.
        pair = columns[:, left] + 1j * columns[:, right]
        squares = np.square(pair[..., :p])
        slope = np.square(squares).sum(axis=-1) - np.square(squares.sum(axis=-1)) / p
        steepest = max(steepest, float(np.abs(slope.imag).max()) / p)
        pair *= np.exp(-0.25j * np.angle(slope))[..., None]
        columns[:, left], columns[:, right] = pair.real, pair.imag
    return steepest


def _disjoint_pairs(k: int) -> list[tuple[IntArray, IntArray]]:
    """All pairs of k factors in rounds of pairs without a common factor (a round-robin tournament)."""
    if k == 1:
        return []
    seats = np.arange(k + k % 2)  # with an odd number one factor sits out each round
    rounds = []
    for _ in range(len(seats) - 1):
        left, right = seats[: len(seats) // 2], seats[::-1][: len(seats) // 2]
        playing = (left < k) & (right < k)
        rounds.append((left[playing], right[playing]))
        seats = np.concatenate([seats[:1], np.roll(seats[1:], 1)])
    return rounds


def _polish(loadings: Array, rotation: Array, tolerance: float) -> tuple[Array, int]:
    """Second-order steps from a rotation (k, k) to a gradient within the tolerance; their number.

    Where the criterion is not concave, a sweep of planar rotations goes on climbing instead.
    """
    k = len(rotation)
    rotation = _orthogonal(rotation)
    rows, columns = np.triu_indices(k, 1)
    for step in range(MAX_STEPS):
        current = loadings @ rotation
        gradient = _gradient(current)
        if np.linalg.norm(gradient) <= tolerance:
            return rotation, step
        try:
            angles = linalg.cho_solve(linalg.cho_factor(-_hessian(current)), gradient)
        except linalg.LinAlgError:
            rotation = _climb(loadings, rotation[None], 1)[0][0]
            continue
        skew = np.zeros((k, k))
        skew[rows, columns] = angles / 2
        skew -= skew.T
        # Cayley's transform: orthogonal, and equal to the exponential to second order.
        rotation = _orthogonal(rotation @ np.linalg.solve(np.eye(k) - skew, np.eye(k) + skew))
    raise NotConverged("varimax", MAX_STEPS, float(np.linalg.norm(_gradient(loadings @ rotation))))


def _orthogonal(matrix: Array) -> Array:
    """The nearest orthogonal matrix."""
    left, _, right = np.linalg.svd(matrix)
    nearest: Array = left @ right
    return nearest


def _slopes(loadings: Array) -> Array:
    """(k, k): Z'G of loadings Z (p, k), where G is the criterion's gradient by Z."""
    p = len(loadings)
    squares = np.square(loadings)
    slopes: Array = loadings.T @ (loadings * (squares - squares.mean(axis=0))) * (4 / p)
    return slopes


def _gradient(loadings: Array) -> Array:
    """Derivatives of the criterion by the angle of each plane (k (k - 1) / 2,)."""
    k = loadings.shape[1]
    slopes = _slopes(loadings)
    gradient: Array = (slopes - slopes.T)[np.triu_indices(k, 1)]
    return gradient


def _hessian(loadings: Array) -> Array:
    """Second derivatives of the criterion by the angles of the planes, k (k - 1) / 2 squared.

    With Z exp(S), S skew, and the columns s_j of S, the second-order term is the sum of s_j' B_j s_j, where
    B_j = Z' D_j Z - (M + M') / 2: D_j holds the second derivatives by column j, M the slopes Z'G.
    """
    p, k = loadings.shape
    squares = np.square(loadings)
    products = loadings.T @ loadings
    slopes = _slopes(loadings)
    second = 12 * squares - 4 * squares.mean(axis=0)
    curved = (loadings.T * second.T[:, None, :]) @ loadings / p
    blocks = curved - products[:, :, None] * products[:, None, :] * (8 / p**2) - (slopes + slopes.T) / 2
    # Turning the plane (a, b) changes column b by column a and column a by minus column b.
    c, d = np.triu_indices(k, 1)
    a, b = c[:, None], d[:, None]
    hessian: Array = (
        (b == d) * blocks[b, a, c]
        - (b == c) * blocks[b, a, d]
        - (a == d) * blocks[a, b, c]
        + (a == c) * blocks[a, b, d]
    )
    return hessian
