"""Margins of error, design effects and allocations against closed forms and worked numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from smartcity_survey.stats.core.errors import StatisticsError
from smartcity_survey.stats.planning.allocation import allocate
from smartcity_survey.stats.planning.sample_size import (
    design_effect,
    intraclass_correlation,
    margin_of_error,
    rows_for_margin,
)

TIGHT = 1e-12
Z = stats.norm.ppf(0.975)


def test_the_margin_of_everybodys_textbook() -> None:
    """384.16 respondents for 5 points at a half, 1067.1 for 3."""
    assert rows_for_margin(0.05) == 385
    assert rows_for_margin(0.03) == 1068
    assert margin_of_error(385) == pytest.approx(Z * math.sqrt(0.25 / 385), rel=TIGHT)


@pytest.mark.parametrize(
    ("n", "share", "population", "effect"), [(300, 0.5, 1000, 1.0), (80, 0.1, 5000, 2.3), (40, 0.3, 45, 1.4)]
)
def test_margin_with_the_finite_population_correction(
    n: int, share: float, population: int, effect: float
) -> None:
    corrected = Z * math.sqrt(effect * share * (1 - share) / n * (population - n) / (population - 1))
    found = margin_of_error(n, share, 0.95, population, effect)
    assert found == pytest.approx(corrected, rel=TIGHT)
    # Whoever asks for this margin gets this n back.
    assert rows_for_margin(found, share, 0.95, population, effect) == n
    assert rows_for_margin(found * 0.999, share, 0.95, population, effect) >= n + (n < population)


def test_the_correction_is_that_of_drawing_without_replacement() -> None:
    """The variance of the hypergeometric distribution."""
    population, members, n = 400, 120, 90
    exact = stats.hypergeom(population, members, n).std() / n
    found = margin_of_error(n, members / population, 0.95, population) / Z
    assert found == pytest.approx(exact, rel=1e-9)


def test_whole_population_has_no_error() -> None:
    assert margin_of_error(50, population=50) == 0
    assert rows_for_margin(0.0001, population=50) == 50


@pytest.mark.parametrize(("m", "rho"), [(20, 0.05), (8, 0.0), (35, 0.2), (1, 0.4)])
def test_design_effect(m: int, rho: float) -> None:
    assert design_effect(m, rho) == pytest.approx(1 + (m - 1) * rho, rel=TIGHT)


def test_design_effect_where_some_do_not_answer_is_kishs_of_binomial_sizes() -> None:
    sizes = stats.binom(20, 0.7)
    kish = 1 + ((sizes.var() + sizes.mean() ** 2) / sizes.mean() - 1) * 0.05
    assert design_effect(20, 0.05, 0.7) == pytest.approx(kish, rel=1e-9)


def test_allocation_is_proportional_and_neymans() -> None:
    sizes, spread = np.array([500.0, 300.0, 200.0]), np.array([1.0, 2.0, 0.5])
    np.testing.assert_array_equal(allocate(100, sizes), [50, 30, 20])
    # Cochran, equation 5.26: n W S / sum W S = 100 (500, 600, 100) / 1200.
    np.testing.assert_array_equal(allocate(120, sizes, spread), [50, 60, 10])


def standard_error(shares: np.ndarray, spread: np.ndarray, n: np.ndarray) -> float:
    """Of the mean of strata: Cochran, equation 5.11, without the finite population correction."""
    return float(np.sqrt((np.square(shares * spread) / n).sum()))


def test_no_allocation_of_the_same_total_has_a_smaller_error_than_neymans() -> None:
    sizes, spread = np.array([5.0, 3.0, 2.0]), np.array([1.0, 2.0, 0.5])
    shares = sizes / sizes.sum()
    errors = {
        (a, b): standard_error(shares, spread, np.array([a, b, 30 - a - b]))
        for a in range(1, 29)
        for b in range(1, 30 - a)
    }
    best = min(errors, key=errors.__getitem__)
    found = allocate(30, sizes, spread)
    assert standard_error(shares, spread, found) == pytest.approx(errors[best], rel=5e-3)
    assert errors[best] < standard_error(shares, spread, allocate(30, sizes))


@pytest.mark.parametrize("total", [7, 50, 333, 1001])
def test_parts_add_up_and_keep_to_their_ends(total: int) -> None:
    rng = np.random.default_rng(total)
    sizes, spread = rng.integers(3, 900, 7).astype(float), rng.random(7)
    found = allocate(total, sizes, spread, least=1, most=sizes)
    assert found.sum() == total
    assert (found >= 1).all()
    assert (found <= sizes).all()


def test_a_full_stratum_leaves_the_rest_to_the_others() -> None:
    found = allocate(
        100, np.array([50.0, 500.0, 500.0]), np.array([9.0, 1.0, 1.0]), most=np.array([10, 500, 500])
    )
    np.testing.assert_array_equal(found, [10, 45, 45])


def test_a_stratum_without_spread_takes_what_others_cannot() -> None:
    found = allocate(14, np.array([5.0, 10.0]), np.array([1.0, 0.0]), most=np.array([5, 10]))
    np.testing.assert_array_equal(found, [5, 9])


@pytest.mark.parametrize(
    "call",
    [
        lambda: margin_of_error(0),
        lambda: margin_of_error(60, population=50),
        lambda: rows_for_margin(0.0),
        lambda: rows_for_margin(0.05, share=1.0),
        lambda: design_effect(0.5, 0.1),
        lambda: design_effect(10, 1.2),
        lambda: design_effect(10, 0.2, 0.0),
        lambda: allocate(5, np.array([1.0, 0.0])),
        lambda: allocate(1, np.array([1.0, 1.0])),
        lambda: allocate(11, np.array([1.0, 1.0]), most=np.array([5, 5])),
        lambda: allocate(5, np.array([1.0, 1.0]), np.zeros(2)),
    ],
)
def test_what_is_no_design_is_refused(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(StatisticsError):
        call()


def test_intraclass_correlation_is_that_of_anova() -> None:
    rng = np.random.default_rng(4)
    x = rng.standard_normal((12, 7)) + 0.8 * rng.standard_normal((12, 1))
    names = np.repeat(np.arange(12), 7)
    f = stats.f_oneway(*x).statistic
    assert intraclass_correlation(x.ravel(), names.tolist()) == pytest.approx((f - 1) / (f + 6), rel=1e-9)
    # Of one size everybody's definition: the correlation of pairs, as there are ever more clusters.
    many = rng.standard_normal((40_000, 2)) + 0.5 * rng.standard_normal((40_000, 1))
    found = intraclass_correlation(many.ravel(), np.repeat(np.arange(40_000), 2).tolist())
    assert found == pytest.approx(np.corrcoef(many.T)[0, 1], abs=0.005)
    assert found == pytest.approx(0.25 / 1.25, abs=0.02)
    # Unequal sizes: unbiased where members are strangers.
    sizes = rng.integers(1, 9, 20_000)
    strangers = intraclass_correlation(
        rng.standard_normal(sizes.sum()), np.repeat(np.arange(20_000), sizes).tolist()
    )
    assert strangers == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize(
    ("x", "clusters"), [([1.0, 2.0], ["a", "a"]), ([1.0, 2.0], ["a", "b"]), ([1.0] * 4, ["a", "a", "b", "b"])]
)
def test_clusters_that_tell_nothing_are_refused(x: list[float], clusters: list[str]) -> None:
    with pytest.raises(StatisticsError):
        intraclass_correlation(np.array(x), clusters)
