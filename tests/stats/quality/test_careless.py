"""Careless-response indices against plain loops over respondents, with and without missing answers."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import mahalanobis

from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.quality import careless
from smartcity_survey.stats.quality.careless import careless_indices
from tests.stats.factor_data import random_answers, simulated_answers, simulated_scales

# Sums over at most 48 answers; distances with a condition number below 1000.
TIGHT = 1e-10

NAN = np.nan
SCALES = np.repeat([0, 1, 2, 3], 3)


def runs(row: Array) -> list[int]:
    """Lengths of runs of the same answer."""
    return [len(list(group)) for value, group in groupby(row.tolist()) if not np.isnan(value)]


def even_odd(row: Array, scales: Array) -> float:
    """Stepped-up correlation of half-scale means, person by person."""
    pairs = []
    for scale in np.unique(scales):
        answers = row[scales == scale]
        halves = [half[~np.isnan(half)] for half in (answers[::2], answers[1::2])]
        if all(half.size for half in halves):
            pairs.append([half.mean() for half in halves])
    first, second = np.array(pairs).reshape(-1, 2).T
    if len(pairs) < 3 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return NAN
    r = np.corrcoef(first, second)[0, 1]
    return 2 * r / (1 + r) if r > -1 / 3 else -1.0


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.floats(0, 0.5))
def test_plain_loops(seed: int, missing: float) -> None:
    x = random_answers(seed, 40, 12, 3)
    rng = np.random.default_rng(seed)
    x[2:][rng.random((38, 12)) < missing] = NAN
    result = careless_indices(x, SCALES)
    for i, row in enumerate(x):
        answered = row[~np.isnan(row)]
        lengths = runs(row)
        np.testing.assert_array_equal(result.longstring[i], max(lengths, default=NAN))
        np.testing.assert_allclose(result.mean_run[i], np.mean(lengths) if lengths else NAN, rtol=TIGHT)
        np.testing.assert_allclose(
            result.irv[i], answered.std(ddof=1) if answered.size > 1 else NAN, rtol=TIGHT
        )
        np.testing.assert_allclose(result.even_odd[i], even_odd(row, SCALES), rtol=TIGHT, atol=TIGHT)


def test_distances_are_from_the_complete_respondents() -> None:
    x = random_answers(1, 60, 12, 3)
    x[5:9, 3] = NAN
    complete = ~np.isnan(x).any(axis=1)
    mean, inverse = x[complete].mean(axis=0), np.linalg.inv(np.cov(x[complete], rowvar=False))
    expected = [
        mahalanobis(row, mean, inverse) ** 2 if ok else NAN for row, ok in zip(x, complete, strict=True)
    ]
    result = careless_indices(x, SCALES)
    np.testing.assert_allclose(result.mahalanobis_d2, expected, rtol=TIGHT)
    np.testing.assert_allclose(result.mahalanobis_p, stats.chi2.sf(expected, 12), rtol=TIGHT)
    np.testing.assert_allclose(np.nansum(result.mahalanobis_d2), 12 * (complete.sum() - 1), rtol=TIGHT)


def test_one_answer_throughout() -> None:
    x = random_answers(1, 60, 12, 3)
    x[7], x[8] = 4, NAN
    result = careless_indices(x, SCALES)
    assert (result.longstring[7], result.mean_run[7], result.irv[7]) == (12, 12, 0)
    for name in result.__slots__:
        assert np.isnan(getattr(result, name)[8]), name
    assert np.isnan(result.even_odd[7])


def test_a_missing_answer_ends_a_run() -> None:
    x = np.vstack([[3, 3, NAN, 3, 3, 3, 1, 1, 2, 1, 1, NAN], random_answers(2, 20, 12, 2)])
    result = careless_indices(x, SCALES)
    assert result.longstring[0] == 3
    assert result.mean_run[0] == 10 / 5


def test_consistency_reads_the_recoded_answers_and_the_rest_the_given_ones() -> None:
    keyed = simulated_answers()
    reverse = np.arange(48) % 4 == 1
    given_answers = np.where(reverse, 6 - keyed, keyed)
    scales = simulated_scales()
    plain = careless_indices(keyed, scales)
    result = careless_indices(given_answers, scales, keyed)
    np.testing.assert_array_equal(result.even_odd, plain.even_odd)
    np.testing.assert_allclose(result.mahalanobis_d2, plain.mahalanobis_d2, rtol=TIGHT)
    assert (result.longstring != plain.longstring).any()
    assert np.median(plain.even_odd) > 0.6 > np.median(careless_indices(given_answers, scales).even_odd)


@pytest.mark.parametrize("spoil", ["constant", "copy", "too few rows"])
def test_without_an_inverse_there_is_no_distance(spoil: str) -> None:
    x = random_answers(3, 60, 12, 3)
    if spoil == "constant":
        x[:, 4] = 2
    elif spoil == "copy":
        x[:, 4] = x[:, 5]
    else:
        x = x[:12]
    result = careless_indices(x, SCALES)
    assert np.isnan(result.mahalanobis_d2).all()
    assert np.isnan(result.mahalanobis_p).all()
    assert np.isfinite(result.longstring).all()


def test_blocks_of_rows_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    x, scales = simulated_answers(), simulated_scales()
    whole = careless_indices(x, scales)
    monkeypatch.setattr(careless, "ROWS_AT_ONCE", 100)
    pieces = careless_indices(x, scales)
    for name in whole.__slots__:
        np.testing.assert_allclose(getattr(pieces, name), getattr(whole, name), rtol=TIGHT)


def test_two_scales_are_too_few_for_consistency() -> None:
    x = random_answers(3, 60, 12, 3)
    assert np.isnan(careless_indices(x, np.repeat([0, 1], 6)).even_odd).all()
    # A scale of one item has no second half.
    assert np.isnan(careless_indices(x, np.array([0] * 6 + [1] * 5 + [2])).even_odd).all()
