from __future__ import annotations

from functools import cache, partial

import numpy as np
import pytest
from factor_analyzer.rotator import Rotator
from hypothesis import given, settings
from hypothesis import strategies as st

from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.errors import NotConverged
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.factor import oblique
from smartcity_survey.stats.factor.components import principal_components
from smartcity_survey.stats.factor.extraction import principal_axes
from smartcity_survey.stats.factor.oblique import ObliqueRotation, oblimin, promax
from smartcity_survey.stats.factor.rotation import normalise
from tests.stats.factor_data import bfi_answers, simulated_answers

# Sums of p products of numbers near 1.
ROUNDING = 1e-12
# factor_analyzer stops at a gradient of 1e-12 or when steps no longer pay; measured 2e-7.
PROJECTED = 1e-6
# factor_analyzer's varimax stops early; with rotated loadings as input, what is left is measured below 3e-6.
EARLY = 1e-5


@cache
def unrotated(name: str) -> Array:
    if name == "bfi":
        return principal_axes(correlation(bfi_answers()), 5).loadings
    return principal_components(correlation(simulated_answers()), 7).loadings


def matched(ours: ObliqueRotation, pattern: Array, correlations: Array) -> tuple[Array, Array]:
    """A pattern and its factor correlations in our order and with our signs."""
    congruence = pattern.T @ ours.pattern
    order = np.abs(congruence).argmax(axis=0)
    assert sorted(order) == list(range(len(order)))
    signs = np.sign(congruence[order, np.arange(len(order))])
    return pattern[:, order] * signs, correlations[np.ix_(order, order)] * np.outer(signs, signs)


@pytest.mark.parametrize("name", ["bfi", "simulated"])
@pytest.mark.parametrize("kaiser", [False, True])
def test_oblimin_agrees_with_factor_analyzer(name: str, kaiser: bool) -> None:
    loadings = unrotated(name)
    ours = oblimin(loadings, kaiser=kaiser)
    # factor_analyzer rotates what it is given, so normalisation happens around it.
    lengths = np.linalg.norm(loadings, axis=1, keepdims=True) if kaiser else 1.0
    rotator = Rotator(method="oblimin", max_iter=5000, tol=1e-12)
    pattern, correlations = matched(ours, rotator.fit_transform(loadings / lengths) * lengths, rotator.phi_)
    assert np.allclose(ours.pattern, pattern, rtol=0, atol=PROJECTED)
    assert np.allclose(ours.factor_correlations, correlations, rtol=0, atol=PROJECTED)


@pytest.mark.parametrize("name", ["bfi", "simulated"])
def test_promax_agrees_with_factor_analyzer_for_items_of_unit_length(name: str) -> None:
    # There its target, the loadings to a power, and SPSS's, that of loadings at unit length, are the same.
    loadings = normalise(unrotated(name))
    ours = promax(loadings)
    rotator = Rotator(method="promax", power=4, max_iter=5000, tol=1e-14)
    pattern, correlations = matched(ours, rotator.fit_transform(loadings), rotator.phi_)
    assert np.allclose(ours.pattern, pattern, rtol=0, atol=EARLY)
    assert np.allclose(ours.factor_correlations, correlations, rtol=0, atol=EARLY)


@pytest.mark.parametrize("rotate", [oblimin, promax])
@pytest.mark.parametrize("name", ["bfi", "simulated"])
def test_rotation_changes_neither_fit_nor_the_factors_variance(name: str, rotate: type) -> None:
    loadings = unrotated(name)
    found = rotate(loadings)
    k = loadings.shape[1]
    implied = found.pattern @ found.factor_correlations @ found.pattern.T
    assert np.allclose(implied, loadings @ loadings.T, rtol=0, atol=ROUNDING)
    assert np.allclose(np.diagonal(found.factor_correlations), 1)
    assert np.linalg.eigvalsh(found.factor_correlations)[0] > 0
    assert np.allclose(found.structure, found.pattern @ found.factor_correlations, rtol=0, atol=ROUNDING)
    assert np.allclose(loadings @ found.transformation, found.pattern, rtol=0, atol=ROUNDING)
    assert (found.pattern.sum(axis=0) > 0).all()
    assert (np.diff(np.square(found.structure).sum(axis=0)) <= 0).all()
    assert found.start_criteria.shape == (oblique.N_STARTS,)
    assert found.gradient_norm <= oblique.TOLERANCE
    assert k == len(found.factor_correlations)


def test_no_neighbour_is_simpler() -> None:
    loadings = normalise(unrotated("bfi"))
    found = oblimin(loadings)
    best, slopes = oblique._criterion(loadings @ found.transformation, 0.0)
    transform = np.linalg.inv(found.transformation).T
    rng = np.random.default_rng(3)
    for _ in range(20):
        near = oblique._unit_columns(transform + 1e-3 * rng.standard_normal(transform.shape))
        assert oblique._criterion(loadings @ np.linalg.inv(near).T, 0.0)[0] > best
    assert slopes.shape == loadings.shape


def test_slopes_agree_with_differences() -> None:
    loadings, k, width = unrotated("bfi"), 5, 1e-6
    rng = np.random.default_rng(5)
    transform = oblique._unit_columns(np.eye(k) + 0.2 * rng.standard_normal((k, k)))
    criterion = partial(oblique._criterion, delta=-0.5)
    slopes = oblique._slopes(loadings, transform, criterion)
    for row, column in ((0, 1), (3, 2), (4, 0)):
        step = np.zeros((k, k))
        step[row, column] = width
        ahead, behind = (
            oblique._gradient(loadings, oblique._unit_columns(transform @ (np.eye(k) + s * step)), criterion)[
                0
            ]
            for s in (1, -1)
        )
        assert slopes[row, column] == pytest.approx((ahead - behind) / (2 * width), abs=1e-8)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_perfect_simple_structure_is_found(seed: int) -> None:
    rng = np.random.default_rng(seed)
    simple = np.kron(np.eye(3), np.ones((4, 1))) * rng.uniform(0.4, 0.8, size=(12, 1))
    correlated = np.eye(3) + 0.3 * (1 - np.eye(3))
    loadings = simple @ np.linalg.cholesky(correlated) @ np.linalg.qr(rng.standard_normal((3, 3)))[0]
    found = oblimin(loadings)
    pattern, _ = matched(found, simple, correlated)
    # The criterion is flat to fourth order where cross-loadings vanish.
    assert np.allclose(found.pattern, pattern, rtol=0, atol=1e-5)
    assert np.allclose(found.factor_correlations, correlated, rtol=0, atol=1e-4)


def test_a_lower_delta_correlates_factors_less() -> None:
    loadings = unrotated("simulated")
    sizes = [
        np.abs(oblimin(loadings, delta).factor_correlations - np.eye(7)).mean()
        for delta in (0.0, -1.0, -10.0)
    ]
    assert sizes[0] > sizes[1] > sizes[2]


def test_a_criterion_without_minimum_is_reported() -> None:
    with pytest.raises(NotConverged, match="oblimin"):
        oblimin(unrotated("bfi"), 2.0, n_starts=1)


@pytest.mark.parametrize("rotate", [oblimin, promax])
def test_one_factor_stays_as_it_is(rotate: type) -> None:
    loadings = principal_axes(correlation(bfi_answers()), 1).loadings
    found = rotate(loadings)
    assert np.allclose(found.pattern, loadings, rtol=0, atol=ROUNDING)
    assert found.factor_correlations.tolist() == [[1.0]]
