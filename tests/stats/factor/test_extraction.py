from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from factor_analyzer import FactorAnalyzer
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.multivariate.factor import Factor

from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.errors import InvalidComponents, NotPositiveDefinite, UnderIdentified
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.factor import extraction
from smartcity_survey.stats.factor.extraction import (
    goodness_of_fit,
    maximum_likelihood_factors,
    principal_axes,
)
from tests.stats.factor_data import bfi_answers, random_answers, simulated_answers

# Sums of p products of numbers near 1.
ROUNDING = 1e-12
# statsmodels iterates principal axes until no communality moves by 1e-12; the iteration contracts slowly.
ITERATED = 1e-10
# Quasi-Newton optima of statsmodels and factor_analyzer: loadings are right to the root of what is left of
# the discrepancy. Measured 3e-8 and 1e-6.
QUASI_NEWTON = 1e-5
# Second differences with steps of 1e-5 lose half the digits.
DIFFERENCES = 1e-8


@cache
def studies() -> dict[str, tuple[Array, int, int]]:
    """Correlations, respondents and number of factors."""
    answers = {"bfi": (bfi_answers(), 5), "simulated": (simulated_answers(), 7)}
    return {name: (correlation(x), len(x), k) for name, (x, k) in answers.items()}


@pytest.mark.parametrize("name", ["bfi", "simulated"])
def test_principal_axes_are_the_fixed_point_of_the_usual_iteration(name: str) -> None:
    R, _, k = studies()[name]
    ours = principal_axes(R, k)
    iterated = Factor(corr=R, n_factor=k, method="pa", smc=True).fit(maxiter=20000, tol=1e-12)
    assert np.allclose(ours.communalities, iterated.communality, rtol=0, atol=ITERATED)
    signs = np.sign((ours.loadings * iterated.loadings).sum(axis=0))
    assert np.allclose(ours.loadings, iterated.loadings * signs, rtol=0, atol=ITERATED)


@pytest.mark.parametrize("name", ["bfi", "simulated"])
def test_maximum_likelihood_agrees_with_other_packages_and_fits_better(name: str) -> None:
    R, _, k = studies()[name]
    ours = maximum_likelihood_factors(R, k)
    theirs = FactorAnalyzer(n_factors=k, method="ml", rotation=None, is_corr_matrix=True).fit(R)
    assert np.allclose(ours.uniquenesses, theirs.get_uniquenesses(), rtol=0, atol=QUASI_NEWTON)
    assert np.allclose(
        ours.loadings @ ours.loadings.T, theirs.loadings_ @ theirs.loadings_.T, atol=QUASI_NEWTON
    )
    assert ours.discrepancy <= discrepancy(R, theirs.loadings_, theirs.get_uniquenesses()) + ROUNDING


def discrepancy(R: Array, loadings: Array, uniquenesses: Array) -> float:
    """Likelihood discrepancy between R and the correlations that loadings imply."""
    implied = loadings @ loadings.T + np.diag(uniquenesses)
    return float(
        np.linalg.slogdet(implied)[1]
        - np.linalg.slogdet(R)[1]
        + np.trace(np.linalg.solve(implied, R))
        - len(R)
    )


@pytest.mark.parametrize("name", ["bfi", "simulated"])
def test_the_likelihood_is_that_of_the_implied_correlations(name: str) -> None:
    R, n, k = studies()[name]
    ours = maximum_likelihood_factors(R, k)
    assert ours.discrepancy == pytest.approx(discrepancy(R, ours.loadings, ours.uniquenesses), abs=ROUNDING)
    # Every item is reproduced: communality and uniqueness add up to its variance.
    assert np.allclose(ours.communalities + ours.uniquenesses, 1, rtol=0, atol=ROUNDING)
    p = len(R)
    fit = goodness_of_fit(ours, n)
    assert fit.df == p * (p + 1) // 2 - (p * k + p - k * (k - 1) // 2)
    assert fit.statistic == pytest.approx((n - 1 - (2 * p + 5) / 6 - 2 * k / 3) * ours.discrepancy)


@pytest.mark.parametrize("surface", [extraction._least_squares, extraction._likelihood])
def test_derivatives_agree_with_differences(surface: extraction._Surface) -> None:
    R, _, k = studies()["bfi"]
    smc = principal_axes(R, k).initial_communalities
    point = 1 - smc if surface is extraction._least_squares else np.log(1 - smc)
    steps = 1e-5 * np.eye(len(R))
    ahead = [surface(R, point + step, k) for step in steps]
    behind = [surface(R, point - step, k) for step in steps]
    gradient = [(a.value - b.value) / 2e-5 for a, b in zip(ahead, behind, strict=True)]
    hessian = [(a.gradient - b.gradient) / 2e-5 for a, b in zip(ahead, behind, strict=True)]
    found = surface(R, point, k)
    assert np.allclose(found.gradient, gradient, rtol=0, atol=DIFFERENCES)
    assert np.allclose(found.hessian, hessian, rtol=0, atol=DIFFERENCES)
    assert np.linalg.eigvalsh(found.positive)[0] > -ROUNDING


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), k=st.integers(1, 3))
def test_exact_factors_are_found_again(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    loadings = rng.uniform(-0.5, 0.5, size=(12, k))
    R = loadings @ loadings.T
    np.fill_diagonal(R, 1.0)
    for extract in (principal_axes, maximum_likelihood_factors):
        found = extract(R, k)
        assert found.discrepancy <= ROUNDING
        # Near an exact fit a discrepancy of 1e-15 leaves the loadings open to its root.
        assert np.allclose(found.loadings @ found.loadings.T, loadings @ loadings.T, rtol=0, atol=1e-6)
        assert (found.loadings.sum(axis=0) > 0).all()
        variances = np.square(found.loadings).sum(axis=0)
        assert (np.diff(variances) <= 0).all()


def test_a_heywood_case_is_flagged_and_held() -> None:
    # One factor of three items with r12 r13 / r23 > 1.
    R = np.array([[1.0, 0.9, 0.9, 0.1], [0.9, 1.0, 0.7, 0.1], [0.9, 0.7, 1.0, 0.1], [0.1, 0.1, 0.1, 1.0]])
    for extract in (principal_axes, maximum_likelihood_factors):
        found = extract(R, 1)
        assert found.heywood.tolist() == [0]
        assert found.uniquenesses[0] == pytest.approx(extraction.SMALLEST_UNIQUENESS)
        assert found.gradient_norm <= extraction.TOLERANCE


def test_what_cannot_be_extracted_is_refused() -> None:
    R = correlation(random_answers(1, 100, 6, 2))
    with pytest.raises(UnderIdentified) as few:
        principal_axes(R, 4)
    assert few.value.factors == (0, 1, 2, 3)
    with pytest.raises(InvalidComponents):
        maximum_likelihood_factors(R, 0)
    with pytest.raises(InvalidComponents) as surplus:
        principal_axes(np.full((6, 6), 0.3) + 0.7 * np.eye(6), 2)
    assert surplus.value.available == 1
    contradiction = np.array([[1.0, 0.9, 0.9, 0], [0.9, 1.0, -0.9, 0], [0.9, -0.9, 1.0, 0], [0, 0, 0, 1.0]])
    with pytest.raises(NotPositiveDefinite):
        maximum_likelihood_factors(contradiction, 1)
