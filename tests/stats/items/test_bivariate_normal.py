"""Cells of bivariate normal distributions against integration of conditional normals on a log scale."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import simpson
from scipy.special import ndtri
from scipy.stats import norm

from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.items.bivariate_normal import INFINITE, cells, log_normal_difference

# Thresholds as close as 1 / 2000 apart leave ten digits of the second difference.
CELL_TOLERANCE = 1e-8
# Differences over a step of 1e-5 of 1 - rho^2, in parts of the largest derivative in the table.
DERIVATIVE_TOLERANCE = 1e-5


def log_density(x: Array, low: float, high: float, rho: float) -> Array:
    """Logarithm of the density at X = x times the probability that Y is between low and high."""
    root = np.sqrt((1 - rho) * (1 + rho))
    return norm.logpdf(x) + log_normal_difference((low - rho * x) / root, (high - rho * x) / root)


def integrated(sides: tuple[float, float, float, float], rho: float) -> float:
    """Logarithm of the probability of a cell, by zooming into where its density is not negligible."""
    a1, a2, b1, b2 = (np.sign(side) * np.inf if abs(side) >= INFINITE else side for side in sides)
    low, high = max(a1, -40.0), min(a2, 40.0)
    for _ in range(12):
        x = np.linspace(low, high, 4001)
        values = log_density(x, b1, b2, rho)
        kept = np.flatnonzero(values > np.nanmax(values) - 60)
        low, high = x[max(kept[0] - 1, 0)], x[min(kept[-1] + 1, 4000)]
    x = np.linspace(low, high, 40_001)
    values = log_density(x, b1, b2, rho)
    top = np.nanmax(values)
    return float(top + np.log(simpson(np.exp(np.where(np.isnan(values), -np.inf, values) - top), x=x)))


def thresholds(rng: np.random.Generator, n: int) -> Array:
    """Thresholds of 2 to 10 categories, each chosen by somebody of n respondents."""
    below = np.sort(rng.choice(np.arange(1, n), rng.integers(1, 10), replace=False))
    return np.concatenate([[-INFINITE], ndtri(below / n), [INFINITE]])


@pytest.mark.parametrize("n", [20, 200, 2000])
def test_observed_cells_are_exact_however_improbable(n: int) -> None:
    rng = np.random.default_rng(n)
    smallest = 0.0
    for _ in range(60):
        a, b = thresholds(rng, n), thresholds(rng, n)
        near = rng.choice([-1, 1]) * (1 - 10 ** rng.uniform(-6, -1))
        rho = float(rng.choice([rng.uniform(-0.99, 0.99), near]))
        found = cells(a[None], b[None], np.array([rho]), np.ones((1, len(a) - 1, len(b) - 1), dtype=bool))
        i, j = rng.integers(len(a) - 1), rng.integers(len(b) - 1)
        expected = integrated((a[i], a[i + 1], b[j], b[j + 1]), rho)
        log_probability = found.log_probability[0, i, j]
        assert log_probability == pytest.approx(expected, rel=1e-13, abs=CELL_TOLERANCE)
        smallest = min(smallest, expected)
    assert smallest < -1000


def test_score_and_curvature_are_derivatives_also_of_the_most_improbable_cells() -> None:
    a = np.array([[-INFINITE, -1.2, 0.1, 1.0, 2.5, INFINITE]])
    everywhere = np.ones((1, 5, 5), dtype=bool)
    for rho in (-0.9999, -0.97, -0.4, 0.0, 0.3, 0.9, 0.999):
        step = 1e-5 * (1 - rho**2)
        left, at, right = (
            cells(a, a + 0.05 * (np.abs(a) < INFINITE), np.array([r]), everywhere)
            for r in (rho - step, rho, rho + step)
        )
        slope = (right.log_probability - left.log_probability) / (2 * step)
        bend = (right.score - left.score) / (2 * step)
        for found, expected in ((at.score, slope), (at.curvature - at.score**2, bend)):
            scale = DERIVATIVE_TOLERANCE * np.maximum(np.abs(expected), 1 / (1 - rho**2) ** 2)
            assert (np.abs(found - expected) < scale).all()


def test_differences_of_the_normal_distribution_are_exact_in_both_tails() -> None:
    assert log_normal_difference(np.array([20.0]), np.array([np.inf])) == pytest.approx(norm.logsf(20))
    assert log_normal_difference(np.array([-np.inf]), np.array([-20.0])) == pytest.approx(norm.logcdf(-20))
    assert log_normal_difference(np.array([9.0]), np.array([9.5])) == pytest.approx(
        np.log(norm.sf(9) - norm.sf(9.5)), rel=1e-12
    )
