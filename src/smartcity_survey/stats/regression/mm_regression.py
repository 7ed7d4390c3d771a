"""Yohai's MM-estimator: a regression that up to half of the respondents cannot overturn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.design import check_outcome, factor_design
from smartcity_survey.stats.core.errors import PerfectFit, StatisticsError
from smartcity_survey.stats.core.significance import t_interval, t_two_sided
from smartcity_survey.stats.core.types import Array

OF_SCALE, OF_COEFFICIENTS = 1.54764, 4.685061
"""Where the bisquare stops counting: for a breakdown point of one half, and for 95 % efficiency."""
HALF = 0.5
SUBSETS, KEPT, FIRST_STEPS = 500, 50, 2
"""Random subsets of as many rows as coefficients; of these the best are followed to their end."""
_ITERATIONS, _TOLERANCE = 500, 1e-11


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
    PerfectFit : half of the rows lie on a plane.
    StatisticsError : no subset of rows determines the coefficients.
    """
    factor_design(x)  # refuses what determines no coefficients
    check_outcome(y, x)
    mean, sd = x.mean(axis=0), x.std(axis=0)
    design = np.column_stack([np.ones(len(y)), (x - mean) / sd])
    n, terms = design.shape
    first, scale = _s_estimate(y, design, rng)
    coef = first
    for _ in range(_ITERATIONS):
        weights = _weights((y - design @ coef) / scale, OF_COEFFICIENTS)
        before, coef = coef, _weighted(y, design, weights)
        if np.abs(design @ (coef - before)).max() < _TOLERANCE * scale:
            break
    covariance = _covariance(y, design, coef, first, scale)
    weights = _weights((y - design @ coef) / scale, OF_COEFFICIENTS)
    # Back from standardised predictors.
    unit = np.diag(np.append(1.0, 1 / sd))
    unit[0, 1:] = -mean / sd
    coef, std_err = unit @ coef, np.sqrt(np.diagonal(unit @ covariance @ unit.T))
    df = n - terms
    t, ends = coef / std_err, t_interval(coef, std_err, df, level)
    return MmFit(coef, std_err, t, t_two_sided(t, df), *ends, scale, weights, n)


def _s_estimate(y: Array, design: Array, rng: np.random.Generator) -> tuple[Array, float]:
    """Coefficients with the smallest M-scale of the residuals, and that scale."""
    best: tuple[float, Array] | None = None
    for coef in _begun(y, design, rng):
        scale = _median_scales(y - design @ coef)
        for _ in range(_ITERATIONS):
            before, last = coef, scale
            coef = _weighted(y, design, _weights((y - design @ coef) / scale, OF_SCALE))
            residuals = y - design @ coef
            scale = _next_scales(residuals, scale, design.shape[1])
            moved = max(float(np.abs(design @ (coef - before)).max()), abs(float(scale - last)))
            if moved < _TOLERANCE * scale:
                break
        if best is None or scale < best[0]:
            best = float(scale), coef
    assert best is not None
    return best[1], best[0]


def _begun(y: Array, design: Array, rng: np.random.Generator) -> list[Array]:
    """The best of many planes through rows drawn at random, each brought a few steps nearer."""
    n, terms = design.shape
    rows = rng.random((SUBSETS, n)).argpartition(terms, axis=1)[:, :terms]
    planes = design[rows]
    sound = np.linalg.cond(planes) < 1 / np.finfo(float).eps
    if not sound.any():
        raise StatisticsError("no rows drawn at random determine the coefficients")
    coefs = np.linalg.solve(planes[sound], y[rows[sound]][..., None])[..., 0]
    residuals = y - coefs @ design.T
    scales = _median_scales(residuals)
    for _ in range(FIRST_STEPS):
        coefs = _weighted(y, design, _weights(residuals / scales[:, None], OF_SCALE))
        residuals = y - coefs @ design.T
        scales = _next_scales(residuals, scales, terms)
    return list(coefs[np.argsort(scales, kind="stable")[:KEPT]])


def _median_scales(residuals: Array) -> Array:
    """First scales of residuals (..., n)."""
    size = np.abs(residuals)
    scales = np.median(size, axis=-1) / 0.6745
    if np.min(scales) < np.finfo(float).eps * max(1.0, float(size.max())):
        raise PerfectFit
    return np.asarray(scales)


def _next_scales(residuals: Array, scales: Array, terms: int) -> Array:
    """One step towards the scales (...) at which rho of residuals (..., n) sums to half of n - terms."""
    total = _rho(residuals / scales[..., None], OF_SCALE).sum(axis=-1)
    return np.asarray(scales * np.sqrt(total / (HALF * (residuals.shape[-1] - terms))))


def _weighted(y: Array, design: Array, weights: Array) -> Array:
    """(..., terms): weighted least squares for weights (..., n), the predictors being standardised."""
    products = (design[:, :, None] * design[:, None, :]).reshape(len(y), -1)
    moments = (weights @ products).reshape(*weights.shape[:-1], design.shape[1], design.shape[1])
    right = weights @ (design * y[:, None])
    return np.asarray(np.linalg.solve(moments, right[..., None])[..., 0])


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
