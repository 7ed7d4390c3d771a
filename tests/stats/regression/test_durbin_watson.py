"""The exact Durbin-Watson p against closed forms, Savin and White's tables, eigenvalues and simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.regression.durbin_watson import FEW_ROWS, durbin_watson_test, sign_probabilities
from smartcity_survey.stats.regression.least_squares import ols
from tests.stats.regression_data import random_regression, reference

# The contour integral is converged to about machine precision, relative also in the far tail.
TIGHT = 1e-10

BOUNDS = reference("ols_published")["durbin_watson_bounds"]["rows"]


def differences(n: int) -> Array:
    """Eigenvalues of the matrix of squared successive differences, ascending."""
    return 2 - 2 * np.cos(np.pi * np.arange(n) / n)


@pytest.mark.parametrize(
    ("m1", "m2", "ratio"),
    [(1, 1, 1.0), (2, 3, 0.5), (1, 12, 0.3), (30, 30, 20.0), (10, 600, 5.0), (300, 369, 1.3)],
)
def test_two_eigenvalues_give_the_f_distribution(m1: int, m2: int, ratio: float) -> None:
    diagonal = np.concatenate([np.ones(m1), np.full(m2, -ratio), [0.5, -0.5]])
    projected = np.eye(m1 + m2 + 2)[:, -2:]
    below, above = sign_probabilities(diagonal, projected)
    f = ratio * m2 / m1
    assert above == pytest.approx(stats.f.sf(f, m1, m2), rel=TIGHT)
    assert below == pytest.approx(stats.f.cdf(f, m1, m2), rel=TIGHT)


@pytest.mark.parametrize("row", BOUNDS, ids=lambda row: f"n={row['n']}, k={row['k']}")
def test_bounds_of_savin_and_white(row: dict[str, float]) -> None:
    # The lower bound is reached when the predictors take away the largest eigenvalues that A offers,
    # the upper when they take away the smallest. Tables round d to 3 decimals.
    n, k = int(row["n"]), int(row["k"])
    axes = np.eye(n)
    for bound, taken in ((row["lower"], axes[:, n - k :]), (row["upper"], axes[:, 1 : k + 1])):
        basis = np.column_stack([axes[:, 0], taken])
        nearest = [sign_probabilities(differences(n) - d, basis)[0] for d in (bound - 5e-4, bound + 5e-4)]
        assert nearest[0] <= 0.05 <= nearest[1]


@pytest.mark.parametrize("d", [0.9, 1.5, 1.9, 2.0, 2.3, 3.0])
def test_determinants_give_what_eigenvalues_give(d: float) -> None:
    n = FEW_ROWS + 50
    rng = np.random.default_rng(1)
    basis = np.linalg.qr(np.column_stack([np.eye(n)[:, :1], rng.normal(size=(n, 4))]))[0]
    left = np.linalg.qr(basis, mode="complete")[0][:, 5:]
    eigenvalues = np.linalg.eigvalsh((left.T * (differences(n) - d)) @ left)
    expected = sign_probabilities(eigenvalues, np.empty((n - 5, 0)))
    assert sign_probabilities(differences(n) - d, basis) == pytest.approx(expected, rel=1e-8)


def test_statistic_and_probability_of_a_regression() -> None:
    y, x = random_regression(n=30, k=2, heteroscedastic=False)
    fit = ols(y, x)
    test = durbin_watson_test(fit, x)
    assert test.statistic == pytest.approx(np.square(np.diff(fit.residuals)).sum() / fit.ss_residual)
    assert test.p_positive + test.p_negative == pytest.approx(1)
    assert test.p == pytest.approx(2 * min(test.p_positive, test.p_negative))
    noise = np.random.default_rng(2).normal(size=(30, 40_000))
    noise -= (
        np.column_stack([np.ones(30), x])
        @ np.linalg.lstsq(np.column_stack([np.ones(30), x]), noise, rcond=None)[0]
    )
    simulated = np.square(np.diff(noise, axis=0)).sum(axis=0) / np.square(noise).sum(axis=0)
    # Four standard errors of a share of 40,000 draws.
    assert test.p_positive == pytest.approx((simulated < test.statistic).mean(), abs=4 * 0.5 / 200)


def test_five_percent_limit_of_the_survey_size() -> None:
    """With 676 rows and 6 predictors the one-sided limit is about 1.873, beyond the published tables."""
    rng = np.random.default_rng(3)
    limits = []
    for _ in range(3):
        basis = np.linalg.qr(np.column_stack([np.eye(676)[:, :1], rng.normal(size=(676, 6))]))[0]
        limits.append(sign_probabilities(differences(676) - 1.873, basis)[0])
    np.testing.assert_allclose(limits, 0.05, atol=0.002)


def test_strong_autocorrelation_has_a_true_p() -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(400, 3))
    drift = np.cumsum(rng.normal(size=400))
    low = durbin_watson_test(ols(drift, x), x)
    assert low.p_positive < 1e-200
    assert low.p_negative == 1
    alternating = rng.normal(size=400) + 2 * (-1.0) ** np.arange(400)
    high = durbin_watson_test(ols(alternating, x), x)
    assert high.p_negative < 1e-60
    assert high.p_positive == 1


def test_beyond_the_reachable_range_the_probability_is_zero() -> None:
    assert sign_probabilities(np.array([0.5, 1.0, 2.0]), np.empty((3, 0))) == (0.0, 1.0)
    assert sign_probabilities(np.array([-0.5, -1.0, -2.0]), np.empty((3, 0))) == (1.0, 0.0)


def test_weights_turn_the_test_to_weighted_residuals() -> None:
    y, x = random_regression(n=40, k=2)
    weights = np.random.default_rng(5).uniform(0.5, 2, size=40)
    root = np.sqrt(weights)
    fit = ols(y, x, weights=weights)
    test = durbin_watson_test(fit, x)
    residuals = root * fit.residuals
    d = np.square(np.diff(residuals)).sum() / np.square(residuals).sum()
    assert test.statistic == pytest.approx(d)
    model = root[:, None] * np.column_stack([np.ones(40), x])
    left = np.linalg.qr(model, mode="complete")[0][:, 3:]
    steps = np.diff(left, axis=0)
    eigenvalues = np.linalg.eigvalsh(steps.T @ steps)
    expected = sign_probabilities(eigenvalues - d, np.empty((37, 0)))
    assert (test.p_positive, test.p_negative) == pytest.approx(expected, rel=TIGHT)
