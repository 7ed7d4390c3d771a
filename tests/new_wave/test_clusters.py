"""Correlations of columns for a first guess of constructs: pair by pair, none where there are too many."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.new_wave import clusters
from smartcity_survey.new_wave.clusters import _correlations, part
from smartcity_survey.stats.core.types import Array


def _answers(rows: int, columns: int, gaps: float) -> Array:
    rng = np.random.default_rng(3)
    found = rng.integers(1, 6, (rows, columns)).astype(np.float64)
    found[rng.random(found.shape) < gaps] = np.nan
    return found


@pytest.mark.parametrize("gaps", [0, 0.2, 0.7])
def test_each_pair_is_correlated_by_the_rows_that_have_both(gaps: float) -> None:
    answers = _answers(30, 12, gaps)
    expected = pd.DataFrame(answers).corr(min_periods=3).fillna(0).to_numpy(copy=True)
    np.fill_diagonal(expected, 1)
    np.testing.assert_allclose(_correlations(answers), expected, atol=1e-12)


def test_a_column_that_does_not_vary_among_the_rows_of_a_pair_has_no_correlation() -> None:
    answers = _answers(12, 4, 0)
    answers[:, 0] = 1e9 / 3
    answers[6:, 1], answers[:6, 2] = np.nan, 0.1
    found = _correlations(answers)
    assert (found[0, 1:] == 0).all()
    assert found[1, 2] == found[2, 1] == 0
    assert found[2, 3] == pytest.approx(np.corrcoef(answers[:, 2], answers[:, 3])[0, 1])


def test_more_columns_than_respondents_are_one_group_without_a_correlation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Thousands of columns were correlated pair by pair, for nothing."""
    monkeypatch.setattr(clusters, "_correlations", lambda answers: pytest.fail("not needed"))
    assert part(_answers(40, 50, 0)).tolist() == [0] * 50
