"""Bootstrap summaries against scipy and against their formulas."""

from __future__ import annotations

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
