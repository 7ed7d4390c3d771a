"""Parallel analysis: the distribution of simulated data, without simulating the data."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.errors import StatisticsError, TooFewRows
from smartcity_survey.stats.factor import parallel as parallel
from smartcity_survey.stats.factor.parallel import components_above, parallel_analysis
from tests.stats.factor_data import reference

# Means over two independent sets of 1000 draws: four standard errors of their difference.
STANDARD_ERRORS = 4.0
# A 95 % quantile of 1000 draws has about twice the standard error of a mean.
QUANTILE_FACTOR = 2.1
# Level of a test of equal distributions; the seeds are fixed, so it cannot fail by chance later.
LEVEL = 0.01


def test_r_simulation_of_bfi_size() -> None:
    expected = reference("factors_bfi")["parallel"]
    result = parallel_analysis(2436, 25, draws=expected["draws"], seed=5)
    error = result.sd * np.sqrt(2 / expected["draws"])
    assert (np.abs(result.mean - expected["mean"]) < STANDARD_ERRORS * error).all()
    assert (
        np.abs(result.quantile - expected["quantile_95"]) < QUANTILE_FACTOR * STANDARD_ERRORS * error
    ).all()
    eigenvalues = np.array(reference("factors_bfi")["eigenvalues"])
    assert components_above(eigenvalues, result.mean) == expected["components_mean"]
    assert components_above(eigenvalues, result.quantile) == expected["components_quantile"]


@pytest.mark.parametrize("n", [7, 12, 60])
def test_same_distribution_as_normal_data(n: int) -> None:
    p, draws = 6, 1000
    rng = np.random.default_rng(n)
    simulated = np.stack(
        [np.linalg.eigvalsh(correlation(rng.normal(size=(n, p))))[::-1] for _ in range(draws)]
    )
    shares = (0.05, 0.25, 0.5, 0.75, 0.95)
    for share in shares:
        quantile = parallel_analysis(n, p, draws=draws, quantile=share, seed=1).quantile
        below = (simulated <= quantile).mean(axis=0)
        error = np.sqrt(2 * share * (1 - share) / draws)
        assert 2 * stats.norm.sf(np.abs(below - share).max() / error) * p > LEVEL


def test_each_draw_has_a_stream_of_its_own() -> None:
    result = parallel_analysis(100, 8, draws=40, seed=3)
    np.testing.assert_allclose(result.mean.sum(), 8, rtol=1e-12)
    # Draw b is the same however many are drawn after it, or by whom.
    streams = np.random.SeedSequence(3).spawn(80)[:40]
    draws = [parallel._random_eigenvalues(100, 8, np.random.default_rng(stream)) for stream in streams]
    np.testing.assert_array_equal(result.mean, np.mean(draws, axis=0))
    np.testing.assert_array_equal(result.quantile, np.quantile(draws, 0.95, axis=0))
    assert (parallel_analysis(100, 8, draws=40, seed=4).mean != result.mean).all()


def test_components_count_up_to_the_first_that_fails() -> None:
    assert components_above(np.array([3.0, 1.5, 0.9, 1.2]), np.array([1.4, 1.2, 1.1, 1.0])) == 2
    assert components_above(np.array([0.9]), np.array([1.0])) == 0


def test_what_cannot_be_simulated_is_refused() -> None:
    with pytest.raises(TooFewRows, match="10 rows, at least 11 needed"):
        parallel_analysis(10, 10)
    with pytest.raises(StatisticsError, match="1 draws, at least 2 needed"):
        parallel_analysis(100, 5, draws=1)
