"""Regression diagnostics against statsmodels, published values and their definitions."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.diagnostic import het_breuschpagan, het_white, linear_reset
from statsmodels.stats.stattools import jarque_bera as sm_jarque_bera

from smartcity_survey.stats.core.errors import PerfectFit
from smartcity_survey.stats.regression.collinearity import collinearity_diagnostics
from smartcity_survey.stats.regression.influential_cases import influence
from smartcity_survey.stats.regression.least_squares import ols
from smartcity_survey.stats.regression.ols_diagnostics import regression_diagnostics
from smartcity_survey.stats.regression.residual_tests import (
    breusch_pagan,
    jarque_bera,
    reset,
    shapiro_wilk,
    white,
)
from smartcity_survey.stats.regression.residuals import (
    RESIDUAL_STATISTICS,
    casewise,
    residual_statistics,
)
from tests.stats.regression_data import nist, public_data, random_regression, reference, simulated_survey

# Both sides are double precision on well-conditioned data.
TIGHT = 1e-9


@pytest.fixture(params=["random", "survey"])
def regression(request: pytest.FixtureRequest):
    y, x = random_regression() if request.param == "random" else simulated_survey()
    return ols(y, x), x, sm.OLS(y, sm.add_constant(x)).fit()


def test_case_diagnostics_of_statsmodels(regression) -> None:
    fit, x, peer = regression
    ours, theirs = influence(fit, x), peer.get_influence()
    for name, value, expected in (
        ("leverage", ours.leverage, theirs.hat_matrix_diag),
        ("cooks_distance", ours.cooks_distance, theirs.cooks_distance[0]),
        ("dffits", ours.dffits, theirs.dffits[0]),
        ("dfbeta", ours.dfbeta, theirs.dfbeta),
        ("dfbetas", ours.dfbetas, theirs.dfbetas),
        ("studentised", ours.studentised_residuals, theirs.resid_studentized_internal),
        ("deleted studentised", ours.deleted_studentised_residuals, theirs.resid_studentized_external),
        ("deleted", ours.deleted_residuals, theirs.resid_press),
        ("covariance ratio", ours.covariance_ratio, theirs.cov_ratio),
        ("se predicted", ours.std_error_predicted, peer.get_prediction().se_mean),
    ):
        np.testing.assert_allclose(value, expected, rtol=TIGHT, atol=1e-12, err_msg=name)


def test_mahalanobis_and_centred_leverage_by_definition(regression) -> None:
    fit, x, _ = regression
    cases = influence(fit, x)
    deviation = x - x.mean(axis=0)
    inverse = np.linalg.inv(np.cov(x, rowvar=False))
    expected = np.einsum("ij,jk,ik->i", deviation, inverse, deviation)
    np.testing.assert_allclose(cases.mahalanobis, expected, rtol=TIGHT)
    np.testing.assert_allclose(cases.centred_leverage, cases.leverage - 1 / fit.n, atol=1e-14)
    assert cases.centred_leverage.sum() == pytest.approx(x.shape[1])


def test_what_leaving_a_row_out_does() -> None:
    y, x = random_regression(n=25)
    weights = np.random.default_rng(2).uniform(0.5, 2, size=25)
    fit = ols(y, x, weights=weights)
    cases = influence(fit, x)
    keep = np.arange(25) != 11
    without = ols(y[keep], x[keep], weights=weights[keep])
    np.testing.assert_allclose(cases.dfbeta[11], fit.coef - without.coef, rtol=TIGHT)
    predicted = without.coef[0] + x[11] @ without.coef[1:]
    assert cases.adjusted_predicted[11] == pytest.approx(predicted, rel=TIGHT)
    assert cases.deleted_residuals[11] == pytest.approx(y[11] - predicted, rel=TIGHT)


def test_a_row_of_leverage_one_is_undefined_without_itself() -> None:
    y, x = random_regression(n=20, k=1)
    dummy = np.zeros(20)
    dummy[7] = 1
    both = np.column_stack([x, dummy])
    cases = influence(ols(y, both), both)
    for name in ("cooks_distance", "dffits", "deleted_residuals", "studentised_residuals"):
        assert np.flatnonzero(np.isnan(getattr(cases, name))).tolist() == [7], name
    assert np.isnan(cases.dfbetas[7]).all()
    summary = residual_statistics(ols(y, both), cases)
    assert summary.n[RESIDUAL_STATISTICS.index("cooks_distance")] == 19
    assert summary.n[RESIDUAL_STATISTICS.index("residual")] == 20


def test_with_one_residual_degree_of_freedom_the_rest_is_fitted_exactly() -> None:
    y, x = random_regression(n=5, k=3)
    fit = ols(y, x)
    cases = influence(fit, x)
    for name in ("deleted_studentised_residuals", "dffits", "dfbetas", "covariance_ratio"):
        assert np.isnan(getattr(cases, name)).all(), name
    assert np.isfinite(cases.cooks_distance).all()
    table = residual_statistics(fit, cases)
    row = RESIDUAL_STATISTICS.index("studentised_deleted_residual")
    assert (table.n[row], np.isnan(table.mean[row])) == (0, True)


def test_breusch_pagan_and_white_of_statsmodels(regression) -> None:
    fit, x, peer = regression
    for ours, theirs in (
        (breusch_pagan(fit, x), het_breuschpagan(peer.resid, peer.model.exog)),
        (white(fit, x), het_white(peer.resid, peer.model.exog)),
    ):
        assert ours is not None
        values = [ours.lagrange_multiplier.statistic, ours.lagrange_multiplier.p, ours.f.statistic, ours.f.p]
        np.testing.assert_allclose(values, theirs, rtol=TIGHT)


def test_white_does_not_count_squares_of_two_valued_predictors() -> None:
    y, x = random_regression(n=80, k=2)
    x[:, 1] = x[:, 1] > np.median(x[:, 1])  # evenly split: its square is constant
    unbalanced = np.column_stack([x, np.arange(80) < 17]).astype(float)
    for predictors, df in ((x, 4), (unbalanced, 7)):
        test = white(ols(y, predictors), predictors)
        assert test is not None
        assert test.lagrange_multiplier.df == df


def test_white_needs_rows() -> None:
    y, x = random_regression(n=15, k=4)
    assert white(ols(y, x), x) is None


def test_reset_of_statsmodels(regression) -> None:
    fit, x, peer = regression
    for highest in (2, 3, 4):
        ours = reset(fit, x, highest)
        theirs = linear_reset(peer, power=highest, use_f=True)
        assert ours is not None
        assert ours.statistic == pytest.approx(float(theirs.fvalue), rel=1e-7)  # theirs uses raw powers
        assert ours.p == pytest.approx(float(theirs.pvalue), rel=1e-7)
        assert ours.df_numerator == highest - 1


def test_reset_is_undefined_for_one_two_valued_predictor() -> None:
    y, x = random_regression(k=1)
    groups = (x > 0).astype(float)
    assert reset(ols(y, groups), groups) is None


def test_predictors_that_explain_nothing_at_all() -> None:
    x = np.tile([[-1.0], [1.0]], (6, 1))
    y = np.repeat([1.0, 2.0, 3.0], 4)
    fit = ols(y, x)
    diagnostics = regression_diagnostics(fit, x)
    assert diagnostics.reset is None
    assert diagnostics.breusch_pagan.lagrange_multiplier.p == pytest.approx(1)
    assert np.isnan(diagnostics.residual_statistics.mean[RESIDUAL_STATISTICS.index("std_predicted")])


def test_residuals_of_one_size_are_homoscedastic() -> None:
    x = np.arange(8.0)[:, None]
    y = 2 + x[:, 0] + np.array([1.0, -1, -1, 1, 1, -1, -1, 1])
    test = breusch_pagan(ols(y, x), x)
    assert (test.lagrange_multiplier.statistic, test.lagrange_multiplier.p) == (0, 1)
    assert (test.f.statistic, test.f.p) == (0, 1)


def test_normality_of_residuals(regression) -> None:
    fit, _, peer = regression
    ours = jarque_bera(fit)
    np.testing.assert_allclose(
        [ours.statistic, ours.p, ours.skewness, ours.kurtosis], sm_jarque_bera(peer.resid), rtol=TIGHT
    )
    shapiro = shapiro_wilk(fit)
    assert shapiro is not None
    expected = stats.shapiro(peer.resid)
    assert (shapiro.statistic, shapiro.p) == pytest.approx((expected.statistic, expected.pvalue), rel=TIGHT)


def test_shapiro_has_no_p_beyond_5000_rows() -> None:
    y, x = random_regression(n=5001, k=1)
    assert shapiro_wilk(ols(y, x)) is None


def test_collinearity_of_olsrr_on_mtcars() -> None:
    expected = reference("ols_published")["mtcars_collinearity"]
    y, x = public_data("mtcars", "mpg", ["disp", "hp", "wt", "drat"])
    ours = collinearity_diagnostics(x)
    # The source prints 7 significant digits.
    np.testing.assert_allclose(ols(y, x).vif, expected["vif"], rtol=2e-7)
    np.testing.assert_allclose(ours.eigenvalues, expected["eigenvalues"], atol=1e-9)
    np.testing.assert_allclose(ours.condition_indices, expected["condition_indices"], rtol=2e-7)
    np.testing.assert_allclose(ours.variance_proportions, expected["variance_proportions"], atol=1e-8)


def test_condition_indices_of_longley() -> None:
    expected = reference("ols_published")["longley_condition_indices"]["values"]
    ours = collinearity_diagnostics(nist("Longley")[1])
    np.testing.assert_allclose(ours.condition_indices, expected, atol=1e-4)  # printed to 4 decimals
    np.testing.assert_allclose(ours.variance_proportions.sum(axis=0), 1)
    assert ours.eigenvalues.sum() == pytest.approx(7)


def test_residual_statistics_and_casewise(regression) -> None:
    fit, x, peer = regression
    cases = influence(fit, x)
    table = residual_statistics(fit, cases)
    assert table.mean.shape == (len(RESIDUAL_STATISTICS),)
    row = dict(zip(RESIDUAL_STATISTICS, np.column_stack([table.mean, table.sd, table.maximum]), strict=True))
    k = x.shape[1]
    # What SPSS prints for every regression: these three follow from n and k alone.
    assert row["std_predicted"][:2] == pytest.approx([0, 1], abs=1e-10)
    assert row["std_residual"][:2] == pytest.approx([0, np.sqrt((fit.n - k - 1) / (fit.n - 1))], abs=1e-10)
    assert row["mahalanobis_distance"][0] == pytest.approx(k * (fit.n - 1) / fit.n)
    assert row["cooks_distance"][2] == pytest.approx(peer.get_influence().cooks_distance[0].max(), rel=TIGHT)
    listed = casewise(fit, cases, threshold=2)
    assert listed.rows.tolist() == np.flatnonzero(np.abs(peer.resid) >= 2 * np.sqrt(peer.mse_resid)).tolist()
    np.testing.assert_allclose(listed.observed - listed.predicted, listed.residual)


def test_largest_cooks_distance_of_r() -> None:
    y, x = simulated_survey()
    expected = reference("ols_sim676_lm")["max_cooks"]
    assert influence(ols(y, x), x).cooks_distance.max() == pytest.approx(expected, rel=TIGHT)


def test_everything_at_once() -> None:
    y, x = simulated_survey()
    fit = ols(y, x)
    diagnostics = regression_diagnostics(fit, x, casewise_threshold=2.5)
    assert diagnostics.white is not None
    assert diagnostics.white.lagrange_multiplier.df == 27
    assert diagnostics.durbin_watson.statistic == fit.durbin_watson
    assert diagnostics.casewise.rows.size == (np.abs(fit.residuals) > 2.5 * fit.std_error_estimate).sum()
    assert diagnostics.collinearity.condition_indices[-1] == pytest.approx(
        np.sqrt(diagnostics.collinearity.eigenvalues[0] / diagnostics.collinearity.eigenvalues[-1])
    )


def test_an_exact_fit_has_no_diagnostics() -> None:
    _, x = random_regression()
    fit = ols(x @ [1.0, 2.0, 3.0, 4.0], x)
    with pytest.raises(PerfectFit, match="rounding error"):
        regression_diagnostics(fit, x)
