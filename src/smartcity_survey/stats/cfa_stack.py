"""One measurement model fitted to many samples of the same population at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from smartcity_survey.stats.cfa import CfaFit
from smartcity_survey.stats.errors import StatisticsError
from smartcity_survey.stats.likelihood import Sample
from smartcity_survey.stats.maximum_likelihood import minimise
from smartcity_survey.stats.structure import Matrices, Matrix, Structure
from smartcity_survey.stats.types import Array

TOLERANCE = 1e-5
"""Largest `gradient_norm` at convergence; the discrepancy's error is about its square."""

MAX_ITERATIONS = 30


@dataclass(frozen=True, slots=True, eq=False)
class StackedFits:
    """Fits to B samples of p items; nan where a sample has none.

    f_min : (B,), discrepancies. implied : (B, p, p), covariances of the model.
    n_alone : samples that were fitted one by one.
    """

    f_min: Array
    implied: Array
    n_alone: int


def fit_stack(samples: Array, population: CfaFit) -> StackedFits:
    """Fit a measurement model to covariances (B, p, p) of samples of `population.n` respondents.

    population : the model fitted to the covariances the samples were drawn from, factors of variance 1.

    The samples' minima lie around the population's: all start there and take Newton steps with the second
    derivatives there, inverted once for all (the chord method). Those that have not arrived after some steps
    are left to `minimise`.
    """
    ml = population.ml
    structure, at = ml.structures[0], ml.points[0]
    scale = np.sqrt(np.diagonal(at.information()))
    step = np.linalg.inv(at.hessian())
    theta = np.tile(ml.theta, (len(samples), 1))
    arrived = np.zeros(len(samples), dtype=bool)
    running = np.arange(len(samples))
    for _ in range(MAX_ITERATIONS):
        with np.errstate(all="ignore"):
            gradient = _gradients(theta[running], samples[running], structure)
        criterion = np.abs(gradient / scale).max(axis=1)
        arrived[running[criterion <= TOLERANCE]] = True
        # A comparison with nan is false: samples that left the possible covariances end here, too.
        onward = criterion > TOLERANCE
        running = running[onward]
        theta[running] -= gradient[onward] @ step
    for i in np.flatnonzero(~arrived):
        theta[i] = _alone(samples[i], population)
    f_min, implied = np.full(len(samples), np.nan), np.full_like(samples, np.nan)
    for i in np.flatnonzero(np.isfinite(theta).all(axis=1)):
        f_min[i], implied[i] = _discrepancy(samples[i], structure.matrices(theta[i]))
    return StackedFits(f_min, implied, int((~arrived).sum()))


def _gradients(theta: Array, samples: Array, structure: Structure) -> Array:
    """(B, t): derivatives of the discrepancies; nan where a uniqueness is not positive.

    P = D - D L (Phi^-1 + L'D L)^-1 L'D with D the inverse uniquenesses (Woodbury): nothing larger than (k, k)
    is inverted, unless a uniqueness is fixed to 0.
    """
    cells, (p, k) = structure.cells, structure.shape
    loading, factor, residual = (
        np.flatnonzero(cells.matrix == kind) for kind in (Matrix.LOADING, Matrix.FACTOR, Matrix.RESIDUAL)
    )
    item, on = cells.row[loading], cells.column[loading]
    first, second = cells.row[factor], cells.column[factor]
    loadings, factor_corr = np.zeros((len(theta), p, k)), np.tile(np.eye(k), (len(theta), 1, 1))
    loadings[:, item, on] = theta[:, loading]
    factor_corr[:, first, second] = factor_corr[:, second, first] = theta[:, factor]
    weights = np.full((len(theta), p), np.nan)
    positive = np.where(theta[:, residual] > 0, theta[:, residual], np.nan)
    weights[:, cells.row[residual]] = 1 / positive
    weighted, transposed = weights[:, :, None] * loadings, loadings.transpose(0, 2, 1)
    if len(residual) == p:
        inner = np.linalg.inv(np.linalg.inv(factor_corr) + transposed @ weighted)
        precision = -(weighted @ inner) @ weighted.transpose(0, 2, 1)
        precision[:, np.arange(p), np.arange(p)] += weights
    else:  # items that are their factors have no uniqueness to invert
        covariances = loadings @ factor_corr @ transposed
        covariances[:, cells.row[residual], cells.row[residual]] += positive
        precision = np.asarray(np.linalg.inv(covariances), dtype=np.float64)
    of_sample, of_loadings = precision @ samples, precision @ loadings
    # G = P - P S P, times the loadings, and its diagonal.
    slope = of_loadings - of_sample @ of_loadings
    own = np.diagonal(precision, axis1=1, axis2=2) - np.einsum("bij,bij->bi", of_sample, precision)
    gradient = np.empty_like(theta)
    gradient[:, loading] = 2 * (slope @ factor_corr)[:, item, on]
    gradient[:, factor] = 2 * (transposed @ slope)[:, first, second]
    gradient[:, residual] = own[:, cells.row[residual]]
    return gradient


def _alone(sample: Array, population: CfaFit) -> Array:
    """(t,): parameters of one sample; nan where it has no minimum."""
    ml = population.ml
    try:
        return minimise(
            ml.structures,
            [Sample(ml.n, sample)],
            ml.theta,
            multiplier=ml.multiplier,
            tolerance=TOLERANCE,
            max_iterations=200,
        ).theta
    except StatisticsError:
        return np.full(len(ml.theta), np.nan)


def _discrepancy(sample: Array, matrices: Matrices) -> tuple[float, Array]:
    """Discrepancy and implied covariances (p, p); nan where these are not positive definite."""
    sigma = matrices.loadings @ matrices.factor_cov @ matrices.loadings.T + matrices.residual_cov
    triangle, indefinite = lapack.dpotrf(sigma, lower=1)
    if indefinite:
        return np.nan, np.full_like(sigma, np.nan)
    log_determinants = 2 * np.log(np.diagonal(triangle)).sum() - np.linalg.slogdet(sample)[1]
    trace = np.trace(lapack.dpotrs(triangle, sample, lower=1)[0])
    return float(log_determinants + trace - len(sample)), sigma
