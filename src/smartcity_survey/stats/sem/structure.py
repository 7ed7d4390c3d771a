"""Linear structural models of means and covariances: confirmatory factors, and regressions among them.

    covariance  Sigma = L A Psi A' L' + Theta      mean  mu = nu + L A alpha      A = (I - B')^-1

with loadings L (p, k), paths B (k, k; row = source, column = target), factor (or disturbance) covariances
Psi (k, k), residual covariances Theta (p, p), intercepts nu (p,) and factor means alpha (k,).

Everything else rests on one observation: put the columns of C = [I, L A, L Phi] (p, p + 2k) side by side,
Phi = A Psi A'. Then every derivative of Sigma has rank two or less, s (c_l c_r' + c_r c_l') with two columns
c_l, c_r of C, and the derivative of mu is a multiple of c_l. Gradients and information matrices of any model
are gathers from C' P C, whatever P is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
from scipy import linalg

from smartcity_survey.stats.core.types import Array, BoolArray, IntArray


class Matrix(IntEnum):
    """The matrix a parameter stands in."""

    LOADING = 0
    PATH = 1
    FACTOR = 2
    RESIDUAL = 3
    INTERCEPT = 4
    MEAN = 5


@dataclass(frozen=True, slots=True)
class Matrices:
    """The model matrices of one group of respondents, p items and k factors.

    loadings : (p, k). paths : (k, k), row = source, column = target.
    factor_cov : (k, k), of the factors, or of the disturbances of explained ones.
    residual_cov : (p, p). intercepts : (p,). factor_means : (k,), intercepts of explained factors.
    """

    loadings: Array
    paths: Array
    factor_cov: Array
    residual_cov: Array
    intercepts: Array
    factor_means: Array

    @classmethod
    def zeros(cls, p: int, k: int) -> Matrices:
        """Nothing loads, varies or differs from zero."""
        return cls(
            np.zeros((p, k)),
            np.zeros((k, k)),
            np.zeros((k, k)),
            np.zeros((p, p)),
            np.zeros(p),
            np.zeros(k),
        )

    def total_effects(self) -> Array:
        """A = (I - B')^-1 (k, k): row = target, column = source, the identity where there are no paths."""
        identity = np.eye(len(self.paths))
        return linalg.inv(identity - self.paths.T) if self.paths.any() else identity

    def in_order(self) -> tuple[Array, ...]:
        """The arrays in the order of `Matrix`."""
        return (
            self.loadings,
            self.paths,
            self.factor_cov,
            self.residual_cov,
            self.intercepts,
            self.factor_means,
        )


@dataclass(frozen=True, slots=True)
class Cells:
    """The q free cells of the model matrices: which matrix (a `Matrix`), row and column, each (q,).

    Of a symmetric matrix one triangle is named. Vectors have their position as row and column.
    """

    matrix: IntArray
    row: IntArray
    column: IntArray

    def __len__(self) -> int:
        return len(self.matrix)

    @classmethod
    def of(cls, matrix: Matrix, row: IntArray, column: IntArray | None = None) -> Cells:
        """Cells of one matrix, or of one vector where `column` is left out."""
        return cls(np.full(len(row), matrix), row, row if column is None else column)

    @classmethod
    def join(cls, *parts: Cells) -> Cells:
        """All cells of the parts, in order."""
        return cls(
            np.concatenate([part.matrix for part in parts]),
            np.concatenate([part.row for part in parts]),
            np.concatenate([part.column for part in parts]),
        )

    def __getitem__(self, which: slice | BoolArray | IntArray) -> Cells:
        return Cells(self.matrix[which], self.row[which], self.column[which])


@dataclass(frozen=True, slots=True)
class Structure:
    """A model of one group: the fixed values, the free cells and the parameter each of them holds.

    fixed : matrices with the values of all cells that are not free.
    cells : the q free cells. parameter : (q,), positions in the vector of parameters; equal positions, also
        in the structures of different groups, are cells constrained to be equal.
    """

    fixed: Matrices
    cells: Cells
    parameter: IntArray

    @classmethod
    def unconstrained(cls, fixed: Matrices, cells: Cells) -> Structure:
        """Every free cell is a parameter of its own."""
        return cls(fixed, cells, np.arange(len(cells)))

    @property
    def shape(self) -> tuple[int, int]:
        """p items, k factors."""
        p, k = self.fixed.loadings.shape
        return p, k

    def matrices(self, theta: Array) -> Matrices:
        """The model matrices at parameters theta."""
        values = theta[self.parameter]
        filled = [array.copy() for array in self.fixed.in_order()]
        for matrix, array in zip(Matrix, filled, strict=True):
            here = self.cells.matrix == matrix
            row, column = self.cells.row[here], self.cells.column[here]
            if array.ndim == 1:
                array[row] = values[here]
                continue
            array[row, column] = values[here]
            if matrix in (Matrix.FACTOR, Matrix.RESIDUAL):
                array[column, row] = values[here]
        return Matrices(*filled)

    def values(self, matrices: Matrices) -> Array:
        """(q,): what the free cells hold in given matrices."""
        values = np.empty(len(self.cells))
        for matrix, array in zip(Matrix, matrices.in_order(), strict=True):
            here = self.cells.matrix == matrix
            row, column = self.cells.row[here], self.cells.column[here]
            values[here] = array[row] if array.ndim == 1 else array[row, column]
        return values

    def in_place(self, values: Array) -> Matrices:
        """Values (t,) of the parameters in the places of their cells, nan elsewhere."""
        blank = Matrices(*(np.full_like(array, np.nan) for array in self.fixed.in_order()))
        return replace(self, fixed=blank).matrices(values)

    def with_cells(self, cells: Cells) -> Structure:
        """The same fixed values with other free cells, all of them unconstrained."""
        return replace(self, cells=cells, parameter=np.arange(len(cells)))


@dataclass(frozen=True, slots=True)
class ImpliedMoments:
    """What a model implies, and how it changes with the free cells, at one point.

    covariance : Sigma (p, p). mean : mu (p,).
    columns : C (p, m), m = p + 2k. left, right : (q,), the columns c_l, c_r of each cell; scale (q,), its s;
        shift (q,), the multiple of c_l that is the derivative of mu.
    total_effects : A (k, k). factor_cov : Phi = A Psi A' (k, k). factor_means : A alpha (k,).
    """

    covariance: Array
    mean: Array
    columns: Array
    left: IntArray
    right: IntArray
    scale: Array
    shift: Array
    total_effects: Array
    factor_cov: Array
    factor_means: Array


def moments(matrices: Matrices, cells: Cells) -> ImpliedMoments:
    """Implied moments of the model and their derivatives by each of the cells."""
    p, k = matrices.loadings.shape
    total = matrices.total_effects()
    factor_cov = total @ matrices.factor_cov @ total.T
    factor_means = total @ matrices.factor_means
    reduced, structure = matrices.loadings @ total, matrices.loadings @ factor_cov
    kind, row, column = cells.matrix, cells.row, cells.column

    # Of a path s -> t: L A e_t on the left, L Phi e_s on the right.
    is_path, is_loading = kind == Matrix.PATH, kind == Matrix.LOADING
    of_factors = (kind == Matrix.FACTOR) | (kind == Matrix.MEAN)
    left = np.where(is_path, p + column, np.where(of_factors, p + row, row))
    right = np.where(
        is_loading,
        p + k + column,
        np.where(is_path, p + k + row, np.where(of_factors, p + column, column)),
    )
    of_means = kind >= Matrix.INTERCEPT
    symmetric = (kind == Matrix.FACTOR) | (kind == Matrix.RESIDUAL)
    scale = np.where(of_means, 0.0, np.where(symmetric & (row == column), 0.5, 1.0))
    shift = of_means.astype(np.float64)
    shift[is_loading] = factor_means[column[is_loading]]
    shift[is_path] = factor_means[row[is_path]]
    return ImpliedMoments(
        covariance=structure @ matrices.loadings.T + matrices.residual_cov,
        mean=matrices.intercepts + matrices.loadings @ factor_means,
        columns=np.hstack((np.eye(p), reduced, structure)),
        left=left,
        right=right,
        scale=scale,
        shift=shift,
        total_effects=total,
        factor_cov=factor_cov,
        factor_means=factor_means,
    )
