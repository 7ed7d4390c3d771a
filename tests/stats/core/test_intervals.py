"""Bootstrap summaries against scipy and against their formulas."""

from __future__ import annotations

import warnings
from statistics import NormalDist

import numpy as np
import pytest
from scipy import stats

from smartcity_survey.stats.core.intervals import bound, summarise

EXACT = 1e-12

rng = np.random.default_rng(3)
SAMPLE = rng.gamma(2.0, size=40)
DRAWS = SAMPLE[rng.integers(0, 40, size=(999, 40))].mean(axis=1)
ESTIMATE = np.array(SAMPLE.mean())
JACKKNIFE = (SAMPLE.sum() - SAMPLE) / 39


def test_mean_bias_error_t_and_p() -> None:
    found = summarise(ESTIMATE, DRAWS)
    assert found.mean == pytest.approx(DRAWS.mean(), rel=EXACT)
    assert found.bias == pytest.approx(DRAWS.mean() - SAMPLE.mean(), rel=1e-9)
    assert found.se == pytest.approx(DRAWS.std(ddof=1), rel=EXACT)
    assert found.t == pytest.approx(SAMPLE.mean() / DRAWS.std(ddof=1), rel=EXACT)
    assert found.p == pytest.approx(2 * stats.norm.sf(abs(found.t)), rel=EXACT)
    assert found.n_draws == 999


def test_a_huge_t_keeps_its_p() -> None:
    found = summarise(np.array(30.0), np.random.default_rng(0).normal(30, 1, size=2000))
    assert 0 < found.p < 1e-150


def test_percentile_interval() -> None:
    found = summarise(ESTIMATE, DRAWS, level=0.9)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(DRAWS, [0.05, 0.95])), rel=EXACT)


def test_bca_interval_agrees_with_scipy() -> None:
    theirs = stats.bootstrap((SAMPLE,), np.mean, method="BCa", n_resamples=999, rng=np.random.default_rng(1))
    ours = summarise(ESTIMATE, theirs.bootstrap_distribution, kind="bca", jackknife=JACKKNIFE)
    assert ours.low == pytest.approx(theirs.confidence_interval.low, rel=1e-10)
    assert ours.high == pytest.approx(theirs.confidence_interval.high, rel=1e-10)
    percentile = summarise(ESTIMATE, theirs.bootstrap_distribution)
    assert ours.low > percentile.low


def test_bca_interval_of_an_estimate_outside_its_draws_is_unknown() -> None:
    found = summarise(np.array(DRAWS.max() + 1), DRAWS, kind="bca", jackknife=JACKKNIFE)
    assert np.isnan(found.low)
    assert np.isnan(found.high)


def test_studentised_interval() -> None:
    draw_se = rng.uniform(0.5, 1.5, size=999)
    found = summarise(ESTIMATE, DRAWS, kind="studentised", draw_se=draw_se)
    t = np.sort((DRAWS - SAMPLE.mean()) / draw_se)
    # With 999 draws the 2.5 % quantile lies 24.95 draws above the smallest.
    lower = t[24] + 0.95 * (t[25] - t[24])
    upper = t[973] + 0.05 * (t[974] - t[973])
    assert found.high == pytest.approx(SAMPLE.mean() - lower * DRAWS.std(ddof=1), rel=EXACT)
    assert found.low == pytest.approx(SAMPLE.mean() - upper * DRAWS.std(ddof=1), rel=EXACT)


@pytest.mark.parametrize("kind", ["percentile", "bca", "studentised"])
def test_each_element_is_treated_by_itself(kind: str) -> None:
    draws = np.stack([DRAWS, -DRAWS, 2 * DRAWS, DRAWS * 0], axis=1).reshape(999, 2, 2)
    estimate = np.array([[1.0, -1.0], [2.0, 0.0]]) * ESTIMATE
    jackknife = np.stack([JACKKNIFE, -JACKKNIFE, 2 * JACKKNIFE, JACKKNIFE * 0], axis=1).reshape(40, 2, 2)
    found = summarise(
        estimate,
        draws,
        kind=kind,  # type: ignore[arg-type]
        jackknife=jackknife,
        draw_se=np.abs(draws) + 0.1,
    )
    alone = summarise(
        ESTIMATE,
        DRAWS,
        kind=kind,  # type: ignore[arg-type]
        jackknife=JACKKNIFE,
        draw_se=np.abs(DRAWS) + 0.1,
    )
    assert found.low[0, 0] == pytest.approx(alone.low, rel=EXACT)
    if kind != "studentised":
        assert found.high[0, 1] == pytest.approx(-alone.low, rel=1e-9)
        assert found.low[1, 0] == pytest.approx(2 * alone.low, rel=EXACT)
    assert np.isnan(found.t[1, 1])


def test_missing_ingredients_are_asked_for() -> None:
    with pytest.raises(ValueError, match="jackknife"):
        summarise(ESTIMATE, DRAWS, kind="bca")
    with pytest.raises(ValueError, match="standard error for each draw"):
        summarise(ESTIMATE, DRAWS, kind="studentised")


def test_one_sided_bound() -> None:
    assert bound(DRAWS, 0.95) == pytest.approx(np.quantile(DRAWS, 0.95), rel=EXACT)


def test_a_bound_leaves_out_draws_without_a_number() -> None:
    draws = np.stack([DRAWS, DRAWS, np.full_like(DRAWS, np.nan)], axis=1)
    draws[::3, 1] = np.nan
    found = bound(draws, 0.95)
    known = np.delete(DRAWS, np.s_[::3])
    np.testing.assert_allclose(found[:2], [np.quantile(DRAWS, 0.95), np.quantile(known, 0.95)], rtol=EXACT)
    assert np.isnan(found[2])


FOUR = np.array([1.0, 2.0, 4.0, 9.0])


def test_four_draws_by_hand() -> None:
    """Mean 4, sum of squared deviations 38; type 7 quantiles lie between neighbouring draws."""
    found = summarise(np.array(3.0), FOUR, level=0.5)
    assert (found.mean, found.bias) == (4, 1)
    assert found.se == pytest.approx(np.sqrt(38 / 3), rel=EXACT)
    assert found.t == pytest.approx(3 / np.sqrt(38 / 3), rel=EXACT)
    # Positions .25 x 3 and .75 x 3.
    assert (found.low, found.high) == pytest.approx((1.75, 5.25), rel=EXACT)
    assert (found.kind, found.level, found.n_draws) == ("percentile", 0.5, 4)


def test_bca_by_its_formula_on_ten_draws() -> None:
    """Efron and Tibshirani (1993), equations 14.9 to 14.15, beside the standard library's normal."""
    normal = NormalDist()
    # Six of ten draws below the estimate and one equal to it count as six and a half.
    draws, estimate = np.arange(10.0)[[3, 0, 9, 1, 7, 5, 2, 8, 6, 4]], np.array(6.0)
    # Deviations of the mean from the estimates without each unit: 2, -1, -1.
    jackknife = np.array([5.0, 8.0, 8.0])
    acceleration = (8 - 1 - 1) / (6 * (4 + 1 + 1) ** 1.5)
    bias = normal.inv_cdf(0.65)
    ends = []
    for tail in (0.05, 0.95):
        shifted = bias + normal.inv_cdf(tail)
        ends.append(9 * normal.cdf(bias + shifted / (1 - acceleration * shifted)))
    found = summarise(estimate, draws, kind="bca", jackknife=jackknife, level=0.9)
    assert (found.low, found.high) == pytest.approx(ends, rel=1e-11)
    mirrored = summarise(-estimate, -draws, kind="bca", jackknife=-jackknife, level=0.9)
    assert (mirrored.low, mirrored.high) == pytest.approx((-ends[1], -ends[0]), rel=1e-11)


def test_the_largest_draw_is_the_end_of_an_interval_beyond_it() -> None:
    """Bias and acceleration push the upper level to 1, where no next draw is left."""
    found = summarise(
        np.array(8.5), np.arange(10.0), kind="bca", jackknife=np.array([5.0, 4, 0]), level=0.999999
    )
    assert found.high == 9


def test_numbers_undefined_in_all_draws_give_no_warning() -> None:
    draws = np.column_stack([FOUR, np.full(4, np.nan)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = bound(draws, 0.5)
    np.testing.assert_array_equal(found, [3.0, np.nan])


def test_p_and_mean_of_two_estimates_of_either_sign() -> None:
    draws = np.column_stack([FOUR, -FOUR - 1])
    found = summarise(np.array([3.0, -2.0]), draws)
    np.testing.assert_allclose(found.mean, [4, -5], rtol=EXACT)
    expected = [2 * NormalDist().cdf(-size / np.sqrt(38 / 3)) for size in (3, 2)]
    np.testing.assert_allclose(found.p, expected, rtol=EXACT)
