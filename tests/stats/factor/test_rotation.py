"""Varimax: a stationary point, the highest one, in SPSS's order and signs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm
from scipy.stats import ortho_group

from smartcity_survey.stats.core.errors import NotConverged, NotFinite
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.factor.rotation import varimax
from tests.stats.factor_data import reference

# R stops when the sum of singular values no longer grows in double precision. That sum is flat at the
# optimum, so its loadings are right to about the root of the rounding error only.
R_STOPS = 2e-8
# The gradient is at rounding error, so loadings are too.
TIGHT = 1e-11

# Central differences with steps of 1e-3 are right to about the square of the step.
DIFFERENCES = 1e-4

# A climb from these loadings as they are ends at a local maximum (.33509 instead of .35285).
TWO_MAXIMA = np.array(
    [[1.8, 0.0, 0.3], [-0.5, 0.6, -0.7], [-0.2, -0.1, -1.2], [1.5, 1.8, 0.7], [-1.2, -0.4, -0.1]]
)


def criterion(loadings: Array, kaiser: bool) -> float:
    """Kaiser's criterion, straight from its definition."""
    if kaiser:
        loadings = loadings / np.linalg.norm(loadings, axis=1)[:, None]
    return float(np.var(loadings**2, axis=0).sum())


def asymmetry(loadings: Array) -> float:
    """Largest violation of the first-order condition: Z'(Z^3 - Z mean Z^2) is symmetric at a solution."""
    z = loadings / np.linalg.norm(loadings, axis=1)[:, None]
    slopes = z.T @ (z**3 - z * (z**2).mean(axis=0))
    return float(np.abs(slopes - slopes.T).max())


@st.composite
def loadings(draw: st.DrawFn, max_factors: int = 6) -> Array:
    k = draw(st.integers(2, max_factors))
    p = draw(st.integers(2 * k, 24))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    pattern = np.eye(k)[rng.integers(0, k, p)] * rng.uniform(0.4, 0.9, (p, 1))
    matrix: Array = (pattern + rng.normal(scale=0.15, size=(p, k))) @ ortho_group.rvs(k, random_state=rng)
    return matrix


@pytest.mark.parametrize(("expected", "kaiser"), [("varimax", True), ("varimax_without_kaiser", False)])
def test_r_on_bfi(expected: str, kaiser: bool) -> None:
    target = np.array(reference("factors_bfi")[expected])
    result = varimax(np.array(reference("factors_bfi")["unrotated_loadings"]), kaiser=kaiser)
    np.testing.assert_allclose(result.loadings, target, atol=R_STOPS)
    assert result.gradient_norm < 1e-14
    assert result.criterion >= criterion(target, kaiser) - 1e-15


def test_r_is_the_one_that_stopped_early() -> None:
    unrotated = np.array(reference("factors_bfi")["unrotated_loadings"])
    assert asymmetry(varimax(unrotated).loadings) < 1e-13
    assert asymmetry(np.array(reference("factors_bfi")["varimax"])) > 1e-9


@settings(max_examples=50, deadline=None)
@given(loadings(), st.booleans())
def test_a_rotation_to_a_stationary_maximum(unrotated: Array, kaiser: bool) -> None:
    result = varimax(unrotated, kaiser=kaiser)
    k = unrotated.shape[1]
    np.testing.assert_allclose(result.rotation.T @ result.rotation, np.eye(k), atol=TIGHT)
    np.testing.assert_allclose(unrotated @ result.rotation, result.loadings, atol=TIGHT)
    np.testing.assert_allclose((result.loadings**2).sum(axis=1), (unrotated**2).sum(axis=1), atol=TIGHT)
    np.testing.assert_allclose((result.loadings**2).sum(), (unrotated**2).sum(), rtol=TIGHT)
    assert result.gradient_norm <= 1e-10
    assert result.curvature < 0
    np.testing.assert_allclose(result.criterion, criterion(result.loadings, kaiser), rtol=TIGHT)
    explained = (result.loadings**2).sum(axis=0)
    assert (np.diff(explained) <= 0).all()
    assert (result.loadings.sum(axis=0) >= 0).all()


@settings(max_examples=30, deadline=None)
@given(loadings(max_factors=4), st.integers(0, 10**6))
def test_neither_the_start_nor_the_order_of_items_matters(unrotated: Array, seed: int) -> None:
    rng = np.random.default_rng(seed)
    p, k = unrotated.shape
    result = varimax(unrotated)
    turned = unrotated @ ortho_group.rvs(k, random_state=rng)
    np.testing.assert_allclose(varimax(turned, seed=seed).loadings, result.loadings, atol=1e-8)
    items = rng.permutation(p)
    np.testing.assert_allclose(varimax(unrotated[items]).loadings, result.loadings[items], atol=1e-8)
    np.testing.assert_allclose(varimax(result.loadings).rotation, np.eye(k), atol=1e-8)


def test_two_factors_reach_the_best_of_all_angles() -> None:
    rng = np.random.default_rng(5)
    unrotated = rng.normal(size=(9, 2))
    angles = np.linspace(0, np.pi / 2, 20_001)
    turns = np.array([[np.cos(angles), -np.sin(angles)], [np.sin(angles), np.cos(angles)]]).transpose(2, 0, 1)
    scan = max(criterion(unrotated @ turn, kaiser=True) for turn in turns)
    result = varimax(unrotated)
    assert scan <= result.criterion <= scan + 1e-7


def test_curvature_is_the_flattest_second_derivative() -> None:
    result = varimax(np.array(reference("factors_bfi")["unrotated_loadings"]))
    planes = list(zip(*np.triu_indices(5, 1), strict=True))

    def turned(*turns: tuple[int, float]) -> float:
        skew = np.zeros((5, 5))
        for plane, angle in turns:
            a, b = planes[plane]
            skew[a, b] += angle
            skew[b, a] -= angle
        return criterion(result.loadings @ expm(skew), kaiser=True)

    h = 1e-3
    second = [
        [
            sum(s * t * turned((i, s * h), (j, t * h)) for s in (-1, 1) for t in (-1, 1)) / (4 * h**2)
            for j in range(10)
        ]
        for i in range(10)
    ]
    np.testing.assert_allclose(result.curvature, np.linalg.eigvalsh(second)[-1], rtol=DIFFERENCES)


def test_several_starts_leave_a_local_maximum() -> None:
    alone, several = varimax(TWO_MAXIMA, n_starts=1), varimax(TWO_MAXIMA)
    assert alone.gradient_norm <= 1e-10
    assert several.criterion > alone.criterion + 0.01
    np.testing.assert_allclose(several.start_criteria[0], alone.criterion, atol=1e-9)
    np.testing.assert_allclose(several.start_criteria.max(), several.criterion, atol=1e-9)


def test_where_the_criterion_says_nothing_the_curvature_is_zero() -> None:
    # Directions every 60 degrees: the criterion is the same at any angle.
    angles = np.arange(3) * np.pi / 3
    flat = varimax(np.column_stack([np.cos(angles), np.sin(angles)]))
    assert abs(flat.curvature) < 1e-12


def test_an_item_without_communality_has_no_say() -> None:
    unrotated = np.array(reference("factors_bfi")["unrotated_loadings"])
    dust = 1e-17 * np.random.default_rng(2).normal(size=(1, 5))
    with_dust = varimax(np.vstack([unrotated, dust]))
    with_zero = varimax(np.vstack([unrotated, np.zeros((1, 5))]))
    np.testing.assert_allclose(with_dust.loadings, with_zero.loadings, atol=TIGHT)
    np.testing.assert_array_equal(with_zero.loadings[-1], 0)


def test_one_factor_only_gets_its_sign() -> None:
    result = varimax(np.array([[-0.5], [-0.7], [0.1]]))
    np.testing.assert_array_equal(result.loadings[:, 0], [0.5, 0.7, -0.1])
    assert result.gradient_norm == 0
    assert np.isnan(result.curvature)


def test_what_cannot_be_rotated_is_refused() -> None:
    with pytest.raises(NotFinite) as caught:
        varimax(np.array([[0.5, np.nan], [0.4, 0.2]]))
    assert caught.value.indices == (1,)
    with pytest.raises(NotConverged, match="varimax did not converge in 100 iterations"):
        varimax(TWO_MAXIMA, tolerance=0.0)
