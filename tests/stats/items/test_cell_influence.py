"""Influences on polychoric correlations: of some respondents, of pairs, and condensed to few rows."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.items import cell_influence
from smartcity_survey.stats.items.cell_influence import CellInfluence
from smartcity_survey.stats.items.polychoric_correlations import polychoric
from tests.stats.survey_data import answered_survey

PAIRS = np.tril_indices(12, -1)


@pytest.fixture(scope="module")
def by_cell() -> CellInfluence:
    return polychoric(answered_survey(400, 3)[0].astype(int)).by_cell


def test_an_influence_is_that_of_the_answers_cell(by_cell: CellInfluence) -> None:
    whole = by_cell.of()
    assert whole.shape == (12, 12, 400)
    i, j, one = 4, 9, 17
    assert whole[i, j, one] == by_cell.table[i, j, by_cell.ranks[one, i], by_cell.ranks[one, j]]
    np.testing.assert_array_equal(whole, whole.transpose(1, 0, 2))
    assert not np.diagonal(whole).any()
    np.testing.assert_array_equal(by_cell.of(slice(7, 30)), whole[:, :, 7:30])
    np.testing.assert_array_equal(by_cell.of_pairs(), whole[PAIRS])
    np.testing.assert_array_equal(by_cell.of_items([9, 4]).of()[0, 1], whole[9, 4])
    np.testing.assert_allclose(whole.sum(axis=2), 0.0, atol=1e-9)


@pytest.mark.parametrize("n", [60, 400])
def test_condensed_rows_have_the_products_of_all(
    n: int, by_cell: CellInfluence, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fewer respondents than the 66 pairs, and more; in slices of a few."""
    monkeypatch.setattr(cell_influence, "_AT_ONCE", 1000)
    own = CellInfluence(by_cell.ranks[:n], by_cell.table)
    rows, influence = own.condensed(), own.of_pairs()
    assert len(rows) == min(n, 66)
    np.testing.assert_allclose(rows.T @ rows, influence @ influence.T, rtol=1e-9, atol=1e-7)
    np.testing.assert_allclose(own.mean_squares(), np.square(influence).mean(axis=1), rtol=1e-12)
