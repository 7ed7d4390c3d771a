"""Principal components and their rotation against psych, and their identities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.errors import InvalidComponents, LinearDependence, TiedEigenvalues
from smartcity_survey.stats.factor.components import principal_components, rotated_solution
from tests.stats.factor_data import bfi_answers, random_answers, reference, simulated_answers

# Eigenvalues and vectors of well separated components in double precision.
TIGHT = 1e-11
# R's varimax stops at about the root of the rounding error (see test_rotation).
R_STOPS = 2e-8


def test_psych_components_on_bfi() -> None:
    expected = reference("factors_bfi")
    components = principal_components(correlation(bfi_answers()), 5)
    np.testing.assert_allclose(components.eigenvalues, expected["eigenvalues"], rtol=TIGHT)
    np.testing.assert_allclose(components.loadings, expected["unrotated_loadings"], atol=TIGHT)
    np.testing.assert_allclose(components.communalities, expected["communalities"], rtol=TIGHT)


@pytest.mark.parametrize(("name", "k"), [("factors_bfi", 5), ("factors_sim676", 7)])
def test_psych_rotation(name: str, k: int) -> None:
    expected = reference(name)
    answers = bfi_answers() if name == "factors_bfi" else simulated_answers()
    solution = rotated_solution(correlation(answers), k)
    np.testing.assert_allclose(solution.eigenvalues, expected["eigenvalues"], rtol=TIGHT)
    np.testing.assert_allclose(solution.loadings, expected["varimax"], atol=R_STOPS)
    np.testing.assert_allclose(solution.communalities, expected["communalities"], rtol=TIGHT)
    assert solution.gradient_norm < 1e-10


def test_psych_score_weights() -> None:
    # psych's rotation stops earlier than ours, so its weights are compared in its own rotation.
    expected = reference("factors_bfi")
    solution = rotated_solution(correlation(bfi_answers()), 5)
    turn = np.linalg.lstsq(solution.loadings, np.array(expected["psych_loadings"]))[0]
    np.testing.assert_allclose(turn.T @ turn, np.eye(5), atol=TIGHT)
    np.testing.assert_allclose(
        solution.score_coefficients @ turn, expected["psych_score_weights"], atol=TIGHT
    )


def test_kaiser_keeps_eigenvalues_above_one() -> None:
    assert rotated_solution(correlation(simulated_answers())).loadings.shape == (48, 7)
    assert principal_components(correlation(bfi_answers())).n_components == 6


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 5))
def test_identities(seed: int, k: int) -> None:
    x = random_answers(seed, 120, 10, 4)
    matrix = correlation(x)
    solution = rotated_solution(matrix, k)
    np.testing.assert_allclose(solution.rotation.T @ solution.rotation, np.eye(k), atol=TIGHT)
    np.testing.assert_allclose(solution.unrotated_loadings @ solution.rotation, solution.loadings, atol=TIGHT)
    np.testing.assert_allclose(np.square(solution.loadings).sum(axis=1), solution.communalities, rtol=TIGHT)
    np.testing.assert_allclose(
        np.square(solution.unrotated_loadings).sum(axis=1), solution.communalities, rtol=TIGHT
    )
    np.testing.assert_allclose(
        np.square(solution.loadings).sum(axis=0), solution.explained_variance, rtol=TIGHT
    )
    np.testing.assert_allclose(solution.explained_variance.sum(), solution.eigenvalues[:k].sum(), rtol=TIGHT)
    np.testing.assert_allclose(solution.eigenvalues.sum(), 10, rtol=TIGHT)
    z = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
    scores = z @ solution.score_coefficients
    np.testing.assert_allclose(np.cov(scores, rowvar=False).reshape(k, k), np.eye(k), atol=TIGHT)
    np.testing.assert_allclose(z.T @ scores / 119, solution.loadings, atol=TIGHT)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_order_of_rows_does_not_matter_and_order_of_items_only_moves_labels(seed: int) -> None:
    x = random_answers(seed, 150, 9, 3)
    rng = np.random.default_rng(seed)
    items = rng.permutation(9)
    solution = rotated_solution(correlation(x), 3)
    # A rotation the criterion hardly determines magnifies the rounding of the correlations.
    assume(solution.curvature < -0.01 and np.diff(solution.explained_variance).max() < -0.01)
    by_rows = rotated_solution(correlation(x[rng.permutation(150)]), 3)
    by_items = rotated_solution(correlation(x[:, items]), 3)
    for name in ("loadings", "score_coefficients"):
        np.testing.assert_allclose(getattr(by_rows, name), getattr(solution, name), atol=1e-8)
        np.testing.assert_allclose(getattr(by_items, name), getattr(solution, name)[items], atol=1e-8)
    np.testing.assert_allclose(by_items.eigenvalues, solution.eigenvalues, rtol=TIGHT)


def test_all_components_reproduce_the_correlations() -> None:
    matrix = correlation(random_answers(2, 80, 6, 2))
    solution = rotated_solution(matrix, 6)
    np.testing.assert_allclose(solution.loadings @ solution.loadings.T, matrix, atol=TIGHT)
    np.testing.assert_allclose(solution.communalities, 1, rtol=TIGHT)


def test_numbers_of_components_that_are_not_there() -> None:
    matrix = correlation(random_answers(2, 80, 6, 2))
    for asked in (0, 7):
        with pytest.raises(InvalidComponents, match=f"{asked} components asked for, 1 to 6 are possible"):
            principal_components(matrix, asked)
    with pytest.raises(InvalidComponents, match="0 components asked for"):
        principal_components(np.eye(4))
    singular = correlation(np.repeat(random_answers(2, 80, 3, 2), 2, axis=1))
    with pytest.raises(InvalidComponents, match="4 components asked for, 1 to 3 are possible"):
        principal_components(singular, 4)


def test_a_tie_at_the_last_component_is_refused() -> None:
    alike = np.full((4, 4), 0.3) + 0.7 * np.eye(4)
    assert principal_components(alike, 1).n_components == 1
    with pytest.raises(TiedEigenvalues, match=r"components 2 and 3 share the eigenvalue 0\.7"):
        principal_components(alike, 2)


def test_dependent_items_are_refused() -> None:
    x = random_answers(2, 80, 6, 2)
    x[:, 5] = x[:, 1]
    with pytest.raises(LinearDependence) as caught:
        rotated_solution(correlation(x), 2)
    assert caught.value.groups == ((1, 5),)
