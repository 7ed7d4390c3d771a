"""Each cleaning rule excludes exactly the rows it names, and the log adds up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.data.clean import clean_responses
from smartcity_survey.errors import SurveyError
from smartcity_survey.io import REFUSED
from smartcity_survey.stages.answers.clean import clean_answers
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import CleaningSection

ITEMS = ["T1", "T2", "T3", "U1", "U2", "U3"]


@pytest.fixture
def responses(survey: pd.DataFrame) -> pd.DataFrame:
    return survey.rename(columns={"id": "respondent"}).astype(dict.fromkeys([*ITEMS, "city"], float))


def clean(responses: pd.DataFrame, codebook: Codebook, *rules: str, **options: Any) -> Any:
    return clean_responses(responses, codebook, CleaningSection.model_validate({"rules": rules, **options}))


def test_every_rule_finds_its_rows(responses: pd.DataFrame, codebook: Codebook) -> None:
    responses.loc[2, ITEMS] = np.nan
    responses.loc[5, "respondent"] = responses.loc[4, "respondent"]
    responses.loc[8, "U2"] = 55
    responses.loc[9, "T1"] = 2.5
    responses.loc[11, ["T1", "T3"]] = np.nan
    responses.loc[13, "city"] = 7
    cleaned = clean(
        responses,
        codebook,
        *("blank_form", "duplicate_respondent", "out_of_range", "missing_items", "unknown_category"),
    )
    found = {int(row["row"]): (row["rule"], row["detail"]) for _, row in cleaned.exclusions.iterrows()}
    assert found == {
        3: ("blank_form", "no item answered"),
        6: ("duplicate_respondent", "repeats row 5"),
        9: ("out_of_range", "U2 = 55 (allowed 1 to 5)"),
        10: ("out_of_range", "T1 = 2.5 (allowed 1 to 5)"),
        12: ("missing_items", "2 of 6 items unanswered: T1, T3"),
        14: ("unknown_category", "city = 7"),
    }
    assert cleaned.log["n_remaining"].tolist() == [40, 39, 38, 36, 35, 34]
    assert cleaned.log["n_excluded"].sum() == len(cleaned.exclusions) == 6
    assert len(cleaned.answers) == 34


def test_the_first_rule_that_fits_is_logged(responses: pd.DataFrame, codebook: Codebook) -> None:
    responses.loc[2, ITEMS] = np.nan
    assert clean(responses, codebook, "missing_items", "blank_form").exclusions["rule"].tolist() == [
        "missing_items"
    ]


def test_repeated_answers_are_found_where_asked(responses: pd.DataFrame, codebook: Codebook) -> None:
    responses.loc[30, [*ITEMS, "city"]] = responses.loc[1, [*ITEMS, "city"]]
    details = clean(responses, codebook, "duplicate_answers").exclusions["detail"]
    assert "repeats row 2" in details.tolist()
    assert clean(responses, codebook, "blank_form").exclusions.empty


def test_careless_rows_go_only_where_the_config_says_so(responses: pd.DataFrame, codebook: Codebook) -> None:
    responses.loc[20, ITEMS] = 4.0
    kept = clean(responses, codebook, "blank_form")
    assert len(kept.answers) == 40
    assert kept.careless["longstring"].iloc[20] == 6
    strict = clean(responses, codebook, "careless", careless={"longstring": 5})
    assert 21 in strict.exclusions["row"].tolist()
    assert strict.exclusions.set_index("row").loc[21, "detail"] == "longstring = 6 (limit 5)"


def test_reverse_items_are_recoded_once_in_what_is_kept(responses: pd.DataFrame, codebook: Codebook) -> None:
    cleaned = clean(responses, codebook, "blank_form")
    np.testing.assert_array_equal(cleaned.answers["T2"], 6 - responses["T2"])
    np.testing.assert_array_equal(cleaned.answers["T1"], responses["T1"])


def test_nobody_left_is_an_error(responses: pd.DataFrame, codebook: Codebook) -> None:
    responses[ITEMS] = np.nan
    with pytest.raises(SurveyError, match="no questionnaire is left of 40"):
        clean(responses, codebook, "blank_form")


def test_an_even_odd_consistency_that_nobody_can_have_has_its_reason(
    codebook: Codebook, survey: pd.DataFrame
) -> None:
    """Two constructs: the correlation over scales needs three."""
    answers = survey.rename(columns={"id": "respondent"})
    result = clean_answers(answers, codebook, CleaningSection(rules=("blank_form",)))
    table = result.tables["careless"].set_index("index")
    assert table.loc["even_odd", "n_valid"] == 0
    assert result.cards["careless"][REFUSED] == [
        {"part": "even_odd", "reason": "too_few_scales", "at_fault": ""}
    ]
