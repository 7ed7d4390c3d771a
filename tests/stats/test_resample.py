"""Resampling by matrix product: streams of draws, counts, and moments against plain sums."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats import resample
from smartcity_survey.stats.errors import TooManyUnits
from smartcity_survey.stats.resample import (
    correlation_stack,
    resampled_units,
    unit_counts,
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
    counts = unit_counts(np.array([[0, 0, 2], [1, 2, 1]]), 3)
    np.testing.assert_array_equal(counts, [[2, 0, 1], [0, 2, 1]])


def test_correlations_are_the_usual_ones() -> None:
    x = np.random.default_rng(0).normal(size=(90, 5)) * [1, 10, 0.01, 1e4, 1] + 1000
    np.testing.assert_allclose(correlations(x), np.corrcoef(x, rowvar=False), rtol=0, atol=EXACT)


def test_whole_numbers_are_summed_exactly_in_single_precision() -> None:
    x = answers()
    single = unit_products(x)
    double = unit_products(x, np.full(len(x), 0.5))
    assert single.values.dtype == np.float32
    assert double.values.dtype == np.float64
    drawn = unit_counts(resampled_units(3, 0, 20, len(x)), len(x), np.float32)
    exact = single.values.astype(np.float64) @ drawn.T.astype(np.float64)
    np.testing.assert_array_equal(single.moments(drawn), exact)


def test_large_numbers_are_not_trusted_to_single_precision() -> None:
    x = answers()[:, :3] * [1.0, 1.0, 1000.0]
    assert unit_products(x).values.dtype == np.float64


def test_weights_count_as_repetitions() -> None:
    x = answers()[:60, :6]
    weights = np.random.default_rng(0).integers(1, 4, size=60)
    np.testing.assert_allclose(
        correlations(x, weights=weights.astype(float)),
        np.corrcoef(np.repeat(x, weights, axis=0), rowvar=False),
        rtol=0,
        atol=EXACT,
    )


def test_groups_are_drawn_as_a_whole() -> None:
    x = answers()[:60, :6]
    groups = np.random.default_rng(0).integers(10, 17, size=60)
    products = unit_products(x, groups=groups)
    assert products.units == 7
    drawn = np.array([[0, 3, 3, 6, 1, 0, 0]])
    rows = np.concatenate([np.flatnonzero(groups == 10 + unit) for unit in drawn[0]])
    found = correlation_stack(products.moments(unit_counts(drawn, 7)), 6)[0][:, :, 0]
    np.testing.assert_allclose(found, np.corrcoef(x[rows], rowvar=False), rtol=0, atol=EXACT)


def test_leaving_a_unit_out() -> None:
    x = answers()[:50, :6]
    products = unit_products(x)
    found = correlation_stack(products.leaving_out(slice(10, 13)), 6)[0]
    for unit in range(3):
        rest = np.delete(x, 10 + unit, axis=0)
        np.testing.assert_allclose(found[:, :, unit], np.corrcoef(rest, rowvar=False), rtol=0, atol=EXACT)


@pytest.mark.parametrize("value", [0.0, 3.0, 0.1, 1e6 + 0.3])
def test_constant_items_are_found(value: float) -> None:
    x = np.random.default_rng(0).normal(size=(40, 3))
    x[:, 1] = value
    x[0, 1] = 7.0
    products = unit_products(x)
    without_the_first = products.leaving_out(slice(0, 2))
    constant = correlation_stack(without_the_first, 3)[1]
    assert constant[:, 0].tolist() == [False, True, False]
    assert not constant[:, 1].any()


def test_products_beyond_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resample, "PRODUCT_BYTES", 8 * 28 * 50)
    with pytest.raises(TooManyUnits) as caught:
        unit_products(answers()[:60, :6])
    assert (caught.value.units, caught.value.limit) == (60, 50)
    assert unit_products(answers()[:60, :6], groups=np.arange(60) // 2).units == 30
