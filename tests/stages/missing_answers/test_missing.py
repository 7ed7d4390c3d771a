"""What is told of missing answers, and which respondents a study without imputation takes."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.data.clean import clean_responses
from smartcity_survey.data.disclosure import protect
from smartcity_survey.io import StageResult
from smartcity_survey.stages.answers.describe import describe_answers
from smartcity_survey.stages.answers.missing import PATTERNS_SHOWN, TABLES, people_answered, report_missing
from smartcity_survey.stats.missing.mcar import little_mcar_test
from smartcity_survey.study.config import CleaningSection, DisclosureSection
from tests.stages import simulated
from tests.stages.missing_answers.gaps import complete, with_gaps

SECTION = CleaningSection(rules=("blank_form", "missing_items"))


def told(answers: pd.DataFrame) -> StageResult:
    return report_missing(answers, simulated.codebook(), simulated.model(), SECTION)


@cache
def of_gaps() -> StageResult:
    return told(with_gaps())


def summary(answers: pd.DataFrame) -> pd.Series:
    return told(answers).tables["missing_summary"].set_index("statistic")["value"]


def test_the_model_s_items_alone_count() -> None:
    found = of_gaps().tables["missing_summary"].set_index("statistic")["value"]
    gaps = with_gaps()[list(simulated.ITEMS)].isna()
    assert found["n_answering"] == len(with_gaps())
    assert found["n_complete"] == len(complete()) == (~gaps.any(axis=1)).sum()
    assert found["n_incomplete"] == gaps.any(axis=1).sum()
    assert found["n_missing_answers"] == gaps.to_numpy().sum()
    assert found["percent_missing_answers"] == pytest.approx(100 * gaps.to_numpy().mean())
    items = of_gaps().tables["missing_items"]
    assert items["item"].tolist() == list(simulated.model().items)
    assert items["n_missing"].tolist() == gaps[list(simulated.model().items)].sum().tolist()


def test_littles_test_is_that_of_the_core() -> None:
    found = of_gaps().tables["missing_summary"].set_index("statistic")["value"]
    test = little_mcar_test(with_gaps()[list(simulated.model().items)].to_numpy())
    assert (found["mcar_chi2"], found["mcar_df"], found["mcar_p"]) == (test.statistic, test.df, test.p)
    assert found["n_patterns"] == test.n_patterns


def test_respondents_and_patterns_add_up() -> None:
    tables = of_gaps().tables
    by_number = tables["missing_respondents"]
    assert by_number["n"].sum() == len(with_gaps())
    assert by_number["n_unanswered"].tolist()[0] == 0
    assert by_number["cumulative_percent"].iloc[-1] == pytest.approx(100)
    patterns = tables["missing_patterns"]
    assert len(patterns) == PATTERNS_SHOWN
    assert patterns["n"].is_monotonic_decreasing
    first = patterns.iloc[0]
    assert (first["unanswered"], first["n"]) == ("none", len(complete()))
    second = patterns.iloc[1]
    own = with_gaps()[list(simulated.ITEMS)].isna()
    assert second["n"] == (own[second["unanswered"]] & (own.sum(axis=1) == 1)).sum()


def test_without_gaps_one_line_is_told() -> None:
    tables = told(simulated.answers()).tables
    assert tables["missing_summary"].to_dict("records") == [
        {"statistic": "n_complete", "value": len(simulated.answers())}
    ]
    for name in set(TABLES) - {"missing_summary"}:
        assert tables[name].empty
        assert list(tables[name].columns) == TABLES[name]


def test_blank_questionnaires_do_not_count() -> None:
    blank = with_gaps().copy()
    blank.loc[:9, [*simulated.ITEMS, simulated.MARKER]] = np.nan
    assert summary(blank)["n_answering"] == len(blank) - 10


def test_what_has_no_moments_keeps_its_counts() -> None:
    few = with_gaps().head(len(simulated.ITEMS) - 2)
    result = told(few)
    found = result.tables["missing_summary"]["statistic"]
    assert "n_missing_answers" in set(found)
    assert "mcar_p" not in set(found)
    assert result.cards["missing_summary"]["refused"]


def test_few_respondents_are_not_told() -> None:
    section = DisclosureSection(suppress_small_cells=True, smallest_cell=5)
    tables = protect(of_gaps(), section).tables
    patterns = tables["missing_patterns"]
    assert (patterns["n"] >= 5).all()
    rarer = protect(of_gaps(), section.model_copy(update={"smallest_cell": 7})).tables["missing_patterns"]
    assert 0 < len(rarer) < PATTERNS_SHOWN
    shown = tables["missing_respondents"]["n"].dropna()
    assert (shown >= 5).all()
    # Two at least are left out, and no running total tells them.
    assert tables["missing_respondents"]["n"].isna().sum() != 1
    assert tables["missing_respondents"]["cumulative_percent"].isna().all()
    few = with_gaps().copy()
    few[list(simulated.ITEMS)] = simulated.answers()[list(simulated.ITEMS)]
    few.loc[:2, simulated.ITEMS[0]] = np.nan
    found = protect(told(few), section).tables
    own = found["missing_summary"].set_index("statistic")["value"]
    assert own[["n_complete", "n_incomplete", "n_missing_answers"]].isna().all()
    assert found["missing_items"]["n_missing"].isna().sum() == 1


def test_a_reconstruction_has_no_such_tables(config_content: dict[str, object]) -> None:
    from smartcity_survey.study.config import parse_config

    config = parse_config(config_content, "config.yaml")
    assert people_answered(config)
    rebuilt = config.model_copy(update={"study": config.study.model_copy(update={"reconstruction": True})})
    assert not people_answered(rebuilt)


def test_the_rule_counts_the_items_that_are_needed() -> None:
    section = CleaningSection(rules=("missing_items",))
    kept = clean_responses(with_gaps(), simulated.codebook(), section, simulated.model().items).answers
    assert kept["respondent"].tolist() == complete()["respondent"].tolist()
    stricter = clean_responses(with_gaps(), simulated.codebook(), section).answers
    assert len(stricter) < len(kept)


def test_items_are_described_by_the_answers_to_them() -> None:
    result = describe_answers(with_gaps(), simulated.codebook())
    lines = result.tables["item_descriptives"].set_index("item")
    first = simulated.ITEMS[0]
    given = with_gaps()[first].dropna()
    assert lines.loc[first, "n"] == len(given)
    assert lines.loc[first, "mean"] == pytest.approx(given.mean())
    assert lines.loc[first, "skewness"] == pytest.approx(given.skew())
    assert result.cards["item_descriptives"]["missing"] == "each_item_by_its_answers"
