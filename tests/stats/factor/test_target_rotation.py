"""Congruence and rotation to a target: psych's values, and what they promise."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest

from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.factor.target_rotation import procrustes, reordered, tucker_congruence
from tests.stats.factor_data import reference

PSYCH = reference("target_rotation_psych")
LOADINGS, TARGET = (np.array(PSYCH[name]) for name in ("loadings", "target"))


def test_psych() -> None:
    """psych 2.2.9: factor.congruence(target, loadings, digits = 12) and Procrustes(loadings, target)."""
    np.testing.assert_allclose(tucker_congruence(TARGET, LOADINGS), PSYCH["congruence"], atol=1e-11)
    rotation = procrustes(LOADINGS, TARGET)
    np.testing.assert_allclose(rotation, PSYCH["rotation"], atol=1e-11)
    np.testing.assert_allclose(LOADINGS @ rotation, PSYCH["turned"], atol=1e-11)


def test_by_hand() -> None:
    """(1, 1) and (1, 0) enclose 45 degrees."""
    found = tucker_congruence(np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([[1.0], [0.0]]))
    assert found[0, 0] == pytest.approx(np.sqrt(0.5))
    assert np.isnan(found[1, 0])


@pytest.mark.parametrize("seed", range(5))
def test_no_other_rotation_is_nearer_and_a_turned_target_comes_back(seed: int) -> None:
    rng = np.random.default_rng(seed)
    loadings, target = rng.normal(size=(2, 12, 3))
    rotation = procrustes(loadings, target)
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    nearest = np.linalg.norm(loadings @ rotation - target)
    for other in np.linalg.qr(rng.normal(size=(200, 3, 3)))[0]:
        assert np.linalg.norm(loadings @ other - target) > nearest
        np.testing.assert_allclose(target @ other @ procrustes(target @ other, target), target, atol=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_order_and_signs_are_the_best_of_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    loadings, target = rng.normal(size=(2, 8, 4))

    def distances() -> list[tuple[float, Array]]:
        every = product(permutations(range(4)), product((-1.0, 1.0), repeat=4))
        tried = [loadings[:, list(order)] * signs for order, signs in every]
        return [(float(np.linalg.norm(one - target)), one) for one in tried]

    best = min(distances(), key=lambda one: one[0])[1]
    np.testing.assert_array_equal(reordered(loadings, target), best)
