"""Discriminant validity against R seminr and cSEM, and its properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartcity_survey.stats.measurement.reliability_coefficients import average_variance_extracted
from smartcity_survey.stats.measurement.validity import fornell_larcker, htmt, htmt2
from smartcity_survey.stats.pls.algorithm import fit_pls
from tests.stats.pls_data import membership, reference

# Closed formulas on both sides.
EXACT = 1e-12
LOWER = np.tril_indices(7, -1)


@pytest.mark.parametrize("name", ["mobi", "sim676"])
def test_htmt_agrees_with_seminr_and_csem(name: str) -> None:
    data = reference(name)
    absolute, signed = htmt(data.R, data.blocks), htmt(data.R, data.blocks, absolute=False)
    np.testing.assert_allclose(absolute[LOWER], data.array("seminr", "htmt")[LOWER], rtol=0, atol=EXACT)
    np.testing.assert_allclose(signed[LOWER], data.array("csem", "htmt_signed")[LOWER], rtol=0, atol=EXACT)
    # mobi has a negative correlation between items, so there the two differ.
    assert (np.abs(absolute - signed).max() > 0.01) == (name == "mobi")


@pytest.mark.parametrize("name", ["mobi", "sim676"])
def test_htmt2_agrees_with_csem(name: str) -> None:
    data = reference(name)
    found = htmt2(data.R, data.blocks)
    defined = ~np.isnan(found[LOWER])
    expected = data.array("csem", "htmt2")[LOWER]
    np.testing.assert_allclose(found[LOWER][defined], expected[defined], rtol=0, atol=EXACT)
    assert np.count_nonzero(~defined) == (1 if name == "mobi" else 0)


@pytest.mark.parametrize("name", ["mobi", "sim676"])
def test_fornell_larcker_agrees_with_seminr(name: str) -> None:
    data = reference(name)
    fit = fit_pls(data.R, data.n, data.model())
    table = fornell_larcker(fit.construct_corr, average_variance_extracted(fit.loadings, data.blocks))
    expected = data.array("seminr", "fornell_larcker")
    known = ~np.isnan(expected)
    np.testing.assert_allclose(table[known], expected[known], rtol=0, atol=1e-10)
    np.testing.assert_array_equal(table, table.T)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_ratios_are_symmetric_and_know_no_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    owner = np.repeat(np.arange(3), rng.integers(1, 5, size=3))
    x = rng.normal(size=(50, 1)) + rng.normal(size=(50, len(owner)))
    R, blocks = np.corrcoef(x, rowvar=False), membership(owner)
    shuffled = rng.permutation(len(owner))
    for ratio in (htmt, htmt2):
        found = ratio(R, blocks)
        np.testing.assert_array_equal(found, found.T)
        np.testing.assert_array_equal(np.diagonal(found), 1)
        other = ratio(R[np.ix_(shuffled, shuffled)], blocks[shuffled])
        np.testing.assert_allclose(other, found, rtol=0, atol=EXACT)


def test_two_single_items_have_their_correlation() -> None:
    R = np.array([[1, -0.4], [-0.4, 1]])
    assert htmt(R, membership([0, 1]))[0, 1] == pytest.approx(0.4, abs=EXACT)
    assert htmt(R, membership([0, 1]), absolute=False)[0, 1] == pytest.approx(-0.4, abs=EXACT)
    assert np.isnan(htmt2(R, membership([0, 1]))[0, 1])


def test_a_single_item_is_compared_with_the_others_mean_alone() -> None:
    """By hand: means between .3, .2 and .4, mean within .5; the item's own mean is 1."""
    R = np.array([[1, 0.6, 0.5, 0.3], [0.6, 1, 0.4, 0.2], [0.5, 0.4, 1, 0.4], [0.3, 0.2, 0.4, 1]])
    blocks = membership([0, 0, 0, 1])
    assert htmt(R, blocks)[0, 1] == pytest.approx(0.3 / np.sqrt(0.5), abs=EXACT)
    geometric = np.cbrt(0.3 * 0.2 * 0.4) / np.sqrt(np.cbrt(0.6 * 0.5 * 0.4))
    assert htmt2(R, blocks)[0, 1] == pytest.approx(geometric, abs=EXACT)


def test_equal_correlations_make_both_ratios_agree() -> None:
    owner = np.repeat([0, 1], 3)
    R = np.where(owner[:, None] == owner, 0.6, 0.3)
    np.fill_diagonal(R, 1)
    for ratio in (htmt, htmt2):
        assert ratio(R, membership(owner))[0, 1] == pytest.approx(0.5, abs=EXACT)
