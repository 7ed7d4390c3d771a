"""Power of a wave to come: against noncentral t, statsmodels and the design effect."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import integrate, stats

from smartcity_survey.stats.core.errors import StatisticsError, TooFewRows
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.evidence.power import coefficient_power, effect_f2, rows_needed
from smartcity_survey.stats.planning.power_of_design import (
    cluster_robust_t,
    clustered_power,
    design_power,
    rows_by_curve,
)
from smartcity_survey.stats.planning.sample_size import design_effect

R = np.array([[1.0, 0.5, 0.2], [0.5, 1.0, 0.4], [0.2, 0.4, 1.0]])
SLOPES = np.array([0.1, -0.15, 0.0])
VARIANCE = 0.6
ERRORS = 4.0
"""Monte-Carlo errors that a share of seeded draws may be off."""


def exact_power(n: int, j: int, alpha: float = 0.05) -> float:
    """Noncentral t given the predictors, over the chi-square of what the others leave of one."""
    k = len(R)
    left = 1 / np.linalg.inv(R)[j, j]
    df = n - k - 1
    critical = stats.t.ppf(1 - alpha / 2, df)

    def given(squares: float) -> float:
        delta = SLOPES[j] * np.sqrt(left * squares / VARIANCE)
        return float(stats.nct.sf(critical, df, delta) + stats.nct.cdf(-critical, df, delta))

    density = stats.chi2(n - k)
    low, high = density.ppf([1e-10, 1 - 1e-10])
    return float(integrate.quad(lambda s: given(s) * density.pdf(s), low, high, limit=200)[0])


@pytest.mark.parametrize("n", [40, 250, 900])
def test_power_is_that_of_the_noncentral_t(n: int) -> None:
    found = design_power(R, SLOPES, VARIANCE, n, draws=200_000, seed=5)
    for j in range(3):
        error = np.sqrt(found.power[j] * (1 - found.power[j]) / 200_000)
        assert abs(found.power[j] - exact_power(n, j)) < ERRORS * error
    # With the predictors fixed, as in new_wave_size.csv, the difference is of the order 1 / n.
    f2 = effect_f2(SLOPES[:2], np.diag(np.linalg.inv(R))[:2], 1 - VARIANCE)
    fixed = [coefficient_power(one, n, 3) for one in f2]
    np.testing.assert_allclose(found.power[:2], fixed, atol=2 / n + 0.005)


def test_lost_answers_cost_what_fewer_questionnaires_cost() -> None:
    whole = design_power(R, SLOPES, VARIANCE, 400, draws=100_000, seed=1)
    thinned = design_power(R, SLOPES, VARIANCE, 500, draws=100_000, seed=2, answering=0.8)
    np.testing.assert_allclose(thinned.power, whole.power, atol=0.01)
    assert thinned.power[1] < design_power(R, SLOPES, VARIANCE, 500, draws=100_000, seed=2).power[1] - 0.02


def test_the_same_seed_gives_the_same_numbers_and_another_others() -> None:
    def run(seed: int) -> list[Array]:
        return [
            design_power(R, SLOPES, VARIANCE, 200, 500, seed).power,
            clustered_power(R, SLOPES, VARIANCE, 12, 10, 0.1, 200, seed).power,
        ]

    for one, same, other in zip(run(3), run(3), run(4), strict=True):
        np.testing.assert_array_equal(one, same)
        assert (one != other).any()


def test_cluster_robust_t_is_statsmodels() -> None:
    rng = np.random.default_rng(8)
    x = rng.standard_normal((2, 15, 9, 3)) + rng.standard_normal((2, 15, 1, 3))
    e = rng.standard_normal((2, 15, 9)) + rng.standard_normal((2, 15, 1))
    there = rng.random((2, 15, 9)) < 0.8
    there[0, 4] = False
    t, df, enough = cluster_robust_t(x, e, there, SLOPES)
    assert enough.all()
    groups = np.repeat(np.arange(15), 9)
    for b in range(2):
        kept = there[b].ravel()
        rows = x[b].reshape(-1, 3)[kept]
        fit = sm.OLS(rows @ SLOPES + e[b].ravel()[kept], sm.add_constant(rows)).fit(
            cov_type="cluster", cov_kwds={"groups": groups[kept]}, use_t=True
        )
        np.testing.assert_allclose(t[b], fit.tvalues[1:], rtol=1e-9)
        assert df[b] == len(np.unique(groups[kept])) - 1
    assert df.tolist() == [13, 14]


def test_clusters_cost_the_design_effect_of_a_slope() -> None:
    """1 + (m - 1) rho_x rho_e, as predictors and errors resemble one another alike."""
    clusters, m, rho, draws = 150, 6, 0.6, 3000
    found = clustered_power(R, SLOPES, VARIANCE, clusters, m, rho, draws, seed=9)
    f2 = effect_f2(SLOPES[:2], np.diag(np.linalg.inv(R))[:2], 1 - VARIANCE)
    effective = round(clusters * m / design_effect(m, rho**2))
    expected = [coefficient_power(one, effective, 3) for one in f2]
    np.testing.assert_allclose(found.power[:2], expected, atol=0.035)
    alone = [coefficient_power(one, clusters * m, 3) for one in f2]
    assert (np.array(alone) - found.power[:2] > 0.1).all()
    # No effect is found as often as alpha says, which a test blind to clusters would not keep to.
    assert found.power[2] == pytest.approx(0.05, abs=ERRORS * np.sqrt(0.05 * 0.95 / draws) + 0.005)


def test_people_of_a_cluster_who_are_strangers_cost_nothing() -> None:
    found = clustered_power(R, SLOPES, VARIANCE, 120, 5, 0.0, 3000, seed=2)
    plain = design_power(R, SLOPES, VARIANCE, 600, 50_000, seed=2)
    np.testing.assert_allclose(found.power, plain.power, atol=0.035)


def test_the_curve_leads_to_the_number_of_the_formula() -> None:
    f2 = float(effect_f2(SLOPES[[1]], np.diag(np.linalg.inv(R))[[1]], 1 - VARIANCE)[0])
    needed = rows_needed(f2, 3)
    n = np.linspace(0.5, 1.6, 9) * needed
    power = np.array([design_power(R, SLOPES, VARIANCE, int(one), 4000, 11).power[1] for one in n])
    assert rows_by_curve(n, power, 0.8) == pytest.approx(needed, rel=0.03)
    assert rows_by_curve(n, np.full(9, 0.05), 0.8) == np.inf


@pytest.mark.parametrize(
    "call",
    [
        lambda: design_power(R, SLOPES, 0.0, 100, 10, 1),
        lambda: design_power(np.ones((3, 3)), SLOPES, 0.5, 100, 10, 1),
        lambda: design_power(R, SLOPES, 0.5, 100, 10, 1, alpha=1.0),
        lambda: design_power(R, SLOPES, 0.5, 100, 10, 1, answering=0.0),
        lambda: clustered_power(R, SLOPES, 0.5, 1, 20, 0.1, 10, 1),
        lambda: clustered_power(R, SLOPES, 0.5, 20, 1, 0.1, 10, 1),
        lambda: clustered_power(R, SLOPES, 0.5, 20, 10, 1.0, 10, 1),
    ],
)
def test_what_is_no_design_is_refused(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(StatisticsError):
        call()


def test_waves_of_a_few_are_refused() -> None:
    with pytest.raises(TooFewRows):
        design_power(R, SLOPES, VARIANCE, 8, 10, 1, answering=0.5)
