"""Necessary conditions by hand, and against PyPI seminrExtras on random answers."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls_advanced.necessary_conditions import necessary_condition

LEVELS = np.arange(11) / 10


def of_range(scores: Array, values: Array) -> Array:
    return (scores - values.min()) / (values.max() - values.min())


def test_by_hand() -> None:
    """Peers (0, 1), (1, 2), (3, 4) in a scope of 4 by 4: 1 x 3 and 2 x 2 are empty; line 1 + x."""
    condition = np.array([0.0, 0.0, 1.0, 3.0, 4.0])
    outcome = np.array([0.0, 1.0, 2.0, 4.0, 3.0])
    found = necessary_condition(condition, outcome)
    np.testing.assert_array_equal(found.ceiling.peers, [[0, 1], [1, 2], [3, 4]])
    assert found.step_effect == pytest.approx((1 * 3 + 2 * 2) / 16)
    assert (found.ceiling.intercept, found.ceiling.slope) == pytest.approx((1, 1))
    assert found.line_effect == pytest.approx(3 * 3 / 2 / 16)
    assert found.line_accuracy == 1
    np.testing.assert_allclose(
        found.ceiling.required_by_steps(np.array([0.5, 1.0, 1.5, 4.0, 4.1])), [0, 0, 1, 3, np.nan]
    )
    np.testing.assert_allclose(
        found.ceiling.required_by_line(np.array([0.5, 1.5, 4.0, 5.5])), [0, 0.5, 3, np.nan]
    )


def test_a_constant_condition_has_no_effect_and_a_single_peer_no_line() -> None:
    outcome = np.array([1.0, 2.0, 3.0])
    assert np.isnan(necessary_condition(np.ones(3), outcome, 20).step_effect)
    single = necessary_condition(np.array([0.0, 1.0, 2.0]), outcome[::-1].copy())
    assert (single.step_effect, single.line_effect) == (0, 0)
    assert np.isnan(single.ceiling.slope)


@pytest.mark.parametrize("n", [12, 60, 400])
def test_like_seminr_extras(n: int) -> None:
    nca = pytest.importorskip("seminrExtras.nca", reason="seminrExtras, the oracle, is not installed")
    rng = np.random.default_rng(n)
    for _ in range(20):
        condition = rng.integers(1, 8, n) + 0.3 * rng.integers(0, 2, n)
        outcome = 0.5 * condition + rng.normal(size=n)
        found = necessary_condition(condition, outcome)
        assert found.step_effect == pytest.approx(nca.ce_fdh_effect_size(condition, outcome), abs=1e-12)
        assert found.line_effect == pytest.approx(nca.cr_fdh_effect_size(condition, outcome), abs=1e-12)
        levels = outcome.min() + LEVELS * (outcome.max() - outcome.min())
        steps = nca.compute_bottleneck_column(condition, outcome, "ce_fdh", 10)
        own = 100 * of_range(found.ceiling.required_by_steps(levels), condition)
        # At the highest level rounding may leave the oracle without an answer.
        np.testing.assert_allclose(own[:-1].round(1), steps[:-1], atol=0.051)
        line = nca.compute_bottleneck_column(condition, outcome, "cr_fdh", 10)
        asked = np.isfinite(line)
        own = 100 * of_range(found.ceiling.required_by_line(levels), condition)
        np.testing.assert_allclose(own[asked], line[asked], atol=0.051)


def test_p_is_the_share_of_random_pairings() -> None:
    rng = np.random.default_rng(3)
    condition, noise = rng.random(200), rng.random(200)
    needed = necessary_condition(condition, noise * condition, draws=499, seed=1)
    unrelated = necessary_condition(condition, noise, draws=499, seed=1)
    assert needed.step_p == needed.line_p == 1 / 500
    assert unrelated.step_p > 0.05
    streams = np.random.SeedSequence(1).spawn(499)
    pairings = [np.random.default_rng(one).permutation(noise) for one in streams]
    larger = [necessary_condition(condition, one).step_effect >= unrelated.step_effect for one in pairings]
    assert unrelated.step_p == (1 + sum(larger)) / 500
