"""Modification indices against lavaan, against refitted models, and their properties."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from smartcity_survey.stats.sem import modification
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.stats.sem.modification import ModificationIndices, fixed_at_zero, modification_indices
from smartcity_survey.stats.sem.structure import Cells, Matrix
from tests.stats.factor_data import reference
from tests.stats.structural_data import (
    HOLZINGER_FACTORS,
    HOLZINGER_ITEMS,
    blocks,
    factor_data,
    holzinger_pattern,
    holzinger_scores,
    moments,
    survey_answers,
    survey_pattern,
)

# lavaan 0.6.20 and 0.6.14 iterated by Gauss-Newton to a gradient of 1e-12.
LAVAAN = 1e-9
# The same model in other units or another scaling: rounding alone.
ROUNDING = 1e-7
# A score test and a likelihood ratio differ by terms of the order of the change itself.
FIRST_ORDER = 0.1


def cell_of(
    lhs: str, op: str, rhs: str, items: Sequence[str], factors: Sequence[str]
) -> tuple[int, int, int]:
    """The cell a row of lavaan's table is about."""
    if op == "=~":
        return Matrix.LOADING, items.index(rhs), factors.index(lhs)
    names, matrix = (factors, Matrix.FACTOR) if lhs in factors else (items, Matrix.RESIDUAL)
    row, column = sorted((names.index(lhs), names.index(rhs)), reverse=True)
    return matrix, row, column


def by_cell(found: ModificationIndices, values: Any) -> dict[tuple[int, ...], float]:
    cells = zip(found.cells.matrix, found.cells.row, found.cells.column, strict=True)
    return dict(zip(((int(m), int(i), int(j)) for m, i, j in cells), values, strict=True))


def assert_agrees(
    found: ModificationIndices, theirs: Any, items: Sequence[str], factors: Sequence[str], rtol: float
) -> None:
    rows = zip(theirs["lhs"], theirs["op"], theirs["rhs"], strict=True)
    cells = [cell_of(*row, items=items, factors=factors) for row in rows]
    columns = {"mi": found.index, "epc": found.change, "sepc.all": found.std_change}
    for name, values in columns.items():
        if name in theirs:
            ours = by_cell(found, values)
            np.testing.assert_allclose([ours[cell] for cell in cells], theirs[name], rtol=rtol, err_msg=name)
    np.testing.assert_allclose(found.index[: len(cells)], theirs["mi"], rtol=rtol)


@pytest.fixture(scope="module")
def holzinger_indices():
    x = holzinger_scores()
    return modification_indices(fit_cfa(moments(x), len(x), holzinger_pattern()))


def test_the_largest_indices_of_holzinger_are_lavaans(holzinger_indices):
    theirs = reference("cfa_holzinger")["ml_marker"]["modindices_top10"]
    assert_agrees(holzinger_indices, theirs, HOLZINGER_ITEMS, HOLZINGER_FACTORS, LAVAAN)


def test_every_index_of_holzinger_is_lavaans(holzinger_indices):
    theirs = reference("structural_models_lavaan")["holzinger_modification"]
    assert len(holzinger_indices.index) == len(theirs["mi"]) == 54
    ours = by_cell(holzinger_indices, holzinger_indices.index)
    rows = zip(theirs["lhs"], theirs["op"], theirs["rhs"], strict=True)
    cells = [cell_of(*row, items=HOLZINGER_ITEMS, factors=HOLZINGER_FACTORS) for row in rows]
    np.testing.assert_allclose([ours[cell] for cell in cells], theirs["mi"], rtol=LAVAAN, atol=LAVAAN)


def test_the_largest_indices_of_the_simulated_survey_are_lavaans():
    expected, x = reference("cfa_sim676"), survey_answers()
    found = modification_indices(fit_cfa(moments(x), len(x), survey_pattern()))
    theirs = reference("structural_models_lavaan")["survey_modification"]
    assert_agrees(found, theirs, expected["items"], expected["factors"], LAVAAN)


def test_p_values_are_upper_tails(holzinger_indices):
    # The largest index, 36.41 at df 1, as R's pchisq(36.411016561235755, 1, lower.tail = FALSE) gives it.
    assert holzinger_indices.p[0] == pytest.approx(1.59797450002005e-09, rel=LAVAAN)
    assert (np.diff(holzinger_indices.p) >= 0).all()


@pytest.mark.parametrize("scaling", ["marker", "unit_variance"])
def test_units_and_scaling_do_not_matter(holzinger_indices, scaling):
    units = np.array([1e-3, 1.0, 7.0, 0.2, 1e3, 5.0, 1.0, 30.0, 0.5])
    x = holzinger_scores() * units
    found = modification_indices(fit_cfa(moments(x), len(x), holzinger_pattern(), scaling=scaling))
    for values, expected in (
        (found.index, holzinger_indices.index),
        (found.std_change, holzinger_indices.std_change),
    ):
        ours, theirs = by_cell(found, values), by_cell(holzinger_indices, expected)
        assert ours.keys() == theirs.keys()
        np.testing.assert_allclose([ours[cell] for cell in theirs], list(theirs.values()), rtol=ROUNDING)


def test_an_index_foretells_the_fall_of_chi_square():
    rng = np.random.default_rng(5)
    x = factor_data(5, 3000, (4, 4))
    # The fifth item has a little of the first factor, through the mean of that factor's items.
    x[:, 4] += 0.1 * np.std(x[:, 4]) * (x[:, :4] / x[:, :4].std(axis=0)).mean(axis=1) + 0.01 * rng.normal()
    pattern = blocks((4, 4))
    fit = fit_cfa(moments(x), len(x), pattern, markers=np.array([0, 5]))
    found = modification_indices(fit)
    cell = (int(Matrix.LOADING), 4, 0)
    freed = pattern.copy()
    freed[4, 0] = True
    refit = fit_cfa(moments(x), len(x), freed, markers=np.array([0, 5]))
    assert by_cell(found, found.index)[cell] > 10
    assert by_cell(found, found.index)[cell] == pytest.approx(fit.chi2 - refit.chi2, rel=FIRST_ORDER)
    assert by_cell(found, found.change)[cell] == pytest.approx(refit.loadings[4, 0], rel=FIRST_ORDER)


def test_what_a_model_cannot_tell_apart_is_left_out(holzinger_indices):
    # Paths among factors that correlate freely, and loadings or variances that give the unit, add nothing.
    assert set(holzinger_indices.cells.matrix.tolist()) == {Matrix.LOADING, Matrix.RESIDUAL}
    x = holzinger_scores()
    structure = fit_cfa(moments(x), len(x), holzinger_pattern()).ml.structures[0]
    assert (fixed_at_zero(structure).matrix == Matrix.PATH).sum() == 6


def test_candidates_may_be_named(holzinger_indices):
    x = holzinger_scores()
    fit = fit_cfa(moments(x), len(x), holzinger_pattern())
    asked = Cells.of(Matrix.LOADING, np.array([0, 8]), np.array([1, 0]))
    found = modification_indices(fit, [asked])
    assert found.cells.row.tolist() == [8, 0]
    assert found.group.tolist() == [0, 0]
    everything = by_cell(holzinger_indices, holzinger_indices.index)
    for cell, index in by_cell(found, found.index).items():
        assert index == pytest.approx(everything[cell], rel=ROUNDING)


def test_a_true_model_has_indices_of_chi_square_with_one_degree_of_freedom():
    draws = []
    for seed in range(40):
        x = factor_data(seed, 1000, (3, 3))
        draws.append(modification_indices(fit_cfa(moments(x), len(x), blocks((3, 3)))).index)
    # Mean 1 and share 0.05 above 3.84; 40 models of 21 dependent indices know them to about 0.07 and 0.015.
    assert np.mean(draws) == pytest.approx(1.0, abs=0.25)
    assert np.mean(np.array(draws) > 3.84) == pytest.approx(0.05, abs=0.04)


def test_a_single_item_has_neither_an_error_to_correlate_nor_a_second_loading_to_tell() -> None:
    """Its covariances are free already; what may be missing is that another item depends on it."""
    fit = fit_cfa(moments(holzinger_scores()[:, :7]), 301, blocks((3, 3, 1)))
    found = modification_indices(fit)
    cells = set(
        zip(*(x.tolist() for x in (found.cells.matrix, found.cells.row, found.cells.column)), strict=True)
    )
    assert np.isfinite(found.index).all()
    assert not [cell for cell in cells if cell[0] == Matrix.RESIDUAL and 6 in cell[1:]]
    assert not [cell for cell in cells if cell[:2] == (Matrix.LOADING, 6)]
    assert {(Matrix.LOADING, item, 2) for item in range(6)} <= cells


def test_parts_of_the_information_are_those_of_the_whole():
    x = np.random.default_rng(6).normal(size=(200, 6)) + np.random.default_rng(7).normal(size=(200, 1))
    point = fit_cfa(np.cov(x, rowvar=False, bias=True), 200, blocks((3, 3))).ml.points[0]
    whole = point.information()
    np.testing.assert_allclose(point.information_diagonal(), np.diagonal(whole), rtol=1e-12)
    rows, columns = np.array([0, 5, 2]), np.array([1, 2, 7, 8])
    np.testing.assert_allclose(
        point.information_between(rows, columns), whole[np.ix_(rows, columns)], rtol=1e-12, atol=1e-15
    )


def test_candidates_may_be_taken_a_few_at_a_time(holzinger_indices, monkeypatch):
    monkeypatch.setattr(modification, "AT_ONCE", 7)
    x = holzinger_scores()
    few = modification_indices(fit_cfa(moments(x), len(x), holzinger_pattern()))
    np.testing.assert_allclose(few.index, holzinger_indices.index, rtol=1e-9, atol=1e-9)
