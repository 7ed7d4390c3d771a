"""Differences of groups with weights and clusters: against R's survey, and against refits."""

from __future__ import annotations

import json
from functools import cache, partial
from typing import Any

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import InGroup, TooFewRows
from smartcity_survey.stats.core.significance import t_two_sided
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.evidence import group_differences
from smartcity_survey.stats.pls.micom import compare_groups
from smartcity_survey.stats.pls.model import PlsModel
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from tests.conftest import REPOSITORY
from tests.stats.sampling.data import KINDS, answers, design, items, reference

compare_by_design = partial(group_differences.compare_by_design, permutations=20, seed=1)
PAIR = PlsModel(np.eye(2, dtype=bool), np.array([[False, True], [False, False]]))


@cache
def survey_package() -> dict[str, Any]:
    """By tests/reference/scripts/curve_choices.R."""
    text = (REPOSITORY / "tests/reference/curve_choices.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)["groups"]
    return found


def second() -> BoolArray:
    codes = np.sort(answers()["gender"].unique())
    return np.asarray(answers()["gender"] == codes[1])


def blocks() -> PlsModel:
    """A and B on Y, by all items."""
    names = np.array([name[0] for name in reference()["items"]])
    paths = np.zeros((3, 3), dtype=bool)
    paths[:2, 2] = True
    return PlsModel(np.column_stack([names == one for one in "ABY"]), paths)


@pytest.mark.parametrize("kind", KINDS)
def test_means_differ_as_svyttest_says(kind: str) -> None:
    own, x = survey_package()[kind], answers()[["A1", "Y1"]].to_numpy(dtype=np.float64)
    found = compare_by_design(x, PAIR, second(), design(kind))
    assert found.mean.difference[0] == pytest.approx(own["mean_difference"], abs=1e-9)
    assert found.mean.p[0] == pytest.approx(own["p"], rel=1e-6)
    reach = found.mean.difference[0] / own["t"] * 1.96
    assert abs(found.mean.high[0]) == pytest.approx(abs(reach), rel=0.1)


@pytest.mark.parametrize("kind", KINDS)
def test_paths_differ_as_the_linearised_correlations_of_survey(kind: str) -> None:
    own, x = survey_package()[kind], answers()[["A1", "Y1"]].to_numpy(dtype=np.float64)
    found = compare_by_design(x, PAIR, second(), design(kind))
    np.testing.assert_allclose(
        [found.first_paths[0, 1], found.second_paths[0, 1]], own["r"], rtol=0, atol=1e-9
    )
    difference = own["r"][0] - own["r"][1]
    # Influence on composites is by leaving out one respondent of about 300.
    expected = t_two_sided(np.array([difference / own["se"]]), own["df"])[0]
    assert found.paths.p[0, 1] == pytest.approx(expected, abs=2e-3)
    assert found.correlation.tolist() == pytest.approx([1, 1])
    assert found.correlation_p.tolist() == [1, 1]  # a single item is one composite whatever the groups


def test_equal_weights_find_what_permutations_find() -> None:
    x, n = items(), len(items())
    found = compare_by_design(x, blocks(), second(), SurveyDesign.of(n, np.full(n, 2.0)))
    dealt = compare_groups(x, blocks(), second(), permutations=400, seed=3)
    for name in ("correlation", "first_paths", "second_paths"):
        np.testing.assert_allclose(getattr(found, name), getattr(dealt, name), atol=1e-9)
    for name in ("mean", "log_variance", "paths"):
        ours, theirs = getattr(found, name), getattr(dealt, name)
        np.testing.assert_allclose(ours.difference, theirs.difference, atol=1e-9)
        known = np.isfinite(ours.p)
        # The Monte Carlo error of 400 permutations is .025; the tests themselves are near at n = 676.
        np.testing.assert_allclose(ours.p[known], theirs.p[known], atol=0.09)
    assert np.isfinite(found.paths.p[:2, 2]).all()


def test_weights_of_whole_numbers_weigh_as_repeated_respondents() -> None:
    x, members = items(), second()
    counts = np.random.default_rng(2).integers(1, 4, len(x))
    weighted = compare_by_design(x, blocks(), members, SurveyDesign.of(len(x), counts.astype(float)))
    repeated = compare_groups(
        np.repeat(x, counts, axis=0), blocks(), np.repeat(members, counts), permutations=2, seed=1
    )
    for name in ("correlation", "first_paths", "second_paths"):
        np.testing.assert_allclose(getattr(weighted, name), getattr(repeated, name), atol=1e-9)


def test_whole_schools_in_one_group_are_less_certain_than_their_people() -> None:
    x, school = items(), design("clustered").clusters
    assert school is not None
    members = school % 2 == 1
    alone = compare_by_design(x, blocks(), members, SurveyDesign.of(len(x), np.ones(len(x))))
    together = compare_by_design(x, blocks(), members, design("clustered"))
    assert (together.mean.high > 1.5 * alone.mean.high).any()
    np.testing.assert_allclose(together.mean.difference, alone.mean.difference, atol=1e-9)


def test_a_group_without_a_solution_is_named() -> None:
    x = items().copy()
    x[second(), 0] = 3.0
    with pytest.raises(InGroup) as caught:
        compare_by_design(x, blocks(), second(), design("weighted"))
    assert caught.value.group == 1
    few: Array = items()
    with pytest.raises(TooFewRows):
        compare_by_design(few, blocks(), second(), SurveyDesign.of(len(few), clusters=second().astype(int)))
