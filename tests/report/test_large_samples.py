"""Of very many respondents no chi-square test has a p, and the table says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.io import StageResult
from smartcity_survey.report.tables import render_table
from smartcity_survey.report.wording import LANGUAGES
from smartcity_survey.stages.factor.adequacy import evaluate_adequacy
from smartcity_survey.stages.large_samples import TESTS, UNTESTED_BEYOND, shapiro_card, without_tests
from smartcity_survey.stats.core.dealt import LARGEST
from smartcity_survey.study.config import Language
from smartcity_survey.workflow.catalogue import stages
from smartcity_survey.workflow.stage_job import compute_stage
from tests.report.conftest import MakeSetting
from tests.report.test_tables import CONTENTS, ENTRIES


def _answers(n: int) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    common = rng.normal(size=(n, 1))
    return pd.DataFrame(common + rng.normal(size=(n, 3)), columns=["T1", "T2", "T3"])


def _statistics(result: StageResult) -> Mapping[str, float]:
    return result.tables["adequacy"].set_index("statistic")["value"].to_dict()


def test_the_limit_has_two_sides() -> None:
    for n in (LARGEST, LARGEST + 1):
        plain = evaluate_adequacy(_answers(n))
        found = without_tests(plain)
        assert _statistics(plain)["bartlett_p"] == 0.0
        untested = n > LARGEST
        assert np.isnan(_statistics(found)["bartlett_p"]) == untested
        assert found.cards["adequacy"].get(UNTESTED_BEYOND) == (LARGEST if untested else None)
        for name in ("kmo", "bartlett_chi2", "bartlett_df"):
            assert _statistics(found)[name] == _statistics(plain)[name]
        assert UNTESTED_BEYOND not in found.cards["item_msa"]


@pytest.mark.parametrize("name", TESTS)
def test_every_test_is_one_of_a_table(tables: dict[str, pd.DataFrame], name: str) -> None:
    """Each column is there, has its p, and is empty afterwards; other lines and columns stay."""
    frame = tables[name]
    card = {"n": LARGEST + 1}
    found = without_tests(StageResult({name: frame}, {name: card}))
    for column, statistics in TESTS[name].items():
        own = frame["statistic"].isin(statistics) if statistics else np.ones(len(frame), dtype=bool)
        assert frame.loc[own, column].notna().any(), column
        assert found.tables[name].loc[own, column].isna().all()
        pd.testing.assert_frame_equal(found.tables[name][~own], frame[~own])
    others = frame.columns.difference(list(TESTS[name]))
    pd.testing.assert_frame_equal(found.tables[name][others], frame[others])
    assert found.cards[name] == {**card, UNTESTED_BEYOND: LARGEST}


def test_a_table_without_such_tests_says_nothing() -> None:
    """Of a study that has none of them, or whose card tells no number."""
    frame = pd.DataFrame({"statistic": ["rmsea"], "value": [0.03]})
    for result in (
        StageResult({"cfa_fit": frame}, {"cfa_fit": {"n": LARGEST + 1}}),
        StageResult({"cfa_fit": frame.replace("rmsea", "p")}, {"cfa_fit": {}}),
    ):
        found = without_tests(result)
        pd.testing.assert_frame_equal(found.tables["cfa_fit"], result.tables["cfa_fit"])
        assert found.cards == result.cards


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_why_a_cell_is_empty(
    tables: dict[str, pd.DataFrame], setting: MakeSetting, language: Language
) -> None:
    entry, words = ENTRIES["cfa_fit"], setting(language).wording
    told = words.fill("page.untested", limit=words.numbers.count(LARGEST))
    for n, cards in ((LARGEST, 0), (LARGEST + 1, 1)):
        result = without_tests(StageResult({"cfa_fit": tables["cfa_fit"]}, {"cfa_fit": {"n": n}}))
        shown = render_table(
            result.tables["cfa_fit"], entry, CONTENTS, setting(language), result.cards["cfa_fit"]
        )
        assert shown.notes.count(told) == cards


def test_a_run_leaves_them_out() -> None:
    """Whatever stage makes such a table."""
    frame = pd.DataFrame({"statistic": ["chi2", "p"], "value": [9.0, 0.01]})

    def made() -> StageResult:
        return StageResult({"sem_fit": frame}, {"sem_fit": {"n": LARGEST + 1}})

    result = compute_stage(replace(stages()["sem"], compute=made, needs={}, hides=None), {}, {})
    assert result.tables["sem_fit"]["value"].tolist() == pytest.approx([9.0, np.nan], nan_ok=True)


def test_shapiro_and_wilks_limit_is_told() -> None:
    assert shapiro_card(5000) == {}
    assert shapiro_card(5001) == {"shapiro_up_to": 5000}
