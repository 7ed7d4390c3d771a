"""Joint tests and hierarchical blocks against statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from smartcity_survey.stats.core.errors import LinearDependence, PerfectFit, StatisticsError
from smartcity_survey.stats.regression.least_squares import ols
from smartcity_survey.stats.regression.ols_blocks import hierarchical_ols
from smartcity_survey.stats.regression.wald import joint_test, wald_test
from tests.stats.regression_data import random_regression, simulated_survey

TIGHT = 1e-9  # both sides are double precision on well-conditioned data


@pytest.mark.parametrize("robust", [False, True])
def test_linear_restrictions_of_statsmodels(robust: bool) -> None:
    y, x = random_regression()
    fit = ols(y, x)
    peer = sm.OLS(y, sm.add_constant(x)).fit()
    if robust:
        peer = peer.get_robustcov_results("HC3", use_t=True)
    restrictions = np.array([[0, 1.0, -1, 0, 0], [1, 0, 0, 2, 0]])
    values = np.array([0.5, -1.0])
    ours = wald_test(fit, restrictions, values, robust)
    theirs = peer.f_test((restrictions, values))
    assert (ours.statistic, ours.p) == pytest.approx((float(theirs.fvalue), float(theirs.pvalue)), rel=TIGHT)
    assert (ours.df_numerator, ours.df_denominator) == (2, fit.df_residual)


def test_joint_test_is_the_r2_lost() -> None:
    y, x = simulated_survey()
    fit, reduced = ols(y, x), ols(y, x[:, [0, 3, 5]])
    ours = joint_test(fit, (2, 3, 5))
    lost = (fit.r2 - reduced.r2) / 3 / ((1 - fit.r2) / fit.df_residual)
    assert ours.statistic == pytest.approx(lost, rel=TIGHT)
    assert joint_test(fit, [4]).p == pytest.approx(fit.p[4], rel=TIGHT)
    assert joint_test(fit, [4], robust=True).p == pytest.approx(fit.hc3_p[4], rel=TIGHT)


def test_restrictions_that_repeat_one_another() -> None:
    y, x = random_regression()
    with pytest.raises(StatisticsError, match="repeat one another"):
        joint_test(ols(y, x), (1, 1))


def test_blocks_enter_one_after_the_other() -> None:
    y, x = simulated_survey()
    blocks = [(4, 1), (0,), (2, 3, 5)]
    steps = hierarchical_ols(y, x, blocks, ci_level=0.9)
    assert [step.predictors.tolist() for step in steps] == [[4, 1], [4, 1, 0], [4, 1, 0, 2, 3, 5]]
    assert sum(step.r2_change for step in steps) == pytest.approx(ols(y, x).r2, rel=TIGHT)
    for before, step, block in zip([None, *steps], steps, blocks, strict=False):
        peer = sm.OLS(y, sm.add_constant(x[:, step.predictors])).fit()
        assert step.fit.r2 == pytest.approx(peer.rsquared, rel=TIGHT)
        if before is None:
            expected = (peer.fvalue, peer.f_pvalue, len(block))
        else:
            expected = peer.compare_f_test(sm.OLS(y, sm.add_constant(x[:, before.predictors])).fit())
        change = (step.f_change.statistic, step.f_change.p, step.f_change.df_numerator)
        assert change == pytest.approx(expected, rel=TIGHT)


def test_a_block_that_repeats_a_predictor() -> None:
    y, x = random_regression()
    with pytest.raises(LinearDependence) as caught:
        hierarchical_ols(y, x, [(0, 1), (1, 2)])
    assert caught.value.groups == ((1, 2),)


def test_exact_fits_have_no_tests() -> None:
    _, x = random_regression()
    y = x @ [1.0, 2.0, 3.0, 4.0]
    with pytest.raises(PerfectFit):
        joint_test(ols(y, x), (1, 2))
    with pytest.raises(PerfectFit):
        hierarchical_ols(y, x, [(0,), (1, 2, 3)])
