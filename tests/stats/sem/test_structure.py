"""The engine of linear structural models: derivatives against differences, and its bookkeeping."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.sem.likelihood import Point, Sample, evaluate
from smartcity_survey.stats.sem.structure import Cells, Matrices, Matrix, Structure, moments

# Central differences with a step of 1e-5 of functions of order 1 to 100.
BY_DIFFERENCES = 1e-7
STEP = 1e-5


def full_model(seed: int, p: int = 6, k: int = 3) -> tuple[Structure, Array]:
    """Every kind of parameter free, at a random point with positive definite implied covariances."""
    rng = np.random.default_rng(seed)
    cells = Cells.join(
        Cells.of(Matrix.LOADING, *np.nonzero(np.ones((p, k)))),
        Cells.of(Matrix.PATH, np.array([0, 0, 1]), np.array([1, 2, 2])),
        Cells.of(Matrix.FACTOR, *np.tril_indices(k)),
        Cells.of(Matrix.RESIDUAL, np.arange(p)),
        Cells.of(Matrix.RESIDUAL, np.array([2, 5]), np.array([0, 1])),
        Cells.of(Matrix.INTERCEPT, np.arange(p)),
        Cells.of(Matrix.MEAN, np.arange(k)),
    )
    structure = Structure.unconstrained(Matrices.zeros(p, k), cells)
    point = Matrices(
        loadings=rng.normal(size=(p, k)),
        paths=np.triu(rng.normal(size=(k, k)), 1) / 2,
        factor_cov=np.eye(k) + 0.2,
        residual_cov=2 * np.eye(p),
        intercepts=rng.normal(size=p),
        factor_means=rng.normal(size=k),
    )
    return structure, structure.values(point)


def sample_of(seed: int, p: int = 6) -> Sample:
    x = np.random.default_rng(seed).normal(size=(80, p)) @ np.random.default_rng(seed + 1).normal(size=(p, p))
    return Sample(80, np.cov(x, rowvar=False), x.mean(axis=0))


def at(structure: Structure, sample: Sample, theta: Array) -> Point:
    point = evaluate(structure, sample, theta)
    assert point is not None
    return point


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_derivatives_are_those_of_the_discrepancy(seed: int) -> None:
    structure, theta = full_model(seed)
    sample = sample_of(seed)
    point = at(structure, sample, theta)
    steps = STEP * np.eye(len(theta))
    gradient = [
        (at(structure, sample, theta + step).f - at(structure, sample, theta - step).f) / (2 * STEP)
        for step in steps
    ]
    hessian = [
        (at(structure, sample, theta + step).gradient() - at(structure, sample, theta - step).gradient())
        / (2 * STEP)
        for step in steps
    ]
    size = np.abs(hessian).max()
    np.testing.assert_allclose(point.gradient(), gradient, atol=BY_DIFFERENCES * size)
    np.testing.assert_allclose(point.hessian(), hessian, atol=BY_DIFFERENCES * size)


def test_derivatives_are_those_of_the_moments() -> None:
    structure, theta = full_model(1)
    here = moments(structure.matrices(theta), structure.cells)
    for j, step in enumerate(STEP * np.eye(len(theta))):
        above = moments(structure.matrices(theta + step), structure.cells)
        below = moments(structure.matrices(theta - step), structure.cells)
        left, right = here.columns[:, here.left[j]], here.columns[:, here.right[j]]
        by_rank_two = here.scale[j] * (np.outer(left, right) + np.outer(right, left))
        np.testing.assert_allclose(
            by_rank_two, (above.covariance - below.covariance) / (2 * STEP), atol=BY_DIFFERENCES
        )
        np.testing.assert_allclose(
            here.shift[j] * left, (above.mean - below.mean) / (2 * STEP), atol=BY_DIFFERENCES
        )


def test_where_the_model_is_right_second_derivatives_equal_their_expectation() -> None:
    structure, theta = full_model(2)
    right = moments(structure.matrices(theta), structure.cells)
    point = at(structure, Sample(50, right.covariance, right.mean), theta)
    np.testing.assert_allclose(point.gradient(), 0, atol=1e-12)
    np.testing.assert_allclose(point.hessian(), point.information(), atol=1e-12)


def test_paths_run_from_row_to_column() -> None:
    matrices = Matrices.zeros(2, 2)
    matrices.paths[0, 1] = 0.5
    np.testing.assert_array_equal(matrices.total_effects(), [[1, 0], [0.5, 1]])


def test_symmetric_cells_fill_both_triangles_and_values_read_them_back() -> None:
    structure, theta = full_model(3)
    matrices = structure.matrices(theta)
    np.testing.assert_array_equal(matrices.residual_cov, matrices.residual_cov.T)
    assert matrices.residual_cov[0, 2] == theta[structure.cells.matrix == Matrix.RESIDUAL][6]
    np.testing.assert_array_equal(structure.values(matrices), theta)


def test_equal_positions_hold_one_parameter() -> None:
    cells = Cells.of(Matrix.LOADING, np.array([0, 1, 2]), np.zeros(3, dtype=int))
    structure = Structure(Matrices.zeros(3, 1), cells, np.array([1, 0, 1]))
    np.testing.assert_array_equal(structure.matrices(np.array([0.3, 0.7])).loadings[:, 0], [0.7, 0.3, 0.7])


@pytest.mark.parametrize("variance", [0.0, -1.0])
def test_no_point_where_implied_covariances_are_not_positive_definite(variance: float) -> None:
    structure, theta = full_model(4)
    theta[structure.cells.matrix <= Matrix.FACTOR] = 0.0
    theta[structure.cells.matrix == Matrix.RESIDUAL] = variance
    assert evaluate(structure, sample_of(4), theta) is None
