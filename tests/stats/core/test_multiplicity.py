"""Adjusted p-values against statsmodels and by hand."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from smartcity_survey.stats.core.errors import StatisticsError
from smartcity_survey.stats.core.multiplicity import benjamini_hochberg, holm


def test_by_hand() -> None:
    p = np.array([0.01, 0.04, 0.03, 0.005])
    np.testing.assert_allclose(holm(p), [0.03, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(benjamini_hochberg(p), [0.02, 0.04, 0.04, 0.02])


@settings(deadline=None)
@given(st.lists(st.floats(0, 1, allow_subnormal=False), min_size=1, max_size=12))
def test_statsmodels(values: list[float]) -> None:
    p = np.array(values)
    with patch("gc.collect"):  # by statsmodels' Holm, at every call: seconds, of all that other tests hold
        theirs = multipletests(p, method="holm")[1]
    np.testing.assert_allclose(holm(p), theirs, rtol=1e-12)
    np.testing.assert_allclose(benjamini_hochberg(p), multipletests(p, method="fdr_bh")[1], rtol=1e-12)


@pytest.mark.parametrize("bad", [-0.1, 1.1, np.nan])
@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
def test_values_that_are_no_probabilities(bad: float, adjust) -> None:
    with pytest.raises(StatisticsError, match="probabilities"):
        adjust(np.array([0.5, bad]))
