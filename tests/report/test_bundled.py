"""The bundled study's own stage files: each is in the report's plan and speaks the report's languages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from smartcity_survey.io import AT_FAULT, read_table
from smartcity_survey.report.contents import load_contents
from smartcity_survey.report.names import parts, statistic_parts
from smartcity_survey.report.tables import in_language
from smartcity_survey.report.wording import LANGUAGES, load_wording
from smartcity_survey.study.config import Language

REPORTS = Path(__file__).resolve().parents[2] / "reports"
ENTRIES = {entry.name: entry for entry in load_contents().entries("table")}
CODES = ("rule", "index", "screen", "method", "verdict", "statistic", "severity", "scale")

pytestmark = pytest.mark.skipif(not (REPORTS / "tables").is_dir(), reason="no tables yet: run make")


def test_every_table_of_the_run_is_in_the_plan() -> None:
    written = {path.stem for path in (REPORTS / "tables").glob("*.csv")}
    assert written - set(ENTRIES) - set(load_contents().files_only) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_estimator_cards_is_translated(language: Language) -> None:
    wording = load_wording(language)
    known = wording.texts
    unknown = set()
    for path in (REPORTS / "cards").glob("*.json"):
        for table, card in json.loads(path.read_text(encoding="utf-8")).items():
            if table not in ENTRIES:
                continue
            # A number that the words of another entry take needs none of its own.
            words = [wording.value("card", str(value)) for value in card.values()]
            keys = set(card) - {name for text in words for name in re.findall(r"{(\w+)}", text)}
            unknown |= {f"key {key}" for key in keys if f"values.card_key.{key}" not in known}
            texts = {
                value
                for key, value in card.items()
                if isinstance(value, str) and key not in ("rules", "excludes", "seeds")
            }
            unknown |= {text for text in texts - {"true", "false"} if not wording.knows("card", text)}
    assert unknown == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_in_the_tables_is_translated(language: Language) -> None:
    wording = load_wording(language)
    unknown = set()
    for name in ENTRIES:
        path = REPORTS / "tables" / f"{name}.csv"
        if path.is_file():
            frame = read_table(path)
            for column in set(CODES) & set(frame.columns):
                codes = {statistic_parts(str(code))[1] for code in frame[column].dropna()}
                unknown |= {f"{name}.{column}: {code}" for code in codes if not wording.knows(column, code)}
    assert unknown == set()


def test_every_column_has_a_heading() -> None:
    wording = load_wording("kk")
    headless = set()
    for name, entry in ENTRIES.items():
        path = REPORTS / "tables" / f"{name}.csv"
        if path.is_file() and not entry.pivot and not entry.cells:
            columns = in_language(read_table(path), "kk").columns
            named = {AT_FAULT, "group_at_fault", *parts(entry.row, columns), *parts(entry.group, columns)}
            for column in entry.columns or [entry.row, *(c for c in columns if c not in named)]:
                if (
                    column not in (entry.group, AT_FAULT)
                    and not column.endswith("_high")
                    and f"columns.{column}" not in wording
                ):
                    headless.add(f"{name}.{column}")
    assert headless == set()
