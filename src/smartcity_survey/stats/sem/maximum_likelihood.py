"""Maximum likelihood for linear structural models of one or several groups.

Newton's method on the exact second derivatives; where those are not positive definite, Fisher scoring on
their expectation; steps are halved until the discrepancy falls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.linalg import lapack

from smartcity_survey.stats.core.errors import NotConverged, UnderIdentified
from smartcity_survey.stats.core.significance import chi_square_test
from smartcity_survey.stats.core.triangles import symmetric_inverse
from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.sem.likelihood import Point, Sample, evaluate
from smartcity_survey.stats.sem.structure import Matrix, Structure

LARGEST_INFLATION = 1e10
"""A parameter whose sampling variance the others inflate more than this is not determined by the model."""

TOLERANCE = 1e-10
"""Largest `gradient_norm` at convergence."""

MAX_HALVINGS = 30

_ROUNDING = 100 * float(np.finfo(np.float64).eps)
"""A discrepancy that is no larger a share of the terms it is the difference of is their rounding error."""


@dataclass(frozen=True, slots=True)
class Incomplete:
    """What moments do not tell of a fit to incomplete answers.

    log_likelihood : of the answers given. baseline_chi2 : of independent items.
    """

    log_likelihood: float
    baseline_chi2: float


@dataclass(frozen=True, slots=True, eq=False)
class StructureFit:
    """A linear structural model of G groups with t parameters, fitted by maximum likelihood.

    structures, samples, points : G each; a point holds the implied moments and the derivatives there.
    theta : (t,), the parameters. covariance : (t, t), of them, from the expected information.
    f_min : discrepancy at the minimum, averaged over groups; 0 where the model reproduces the samples.
    chi2 : multiplier * f_min. df. p : its upper tail; nan for df 0.
    n : respondents. multiplier : n, or n - G by Wishart's likelihood.
    gradient_norm : largest derivative of the discrepancy by a parameter, over the root of its expected second
        derivative, so that units of measurement do not matter. n_iterations.
    incomplete : of a model fitted to incomplete answers, where the samples are those of the saturated model.
    """

    structures: tuple[Structure, ...]
    samples: tuple[Sample, ...]
    points: tuple[Point, ...]
    theta: Array
    covariance: Array
    f_min: float
    chi2: float
    df: int
    p: float
    n: int
    multiplier: int
    gradient_norm: float
    n_iterations: int
    incomplete: Incomplete | None = None

    @property
    def weights(self) -> Array:
        """(G,): share of each group in the discrepancy."""
        return _weights(self.samples, self.multiplier)

    def pooled(self, of_cells: Sequence[Array]) -> Array:
        """(t, t): matrices (q, q) of each group's cells, summed into the parameters with the weights."""
        return _pool(self.structures, self.weights, of_cells, len(self.theta))


class Fitted(Protocol):
    """Any model whose fit can be judged: it keeps the likelihood's result in `ml`."""

    @property
    def ml(self) -> StructureFit: ...


@dataclass(frozen=True, slots=True, eq=False)
class Minimum:
    """Where the discrepancy is smallest: theta (t,), `gradient_norm` and `n_iterations` of `StructureFit`."""

    theta: Array
    gradient_norm: float
    n_iterations: int


def fit_structures(
    structures: Sequence[Structure],
    samples: Sequence[Sample],
    start: Array,
    *,
    wishart: bool = False,
    tolerance: float = TOLERANCE,
    max_iterations: int = 200,
) -> StructureFit:
    """Fit from starting values (t,).

    wishart : the samples' covariances have divisor n - 1, and so has the likelihood; otherwise n.

    Raises
    ------
    UnderIdentified, NotConverged.
    """
    multiplier = sum(sample.n - wishart for sample in samples)
    minimum = minimise(
        structures, samples, start, multiplier=multiplier, tolerance=tolerance, max_iterations=max_iterations
    )
    return fit_at(structures, samples, minimum, multiplier=multiplier)


def minimise(
    structures: Sequence[Structure],
    samples: Sequence[Sample],
    start: Array,
    *,
    multiplier: int,
    tolerance: float,
    max_iterations: int,
) -> Minimum:
    """The minimum of the discrepancy, from starting values (t,).

    Raises
    ------
    UnderIdentified (the expected second derivatives are singular), NotConverged (also at a stationary point
    that is no minimum).
    """
    weights, size = _weights(samples, multiplier), len(start)
    theta, points = start, _evaluate(structures, samples, start)
    if points is None:
        raise NotConverged("maximum likelihood", 0, np.inf)
    for iteration in range(max_iterations):
        gradient = _gradient(structures, weights, points, size)
        expected, exact = pooled_second_derivatives(structures, weights, points, size)
        criterion = float(np.abs(gradient / np.sqrt(np.maximum(np.diagonal(expected), 1e-300))).max())
        triangle, indefinite = lapack.dpotrf(exact, lower=1)
        if criterion <= tolerance:
            if indefinite:
                break
            return Minimum(theta, criterion, iteration)
        if indefinite:
            triangle, singular = lapack.dpotrf(expected, lower=1)
            if singular:
                break
        step = lapack.dpotrs(triangle, -gradient, lower=1)[0]
        found = _descend(structures, samples, weights, theta, step, points)
        if found is None:
            break
        theta, points = found
    undetermined = undetermined_parameters(expected)
    if undetermined.size:
        raise UnderIdentified(factors_of(structures, undetermined))
    raise NotConverged("maximum likelihood", iteration + 1, criterion)


def fit_at(
    structures: Sequence[Structure], samples: Sequence[Sample], minimum: Minimum, *, multiplier: int
) -> StructureFit:
    """The fit at a minimum that is known already.

    Raises
    ------
    UnderIdentified.
    """
    theta = minimum.theta
    points = _evaluate(structures, samples, theta)
    if points is None:
        raise NotConverged("maximum likelihood", minimum.n_iterations, minimum.gradient_norm)
    weights = _weights(samples, multiplier)
    information = _pool(structures, weights, [point.information() for point in points], len(theta))
    undetermined = undetermined_parameters(information)
    if undetermined.size:
        raise UnderIdentified(factors_of(structures, undetermined))
    df = sum(_moments_of(sample) for sample in samples) - len(theta)
    p = len(samples[0].covariance)
    f_min, terms = 0.0, 0.0
    for weight, point, sample in zip(weights, points, samples, strict=True):
        log_determinant = sample.log_determinant()
        f_min += weight * (point.f - log_determinant - p)
        terms += weight * (abs(point.f) + abs(log_determinant) + p)
    if abs(f_min) <= _ROUNDING * terms:
        f_min = 0.0  # the model reproduces the samples; a quotient of what rounding leaves would mean nothing
    chi2 = multiplier * float(f_min)
    return StructureFit(
        structures=tuple(structures),
        samples=tuple(samples),
        points=points,
        theta=theta,
        covariance=_inverse(information) * 2 / multiplier,
        f_min=float(f_min),
        chi2=chi2,
        df=df,
        p=chi_square_test(max(chi2, 0.0), df).p if df else np.nan,
        n=sum(sample.n for sample in samples),
        multiplier=multiplier,
        gradient_norm=minimum.gradient_norm,
        n_iterations=minimum.n_iterations,
    )


def _moments_of(sample: Sample) -> int:
    p = len(sample.covariance)
    return p * (p + 1) // 2 + (0 if sample.mean is None else p)


def _weights(samples: Sequence[Sample], multiplier: int) -> Array:
    """(G,): the groups' shares of the multiplier."""
    n = np.array([sample.size for sample in samples], dtype=np.float64)
    wishart = (n.sum() - multiplier) / len(n)
    return np.asarray((n - wishart) / multiplier)


def _evaluate(
    structures: Sequence[Structure], samples: Sequence[Sample], theta: Array
) -> tuple[Point, ...] | None:
    points = []
    for structure, sample in zip(structures, samples, strict=True):
        point = evaluate(structure, sample, theta)
        if point is None:
            return None
        points.append(point)
    return tuple(points)


def _descend(
    structures: Sequence[Structure],
    samples: Sequence[Sample],
    weights: Array,
    theta: Array,
    step: Array,
    points: tuple[Point, ...],
) -> tuple[Array, tuple[Point, ...]] | None:
    """The first of ever shorter steps that lowers the discrepancy."""
    f = _average(weights, points)
    # Near the minimum the discrepancy no longer tells two points apart: rounding must not stop the iteration.
    slack = 1e-13 * max(abs(f), 1.0)
    for halving in range(MAX_HALVINGS):
        candidate = theta + step / 2**halving
        found = _evaluate(structures, samples, candidate)
        if found is not None and _average(weights, found) <= f + slack:
            return candidate, found
    return None


def _average(weights: Array, points: Sequence[Point]) -> float:
    return float(sum(weight * point.f for weight, point in zip(weights, points, strict=True)))


def _gradient(structures: Sequence[Structure], weights: Array, points: Sequence[Point], size: int) -> Array:
    total = np.zeros(size)
    for structure, weight, point in zip(structures, weights, points, strict=True):
        total += weight * np.bincount(structure.parameter, point.gradient(), size)
    return total


def _pool(structures: Sequence[Structure], weights: Array, of_cells: Sequence[Array], size: int) -> Array:
    """(t, t): matrices (q, q) of the cells of each group, summed into the parameters the cells hold."""
    total = np.zeros(size * size)
    for structure, weight, matrix in zip(structures, weights, of_cells, strict=True):
        pairs = structure.parameter[:, None] * size + structure.parameter
        total += weight * np.bincount(pairs.ravel(), matrix.ravel(), size * size)
    return total.reshape(size, size)


def pooled_second_derivatives(
    structures: Sequence[Structure], weights: Array, points: Sequence[Point], size: int
) -> tuple[Array, Array]:
    """Second derivatives by the parameters, expected and exact, (t, t) each; one group is held at a time."""
    expected, exact = np.zeros((size, size)), np.zeros((size, size))
    for structure, weight, point in zip(structures, weights, points, strict=True):
        of_group = point.second_derivatives()
        expected += _pool([structure], weight[None], [of_group[0]], size)
        exact += _pool([structure], weight[None], [of_group[1]], size)
    return expected, exact


def _inverse(information: Array) -> Array:
    """Inverse by way of a unit diagonal, which takes the parameters' units out of its conditioning."""
    scale = np.sqrt(np.diagonal(information))
    triangle, _ = lapack.dpotrf(information / np.outer(scale, scale), lower=1)
    return np.asarray(symmetric_inverse(triangle) / np.outer(scale, scale))


def undetermined_parameters(information: Array) -> IntArray:
    """Positions of parameters that others can compensate for."""
    diagonal = np.diagonal(information)
    if (diagonal <= 0).any():
        return np.flatnonzero(diagonal <= 0)
    scale = np.sqrt(diagonal)
    scaled = information / np.outer(scale, scale)
    triangle, singular = lapack.dpotrf(scaled, lower=1)
    if not singular:
        return np.flatnonzero(np.diagonal(symmetric_inverse(triangle)) > LARGEST_INFLATION)
    null = np.linalg.eigh(scaled)[1][:, 0]
    return np.flatnonzero(np.abs(null) > 1e-3 * np.abs(null).max())


def factors_of(structures: Sequence[Structure], parameters: IntArray) -> tuple[int, ...]:
    """Factors that the parameters load on, relate, or give a mean."""
    found: set[int] = set()
    for structure in structures:
        cells = structure.cells[np.isin(structure.parameter, parameters)]
        found.update(cells.column[cells.matrix == Matrix.LOADING].tolist())
        for matrix in (Matrix.PATH, Matrix.FACTOR, Matrix.MEAN):
            here = cells.matrix == matrix
            found.update(cells.row[here].tolist(), cells.column[here].tolist())
    return tuple(sorted(found))
