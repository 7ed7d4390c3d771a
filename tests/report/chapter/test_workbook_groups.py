"""The first column of a grouped sheet says what its lines are grouped by."""

from __future__ import annotations

import io

import openpyxl
import pytest

from smartcity_survey.report.chapter.whole import whole_tables
from smartcity_survey.report.chapter.workbook import workbook_file
from smartcity_survey.report.wording import LANGUAGES, load_wording
from smartcity_survey.study.config import Language
from tests.report.chapter.conftest import MANIFEST_OF_CHAPTER, Tables
from tests.report.conftest import CARD, MakeSetting


@pytest.mark.parametrize("language", LANGUAGES)
def test_outcomes_and_constructs_are_no_groups(
    tables: Tables, setting: MakeSetting, language: Language
) -> None:
    few = {name: tables[name] for name in ("coefficients", "pls_loadings", "multigroup", "hypotheses")}
    sheets = whole_tables(few, dict.fromkeys(few, CARD), setting(language))
    book = openpyxl.load_workbook(io.BytesIO(workbook_file(sheets, MANIFEST_OF_CHAPTER, setting(language))))
    texts = load_wording(language)
    heads = {name: book[name].cell(3, 1).value for name in few}
    assert heads == {
        "coefficients": texts["columns.outcome"],
        "pls_loadings": texts["columns.construct"],
        "multigroup": texts["chapter.group"],
        "hypotheses": texts["columns.hypothesis"],
    }
