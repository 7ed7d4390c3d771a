"""What a structural model would gain by freeing one of the values it fixes or holds equal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import linalg, special

from smartcity_survey.stats.core.last_bits import steady
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.sem.likelihood import Point, evaluate
from smartcity_survey.stats.sem.maximum_likelihood import Fitted, StructureFit
from smartcity_survey.stats.sem.structure import Cells, Matrix, Structure

SMALLEST_SHARE = 1e-9
"""A candidate whose information the free parameters leave less of than this only repeats them."""

AT_ONCE = 2048
"""Candidates taken at a time, so that memory does not grow with the square of the items."""


@dataclass(frozen=True, slots=True)
class ModificationIndices:
    """Score tests of r single cells, largest first.

    cells : the r cells of the model matrices. group : (r,), position of their group.
    index : (r,), about the fall of chi-square if the cell were free (df 1). p : (r,), its upper tail.
    change : (r,), expected parameter change. std_change : (r,), the same for items and factors of variance 1,
        residual covariances as correlations of residuals (lavaan's sepc.all).
    """

    cells: Cells
    group: IntArray
    index: Array
    p: Array
    change: Array
    std_change: Array


def modification_indices(fit: Fitted, candidates: Sequence[Cells] | None = None) -> ModificationIndices:
    """Modification indices and expected parameter changes of a model of one or several groups.

    Parameters
    ----------
    candidates : cells of each group. By default everything fixed at zero: cross-loadings, residual
        covariances, paths and covariances of factors. A free cell that others are held equal to may be named
        too: its index is that of releasing it.

    Candidates that only repeat free parameters are left out: freeing them changes nothing.
    Sources: Sorbom (1989), Psychometrika 54, 371-384, by expected second derivatives; Saris, Satorra and
    Sorbom (1987), Sociological Methodology 17, 105-129, for the change.
    """
    ml = fit.ml
    cells = [fixed_at_zero(structure) for structure in ml.structures] if candidates is None else candidates
    extended = extended_by(ml, cells)
    size = len(ml.theta)
    gradient = np.zeros(len(extended.theta))
    for structure, weight, point in zip(extended.structures, ml.weights, extended.points, strict=True):
        gradient += weight * np.bincount(structure.parameter, point.gradient(), len(gradient))
    # Of the information on the candidates only the diagonal is needed, and that with the free parameters.
    bread: Array = linalg.inv(ml.pooled([point.information() for point in ml.points]))
    parts = zip(ml.structures, ml.weights, extended.points, strict=True)
    shares = [_information(structure, weight, point, bread) for structure, weight, point in parts]
    alone, left = np.concatenate(shares, axis=1)
    kept = np.flatnonzero(left > SMALLEST_SHARE * alone)
    change = -gradient[size:][kept] / left[kept]
    index = 0.5 * ml.multiplier * np.square(change) * left[kept]
    units = np.concatenate([_units(ml, group, of_group) for group, of_group in enumerate(cells)])
    group = np.repeat(np.arange(len(cells)), [len(of_group) for of_group in cells])
    largest = np.argsort(-steady(index), kind="stable")
    order = kept[largest]
    return ModificationIndices(
        cells=Cells.join(*cells)[order],
        group=group[order],
        index=index[largest],
        p=np.asarray(special.chdtrc(1, index[largest])),
        change=change[largest],
        std_change=change[largest] / units[order],
    )


def _information(structure: Structure, weight: float, point: Point, bread: Array) -> Array:
    """(2, r): information on the candidates of a group by itself, and what the free parameters leave of it.

    point : of the cells of `structure` and the candidates after them. bread : (t, t), inverse information of
        the free parameters.
    """
    free = np.arange(len(structure.cells))
    added = np.arange(len(free), len(point.moments.left))
    pooled = np.zeros((len(bread), len(free)))
    pooled[structure.parameter, free] = weight
    alone, taken_up = weight * point.information_diagonal()[added], np.empty(len(added))
    for first in range(0, len(added), AT_ONCE):
        part = slice(first, first + AT_ONCE)
        across = pooled @ point.information_between(free, added[part])
        taken_up[part] = np.einsum("ij,ij->j", across, bread @ across)
    return np.stack((alone, alone - taken_up))


def fixed_at_zero(structure: Structure) -> Cells:
    """Loadings, paths, covariances of factors and of residuals that the model fixes at zero."""
    p, k = structure.shape
    paths = ~np.eye(k, dtype=bool)
    # What has no residual variance has no residual covariance.
    varies: BoolArray = np.diagonal(structure.fixed.residual_cov) > 0
    own = structure.cells[structure.cells.matrix == Matrix.RESIDUAL]
    varies[own.row[own.row == own.column]] = True
    return Cells.join(
        _zeros(structure, Matrix.LOADING, np.ones((p, k), dtype=bool)),
        _zeros(structure, Matrix.PATH, paths),
        _zeros(structure, Matrix.FACTOR, np.tril(paths)),
        _zeros(structure, Matrix.RESIDUAL, np.tril(np.outer(varies, varies), -1)),
    )


def _zeros(structure: Structure, matrix: Matrix, among: Array) -> Cells:
    free = structure.cells[structure.cells.matrix == matrix]
    fixed = among & (structure.fixed.in_order()[matrix] == 0)
    fixed[free.row, free.column] = False
    if matrix in (Matrix.FACTOR, Matrix.RESIDUAL):
        fixed[free.column, free.row] = False
    return Cells.of(matrix, *np.nonzero(fixed))


def extended_by(ml: StructureFit, candidates: Sequence[Cells]) -> StructureFit:
    """The same point of a model in which every candidate is a parameter of its own, after the others."""
    structures, theta = [], [ml.theta]
    for structure, cells in zip(ml.structures, candidates, strict=True):
        size = sum(map(len, theta))
        theta.append(structure.with_cells(cells).values(structure.matrices(ml.theta)))
        parameter = np.concatenate((structure.parameter, size + np.arange(len(cells))))
        structures.append(Structure(structure.fixed, Cells.join(structure.cells, cells), parameter))
    values = np.concatenate(theta)
    points = []
    for structure, sample in zip(structures, ml.samples, strict=True):
        point = evaluate(structure, sample, values)
        assert point is not None  # it is the point of a fit
        points.append(point)
    return replace(ml, structures=tuple(structures), points=tuple(points), theta=values)


def _units(ml: StructureFit, group: int, cells: Cells) -> Array:
    """(r,): what one standardised unit of each cell is in the units of items and factors."""
    at, matrices = ml.points[group].moments, ml.structures[group].matrices(ml.theta)
    item = np.sqrt(np.diagonal(at.covariance))
    factor = np.sqrt(np.abs(np.diagonal(at.factor_cov)))
    # Disturbances and residuals stand for themselves, not for the factors and items they belong to.
    disturbance = np.sqrt(np.abs(np.diagonal(matrices.factor_cov)))
    residual = np.sqrt(np.abs(np.diagonal(matrices.residual_cov)))
    scales = {
        Matrix.LOADING: (item, 1 / factor),
        Matrix.PATH: (1 / factor, factor),
        Matrix.FACTOR: (disturbance, disturbance),
        Matrix.RESIDUAL: (residual, residual),
        Matrix.INTERCEPT: (item, np.ones_like(item)),
        Matrix.MEAN: (factor, np.ones_like(factor)),
    }
    units = np.empty(len(cells))
    for matrix, (of_row, of_column) in scales.items():
        here = cells.matrix == matrix
        units[here] = of_row[cells.row[here]] * of_column[cells.column[here]]
    return units
