from __future__ import annotations

import re
from dataclasses import fields

import pandas as pd
import pytest

from smartcity_survey.report.criteria import CRITERIA, TAKES, Criterion, criteria_table, read_criteria
from smartcity_survey.study.limits import limit
from tests.report.conftest import MakeSetting


@pytest.fixture
def lines(tables: dict[str, pd.DataFrame], setting: MakeSetting) -> dict[str, list[str]]:
    table = criteria_table(tables, setting("en"))
    assert table is not None
    return {line[0].text: [cell.text for cell in line[1:]] for line in table.groups[0].lines}


def test_value_limit_verdict_and_source_stand_side_by_side(lines: dict[str, list[str]]) -> None:
    assert lines["Sampling adequacy (KMO)"] == [".979", "≥ .60", "yes", "Kaiser 1974"]
    assert lines["Bartlett's test of sphericity, p"] == ["< .001", "< .05", "yes", "Bartlett 1950"]


def test_the_least_favourable_value_counts(lines: dict[str, list[str]]) -> None:
    assert lines["Sampling adequacy of the weakest item (MSA)"][:3] == [".400", "≥ .50", "no"]
    assert lines["Smallest Cronbach's α"][:3] == [".690", "≥ .70", "no"]
    assert lines["Largest VIF"][:3] == ["5.10", "< 5", "no"]
    assert lines["Largest skewness of an item"][:3] == ["0.50", "≤ 2", "yes"]
    assert lines["Variance explained by the components"][0].endswith("%")


def test_unmet_criteria_are_flagged(tables: dict[str, pd.DataFrame], setting: MakeSetting) -> None:
    table = criteria_table(tables, setting("ru"))
    assert table is not None
    flagged = {line[0].text: line[3].text for line in table.groups[0].lines if line[3].flagged}
    assert flagged["Наибольший VIF"] == "нет"
    assert "Адекватность выборки (KMO)" not in flagged


def test_criteria_without_results_are_left_out(setting: MakeSetting) -> None:
    assert criteria_table({}, setting("en")) is None
    only = criteria_table({"item_msa": pd.DataFrame({"item": ["a"], "msa": [0.9]})}, setting("en"))
    assert only is not None
    assert len(only.groups[0].lines) == 1


def test_what_holds_by_definition_meets_no_criterion(setting: MakeSetting) -> None:
    reliability = pd.DataFrame({"n_items": [3, 1], "composite_reliability": [0.8, 1.0], "ave": [0.45, 1.0]})
    table = criteria_table({"reliability": reliability}, setting("en"))
    assert table is not None
    found = {line[0].text: [cell.text for cell in line[1:4]] for line in table.groups[0].lines}
    assert found["Largest composite reliability (redundant items)"] == [".800", "≤ .95", "yes"]
    assert found["Smallest AVE"] == [".450", "≥ .50", "no"]
    assert criteria_table({"reliability": reliability.iloc[1:]}, setting("en")) is None


def test_every_word_of_the_grammar_is_understood_and_explained() -> None:
    """The head of criteria.yaml names the keys and what `take` may be; the code knows these and no others."""
    head = [line[2:] for line in CRITERIA.read_text(encoding="utf-8").splitlines() if line.startswith("# ")]
    explained = dict(re.match(r"(\w+) +(.*)", line).groups() for line in head[1:])  # type: ignore[union-attr]
    assert set(explained) == {field.name for field in fields(Criterion)}
    takes = re.findall(r"\b(min|max|size|last|mean|first|sum|median)\b", explained["take"])
    assert set(takes) == set(TAKES)
    default = Criterion.__dataclass_fields__["take"].default
    assert explained["take"].endswith(f"without it {default}")
    used = {criterion.take for criterion in read_criteria()}
    assert used <= set(TAKES)


@pytest.mark.parametrize(("key", "word"), [("take", "last"), ("at_least", "0.5"), ("takes", "min")])
def test_a_word_that_means_nothing_is_refused(key: str, word: str) -> None:
    given = {"id": "x", "table": "t", "column": "c", "limit": "ave", "format": "p", key: word}
    with pytest.raises((TypeError, ValueError), match=word if key == "take" else key):
        Criterion(**given)


@pytest.mark.parametrize(("take", "expected"), [("min", -3.0), ("max", 2.0), ("size", 3.0)])
def test_which_of_several_numbers_is_judged(take: str, expected: float) -> None:
    assert TAKES[take](pd.Series([-3.0, 1.0, 2.0])) == expected


def test_every_criterion_has_a_limit_and_a_file() -> None:
    for criterion in read_criteria():
        assert limit(criterion.limit).source
