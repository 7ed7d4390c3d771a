"""Comparison of groups of respondents, on the simulated survey whose groups do not differ."""

from __future__ import annotations

from functools import cache

import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.io import StageResult
from smartcity_survey.stages.comparison.categories import compared_groups, large_groups, why_too_few
from smartcity_survey.stages.comparison.groups import compare_respondents
from smartcity_survey.study.config import GroupsSection, PlsSection
from tests.stages import simulated
from tests.stages.refusals import refused


@cache
def compared(*variables: str, smallest: int = 50) -> StageResult:
    return compare_respondents(
        simulated.answers(),
        simulated.model(),
        simulated.codebook(),
        GroupsSection(variables=variables, permutations=40, smallest=smallest),
        PlsSection(),
        0.05,
        1,
    )


def test_categories_are_compared_two_by_two_where_they_are_large_enough() -> None:
    table = compared("city", "age").tables["group_comparisons"]
    assert table[["demographic", "first", "second"]].to_numpy().tolist() == [
        ["city", "1", "2"],
        ["city", "1", "3"],
        ["city", "2", "3"],
        ["age", "1", "2"],
    ]
    counts = simulated.answers()["city"].value_counts()
    assert table["n_first"].tolist()[:2] == [counts[1.0], counts[1.0]]
    assert (table["status"] == "compared").all()
    assert (table["n_draws"] + table["n_inadmissible"] == 40).all()
    larger = compared("city", smallest=150).tables["group_comparisons"]
    assert larger["second"].tolist() == ["2"]


def test_every_composite_and_path_of_every_comparison_is_listed() -> None:
    result = compared("city", "age")
    micom, paths = result.tables["micom"], result.tables["multigroup"]
    assert len(micom) == 4 * len(simulated.CONSTRUCTS)
    assert len(paths) == 4 * (len(simulated.CONSTRUCTS) - 1)
    assert micom["correlation"].between(0, 1 + 1e-12).all()
    shown = micom["invariance"] != "not_shown"
    assert (shown == (micom["correlation_p"] > 0.05)).all()
    full = shown & (micom["mean_p"] > 0.05) & (micom["log_variance_p"] > 0.05)
    assert ((micom["invariance"] == "full") == full).all()
    difference = paths["first_estimate"] - paths["second_estimate"]
    assert difference.to_numpy() == pytest.approx(paths["difference"].to_numpy(), abs=1e-12)


def test_the_ladder_has_four_levels_and_its_differences() -> None:
    table = compared("age").tables["invariance"]
    assert table["level"].tolist() == ["configural", "metric", "scalar", "strict"]
    assert table["df"].is_monotonic_increasing
    assert table["d_cfi"].to_numpy()[1:] == pytest.approx(table["cfi"].diff().to_numpy()[1:], abs=1e-12)
    assert table["d_cfi"].isna().tolist() == [True, False, False, False]


def test_a_comparison_without_a_solution_says_why() -> None:
    result = compared("city", smallest=676)
    assert result.tables["group_comparisons"].empty
    assert result.tables["invariance"]["status"].item() == "one_group"
    for name in ("group_comparisons", "micom", "multigroup"):
        assert refused(result, name) == [("table", "one_group", "")]
    assert "refused" not in result.cards["invariance"]


def test_an_unknown_variable_is_refused() -> None:
    with pytest.raises(SurveyError, match="height"):
        compared("height")


def test_nothing_asked_for_gives_empty_tables() -> None:
    assert all(table.empty for table in compared().tables.values())


def test_groups_whose_counts_are_left_out_are_not_compared() -> None:
    """That they were compared would tell that so many gave the answer: with 18 in two and 17 asked for, 1."""
    answers = simulated.answers().copy()
    answers["city"] = [1.0] * 60 + [2.0] * 50 + [3.0] * 17 + [4.0] + [1.0] * (len(answers) - 128)
    codebook, section = simulated.codebook(), GroupsSection(variables=("city",), smallest=17)
    found = large_groups(answers, codebook, section)
    assert list(found["city"]) == ["1", "2", "3"]
    # Four is small; so that it does not follow from the sum, three is left out too.
    assert list(large_groups(answers, codebook, section, 5)["city"]) == ["1", "2"]
    assert compared_groups(5) != compared_groups(None)


def test_the_reason_names_disclosure_where_groups_are_large_enough() -> None:
    answers = simulated.answers().copy()
    answers["city"] = [1.0] * (len(answers) - 62) + [2.0] * 60 + [3.0] * 2
    codebook, section = simulated.codebook(), GroupsSection(variables=("city",), smallest=30)
    assert len(large_groups(answers, codebook, section, 5)["city"]) == 1
    result = compare_respondents(
        answers, simulated.model(), codebook, section, PlsSection(), 0.05, 3, smallest=5
    )
    assert result.tables["invariance"]["status"].tolist() == ["groups_hidden"]
    assert refused(result, "multigroup") == [("table", "groups_hidden", "")]
    assert why_too_few(answers, codebook, section.model_copy(update={"smallest": 100}), "city") == "one_group"
