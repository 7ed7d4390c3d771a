"""Comparison of groups by permutation: values from a textbook PLS, verdicts where the truth is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.errors import ConstantItems, InGroup, TooFewRows
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.pls.algorithm import construct_scores, fit_pls
from smartcity_survey.stats.pls.micom import GroupComparison, _test, compare_groups
from smartcity_survey.stats.pls.model import PlsModel
from tests.stats.pls_data import answers, membership, reference, textbook_pls

# The textbook version stops at 1e-13, ours at 1e-12.
TEXTBOOK = 1e-8
EXACT = 1e-10

PATHS = np.array([[False, True], [False, False]])
MODEL = PlsModel(membership([0, 0, 0, 1, 1, 1]), PATHS)


def halves(n: int) -> BoolArray:
    return np.arange(n) >= n // 2


def drawn(n: int, slope: float = 0.6, seed: int = 0) -> Array:
    """(n, 6): three items of a cause and three of what it raises by `slope`."""
    rng = np.random.default_rng(seed)
    cause = rng.normal(size=n)
    effect = slope * cause + np.sqrt(1 - slope**2) * rng.normal(size=n)
    return np.column_stack([cause] * 3 + [effect] * 3) + 0.6 * rng.normal(size=(n, 6))


def compare(x: Array, **options: Any) -> GroupComparison:
    return compare_groups(x, MODEL, halves(len(x)), **({"permutations": 199, "seed": 1} | options))


def test_values_are_those_of_the_textbook() -> None:
    x, model = answers(), reference("sim676").model()
    second = np.random.default_rng(3).random(676) < 0.4
    found = compare_groups(x, model, second, permutations=20, seed=1)
    parts = [textbook_pls(x[members], model) for members in (~second, second)]
    np.testing.assert_allclose(found.first_paths, parts[0][1], rtol=0, atol=TEXTBOOK)
    np.testing.assert_allclose(found.second_paths, parts[1][1], rtol=0, atol=TEXTBOOK)
    np.testing.assert_allclose(found.paths.difference, parts[0][1] - parts[1][1], rtol=0, atol=TEXTBOOK)
    z = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
    both = [np.corrcoef(z @ parts[0][0][:, j], z @ parts[1][0][:, j])[0, 1] for j in range(7)]
    np.testing.assert_allclose(found.correlation, both, rtol=0, atol=TEXTBOOK)
    scores = z @ textbook_pls(x, model)[0]
    means = scores[~second].mean(axis=0) - scores[second].mean(axis=0)
    ratios = np.log(scores[~second].var(axis=0, ddof=1) / scores[second].var(axis=0, ddof=1))
    np.testing.assert_allclose(found.mean.difference, means, rtol=0, atol=TEXTBOOK)
    np.testing.assert_allclose(found.log_variance.difference, ratios, rtol=0, atol=TEXTBOOK)
    assert (found.n_first, found.n_second) == (np.sum(~second), np.sum(second))


def test_groups_of_one_population_seldom_differ() -> None:
    """Of 60 tests at .05, three are expected to reject; nine or more would be a chance of one in 200."""
    samples = [compare(drawn(100, seed=seed), permutations=39) for seed in range(60)]
    for p in (
        [found.paths.p[0, 1] for found in samples],
        [found.mean.p[0] for found in samples],
        [found.log_variance.p[1] for found in samples],
        [found.correlation_p[0] for found in samples],
    ):
        assert np.count_nonzero(np.array(p) <= 0.05) < 9
    assert sum(found.n_inadmissible for found in samples) == 0


def test_a_path_that_differs_is_found() -> None:
    found = compare(np.vstack((drawn(200, 0.8), drawn(200, 0.2, seed=9))))
    assert found.paths.p[0, 1] == pytest.approx(1 / 200)
    assert found.paths.difference[0, 1] > found.paths.high[0, 1]


def test_a_higher_mean_and_a_wider_spread_are_found() -> None:
    x = drawn(300)
    x[halves(300), :3] += 1.0
    x[~halves(300), 3:] *= 2.0
    found = compare(x)
    assert found.mean.difference[0] < found.mean.low[0]
    assert found.mean.p[0] == pytest.approx(1 / 200)
    assert found.log_variance.difference[1] > found.log_variance.high[1]
    assert found.log_variance.p[1] == pytest.approx(1 / 200)


def test_a_composite_made_otherwise_is_found() -> None:
    x = drawn(400)
    rng = np.random.default_rng(7)
    second = halves(400)
    x[second, 0] = rng.normal(size=second.sum())
    x[~second, 1] = rng.normal(size=(~second).sum())
    found = compare(x)
    assert found.correlation[0] < found.correlation_quantile[0]
    assert found.correlation_p[0] == pytest.approx(1 / 200)


def test_a_single_item_is_the_same_composite_in_any_group() -> None:
    model = PlsModel(membership([0, 0, 1]), PATHS)
    found = compare_groups(drawn(100)[:, [0, 1, 3]], model, halves(100), permutations=20, seed=1)
    assert found.correlation[1] == pytest.approx(1, abs=EXACT)
    assert found.correlation_p[1] == 1


def test_exchanging_the_groups_turns_the_differences_round() -> None:
    x = drawn(120)
    one = compare_groups(x, MODEL, halves(120), permutations=5, seed=1)
    two = compare_groups(x, MODEL, ~halves(120), permutations=5, seed=1)
    np.testing.assert_allclose(one.paths.difference, -two.paths.difference, atol=EXACT)
    np.testing.assert_allclose(one.mean.difference, -two.mean.difference, atol=EXACT)
    np.testing.assert_allclose(one.correlation, two.correlation, atol=EXACT)


def test_what_is_wrong_in_one_group_is_said_of_that_group() -> None:
    x = drawn(100)
    x[halves(100), 4] = 2.0
    with pytest.raises(InGroup) as constant:
        compare(x)
    assert constant.value.group == 1
    assert isinstance(constant.value.error, ConstantItems)
    with pytest.raises(InGroup) as small:
        compare_groups(drawn(100), MODEL, np.arange(100) > 97, permutations=5, seed=1)
    assert isinstance(small.value.error, TooFewRows)


def test_p_and_limits_count_the_groups_dealt_at_random() -> None:
    """p = (1 + b) / (1 + B), each dealing by a stream of its own; means and variances one by one."""
    x, second = drawn(24, seed=5), halves(24)
    found = compare_groups(x, MODEL, second, permutations=19, seed=3, level=0.8)
    assert (found.n_permutations, found.n_inadmissible) == (19, 0)
    scores = construct_scores(x, fit_pls(correlation(x), 24, MODEL).outer_weights)
    dealt = [
        second,
        *(np.random.default_rng(s).permutation(second) for s in np.random.SeedSequence(3).spawn(19)),
    ]
    for test, statistic in (
        (found.mean, lambda a: a.mean(axis=0)),
        (found.log_variance, lambda a: np.log(a.var(axis=0, ddof=1))),
    ):
        values = np.array([statistic(scores[~group]) - statistic(scores[group]) for group in dealt])
        own, random = values[0], values[1:]
        b = (np.abs(random) >= np.abs(own)).sum(axis=0)
        assert ((b > 0) & (b < 19)).any()
        np.testing.assert_allclose(test.difference, own, atol=EXACT)
        np.testing.assert_allclose(test.p, (1 + b) / 20, rtol=EXACT)
        np.testing.assert_allclose(test.low, np.quantile(random, 0.1, axis=0), atol=EXACT)
        np.testing.assert_allclose(test.high, np.quantile(random, 0.9, axis=0), atol=EXACT)
    weights = [
        [fit_pls(correlation(x[rows]), 12, MODEL).outer_weights for rows in (~group, group)]
        for group in dealt
    ]
    z = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
    alike = np.array([[np.corrcoef(z @ a[:, j], z @ b[:, j])[0, 1] for j in range(2)] for a, b in weights])
    np.testing.assert_allclose(np.abs(alike[0]), found.correlation, atol=TEXTBOOK)
    alike = np.abs(alike)
    b = (alike[1:] <= alike[0]).sum(axis=0)
    np.testing.assert_allclose(found.correlation_p, (1 + b) / 20, rtol=EXACT)
    np.testing.assert_allclose(found.correlation_quantile, np.quantile(alike[1:], 0.2, axis=0), atol=TEXTBOOK)
    differences = np.array(
        [
            np.subtract(
                *(fit_pls(correlation(x[rows]), 12, MODEL).path_coefficients[0, 1] for rows in (~g, g))
            )
            for g in dealt
        ]
    )
    assert found.paths.difference[0, 1] == pytest.approx(differences[0], abs=TEXTBOOK)
    b = (np.abs(differences[1:]) >= np.abs(differences[0])).sum()
    assert found.paths.p[0, 1] == pytest.approx((1 + b) / 20, rel=EXACT)


def test_the_random_limits_have_the_level_asked_for() -> None:
    x = drawn(60, seed=2)
    wide, narrow = (compare(x, level=level) for level in (0.95, 0.5))
    assert (wide.mean.low < narrow.mean.low).all()
    assert (wide.mean.high > narrow.mean.high).all()
    default = compare_groups(x, MODEL, halves(60), permutations=199, seed=1)
    np.testing.assert_array_equal(default.mean.low, wide.mean.low)


def test_dealings_that_leave_an_item_constant_in_a_group_are_counted_out() -> None:
    """Two respondents alone answer otherwise: dealt to one group, they leave the other without a solution."""
    x = drawn(24, seed=6)
    x[:, 0] = 0.0
    x[[3, 15], 0] = 1.0
    found = compare_groups(x, MODEL, halves(24), permutations=60, seed=4)
    dealt = [np.random.default_rng(s).permutation(halves(24)) for s in np.random.SeedSequence(4).spawn(60)]
    together = sum(bool(group[3] == group[15]) for group in dealt)
    assert 0 < together < 60
    assert (found.n_permutations, found.n_inadmissible) == (60 - together, together)


def test_a_dealing_nearly_as_extreme_is_not_as_extreme() -> None:
    x, second = drawn(24, seed=5), halves(24)
    found = compare_groups(x, MODEL, second, permutations=999, seed=7)
    scores = construct_scores(x, fit_pls(correlation(x), 24, MODEL).outer_weights)
    dealt = [np.random.default_rng(s).permutation(second) for s in np.random.SeedSequence(7).spawn(999)]
    random = np.abs([scores[~group].mean(axis=0) - scores[group].mean(axis=0) for group in dealt])
    short = np.abs(found.mean.difference) - random
    assert ((short > 1e-6) & (short < 1e-3)).any()
    np.testing.assert_allclose(found.mean.p, (1 + (short <= 1e-12).sum(axis=0)) / 1000, rtol=EXACT)


def test_a_dealing_as_extreme_but_for_rounding_counts_as_such() -> None:
    differences = np.array([0.5, 0.5 - 1e-13, -0.5 + 1e-13, 0.5 + 1e-13, 0.3, 0.5 - 1e-11])
    assert _test(differences, 0.95).p == (1 + 3) / (1 + 5)


def test_progress_counts_the_groups_dealt_at_random_and_not_the_real_ones() -> None:
    told: list[int] = []
    compare(drawn(24, seed=5), permutations=7, progress=told.append)
    assert told[-1] == 7
    assert told == sorted(told)


def test_random_groups_of_many_respondents_stand_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the groups are does not change, and limits are within five standard errors of 400 permutations."""
    x, second = drawn(4000), np.random.default_rng(2).random(4000) < 0.3
    x[second, :3] += 0.1
    one_by_one = compare_groups(x, MODEL, second, permutations=400, seed=1)
    monkeypatch.setattr("smartcity_survey.stats.core.dealt.LARGEST", 1000)
    monkeypatch.setattr("smartcity_survey.stats.core.dealt.GROUPS", 1000)
    found = compare_groups(x, MODEL, second, permutations=400, seed=1)
    for name in ("mean", "log_variance", "paths"):
        own, other = getattr(found, name), getattr(one_by_one, name)
        np.testing.assert_allclose(own.difference, other.difference, atol=EXACT)
        width = np.abs((own.high - own.low) - (other.high - other.low))
        assert (own.low != other.low).any()
        # A quantile's standard error is its normal's, sqrt(.025 .975 / 400) / density, on either side.
        assert (width <= 5 * (other.high - other.low) * np.sqrt(2) * 0.067).all()
    assert found.mean.p[0] < 0.05 < found.mean.p[1]
    np.testing.assert_allclose(found.correlation_p, one_by_one.correlation_p, atol=0.15)


def test_a_small_group_of_many_respondents_is_dealt_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    x, second = drawn(2000), np.arange(2000) % 100 == 0
    one_by_one = compare_groups(x, MODEL, second, permutations=50, seed=1)
    monkeypatch.setattr("smartcity_survey.stats.core.dealt.LARGEST", 1000)
    monkeypatch.setattr("smartcity_survey.stats.core.dealt.GROUPS", 1000)
    found = compare_groups(x, MODEL, second, permutations=50, seed=1)
    np.testing.assert_array_equal(found.paths.low, one_by_one.paths.low)
