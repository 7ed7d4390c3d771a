"""Simulated cut-offs against a simulation with lavaan, the rule for the loadings left out, and seeds."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import InvalidModel, NotPositiveDefinite
from smartcity_survey.stats.sem.cfa import CfaFit, fit_cfa
from smartcity_survey.stats.sem.dynamic_fit import DynamicCutoffs, dynamic_cutoffs, omitted_loadings
from tests.stats.factor_data import reference
from tests.stats.structural_data import blocks, factor_data, holzinger_pattern, holzinger_scores, moments

# Quantiles at 5 % of 150 of our draws against 1000 of lavaan's: standard errors near .0013 (SRMR), .0035
# (RMSEA, which piles up near zero) and .0018 (CFI); four of them.
BY_SIMULATION = np.array([0.005, 0.014, 0.007])


@cache
def holzinger_fit() -> CfaFit:
    return fit_cfa(moments(holzinger_scores()), 301, holzinger_pattern())


@cache
def holzinger_cutoffs() -> DynamicCutoffs:
    return dynamic_cutoffs(holzinger_fit(), draws=150, seed=5)


def test_lavaan_by_simulation() -> None:
    expected = reference("dynamic_fit_lavaan")
    found = holzinger_cutoffs()
    np.testing.assert_allclose(found.loadings, expected["added"], rtol=1e-5)
    assert (np.abs(found.right - expected["right"]) < BY_SIMULATION).all()
    assert (np.abs(found.cutoffs - expected["cutoffs"]) < BY_SIMULATION).all()
    assert not found.n_failed.any()


def test_weakest_items_cross_to_the_most_reliable_factor() -> None:
    found = holzinger_cutoffs()
    # x2 and x7, both on the textual factor; x7 loads .57 there, its room being larger.
    np.testing.assert_array_equal(found.items, [1, 6])
    np.testing.assert_array_equal(found.factors, [1, 1])


def test_a_pair_of_factors_is_used_once_and_small_factors_last() -> None:
    pattern = blocks((3, 2, 3))
    loadings = np.where(pattern, np.array([0.9, 0.8, 0.7, 0.4, 0.5, 0.6, 0.55, 0.65])[:, None], 0)
    factor_corr = np.full((3, 3), 0.3) + 0.7 * np.eye(3)
    items, factors, added = omitted_loadings(loadings, factor_corr, pattern)
    # The second factor has two items only: its weakest, .4, waits. Then .55 of the third goes to the first,
    # and the first's weakest, .7, to the second, the pair with the third being used.
    np.testing.assert_array_equal(items, [6, 2])
    np.testing.assert_array_equal(factors, [0, 1])
    room = 0.95 * (np.sqrt((0.7 * 0.3) ** 2 + 1 - 0.7**2) - 0.7 * 0.3)
    np.testing.assert_allclose(added, [0.55, room])


def test_worse_levels_have_worse_cutoffs() -> None:
    found = holzinger_cutoffs()
    srmr, rmsea, cfi = found.cutoffs.T
    assert srmr[1] > srmr[0]
    assert rmsea[1] > rmsea[0]
    assert cfi[1] < cfi[0]
    # The second level is told from the right model by all three, the first by none.
    assert found.separated[1].all()
    assert not found.separated[0].any()


def test_seed_makes_the_draws() -> None:
    first, again, other = (dynamic_cutoffs(holzinger_fit(), draws=4, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.draws, again.draws)
    assert (first.draws != other.draws).all()


def test_models_without_two_clean_factors_are_refused() -> None:
    single = fit_cfa(moments(factor_data(1, 200, (4,))), 200, blocks((4,)))
    with pytest.raises(InvalidModel, match="two factors of several items"):
        dynamic_cutoffs(single)
    beside = fit_cfa(moments(factor_data(1, 200, (4, 1))), 200, blocks((4, 1)))
    with pytest.raises(InvalidModel, match="two factors of several items"):
        dynamic_cutoffs(beside)
    pattern = blocks((4, 4))
    pattern[0, 1] = True
    crossed = fit_cfa(moments(factor_data(1, 200, (4, 4))), 200, pattern)
    with pytest.raises(InvalidModel, match="load on one of them"):
        dynamic_cutoffs(crossed)


def test_an_inadmissible_solution_describes_no_population() -> None:
    # Items correlate more across the pairs than within them.
    R = np.full((4, 4), 0.6) + 0.4 * np.eye(4)
    R[0, 1] = R[1, 0] = R[2, 3] = R[3, 2] = 0.4
    fit = fit_cfa(R, 300, blocks((2, 2)))
    assert not fit.heywood.size
    with pytest.raises(NotPositiveDefinite):
        dynamic_cutoffs(fit)


def test_single_items_take_no_part_in_the_misfit() -> None:
    x = factor_data(5, 400, (4, 1, 3, 3))
    found = dynamic_cutoffs(fit_cfa(moments(x), 400, blocks((4, 1, 3, 3))), draws=20, seed=1)
    assert len(found.items) == 2
    assert 4 not in found.items
    assert 1 not in found.factors
    assert np.isfinite(found.cutoffs).all()
