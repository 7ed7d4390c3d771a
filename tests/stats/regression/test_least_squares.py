"""Ordinary least squares against NIST's certified values, R and statsmodels, and its identities."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from smartcity_survey.stats.core.errors import (
    ConstantItems,
    InvalidWeights,
    LinearDependence,
    NotFinite,
    StatisticsError,
    TooFewRows,
)
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.regression.least_squares import ols
from tests.stats.regression_data import nist, random_regression, reference, simulated_survey

# Both sides are double precision on well-conditioned data.
TIGHT = 1e-10

# Certified digits that double precision can reach on each problem. Filip and Wampler4-5 lose digits
# already when their powers are rounded to doubles: exact rational arithmetic on Filip's gives 7.6.
NIST_DIGITS = {
    "Pontius": 9,
    "Longley": 9,
    "Wampler1": 9,
    "Wampler2": 9,
    "Wampler3": 9,
    "Filip": 7,
    "Wampler4": 7,
    "Wampler5": 5,
}


def digits(computed: Array, certified: Array) -> float:
    """Smallest number of correct significant digits; where 0 is certified, of correct decimals."""
    scale = np.where(certified == 0, 1.0, np.abs(certified))
    return float(-np.log10(np.max(np.abs(computed - certified) / scale) + 1e-16))


@pytest.mark.parametrize("problem", NIST_DIGITS)
def test_nist_coefficients_and_standard_errors(problem: str) -> None:
    y, x, beta, sd = nist(problem)
    fit = ols(y, x)
    assert digits(fit.coef, beta) >= NIST_DIGITS[problem]
    assert digits(fit.std_err, sd) >= NIST_DIGITS[problem]


def test_r_on_the_simulated_survey() -> None:
    expected = reference("ols_sim676_lm")
    fit = ols(*simulated_survey())
    for name, values in (
        ("coef", fit.coef),
        ("se", fit.std_err),
        ("t", fit.t),
        ("p", fit.p),
        ("std_beta", fit.beta),
        ("vif", fit.vif),
        ("hc3_se", fit.hc3_std_err),
    ):
        np.testing.assert_allclose(values, list(expected[name].values()), rtol=TIGHT, err_msg=name)
    for name, value in (
        ("r2", fit.r2),
        ("adj_r2", fit.adj_r2),
        ("sigma", fit.std_error_estimate),
        ("F", fit.f),
        ("durbin_watson", fit.durbin_watson),
        ("aic", fit.aic),
        ("bic", fit.bic),
    ):
        assert value == pytest.approx(expected[name], rel=TIGHT), name
    assert [fit.df_regression, fit.df_residual] == expected["df"]
    assert fit.n == expected["n"]


def test_statsmodels() -> None:
    y, x = random_regression()
    fit = ols(y, x, ci_level=0.9)
    peer = sm.OLS(y, sm.add_constant(x)).fit()
    robust = peer.get_robustcov_results("HC3", use_t=True)
    for ours, theirs in (
        (fit.coef, peer.params),
        (fit.std_err, peer.bse),
        (fit.p, peer.pvalues),
        (np.column_stack([fit.ci_low, fit.ci_high]), peer.conf_int(0.1)),
        (fit.covariance, peer.cov_params()),
        (fit.hc3_covariance, robust.cov_params()),
        (fit.hc3_t, robust.tvalues),
        (fit.hc3_p, robust.pvalues),
        (np.column_stack([fit.hc3_ci_low, fit.hc3_ci_high]), robust.conf_int(0.1)),
        (fit.residuals, peer.resid),
        (fit.fitted, peer.fittedvalues),
        ([fit.ss_regression, fit.ss_residual, fit.ss_total], [peer.ess, peer.ssr, peer.centered_tss]),
        ([fit.ms_regression, fit.ms_residual], [peer.mse_model, peer.mse_resid]),
        ([fit.f, fit.f_p, fit.adj_r2], [peer.fvalue, peer.f_pvalue, peer.rsquared_adj]),
    ):
        np.testing.assert_allclose(ours, theirs, rtol=TIGHT, atol=1e-13)


def test_weighted_least_squares_of_statsmodels() -> None:
    y, x = random_regression(seed=3)
    weights = np.random.default_rng(3).uniform(0.2, 5, size=len(y))
    fit = ols(y, x, weights=weights)
    peer = sm.WLS(y, sm.add_constant(x), weights).fit()
    robust = peer.get_robustcov_results("HC3", use_t=True)
    for ours, theirs in (
        (fit.coef, peer.params),
        (fit.std_err, peer.bse),
        (fit.hc3_std_err, robust.bse),
        ([fit.r2, fit.f, fit.f_p], [peer.rsquared, peer.fvalue, peer.f_pvalue]),
        (fit.residuals, peer.resid),
        (fit.aic + 0.0, -2 * peer.llf + 2 * (x.shape[1] + 2)),
    ):
        np.testing.assert_allclose(ours, theirs, rtol=TIGHT)
    assert fit.weights.mean() == pytest.approx(1)


def test_whole_number_weights_weigh_like_repeated_rows() -> None:
    y, x = random_regression(seed=4)
    counts = np.random.default_rng(4).integers(1, 5, size=len(y))
    weighted = ols(y, x, weights=counts.astype(float))
    repeated = ols(np.repeat(y, counts), np.repeat(x, counts, axis=0))
    for name in ("coef", "beta", "vif", "zero_order", "part"):
        np.testing.assert_allclose(getattr(weighted, name), getattr(repeated, name), rtol=TIGHT)


def test_correlations_with_the_outcome() -> None:
    y, x = random_regression(seed=1)
    fit = ols(y, x)
    for j in range(x.shape[1]):
        others = np.delete(x, j, axis=1)
        of_y = ols(y, others).residuals
        of_x = ols(x[:, j], others)
        assert fit.zero_order[j] == pytest.approx(np.corrcoef(y, x[:, j])[0, 1], rel=TIGHT)
        assert fit.partial[j] == pytest.approx(np.corrcoef(of_y, of_x.residuals)[0, 1], rel=TIGHT)
        assert fit.part[j] == pytest.approx(np.corrcoef(y, of_x.residuals)[0, 1], rel=TIGHT)
        assert fit.part[j] ** 2 == pytest.approx(fit.r2 - ols(y, others).r2, rel=TIGHT)
        assert fit.vif[j] == pytest.approx(1 / (1 - of_x.r2), rel=TIGHT)
    np.testing.assert_allclose(fit.tolerance * fit.vif, 1)
    assert fit.r2 == pytest.approx(fit.beta @ fit.zero_order, rel=TIGHT)
    assert fit.r == pytest.approx(np.corrcoef(y, fit.fitted)[0, 1], rel=TIGHT)


def test_a_large_t_keeps_a_true_p() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(676, 1))
    fit = ols(1.2 * x[:, 0] + rng.normal(size=676), x)
    assert fit.t[1] > 30
    assert 0 < fit.p[1] < 1e-100
    assert fit.p[1] == pytest.approx(2 * stats.t.sf(fit.t[1], 674), rel=TIGHT)
    assert fit.f_p == pytest.approx(fit.p[1], rel=1e-8)  # F = t squared; the tail magnifies its rounding


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_order_of_rows_and_columns_does_not_matter(seed: int) -> None:
    y, x = random_regression(seed=seed)
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(len(y)), rng.permutation(x.shape[1])
    fit, shuffled = ols(y, x), ols(y[rows], x[rows][:, columns])
    for name in ("coef", "std_err", "hc3_std_err"):
        expected = getattr(fit, name)[np.concatenate([[0], columns + 1])]
        np.testing.assert_allclose(getattr(shuffled, name), expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(shuffled.residuals, fit.residuals[rows], atol=1e-11)


def test_units_of_the_data_do_not_matter() -> None:
    y, x = random_regression(seed=6)
    factors = np.array([1e-6, 1.0, 1e6, 3.0])
    fit, scaled = ols(y, x), ols(1000 * y + 5, x * factors - 7)
    np.testing.assert_allclose(scaled.coef[1:], 1000 * fit.coef[1:] / factors, rtol=1e-8)
    for name in ("beta", "vif", "t", "part"):
        slopes = slice(-4, None)
        np.testing.assert_allclose(getattr(scaled, name)[slopes], getattr(fit, name)[slopes], rtol=1e-8)


def test_a_row_of_leverage_one_has_no_hc3() -> None:
    y, x = random_regression(n=20, k=1)
    dummy = np.zeros(20)
    dummy[7] = 1
    fit = ols(y, np.column_stack([x, dummy]))
    assert np.isfinite(fit.std_err).all()
    assert np.isnan(fit.hc3_std_err).all()
    assert not fit.exact  # though this row is fitted exactly


def test_an_exact_fit_is_marked() -> None:
    y, x = random_regression()
    assert not ols(y, x).exact
    assert ols(x @ [1.0, -2.0, 0.5, 3.0] + 4, x).exact
    assert [ols(*nist(name)[:2]).exact for name in ("Wampler1", "Wampler2", "Wampler3", "Filip")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(("shift", "sign"), [(0.0, -1.0), (-5e4, 1.0)])
def test_an_exact_fit_is_exact_beside_the_terms_that_cancel_in_it(shift: float, sign: float) -> None:
    """Predictors of thousands leave an outcome of a few units: negative slopes, then negative predictors."""
    first = 1e4 * np.array([-3.0, -2, -1, 0, 1, 2, 3, 4]) + shift
    left = np.array([1.0, -1, 2, 0, 1, -2, 1, 2])
    fit = ols(-left, np.column_stack([first, sign * first + left]))
    assert np.sign(fit.coef[1:]).tolist() == [sign, -1]
    assert np.abs(fit.residuals).max() > 100 * np.finfo(float).eps * np.abs(fit.fitted).max()
    assert fit.exact


def test_an_exact_fit_is_exact_beside_its_largest_term_and_its_constant() -> None:
    x = np.arange(1.0, 9)
    fit = ols(x / 10 - 1e6, x[:, None])
    assert np.abs(fit.residuals).max() > 100 * np.finfo(float).eps * np.abs(fit.coef[1] * x).max()
    assert fit.exact
    first = 1e4 * (x - 4)
    left, small = np.array([1.0, -1, 2, 0, 1, -2, 1, 2]), np.array([1.0, 0, 0, 1, 0, 1, 1, 0])
    fit = ols(small / 1024 - left, np.column_stack([first, left - first, small]))
    assert np.abs(fit.residuals).max() > 100 * np.finfo(float).eps * np.abs(fit.fitted).max()
    assert fit.exact


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e12])
def test_constant_predictor(constant: float) -> None:
    y, x = random_regression()
    x[:, 2] = constant
    with pytest.raises(ConstantItems, match=r"columns \(2,\) are constant") as caught:
        ols(y, x)
    assert caught.value.indices == (2,)


def test_constant_outcome_is_the_column_after_the_predictors() -> None:
    _, x = random_regression()
    with pytest.raises(ConstantItems) as caught:
        ols(np.full(len(x), 3.0), x)
    assert caught.value.indices == (4,)


def test_dependent_predictors_are_named() -> None:
    rng = np.random.default_rng(8)
    a, b, c, d, e = rng.normal(loc=3, size=(5, 80))
    x = np.column_stack([a, b, a + 2 * b - c, d, c, 5 * d - 1, e])
    with pytest.raises(LinearDependence) as caught:
        ols(rng.normal(size=80), x)
    assert caught.value.groups == ((0, 1, 2, 4), (3, 5))
    assert caught.value.smallest_eigenvalue < 1e-14
    assert caught.value.condition_number > 1e14


def test_dependence_is_found_beside_large_means() -> None:
    rng = np.random.default_rng(9)
    year = 2000 + rng.integers(0, 10, size=50).astype(float)
    with pytest.raises(LinearDependence) as caught:
        ols(rng.normal(size=50), np.column_stack([year, rng.normal(size=50), 2026 - year]))
    assert caught.value.groups == ((0, 2),)


def test_near_dependence_is_not_refused() -> None:
    rng = np.random.default_rng(10)
    x = rng.normal(size=(100, 2))
    x[:, 1] = x[:, 0] + 1e-6 * x[:, 1]
    fit = ols(rng.normal(size=100), x)
    assert fit.vif.min() > 1e11


@pytest.mark.parametrize("k", [1, 4])
def test_too_few_rows(k: int) -> None:
    y, x = random_regression(n=k + 1, k=k)
    with pytest.raises(TooFewRows, match=f"{k + 1} rows, at least {k + 2} needed"):
        ols(y, x)
    y, x = random_regression(n=k + 2, k=k)
    assert ols(y, x).df_residual == 1


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_finite(value: float) -> None:
    y, x = random_regression()
    broken = x.copy()
    broken[3, 1] = broken[5, 3] = value
    with pytest.raises(NotFinite) as caught:
        ols(y, broken)
    assert caught.value.indices == (1, 3)
    y[0] = value
    with pytest.raises(NotFinite) as caught:
        ols(y, x)
    assert caught.value.indices == (4,)


def test_shapes_that_do_not_fit() -> None:
    y, x = random_regression()
    with pytest.raises(StatisticsError, match="the outcome has shape"):
        ols(y[:-1], x)
    with pytest.raises(StatisticsError, match="at least one predictor"):
        ols(y, x[:, :0])
    with pytest.raises(StatisticsError, match="59 weights for 60 rows"):
        ols(y, x, weights=np.ones(59))


def test_weights_must_be_positive() -> None:
    y, x = random_regression()
    weights = np.ones(len(y))
    weights[[4, 9]] = 0, np.nan
    with pytest.raises(InvalidWeights, match=r"rows \(4, 9\)"):
        ols(y, x, weights=weights)
