"""Empty and sparse cells of pairs of items, counted one table at a time."""

import numpy as np
import pytest

from smartcity_survey.stats.items.sparseness import sparse_tables


@pytest.fixture
def codes():
    rng = np.random.default_rng(2)
    factor = rng.normal(size=(150, 1))
    x = np.digitize(factor + 0.6 * rng.normal(size=(150, 4)), [-1.5, -0.5, 0.5, 1.5]) + 1
    x[:, 3] = np.minimum(x[:, 3], 2) * 10
    return x


def test_every_table_is_counted(codes):
    found = sparse_tables(codes)
    assert found.categories.tolist() == [5, 5, 5, 2]
    for i in range(4):
        values, totals = np.unique(codes[:, i], return_counts=True)
        assert found.smallest_category[i] == totals.min()
        for j in range(4):
            if i == j:
                assert found.cells[i, i] == found.empty[i, i] == found.sparse[i, i] == 0
                continue
            others = np.unique(codes[:, j])
            table = np.array(
                [[np.sum((codes[:, i] == a) & (codes[:, j] == b)) for b in others] for a in values]
            )
            expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / 150
            assert found.cells[i, j] == table.size
            assert found.empty[i, j] == (table == 0).sum()
            assert found.sparse[i, j] == (expected < 5).sum()


def test_items_that_go_together_leave_cells_empty(codes):
    found = sparse_tables(np.column_stack([codes[:, 0], codes[:, 0], codes[::-1, 0]]))
    # Of five answers given alike only the diagonal of the table is used.
    assert found.empty[0, 1] == 20
    assert found.empty[0, 2] < 20
