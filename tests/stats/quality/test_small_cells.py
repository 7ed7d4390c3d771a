"""What is left out of a frequency table cannot be told from what stays; checked by trying every table."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartcity_survey.stats.quality.small_cells import hidden_cells, moments_leave_open

SMALLEST = 5
counts = st.lists(st.integers(0, 40), min_size=2, max_size=8).map(np.array)


@pytest.mark.parametrize(
    ("given_counts", "hidden"),
    [
        ([20, 30, 5], [False, False, False]),
        # One small cell could be computed from the total, so the smallest of the others goes too.
        ([20, 30, 3], [True, False, True]),
        # Two small cells hide each other, if they hold enough people together.
        ([20, 4, 3], [False, True, True]),
        ([20, 1, 1], [True, True, True]),
        ([20, 1, 1, 9], [False, True, True, True]),
        # Nobody is in an empty cell.
        ([20, 0, 7], [False, False, False]),
        ([20, 0, 3], [True, False, True]),
        ([3, 0], [True, False]),
        # One person in each of five cells that hold five: they would be known.
        ([1, 1, 1, 20, 1, 9, 1], [True, True, True, False, True, True, True]),
    ],
)
def test_cells_left_out(given_counts: list[int], hidden: list[bool]) -> None:
    assert hidden_cells(np.array(given_counts), SMALLEST).tolist() == hidden


@given(counts)
def test_a_small_count_is_never_shown_nor_the_only_one_that_fits(cells: np.ndarray) -> None:
    hidden = hidden_cells(cells, SMALLEST)
    assert not ((cells > 0) & (cells < SMALLEST) & ~hidden).any()
    total = cells[hidden].sum()
    if hidden.any() and cells.sum() > total:
        assert hidden.sum() >= 2
        assert total >= SMALLEST
    if hidden.any() and cells.sum() > total:
        # All that is known of the cells left out: somebody is in each, and how many they are together.
        possible = total - hidden.sum() + 1
        assert possible >= 2


@given(st.integers(0, 200))
def test_without_small_cells_nothing_is_left_out(seed: int) -> None:
    cells = np.random.default_rng(seed).integers(SMALLEST, 50, size=6)
    assert not hidden_cells(cells, SMALLEST).any()


@settings(max_examples=40)
@given(st.lists(st.integers(0, 9), min_size=3, max_size=5).map(np.array))
def test_moments_that_leave_counts_open_belong_to_another_table_too(cells: np.ndarray) -> None:
    if not cells.any() or not moments_leave_open(cells, SMALLEST):
        return
    codes = np.arange(len(cells))
    used = np.flatnonzero(cells)
    kernel = [np.eye(len(cells), dtype=int)[at : at + 4].T @ [1, -3, 3, -1] for at in range(len(cells) - 3)]
    others = [
        cells + sum((k * vector for k, vector in zip(steps, kernel, strict=True)), np.zeros_like(cells))
        for steps in product(range(-3, 4), repeat=len(kernel))
    ]
    fitting = [
        other
        for other in others
        if other.min() >= 0 and np.flatnonzero(other)[[0, -1]].tolist() == used[[0, -1]].tolist()
    ]
    for other in fitting:
        for power in (0, 1, 2):
            assert (other * codes**power).sum() == (cells * codes**power).sum()
    for cell in np.flatnonzero((cells > 0) & (cells < SMALLEST)):
        assert len({int(other[cell]) for other in fitting}) > 1


def test_three_codes_are_told_by_number_mean_and_variance() -> None:
    assert not moments_leave_open(np.array([30, 4, 20]), SMALLEST)
    assert not moments_leave_open(np.array([0, 30, 4, 20, 0]), SMALLEST)
    assert moments_leave_open(np.array([4, 20, 30, 20, 6]), SMALLEST)
    assert moments_leave_open(np.array([30, 5, 20]), SMALLEST)
