"""Yohai's MM-estimator: a regression that up to half of the respondents cannot overturn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.design import check_outcome, factor_design
from smartcity_survey.stats.core.errors import HalfFitted, StatisticsError
from smartcity_survey.stats.core.significance import t_interval, t_two_sided
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray

OF_SCALE, OF_COEFFICIENTS = 1.54764, 4.685061
"""Where the bisquare stops counting: for a breakdown point of one half, and for 95 % efficiency."""
HALF = 0.5
SUBSETS, KEPT, FIRST_STEPS = 500, 50, 2
"""Random subsets of as many rows as coefficients; of these the best are followed to their end."""
_ITERATIONS, _TOLERANCE = 500, 1e-11
_FEW = 8
"""Rows looked at for each coefficient, before all are: as a rule so many determine them."""
_APART = 1e-6
"""How far a row stands off those drawn before it, in its own length, to tell anything that they do not.

Rows that repeat one another stand off by rounding, some 1e-16, and rows of few distinct values by 1e-3 or
more, so that rounding never decides (R's `lmrob` holds rows against 1e-7, its `solve.tol`).
"""
UNDETERMINED = "the rows that count do not determine the coefficients"
_EXACT = 1e-10
"""Residuals of rows on a plane, in standard deviations of the outcome, are smaller."""


@dataclass(frozen=True, slots=True)
class MmFit:
    """A robust regression with a constant.

    coef, std_err, t, p, ci_low, ci_high : (k + 1,), the constant first, in units of y per unit of x.
    scale : of the residuals, by the S-estimator. weights : (n,), how far each row counts, 0 to 1.
    n.
    """

    coef: Array
    std_err: Array
    t: Array
    p: Array
    ci_low: Array
    ci_high: Array
    scale: float
    weights: Array
    n: int


def mm_estimator(y: Array, x: Array, rng: np.random.Generator, level: float = 0.95) -> MmFit:
    """Regress y (n,) on x (n, k) and a constant, outlying rows counted less or not at all.

    An S-estimator with a breakdown point of one half, found from random subsets (Salibian-Barrera and Yohai
    2006, JCGS 15, 414-427), gives the scale; an M-estimator from there, with Tukey's bisquare at 95 %
    efficiency, the coefficients (Yohai 1987, Annals of Statistics 15, 642-656). Errors are those of the three
    estimating equations together, of coefficients, scale and first coefficients (Croux, Dhaene and
    Hoorelbeke 2003); t has n - k - 1 degrees of freedom.

    Raises
    ------
    NotFinite, ConstantItems, LinearDependence, TooFewRows.
    HalfFitted : more than half of the rows lie on a plane.
    StatisticsError : no weighted rows determine the coefficients.
    """
    factored = factor_design(x)  # refuses what determines no coefficients
    check_outcome(y, x)
    # Predictors that are orthogonal and of one size: what is far from rounding is so for any predictors.
    design = np.sqrt(len(y)) * factored.basis
    n, terms = design.shape
    first, scale = _s_estimate(y, design, rng)
    coef = first
    for _ in range(_ITERATIONS):
        weights = _weights((y - design @ coef) / scale, OF_COEFFICIENTS)
        found, sound = _weighted(y, design, weights[None])
        if not sound[0]:
            raise StatisticsError(UNDETERMINED)
        before, coef = coef, found[0]
        if np.abs(design @ (coef - before)).max() < _TOLERANCE * scale:
            break
    covariance = _covariance(y, design, coef, first, scale)
    weights = _weights((y - design @ coef) / scale, OF_COEFFICIENTS)
    unit = np.sqrt(n) * factored.transform  # back to the predictors' own units
    coef, std_err = unit @ coef, np.sqrt(np.diagonal(unit @ covariance @ unit.T))
    df = n - terms
    t, ends = coef / std_err, t_interval(coef, std_err, df, level)
    return MmFit(coef, std_err, t, t_two_sided(t, df), *ends, scale, weights, n)


def _s_estimate(y: Array, design: Array, rng: np.random.Generator) -> tuple[Array, float]:
    """Coefficients with the smallest M-scale of the residuals, and that scale."""
    exact = _EXACT * float(y.std())
    coefs, scales = _begun(y, design, rng, exact)
    best: tuple[float, Array] | None = None
    for coef, scale in zip(coefs, scales, strict=True):
        for _ in range(_ITERATIONS):
            before, last = coef, scale
            found, sound = _weighted(y, design, _weights((y - design @ coef) / scale, OF_SCALE)[None])
            if not sound[0]:
                break
            coef = found[0]
            scale = _next_scales(y - design @ coef, scale, design.shape[1])
            if scale < exact:
                raise HalfFitted
            moved = max(float(np.abs(design @ (coef - before)).max()), abs(float(scale - last)))
            if moved < _TOLERANCE * scale:
                break
        if best is None or scale < best[0]:
            best = float(scale), coef
    assert best is not None
    return best[1], best[0]


def _begun(y: Array, design: Array, rng: np.random.Generator, exact: float) -> tuple[Array, Array]:
    """Coefficients and scales of the best of many planes through rows drawn at random, a few steps nearer."""
    terms = design.shape[1]
    rows = drawn_rows(design, rng)
    coefs = np.linalg.solve(design[rows], y[rows][..., None])[..., 0]
    residuals = y - coefs @ design.T
    scales = _first_scales(residuals, terms, exact)
    for _ in range(FIRST_STEPS):
        coefs, sound = _weighted(y, design, _weights(residuals / scales[:, None], OF_SCALE))
        coefs, scales = coefs[sound], scales[sound]
        residuals = y - coefs @ design.T
        scales = _next_scales(residuals, scales, terms)
    if not len(coefs):
        raise StatisticsError(UNDETERMINED)
    best = np.argsort(scales, kind="stable")[:KEPT]
    return np.asarray(coefs[best]), _first_scales(residuals[best], terms, exact)


def drawn_rows(design: Array, rng: np.random.Generator) -> IntArray:
    """(SUBSETS, terms): rows drawn at random that determine coefficients, of an orthogonal design (n, terms).

    Of the rows in random order those are left out that the ones before them tell already, so that every
    subset has its plane where rows repeat one another, as answers of few categories do.

    Source: Koller (2012), Nonsingular subsampling for S-estimators with categorical predictors.
    """
    n, terms = design.shape
    few = min(n, _FEW * terms)
    drawn = np.empty((SUBSETS, terms), dtype=np.int64)
    for subset in drawn:
        order = rng.choice(n, few, replace=False)
        telling = _telling(design[order])
        if len(telling) < terms:
            order = np.append(order, rng.permutation(np.setdiff1d(np.arange(n), order)))
            # Together they tell all: squares of distances from fewer rows than terms average 1 or more.
            telling = _telling(design[order])
        subset[:] = order[telling]
    return drawn


def _telling(rows: Array) -> list[int]:
    """Places of the first rows, as many as there are columns, that those before them do not tell."""
    off = rows  # what those found do not tell of each row
    apart = _APART * np.linalg.norm(rows, axis=1)
    found: list[int] = []
    while len(found) < rows.shape[1]:
        distance = np.linalg.norm(off, axis=1)
        first = int((distance > apart).argmax())
        if distance[first] <= apart[first]:
            break
        found.append(first)
        direction = off[first] / distance[first]
        off = off - np.outer(off @ direction, direction)
    return found


def _first_scales(residuals: Array, terms: int, exact: float) -> Array:
    """First scales of residuals (..., n); of rows of which half lie on the plane, by the mean.

    Raises
    ------
    HalfFitted : so many rows lie on a plane that no scale above 0 solves the M-scale's equation.
    """
    size = np.abs(residuals)
    if ((size > exact).sum(axis=-1) <= HALF * (size.shape[-1] - terms)).any():
        raise HalfFitted
    median = np.median(size, axis=-1) / 0.6745
    return np.asarray(np.where(median > exact, median, size.mean(axis=-1)))


def _next_scales(residuals: Array, scales: Array, terms: int) -> Array:
    """One step towards the scales (...) at which rho of residuals (..., n) sums to half of n - terms."""
    total = _rho(residuals / scales[..., None], OF_SCALE).sum(axis=-1)
    return np.asarray(scales * np.sqrt(total / (HALF * (residuals.shape[-1] - terms))))


def _weighted(y: Array, design: Array, weights: Array) -> tuple[Array, BoolArray]:
    """Weighted least squares for weights (m, n): (m, terms), and (m,) whether these rows determine them."""
    products = (design[:, :, None] * design[:, None, :]).reshape(len(y), -1)
    moments = (weights @ products).reshape(len(weights), design.shape[1], design.shape[1])
    right = weights @ (design * y[:, None])
    spread = np.linalg.eigvalsh(moments)
    sound = spread[:, 0] > _APART**2 * spread[:, -1]
    moments[~sound] = np.eye(design.shape[1])
    return np.asarray(np.linalg.solve(moments, right[..., None])[..., 0]), np.asarray(sound)


def _rho(u: Array, c: float) -> Array:
    """Tukey's bisquare, 1 from c on."""
    return np.asarray(1 - np.maximum(1 - (u / c) ** 2, 0) ** 3)


def _weights(u: Array, c: float) -> Array:
    """psi(u) / u, 1 at 0, where psi(u) = u (1 - (u/c)^2)^2 up to c and 0 beyond."""
    return np.asarray(np.maximum(1 - (u / c) ** 2, 0) ** 2)


def _psi_slope(u: Array, c: float) -> Array:
    square = (u / c) ** 2
    return np.asarray((1 - square) * (1 - 5 * square) * (square < 1))


def _covariance(y: Array, design: Array, coef: Array, first: Array, scale: float) -> Array:
    """Of the coefficients: the sandwich of all estimating equations, stacked.

    Equations, averaged over rows: psi(r / s) x = 0 of the coefficients; rho(r0 / s) - 1/2 = 0 of the scale s;
    psi0(r0 / s) x = 0 of the first coefficients, r0 being their residuals.
    """
    n, terms = design.shape
    u, u0 = (y - design @ coef) / scale, (y - design @ first) / scale
    psi, psi0 = u * _weights(u, OF_COEFFICIENTS), u0 * _weights(u0, OF_SCALE)
    rho = _rho(u0, OF_SCALE)
    equations = np.column_stack([design * psi[:, None], rho, design * psi0[:, None]])
    rho_slope = psi0 * 6 / OF_SCALE**2
    slope, slope0 = _psi_slope(u, OF_COEFFICIENTS), _psi_slope(u0, OF_SCALE)
    of_scale, of_first = slice(terms, terms + 1), slice(terms + 1, None)
    jacobian = np.zeros((2 * terms + 1, 2 * terms + 1))
    jacobian[:terms, :terms] = design.T * slope @ design
    jacobian[:terms, of_scale] = (design.T @ (slope * u))[:, None]
    jacobian[of_scale, of_scale] = rho_slope @ u0
    jacobian[of_scale, of_first] = rho_slope @ design
    jacobian[of_first, of_scale] = (design.T @ (slope0 * u0))[:, None]
    jacobian[of_first, of_first] = design.T * slope0 @ design
    bread = np.linalg.inv(jacobian / (-n * scale))
    meat = equations.T @ equations / n
    meat[of_scale, of_scale] -= HALF**2  # by the model's mean of rho, not the sample's
    return np.asarray((bread @ meat @ bread.T)[:terms, :terms] / n)
