"""What a stranger can compute of the counts that are left out, by all that the table still tells."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from tests.data.test_disclosure import demographics, protected

SMALLEST = 5


def told(frame: pd.DataFrame, n: int) -> list[tuple[np.ndarray, float]]:
    """Equations of whole counts: those of the categories and of those who left the question out."""
    k = len(frame)
    everybody, answered = np.ones(k + 1), np.append(np.ones(k), 0.0)
    equations: list[tuple[np.ndarray, float]] = [(everybody, n)]
    for i, line in enumerate(frame.itertuples()):
        own = np.eye(k + 1)[i]
        if pd.notna(line.n):
            equations.append((own, line.n))
        if pd.notna(line.percent):
            equations.append((own, line.percent * n / 100))
        if pd.notna(line.valid_percent):
            equations.append((100 * own - line.valid_percent * answered, 0))
        if pd.notna(line.valid_n):
            equations.append((answered, line.valid_n))
        if pd.notna(line.n_missing):
            equations.append((np.eye(k + 1)[k], line.n_missing))
    return equations


def ends(equations: list[tuple[np.ndarray, float]], cell: int, empty: np.ndarray) -> tuple[int, int]:
    """Smallest and largest count that a cell may have; who is in no cell is told, so others have somebody."""
    left, right = (np.array(part) for part in zip(*equations, strict=True))
    found = []
    for sign in (1, -1):
        outcome = milp(
            sign * np.eye(len(empty))[cell],
            constraints=LinearConstraint(left, right - 1e-6, right + 1e-6),
            integrality=np.ones(len(empty)),
            bounds=Bounds(np.where(empty, 0, 1), np.where(empty, 0, np.inf)),
        )
        assert outcome.success
        found.append(sign * round(outcome.fun))
    return found[0], found[1]


def attacked(counts: list[int], missing: int) -> list[tuple[int, int, int]]:
    """(count, smallest, largest) of each cell that is left out, as a stranger finds them."""
    frame = protected(n=sum(counts) + missing, demographics=demographics(*counts, missing=missing))
    table = frame.tables["demographics"]
    true = np.array([*counts, missing])
    equations = told(table, int(true.sum()))
    hidden = [*table["n"].isna(), bool(table["n_missing"].isna().any())]
    return [(int(true[i]), *ends(equations, i, true == 0)) for i in np.flatnonzero(hidden)]


@pytest.mark.parametrize("seed", range(40))
def test_no_small_count_can_be_solved_for(seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts = [*map(int, rng.choice([0, 1, 1, 2, 3, 4, 5, 6, 9, 30, 80], rng.integers(2, 7))), 60]
    missing = int(rng.choice([0, 0, 1, 3, 4, 12]))
    for count, low, high in attacked(counts, missing):
        assert low <= count <= high
        assert low < high, (counts, missing)


@pytest.mark.parametrize(
    ("counts", "missing"), [([3, 2, 90], 0), ([1, 1, 3, 60], 0), ([1, 4, 60], 0), ([60, 7], 1)]
)
def test_where_the_sum_of_the_others_follows_each_stays_open(counts: list[int], missing: int) -> None:
    """C + D = 5 follows from the total, whatever is left out; C and D do not."""
    found = attacked(counts, missing)
    assert len(found) >= 2
    assert all(low < high for _, low, high in found)


def test_the_attack_finds_what_is_left_open() -> None:
    """With the smallest cell alone left out, its count is solved for."""
    frame = demographics(90, 7, 3)
    frame["n"] = [90.0, 7.0, np.nan]
    frame[["percent", "valid_percent"]] = np.nan
    assert ends(told(frame, 100), 2, np.zeros(4, dtype=bool) | np.array([0, 0, 0, 1], dtype=bool)) == (3, 3)
