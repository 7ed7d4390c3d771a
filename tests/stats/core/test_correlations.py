"""Covariances, correlations, and the linear dependences they reveal."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartcity_survey.stats.core.correlations import (
    check_conditioning,
    correlation,
    covariance,
    require_independence,
    weighted_correlation,
)
from smartcity_survey.stats.core.errors import (
    ConstantItems,
    InvalidWeights,
    LinearDependence,
    NotFinite,
    NotPositiveDefinite,
    TooFewRows,
)
from tests.stats.factor_data import bfi_answers, random_answers, reference, simulated_answers

# Sums over at most a few thousand answers in double precision.
TIGHT = 1e-12


def test_psych_on_bfi() -> None:
    expected = reference("factors_bfi")
    matrix = correlation(bfi_answers())
    np.testing.assert_allclose(matrix, expected["correlation"], atol=TIGHT)
    np.testing.assert_allclose(
        check_conditioning(matrix).log_determinant, expected["bartlett"]["log_determinant"], rtol=TIGHT
    )


@pytest.mark.parametrize("ddof", [0, 1, 2])
def test_divisors(ddof: int) -> None:
    x = random_answers(1, 40, 5, 2)
    np.testing.assert_allclose(
        covariance(x, ddof), np.cov(x, rowvar=False, ddof=ddof), rtol=TIGHT, atol=TIGHT
    )


@given(st.integers(0, 10**6))
def test_order_of_rows_does_not_matter_and_order_of_items_only_moves_labels(seed: int) -> None:
    x = random_answers(seed, 30, 6, 2)
    rng = np.random.default_rng(seed)
    rows, items = rng.permutation(30), rng.permutation(6)
    matrix = correlation(x)
    np.testing.assert_allclose(correlation(x[rows]), matrix, atol=TIGHT)
    np.testing.assert_allclose(correlation(x[:, items]), matrix[np.ix_(items, items)], atol=TIGHT)
    np.testing.assert_array_equal(matrix, matrix.T)
    np.testing.assert_array_equal(np.diagonal(matrix), 1)


def test_unusable_columns_are_named() -> None:
    x = random_answers(2, 30, 4, 1)
    x[:, 1] = 3
    x[:, 3] = 0.1 * np.arange(30) - 0.1 * np.arange(30) + 0.3
    with pytest.raises(ConstantItems) as constant:
        correlation(x)
    assert constant.value.indices == (1, 3)
    x[2, 0] = np.nan
    with pytest.raises(NotFinite) as missing:
        covariance(x)
    assert missing.value.indices == (0,)
    with pytest.raises(TooFewRows, match="1 rows, at least 2 needed"):
        correlation(x[1:2])


def test_many_items_with_a_tiny_determinant_are_not_refused() -> None:
    conditioning = require_independence(correlation(simulated_answers()), 676)
    assert conditioning.log_determinant < np.log(1e-9)
    assert conditioning.condition_number < 100
    assert conditioning.dependent == ()


def test_each_dependence_is_named_by_its_items() -> None:
    x = random_answers(4, 80, 10, 3)
    x[:, 3] = x[:, 0]
    x[:, 7] = x[:, 1] + x[:, 2] - 2 * x[:, 5]
    matrix = correlation(x)
    conditioning = check_conditioning(matrix)
    assert conditioning.dependent == ((0, 3), (1, 2, 5, 7))
    assert conditioning.log_determinant == -np.inf
    assert abs(conditioning.smallest_eigenvalue) < TIGHT
    assert conditioning.condition_number > 1e14
    with pytest.raises(LinearDependence, match=r"smallest eigenvalue .* condition number") as caught:
        require_independence(matrix)
    assert caught.value.groups == ((0, 3), (1, 2, 5, 7))


@given(st.integers(0, 10**6), st.integers(1, 4))
def test_any_planted_dependence_is_found_and_nothing_else(seed: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(60, 8))
    members = rng.choice(8, size + 1, replace=False)
    x[:, members[0]] = x[:, members[1:]] @ rng.uniform(0.2, 3, size=size) + rng.normal()
    assert check_conditioning(correlation(x)).dependent == (tuple(sorted(members.tolist())),)


def test_a_total_beside_its_items_and_a_copy_of_it() -> None:
    x = random_answers(6, 60, 5, 1)
    total = x[:, :3].sum(axis=1, keepdims=True)
    dependent = check_conditioning(correlation(np.hstack([x, total, -total]))).dependent
    assert dependent == ((0, 1, 2, 5), (5, 6))


def test_items_that_are_nearly_copies_are_accepted_with_their_condition_number() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(100, 4))
    x[:, 3] = x[:, 0] + 1e-4 * rng.normal(size=100)
    conditioning = require_independence(correlation(x))
    assert 1e7 < conditioning.condition_number < 1e10


def test_fewer_rows_than_items() -> None:
    matrix = correlation(random_answers(1, 10, 10, 2))
    with pytest.raises(TooFewRows, match="10 rows, at least 11 needed"):
        require_independence(matrix, 10)
    with pytest.raises(LinearDependence):
        require_independence(matrix)


def test_contradictory_correlations_are_no_dependence() -> None:
    matrix = np.array([[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]])
    assert np.isnan(check_conditioning(matrix).log_determinant)
    with pytest.raises(NotPositiveDefinite, match=r"smallest eigenvalue -0\.8"):
        require_independence(matrix)


def test_whole_weights_are_repeated_rows() -> None:
    rng = np.random.default_rng(10)
    x, weights = rng.normal(size=(40, 3)), rng.integers(1, 4, size=40)
    repeated = np.corrcoef(np.repeat(x, weights, axis=0), rowvar=False)
    np.testing.assert_allclose(weighted_correlation(x, 0.3 * weights), repeated, rtol=0, atol=1e-12)


def test_a_weight_of_zero_is_refused() -> None:
    with pytest.raises(InvalidWeights):
        weighted_correlation(np.eye(3), np.array([1.0, 0.0, 2.0]))


@pytest.mark.parametrize(("ddof", "divisor"), [(0, 3), (1, 2), (2, 1)])
def test_covariances_of_three_rows_by_hand(ddof: int, divisor: int) -> None:
    """Deviations (-2, -1, 3) and (-1, 1, 0): sums of products 14, 1 and 2."""
    x = np.array([[1.0, 2], [2, 4], [6, 3]])
    np.testing.assert_allclose(covariance(x, ddof), np.array([[14, 1], [1, 2]]) / divisor, rtol=TIGHT)
    np.testing.assert_allclose(correlation(x)[0, 1], 1 / np.sqrt(28), rtol=TIGHT)
