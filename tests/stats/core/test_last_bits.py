"""Nothing is put in order, or taken for something, by its last bits."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.core.last_bits import steady, without_rounding


def test_equal_values_keep_their_order_whatever_their_last_bits() -> None:
    values = np.array([0.3, 0.1 + 0.2, 2.6237741234567, 2.6237741234569, -7.5, 0.0, np.nan])
    found = steady(values)
    assert found[0] == found[1]
    assert found[2] == found[3]
    assert found == pytest.approx(values, rel=1e-8, nan_ok=True)
    assert np.argsort(-found[:4], kind="stable").tolist() == [2, 3, 0, 1]


def test_sizes_do_not_matter() -> None:
    values = np.array([1.23456789012, 1.2345678])
    for size in (1e-200, 1.0, 1e200):
        assert steady(values * size) / size == pytest.approx([1.23456789, 1.2345678], rel=1e-14)


def test_a_difference_that_is_rounding_is_none() -> None:
    assert without_rounding(np.array([1e-16, -3e-13, 1e-11, np.nan]))[:3].tolist() == [0.0, 0.0, 1e-11]
