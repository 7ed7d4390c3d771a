"""Resampling by matrix product: streams of draws, counts, and moments against plain sums."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from smartcity_survey.stats.core import resample
from smartcity_survey.stats.core.errors import InvalidWeights
from smartcity_survey.stats.core.resample import (
    COUNTS_BYTES,
    correlation_stack,
    resampled_units,
    unit_products,
)
from tests.stats.pls_data import answers

EXACT = 1e-12


def correlations(x: np.ndarray, **options: np.ndarray) -> np.ndarray:
    """(p, p), by way of the moments."""
    products = unit_products(x, **options)
    return np.asarray(correlation_stack(products.total(), products.p)[0][:, :, 0])


def test_draws_do_not_depend_on_how_they_are_cut() -> None:
    whole = resampled_units(5, 0, 40, 677)
    pieces = [resampled_units(5, first, last, 677) for first, last in ((0, 1), (1, 13), (13, 40))]
    np.testing.assert_array_equal(whole, np.concatenate(pieces))


def test_draws_differ_by_draw_seed_and_stream() -> None:
    draws = [
        resampled_units(5, 0, 1, 100),
        resampled_units(5, 1, 2, 100),
        resampled_units(6, 0, 1, 100),
        resampled_units(5, 0, 1, 100, stream=1),
        resampled_units(5, 0, 1, 100, stream=2),
    ]
    assert len({draw.tobytes() for draw in draws}) == len(draws)


def test_draws_are_uniform() -> None:
    # 2000 draws of 50 units: each unit's count has mean 2000 and standard deviation 44.3; 5 are allowed.
    counts = np.bincount(resampled_units(1, 0, 2000, 50).ravel(), minlength=50)
    assert counts.sum() == 100_000
    assert np.abs(counts - 2000).max() < 5 * 44.3


def test_counts() -> None:
    products = unit_products(answers()[:3, :2])
    counts = products.counts(np.array([[0, 0, 2], [1, 2, 1]]))
    np.testing.assert_array_equal(counts, [[2, 0, 1], [0, 2, 1]])


def test_counts_of_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    products = unit_products(answers()[:50, :2])
    expected = products.counts(resampled_units(5, 3, 20, 50))
    np.testing.assert_array_equal(products.resampled_counts(5, 3, 20), expected)
    monkeypatch.setattr(resample, "DRAWN_AT_ONCE", 120)
    np.testing.assert_array_equal(products.resampled_counts(5, 3, 20), expected)


def test_correlations_are_the_usual_ones() -> None:
    x = np.random.default_rng(0).normal(size=(90, 5)) * [1, 10, 0.01, 1e4, 1] + 1000
    np.testing.assert_allclose(correlations(x), np.corrcoef(x, rowvar=False), rtol=0, atol=EXACT)


def test_whole_numbers_are_summed_exactly_in_single_precision() -> None:
    x = answers()
    products = unit_products(x)
    assert products.z.dtype == np.float32
    counts = products.resampled_counts(3, 0, 20)
    centred = np.vstack([np.ones(len(x)), (x - np.rint(x.mean(axis=0))).T])
    for draw, moments in enumerate(products.moments(counts).T):
        exact = (centred * counts[draw].astype(float)) @ centred.T
        np.testing.assert_array_equal(moments, exact[np.triu_indices(49)])


@pytest.mark.parametrize(
    "x",
    [answers()[:, :3] + 0.5 * (np.arange(676) % 2)[:, None], answers()[:, :3] * [1.0, 1.0, 1000.0]],
    ids=["fractions", "large numbers"],
)
def test_other_numbers_are_summed_in_double_precision(x: np.ndarray) -> None:
    assert unit_products(x).z.dtype == np.float64
    np.testing.assert_allclose(correlations(x), np.corrcoef(x, rowvar=False), rtol=0, atol=EXACT)


def test_weights_count_as_repetitions() -> None:
    x = answers()[:60, :6]
    weights = np.random.default_rng(0).integers(1, 4, size=60)
    np.testing.assert_allclose(
        correlations(x, weights=weights.astype(float)),
        np.corrcoef(np.repeat(x, weights, axis=0), rowvar=False),
        rtol=0,
        atol=EXACT,
    )


def test_weights_must_be_positive() -> None:
    x, weights = answers()[:20, :3], np.ones(20)
    weights[[4, 9]] = 0, np.nan
    with pytest.raises(InvalidWeights) as caught:
        unit_products(x, weights)
    assert caught.value.rows == (4, 9)


def test_groups_are_drawn_as_a_whole() -> None:
    x = answers()[:60, :6]
    groups = np.random.default_rng(0).integers(10, 17, size=60)
    products = unit_products(x, groups=groups)
    assert products.units == 7
    drawn = np.array([[0, 3, 3, 6, 1, 0, 0]])
    rows = np.concatenate([np.flatnonzero(groups == 10 + unit) for unit in drawn[0]])
    found = correlation_stack(products.moments(products.counts(drawn)), 6)[0][:, :, 0]
    np.testing.assert_allclose(found, np.corrcoef(x[rows], rowvar=False), rtol=0, atol=EXACT)


def test_leaving_a_unit_out() -> None:
    x = answers()[:50, :6]
    products = unit_products(x)
    found = correlation_stack(products.total() - products.of(slice(10, 13)), 6)[0]
    for unit in range(3):
        rest = np.delete(x, 10 + unit, axis=0)
        np.testing.assert_allclose(found[:, :, unit], np.corrcoef(rest, rowvar=False), rtol=0, atol=EXACT)


@pytest.mark.parametrize("value", [0.0, 3.0, 0.1, 1e6 + 0.3])
def test_constant_items_are_found(value: float) -> None:
    x = np.random.default_rng(0).normal(size=(40, 3))
    x[:, 1] = value
    x[0, 1] = 7.0
    products = unit_products(x)
    constant = correlation_stack(products.total() - products.of(slice(0, 2)), 3)[1]
    assert constant[:, 0].tolist() == [False, True, False]
    assert not constant[:, 1].any()


@pytest.mark.parametrize("weighted", [False, True])
def test_products_too_many_to_keep_are_made_sample_by_sample(
    monkeypatch: pytest.MonkeyPatch, weighted: bool
) -> None:
    x = answers()[:60, :6]
    weights = np.linspace(0.5, 2, 60) if weighted else None
    kept = unit_products(x, weights)
    monkeypatch.setattr(resample, "KEPT_BYTES", 0)
    monkeypatch.setattr(resample, "BAND", 3)
    sliced = unit_products(x, weights)
    assert sliced.kept is None
    counts = kept.resampled_counts(1, 0, 5)
    np.testing.assert_allclose(sliced.moments(counts), kept.moments(counts), rtol=EXACT, atol=EXACT)
    units = slice(20, 25)
    np.testing.assert_array_equal(sliced.of(units), kept.of(units))


def test_no_draw_is_lost_where_a_unit_repeats_more_than_a_byte_counts() -> None:
    products = unit_products(np.arange(6.0).reshape(3, 2))
    counts = products.counts(np.repeat([[0, 1, 1]], 300, axis=1))
    np.testing.assert_array_equal(counts, [[300, 600, 0]])
    assert products.counts(np.array([[0, 1, 1]])).dtype == np.uint8


def test_large_samples_share_the_products_made_anew() -> None:
    """A million respondents, a byte each, leave room for hundreds of samples in a stack."""
    x = np.zeros((2, 3))
    products = dataclasses.replace(unit_products(x), units=1_000_000)
    assert products.stack_size() == COUNTS_BYTES // 1_000_000 > 256
    assert products.stack_size() * products.units <= resample.COUNTS_BYTES
