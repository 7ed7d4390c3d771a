"""One measurement model fitted to many samples of the same population at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg
from scipy.linalg import lapack

from smartcity_survey.stats.core.errors import StatisticsError
from smartcity_survey.stats.core.triangles import symmetric_inverse
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.sem.cfa import CfaFit
from smartcity_survey.stats.sem.likelihood import Sample
from smartcity_survey.stats.sem.maximum_likelihood import minimise
from smartcity_survey.stats.sem.structure import Matrices, Matrix, Structure

TOLERANCE = 1e-9
"""Largest `gradient_norm` at convergence; the error of implied covariances is about as large."""

MAX_ITERATIONS = 30

NEAR = 1e-3
"""Gradient from which accelerated steps go on; they would end at a saddle as well."""

MAX_ACCELERATED = 60
MEMORY = 8
"""Steps that the accelerated ones learn from."""


@dataclass(frozen=True, slots=True, eq=False)
class StackedFits:
    """Fits to B samples of p items; nan where a sample has none.

    f_min : (B,), discrepancies. implied : (B, p, p), covariances of the model.
    n_alone : samples that the steps in common did not fit.
    """

    f_min: Array
    implied: Array
    n_alone: int


@dataclass(frozen=True, slots=True, eq=False)
class Chord:
    """What all samples of one population share.

    scale : (t,), roots of the expected second derivatives there. step : (t, t), inverse of the second ones.
    """

    scale: Array
    step: Array

    @classmethod
    def of(cls, population: CfaFit) -> Chord:
        """The chord of a population, whose factors have variance 1."""
        at = population.ml.points[0]
        return cls(np.sqrt(np.diagonal(at.information())), np.asarray(linalg.inv(at.hessian())))


def fit_stack(
    samples: Array, population: CfaFit, *, chord: Chord | None = None, log_determinants: Array | None = None
) -> StackedFits:
    """Fit a measurement model to covariances (B, p, p) of samples of `population.n` respondents.

    population : the model fitted to the covariances the samples were drawn from, factors of variance 1.
    chord : of the population, and log_determinants : (B,), of the samples, where they are known.

    The samples' minima lie around the population's: all start there and take Newton steps with the second
    derivatives there, inverted once for all (the chord method). Those that have not arrived after some steps
    go on with steps that are accelerated, and what is far or does not arrive so is left to `minimise`.
    """
    chord = Chord.of(population) if chord is None else chord
    if log_determinants is None:
        log_determinants = np.asarray(np.linalg.slogdet(samples)[1])
    scale, step = chord.scale, chord.step
    ml = population.ml
    structure = ml.structures[0]
    theta = np.tile(ml.theta, (len(samples), 1))
    arrived = np.zeros(len(samples), dtype=bool)
    running, left = np.arange(len(samples)), np.full(len(samples), np.inf)
    for _ in range(MAX_ITERATIONS):
        with np.errstate(all="ignore"):
            own = samples if len(running) == len(samples) else samples[running]
            gradient = _gradients(theta[running], own, structure)
        criterion = np.abs(gradient / scale).max(axis=1)
        arrived[running[criterion <= TOLERANCE]] = True
        onward = criterion > TOLERANCE
        running, left = running[onward], criterion[onward]
        theta[running] -= gradient[onward] @ step
    running = running[left <= NEAR]
    arrived[running] = _pressed_on(theta, samples, running, structure, scale, step)
    f_min, implied, n_alone = np.full(len(samples), np.nan), np.full_like(samples, np.nan), 0
    for i, sample in enumerate(samples):
        if arrived[i]:
            f_min[i], implied[i] = _discrepancy(sample, structure.matrices(theta[i]))
        if np.isnan(f_min[i]):  # the steps ended at impossible covariances, or nowhere
            n_alone += 1
            f_min[i], implied[i] = _discrepancy(sample, structure.matrices(_alone(sample, population)))
    f_min -= log_determinants
    return StackedFits(f_min, implied, n_alone)


def _pressed_on(
    theta: Array, samples: Array, running: IntArray, structure: Structure, scale: Array, step: Array
) -> BoolArray:
    """Move `theta` of the samples still running to their minima; which of them arrived.

    Anderson's acceleration of the chord method: what the last steps changed in the gradients tells how far
    the second derivatives of a sample are from the population's. Walker and Ni (2011), SIAM Journal on
    Numerical Analysis 49, 1715-1735.
    """
    arrived = np.zeros(len(running), dtype=bool)
    moves: list[list[Array]] = [[] for _ in running]
    turns: list[list[Array]] = [[] for _ in running]
    last: dict[int, tuple[Array, Array]] = {}
    onward = np.arange(len(running))
    for _ in range(MAX_ACCELERATED):
        if not onward.size:
            break
        at = running[onward]
        with np.errstate(all="ignore"):
            gradient = _gradients(theta[at], samples[at], structure)
        criterion = np.abs(gradient / scale).max(axis=1)
        arrived[onward[criterion <= TOLERANCE]] = True
        going = criterion > TOLERANCE  # nan goes no further
        onward, at = onward[going], at[going]
        for position, i, ahead in zip(onward, at, -gradient[going] @ step, strict=True):
            own_moves, own_turns = moves[position], turns[position]
            if position in last:
                own_moves.append(theta[i] - last[position][0])
                own_turns.append(ahead - last[position][1])
                del own_moves[:-MEMORY], own_turns[:-MEMORY]
            last[position] = theta[i].copy(), ahead
            move = ahead
            if own_turns:
                turned = np.array(own_turns)
                share = np.linalg.lstsq(turned.T * scale[:, None], ahead * scale, rcond=None)[0]
                move = ahead - share @ (np.array(own_moves) + turned)
            theta[i] += move
    return arrived


def _gradients(theta: Array, samples: Array, structure: Structure) -> Array:
    """(B, t): derivatives of the discrepancies.

    With Sigma = L Phi L' + D^-1, P = D - A M A' where A = D L and M = (Phi^-1 + L'A)^-1 (Woodbury): nothing
    larger than (k, k) is inverted, and S enters by S A alone, unless a uniqueness is fixed to 0 or residuals
    correlate.
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
    one, other = cells.row[residual], cells.column[residual]
    apart = bool((one == other).all())
    residuals = theta[:, residual]
    weights = np.zeros((len(theta), p))
    weights[:, one[one == other]] = 1 / residuals[:, one == other]
    weighted, transposed = weights[:, :, None] * loadings, loadings.transpose(0, 2, 1)
    # G = P - P S P, times the loadings, and its diagonal.
    if len(residual) == p and apart:
        within, of_sample = transposed @ weighted, samples @ weighted
        inner = np.linalg.inv(np.linalg.inv(factor_corr) + within)
        turned, middle = np.eye(k) - inner @ within, inner @ (weighted.transpose(0, 2, 1) @ of_sample)
        slope = weighted @ (turned + middle @ turned) - weights[:, :, None] * (of_sample @ turned)
        into = weighted @ inner
        variances = np.diagonal(samples, axis1=1, axis2=2)
        own = weights - weights**2 * variances + 2 * weights * np.einsum("bpk,bpk->bp", into, of_sample)
        own -= np.einsum("bpk,bpk->bp", into + weighted @ (middle @ inner), weighted)
        gradient_of_residuals = own[:, one]
    else:  # items that are their factors have no uniqueness to invert, correlated residuals no diagonal
        covariances = loadings @ factor_corr @ transposed
        covariances[:, one, other] += residuals
        covariances[:, other[one != other], one[one != other]] += residuals[:, one != other]
        precision = np.asarray(np.linalg.inv(covariances), dtype=np.float64)
        of_sample, of_loadings = precision @ samples, precision @ loadings
        slope = of_loadings - of_sample @ of_loadings
        own = precision[:, one, other] - np.einsum("bij,bij->bi", of_sample[:, one], precision[:, other])
        gradient_of_residuals = np.where(one == other, 1.0, 2.0) * own
    gradient = np.empty_like(theta)
    gradient[:, loading] = 2 * (slope @ factor_corr)[:, item, on]
    gradient[:, factor] = 2 * (transposed @ slope)[:, first, second]
    gradient[:, residual] = gradient_of_residuals
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
    """Discrepancy plus ln|S|, and implied covariances (p, p); nan where these are not positive definite."""
    sigma = matrices.loadings @ matrices.factor_cov @ matrices.loadings.T + matrices.residual_cov
    triangle, indefinite = lapack.dpotrf(sigma, lower=1)
    if indefinite:
        return np.nan, np.full_like(sigma, np.nan)
    log_determinant = 2 * np.log(np.diagonal(triangle)).sum()
    return float(log_determinant + _trace(sample, matrices, triangle) - len(sample)), sigma


def _trace(sample: Array, matrices: Matrices, triangle: Array) -> float:
    """tr(S Sigma^-1), by Woodbury's identity where every uniqueness is positive and residuals are apart."""
    uniquenesses = np.diagonal(matrices.residual_cov)
    if (uniquenesses <= 0).any() or np.count_nonzero(matrices.residual_cov) > len(uniquenesses):
        return float(np.vdot(symmetric_inverse(triangle), sample))
    weighted = matrices.loadings / uniquenesses[:, None]
    inner = np.linalg.inv(matrices.factor_cov) + matrices.loadings.T @ weighted
    explained = np.linalg.solve(inner, weighted.T @ sample @ weighted)
    return float((np.diagonal(sample) / uniquenesses).sum() - np.trace(explained))
