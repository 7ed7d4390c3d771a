from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from factor_analyzer import FactorAnalyzer
from scipy import stats

from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.errors import LinearDependence, TooFewRows
from smartcity_survey.stats.quality.common_method import full_collinearity_vif, harman, marker_adjusted
from tests.stats.factor_data import bfi_answers

ROUNDING = 1e-12  # products of numbers near 1
QUASI_NEWTON = 1e-5  # factor_analyzer's minres; measured 2e-8


def test_harman_is_the_share_of_a_single_factor() -> None:
    R = correlation(bfi_answers())
    found = harman(R)
    assert found.component == pytest.approx(np.linalg.eigvalsh(R)[-1] / 25)
    single = FactorAnalyzer(n_factors=1, method="minres", rotation=None, is_corr_matrix=True).fit(R)
    assert found.factor == pytest.approx(single.get_communalities().mean(), abs=QUASI_NEWTON)
    assert harman(np.full((4, 4), 0.5) + 0.5 * np.eye(4)).factor == pytest.approx(0.5)


def test_full_collinearity_regresses_each_on_all_others() -> None:
    x = bfi_answers()[:, :5]
    found = full_collinearity_vif(correlation(x))
    for j in range(5):
        r2 = sm.OLS(x[:, j], sm.add_constant(np.delete(x, j, axis=1))).fit().rsquared
        assert found[j] == pytest.approx(1 / (1 - r2), rel=ROUNDING)
    with pytest.raises(LinearDependence):
        full_collinearity_vif(correlation(np.column_stack([x, x[:, 0] + x[:, 1]])))


def test_the_marker_takes_out_what_all_correlations_share() -> None:
    r = np.array([0.5, 0.1, -0.2, 1.0])
    found = marker_adjusted(r, 0.1, 103)
    assert np.allclose(found.correlation, [4 / 9, 0, -1 / 3, 1], rtol=0, atol=ROUNDING)
    assert found.t[0] == pytest.approx(4 / 9 * np.sqrt(100 / (1 - 16 / 81)))
    assert found.p[0] == pytest.approx(2 * stats.t.sf(found.t[0], 100))
    assert (found.p[1], found.p[3]) == (1, 0)
    # Without a marker correlation nothing but a degree of freedom is lost.
    assert np.array_equal(marker_adjusted(r, 0.0, 103).correlation, r)
    with pytest.raises(TooFewRows):
        marker_adjusted(r, 0.1, 3)


def test_five_respondents_and_a_marker_by_hand() -> None:
    """(.8 - .2) / .8 = 3/4 with two degrees of freedom, whose t has a closed form."""
    found = marker_adjusted(np.array([0.8]), 0.2, 5)
    t = 0.75 * np.sqrt(2 / (1 - 0.75**2))
    assert found.correlation[0] == pytest.approx(0.75, rel=ROUNDING)
    assert found.t[0] == pytest.approx(t, rel=ROUNDING)
    assert found.p[0] == pytest.approx(1 - t / np.sqrt(2 + t**2), rel=1e-11)
