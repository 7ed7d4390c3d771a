"""One measurement model in several groups of respondents, with values held equal across them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from smartcity_survey.stats.core.errors import InGroup, InvalidModel, StatisticsError
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.sem.cfa import CfaFit, fit_cfa
from smartcity_survey.stats.sem.cfa_model import first_items, measurement_cells, single_items
from smartcity_survey.stats.sem.likelihood import Sample
from smartcity_survey.stats.sem.maximum_likelihood import TOLERANCE, StructureFit, fit_structures
from smartcity_survey.stats.sem.structure import Cells, Matrices, Matrix, Structure


class Level(IntEnum):
    """What is held equal across groups; each level adds to the one before."""

    CONFIGURAL = 0
    """Nothing but which item loads where."""
    METRIC = 1
    """Loadings: a unit of the factor means the same."""
    SCALAR = 2
    """Intercepts too: means of the factors can be compared; those of the first group are zero."""
    STRICT = 3
    """Uniquenesses too: all differences between groups are differences of the factors."""


@dataclass(frozen=True, slots=True, eq=False)
class Exempt:
    """Items that stay free in every group, for partial invariance: (p,) each."""

    loadings: BoolArray
    intercepts: BoolArray
    uniquenesses: BoolArray

    @classmethod
    def none(cls, p: int) -> Exempt:
        """Every item takes part."""
        return cls(*np.zeros((3, p), dtype=bool))


@dataclass(frozen=True, slots=True, eq=False)
class MultigroupFit:
    """A measurement model of p items and k factors in G groups, with means, fitted by maximum likelihood.

    level : what is equal. markers : (k,), items whose loading is 1 in every group.
    loadings : (G, p, k). intercepts, uniquenesses : (G, p). factor_cov : (G, k, k).
    factor_means, std_err_factor_means : (G, k), differences from the first group; nan below `Level.SCALAR`,
        where they mean nothing; the first group's are 0 without error.
    heywood : (G, p), uniquenesses that are not positive. admissible : there is none, and the factor
        covariances are positive definite in every group.
    ml : the likelihood's result.
    """

    level: Level
    markers: IntArray
    loadings: Array
    intercepts: Array
    uniquenesses: Array
    factor_cov: Array
    factor_means: Array
    std_err_factor_means: Array
    heywood: BoolArray
    admissible: bool
    ml: StructureFit


def fit_groups(
    samples: Sequence[Sample],
    pattern: BoolArray,
    level: Level,
    *,
    markers: IntArray | None = None,
    exempt: Exempt | None = None,
    tolerance: float = TOLERANCE,
    max_iterations: int = 200,
) -> MultigroupFit:
    """Fit a measurement model to G >= 2 groups.

    Parameters
    ----------
    samples : respondents, covariances (divisor n) and means of the items in each group.
    pattern, markers : as in `fit_cfa`, the same in every group; markers' loadings are never exempt.

    Sources: Joreskog (1971), Psychometrika 36, 409-426; Sorbom (1974), British Journal of Mathematical and
    Statistical Psychology 27, 229-239; Byrne, Shavelson and Muthen (1989), Psychological Bulletin 105,
    456-466, for partial invariance. Parameters as with lavaan's `group.equal`.

    Raises
    ------
    InGroup (what `fit_cfa` raises for a group alone), InvalidModel (fewer than two groups, a group without
    means, markers exempt), UnderIdentified, NotConverged.
    """
    markers = first_items(pattern) if markers is None else markers
    exempt = Exempt.none(len(pattern)) if exempt is None else exempt
    if len(samples) < 2:
        raise InvalidModel(f"{len(samples)} groups, at least two are compared")
    if exempt.loadings[markers].any():
        raise InvalidModel("give a unit and cannot vary in it", "items", markers[exempt.loadings[markers]])
    alone = []
    for group, sample in enumerate(samples):
        try:
            alone.append(
                fit_cfa(
                    sample.covariance,
                    sample.n,
                    pattern,
                    markers=markers,
                    tolerance=tolerance,
                    max_iterations=max_iterations,
                )
            )
        except StatisticsError as error:
            raise InGroup(group, error) from error
    structures = group_structures(pattern, markers, level, len(samples), exempt)
    start = _start(structures, samples, alone, level)
    ml = fit_structures(structures, samples, start, tolerance=tolerance, max_iterations=max_iterations)
    return _record(ml, level, markers, single_items(pattern))


def group_structures(
    pattern: BoolArray, markers: IntArray, level: Level, groups: int, exempt: Exempt
) -> tuple[Structure, ...]:
    """The models of the groups; equal values are one parameter."""
    p, k = pattern.shape
    fixed = Matrices.zeros(p, k)
    fixed.loadings[markers, np.arange(k)] = 1.0
    common = Cells.join(
        measurement_cells(pattern, "marker", markers), Cells.of(Matrix.INTERCEPT, np.arange(p))
    )
    equal = _equal(common, level, exempt)
    first = Structure.unconstrained(fixed, common)
    structures, size = [first], len(common)
    cells = common
    if level >= Level.SCALAR:
        cells = Cells.join(common, Cells.of(Matrix.MEAN, np.arange(k)))
    own = np.ones(len(cells), dtype=bool)
    own[: len(common)] = ~equal
    for _ in range(1, groups):
        parameter = np.arange(len(cells))
        parameter[own] = size + np.arange(own.sum())
        size += int(own.sum())
        structures.append(Structure(fixed, cells, parameter))
    return tuple(structures)


def _equal(cells: Cells, level: Level, exempt: Exempt) -> BoolArray:
    """(q,): whether each cell has one value for all groups."""
    equal = np.zeros(len(cells), dtype=bool)
    for matrix, since, free in (
        (Matrix.LOADING, Level.METRIC, exempt.loadings),
        (Matrix.INTERCEPT, Level.SCALAR, exempt.intercepts),
        (Matrix.RESIDUAL, Level.STRICT, exempt.uniquenesses),
    ):
        if level >= since:
            equal |= (cells.matrix == matrix) & ~free[cells.row]
    return equal


def _start(
    structures: Sequence[Structure], samples: Sequence[Sample], alone: Sequence[CfaFit], level: Level
) -> Array:
    """Each group's own solution; what is equal begins at the average, weighted by respondents."""
    shares = np.array([sample.size for sample in samples], dtype=np.float64)
    loadings = sum(n * fit.loadings for n, fit in zip(shares, alone, strict=True)) / shares.sum()
    size = 1 + max(int(structure.parameter.max()) for structure in structures)
    total, weight = np.zeros(size), np.zeros(size)
    reference = _mean(samples[0])
    for structure, sample, fit, n in zip(structures, samples, alone, shares, strict=True):
        shift = np.zeros(loadings.shape[1])
        if level >= Level.SCALAR:
            by_uniqueness = loadings / np.maximum(fit.uniquenesses, 0.05 * np.diagonal(fit.sample))[:, None]
            shift = np.linalg.solve(loadings.T @ by_uniqueness, by_uniqueness.T @ (_mean(sample) - reference))
        own = Matrices(
            loadings=fit.loadings,
            paths=np.zeros_like(fit.factor_cov),
            factor_cov=fit.factor_cov,
            residual_cov=np.diag(fit.uniquenesses),
            intercepts=_mean(sample) - loadings @ shift,
            factor_means=shift,
        )
        total += n * np.bincount(structure.parameter, structure.values(own), size)
        weight += n * np.bincount(structure.parameter, minlength=size)
    return np.asarray(total / weight)


def _mean(sample: Sample) -> Array:
    if sample.mean is None:
        raise InvalidModel("groups are compared by means too, and a group has none")
    return sample.mean


def _record(ml: StructureFit, level: Level, markers: IntArray, single: BoolArray) -> MultigroupFit:
    matrices = [structure.matrices(ml.theta) for structure in ml.structures]
    uniquenesses = np.array([np.diagonal(group.residual_cov) for group in matrices])
    factor_cov = np.array([group.factor_cov for group in matrices])
    means = np.array([group.factor_means for group in matrices])
    std_err = np.zeros_like(means)
    errors = np.sqrt(np.diagonal(ml.covariance))
    for group, structure in enumerate(ml.structures):
        here = structure.cells.matrix == Matrix.MEAN
        std_err[group, structure.cells.row[here]] = errors[structure.parameter[here]]
    if level < Level.SCALAR:
        means, std_err = np.full_like(means, np.nan), np.full_like(means, np.nan)
    heywood = (uniquenesses <= 0) & ~single
    return MultigroupFit(
        level=level,
        markers=markers,
        loadings=np.array([group.loadings for group in matrices]),
        intercepts=np.array([group.intercepts for group in matrices]),
        uniquenesses=uniquenesses,
        factor_cov=factor_cov,
        factor_means=means,
        std_err_factor_means=std_err,
        heywood=heywood,
        admissible=not heywood.any() and bool((np.linalg.eigvalsh(factor_cov)[:, 0] > 0).all()),
        ml=ml,
    )
