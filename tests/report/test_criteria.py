from __future__ import annotations

import pandas as pd
import pytest

from smartcity_survey.report.criteria import criteria_table
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
