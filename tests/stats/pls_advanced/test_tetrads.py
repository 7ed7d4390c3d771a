"""Tetrads in closed form, and their errors against the formula for normal data."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy.stats import bootstrap, norm

from smartcity_survey.stats.core.resample import resampled_units
from smartcity_survey.stats.pls_advanced.tetrads import confirmatory_tetrads, vanishing_tetrads


@pytest.mark.parametrize("p", range(4, 13))
def test_as_many_tetrads_as_a_factor_takes_from_the_covariances(p: int) -> None:
    """p (p - 1) / 2 covariances are functions of p loadings; all other tetrads vanish when these do."""
    kept = vanishing_tetrads(p)
    assert len(kept) == p * (p - 3) // 2
    loadings = np.linspace(0.4, 0.9, p)
    s = np.outer(loadings, loadings)
    i, j, k, m = kept.T
    np.testing.assert_allclose(s[i, j] * s[k, m] - s[i, k] * s[j, m], 0, atol=1e-15)


def test_those_left_out_follow_from_those_kept() -> None:
    """Their slopes at any one-factor covariance are combinations of the slopes of those kept."""
    p = 6
    loadings = np.random.default_rng(2).uniform(0.3, 0.9, p)
    s = np.outer(loadings, loadings)

    def slope(i: int, j: int, k: int, m: int) -> np.ndarray:
        found = np.zeros((p, p))
        for (a, b), value in (((i, j), s[k, m]), ((k, m), s[i, j]), ((i, k), -s[j, m]), ((j, m), -s[i, k])):
            found[min(a, b), max(a, b)] += value
        return found.ravel()

    kept = [slope(*one) for one in vanishing_tetrads(p)]
    every = [
        slope(*one)
        for a, b, c, d in combinations(range(p), 4)
        for one in ((a, b, c, d), (a, c, d, b), (a, b, d, c))
    ]
    assert np.linalg.matrix_rank(kept) == np.linalg.matrix_rank(kept + every) == len(kept)


def test_values_bias_and_errors() -> None:
    """One factor behind six items: the resamples' error is that of normal data (Wishart moments)."""
    rng = np.random.default_rng(5)
    n = 4000
    x = rng.normal(size=(n, 1)) + rng.normal(size=(n, 6))
    found = confirmatory_tetrads(x, draws=4000, seed=1)
    s = np.cov(x, rowvar=False)
    for (i, j, k, m), value, se in zip(found.items, found.value, found.se, strict=True):
        assert value == pytest.approx(s[i, j] * s[k, m] - s[i, k] * s[j, m], rel=1e-10)
        pairs = [(i, j), (k, m), (i, k), (j, m)]
        slope = np.array([s[k, m], s[i, j], -s[j, m], -s[i, k]])
        moments = [[s[a, c] * s[b, d] + s[a, d] * s[b, c] for c, d in pairs] for a, b in pairs]
        assert se == pytest.approx(np.sqrt(slope @ np.array(moments) @ slope / n), rel=0.1)
    assert found.vanish
    assert (np.abs(found.bias) < found.se / 5).all()


def test_two_factors_are_seen() -> None:
    rng = np.random.default_rng(6)
    one, other = rng.normal(size=(2, 500, 1))
    x = np.hstack([one + rng.normal(size=(500, 2)), other + rng.normal(size=(500, 2))])
    found = confirmatory_tetrads(x, draws=1000, seed=1)
    assert len(found.value) == 2
    assert not found.vanish
    assert found.p.min() < 0.001


def test_bonferroni_shares_the_level() -> None:
    x = np.random.default_rng(7).normal(size=(300, 5))
    found = confirmatory_tetrads(x, draws=500, seed=1, level=0.95)
    from_centre = (found.high - found.low) / 2 / found.se
    np.testing.assert_allclose(from_centre, 2.575829303549, rtol=1e-9)  # normal quantile of 1 - .05 / 5 / 2


def test_bca_intervals_are_scipys_but_for_the_draws() -> None:
    """Skewed answers: the same statistic by scipy, each end within what 20,000 draws leave."""
    rng = np.random.default_rng(8)
    x = np.exp(0.8 * (rng.normal(size=(150, 1)) + rng.normal(size=(150, 4))))
    found = confirmatory_tetrads(x, draws=20_000, seed=1, level=0.9)
    i, j, k, m = found.items.T

    def tetrads(*columns: np.ndarray, axis: int = -1) -> np.ndarray:
        z = np.stack(columns)  # (4, ..., n)
        z = z - z.mean(axis=-1, keepdims=True)
        s = np.einsum("a...n,b...n->ab...", z, z) / (z.shape[-1] - 1)
        return np.asarray(s[i, j] * s[k, m] - s[i, k] * s[j, m])

    theirs = bootstrap(
        tuple(x.T),
        tetrads,
        n_resamples=20_000,
        batch=1000,
        paired=True,
        vectorized=True,
        confidence_level=1 - 0.1 / 2,
        method="BCa",
        random_state=rng,
    )
    draws = theirs.bootstrap_distribution
    for own, ends in (
        (found.bca_low, theirs.confidence_interval.low),
        (found.bca_high, theirs.confidence_interval.high),
    ):
        for one, end, of in zip(own, ends, draws, strict=True):
            # Both ends and the bias are of draws: as shares of draws they may differ by six errors.
            share, other = (of < one).mean(), (of < end).mean()
            spread = np.sqrt(2 * other * (1 - other) / 20_000)
            assert abs(share - other) < 6 * spread, (share, other)
    # They are another interval than the normal one, whose ends lie elsewhere by much more.
    assert np.abs(found.bca_low - found.low).max() > 0.2 * found.se.min()


def test_acceleration_is_of_respondents_left_out_one_by_one() -> None:
    """BCa by hand, of the same draws: Efron and Tibshirani (1993), equations 14.9 to 14.15."""
    rng = np.random.default_rng(9)
    x = np.exp(rng.normal(size=(60, 1)) + rng.normal(size=(60, 4)))
    found = confirmatory_tetrads(x, draws=999, seed=2, level=0.9)

    def values(rows: np.ndarray) -> np.ndarray:
        s = np.cov(x[rows], rowvar=False)
        i, j, k, m = found.items.T
        return np.asarray(s[i, j] * s[k, m] - s[i, k] * s[j, m])

    draws = np.array([values(rows) for rows in resampled_units(2, 0, 999, 60)])
    left_out = np.array([values(np.delete(np.arange(60), one)) for one in range(60)])
    for t, (low, high) in enumerate(zip(found.bca_low, found.bca_high, strict=True)):
        z0 = norm.ppf((draws[:, t] < found.value[t]).mean())
        gap = left_out[:, t].mean() - left_out[:, t]
        a = (gap**3).sum() / (6 * (gap**2).sum() ** 1.5)
        for own, z in ((low, norm.ppf(0.025)), (high, norm.ppf(0.975))):
            level = norm.cdf(z0 + (z0 + z) / (1 - a * (z0 + z)))
            assert own == pytest.approx(np.quantile(draws[:, t], level), rel=1e-8)
        assert abs(a) > 0.02


def test_three_items_have_none() -> None:
    with pytest.raises(ValueError, match="3 items"):
        confirmatory_tetrads(np.zeros((10, 3)), 100, 1)
