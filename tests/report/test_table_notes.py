"""Headings of a table tell its columns apart, and its notes are of what it shows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pandas as pd
import pytest

from smartcity_survey.report.tables import render_table
from smartcity_survey.report.wording import LANGUAGES
from smartcity_survey.study.config import Language
from tests.report.conftest import MakeSetting
from tests.report.test_tables import CONTENTS, ENTRIES


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_table_has_two_headings_alike(
    tables: dict[str, pd.DataFrame], setting: MakeSetting, language: Language
) -> None:
    """Two columns of the same name cannot be told apart, in a table or in a file of it."""
    alike = {
        name: [heading for heading, n in Counter(headings).items() if n > 1]
        for name, entry in ENTRIES.items()
        if name in tables
        and (headings := render_table(tables[name], entry, CONTENTS, setting(language)).headings)
        and len(set(headings)) < len(headings)
    }
    assert alike == {}


@pytest.mark.parametrize(
    ("language", "bounds", "undefined"),
    [
        ("en", "One-sided 95% upper bounds (percentile).", "Without HTMT2: resamples"),
        ("ru", "Односторонние верхние границы 95\u00a0% (процентильный).", "Без HTMT2 — число"),
    ],
)
def test_notes_of_a_column_stand_where_it_does(
    tables: dict[str, pd.DataFrame], setting: MakeSetting, language: Language, bounds: str, undefined: str
) -> None:
    card = {"n": 40, "confidence_level": 0.95, "interval": "percentile"}
    entry = ENTRIES["htmt_bounds"]
    whole = render_table(tables["htmt_bounds"], entry, CONTENTS, setting(language), card)
    assert bounds in whole.notes
    assert any(note.startswith(undefined) for note in whole.notes)
    assert any(note.startswith("HTMT2") for note in whole.notes)
    short = replace(entry, columns=("construct_2", "htmt", "upper_bound"))
    few = render_table(tables["htmt_bounds"], short, CONTENTS, setting(language), card)
    assert bounds in few.notes
    assert not any("HTMT2" in note for note in few.notes)
