"""Groups at once: two of them as MICOM has them, three by fits one by one, and differences that are there."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import InGroup
from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.pls.algorithm import construct_scores, fit_pls
from smartcity_survey.stats.pls.micom import compare_groups
from smartcity_survey.stats.pls.model import PlsModel
from smartcity_survey.stats.pls_advanced.omnibus import compare_all_groups
from tests.stats.pls_data import membership

PATHS = np.array([[0, 0, 1], [0, 0, 1], [0, 0, 0]], dtype=bool)
MODEL = PlsModel(membership([0, 0, 0, 1, 1, 1, 2, 2]), PATHS)


def grouped(slopes: tuple[float, ...], n: int = 80) -> tuple[Array, IntArray]:
    """Answers of groups of n whose path from the first construct has these slopes."""
    rng = np.random.default_rng(11)
    group = np.repeat(np.arange(len(slopes)), n)
    factors = rng.normal(size=(len(group), 2))
    outcome = np.take(slopes, group) * factors[:, 0] + 0.4 * factors[:, 1] + 0.5 * rng.normal(size=len(group))
    every = np.column_stack([factors, outcome])
    return every[:, MODEL.blocks.argmax(axis=1)] + 0.5 * rng.normal(size=(len(group), 8)), group


def test_of_two_groups_it_is_micom_and_multigroup_analysis() -> None:
    x, group = grouped((0.5, 0.3))
    found = compare_all_groups(x, MODEL, group, permutations=60, seed=3)
    both = compare_groups(x, MODEL, group == 1, permutations=60, seed=3)
    np.testing.assert_allclose(found.correlation, both.correlation, rtol=1e-12)
    np.testing.assert_allclose(found.correlation_quantile, both.correlation_quantile, rtol=1e-12)
    for ours, theirs in (
        (found.correlation_p, both.correlation_p),
        (found.mean_p, both.mean.p),
        (found.log_variance_p, both.log_variance.p),
        (found.path_p[PATHS], both.paths.p[PATHS]),
    ):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_allclose(found.paths, [both.first_paths, both.second_paths], atol=1e-12)
    assert found.n_permutations == both.n_permutations


def test_three_groups_of_different_sizes_by_fits_one_by_one() -> None:
    x, group = grouped((0.5, 0.4, 0.3), 60)
    kept = np.r_[:40, 60:110, 120:180]
    x, group = x[kept], group[kept]
    draws, sizes = 19, np.array([40, 50, 60])
    found = compare_all_groups(x, MODEL, group, permutations=draws, seed=5)
    streams = np.random.SeedSequence(5).spawn(draws)
    labels = [group, *(np.random.default_rng(one).permutation(group) for one in streams)]
    whole = fit_pls(np.corrcoef(x, rowvar=False), len(x), MODEL)
    scores = construct_scores(x, whole.outer_weights)

    def spread(values: list[Array]) -> Array:
        mean = np.average(values, axis=0, weights=sizes)
        return np.asarray(np.average(np.square(values - mean), axis=0, weights=sizes))

    def p(values: list[Array]) -> Array:
        return np.asarray((1 + (np.array(values[1:]) >= values[0] - 1e-12).sum(axis=0)) / (1 + draws))

    paths, means = [], []
    for own in labels:
        fits = [fit_pls(np.corrcoef(x[own == g], rowvar=False), int(sizes[g]), MODEL) for g in range(3)]
        paths.append(spread([fit.path_coefficients for fit in fits]))
        means.append(spread([scores[own == g].mean(axis=0) for g in range(3)]))
    np.testing.assert_allclose(found.path_p[PATHS], p(paths)[PATHS])
    np.testing.assert_allclose(found.mean_p, p(means))
    assert found.p == pytest.approx(p([own.sum() for own in paths]))
    assert found.sizes.tolist() == sizes.tolist()


def test_a_group_with_another_path_is_found_and_equal_paths_are_not() -> None:
    x, group = grouped((0.8, 0.8, -0.2))
    found = compare_all_groups(x, MODEL, group, permutations=99, seed=1)
    assert found.path_p[0, 2] == found.p == 0.01
    assert found.path_p[1, 2] > 0.05
    same, labels = grouped((0.5, 0.5, 0.5))
    assert compare_all_groups(same, MODEL, labels, permutations=99, seed=1).p > 0.05


def test_the_group_without_a_solution_is_named() -> None:
    x, group = grouped((0.5, 0.4, 0.3))
    x[group == 2, 0] = 1.0
    with pytest.raises(InGroup) as raised:
        compare_all_groups(x, MODEL, group, permutations=20, seed=1)
    assert raised.value.group == 2


def test_many_respondents_are_dealt_in_random_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a limit set low: real groups are as they are, chance is about as wide."""
    x, group = grouped((0.6, 0.5, 0.4), 400)
    one_by_one = compare_all_groups(x, MODEL, group, permutations=200, seed=2)
    for name, value in (("LARGEST", 300), ("GROUPS", 300)):
        monkeypatch.setattr(f"smartcity_survey.stats.core.dealt.{name}", value)
    found = compare_all_groups(x, MODEL, group, permutations=200, seed=2)
    np.testing.assert_allclose(found.paths, one_by_one.paths, atol=1e-12)
    assert found.path_p[0, 2] == pytest.approx(one_by_one.path_p[0, 2], abs=0.15)
    assert found.n_permutations == 200
