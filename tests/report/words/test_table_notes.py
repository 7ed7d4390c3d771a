"""Headings of a table tell its columns apart, and its notes are of what it shows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import get_args

import pandas as pd
import pytest

from smartcity_survey.data.disclosure import protect
from smartcity_survey.io import StageResult
from smartcity_survey.report.parts import build_parts, plan_parts
from smartcity_survey.report.tables import render_table
from smartcity_survey.report.wording import LANGUAGES, load_wording
from smartcity_survey.study.config import DisclosureSection, Language, ScoreMethod
from tests.report.conftest import MakeSetting
from tests.report.test_tables import CONTENTS, ENTRIES

SENTENCES, LETTERS = 3, 340
"""What a note may have: sentences of its own, beside those of n and of what is left out; letters in all."""
MADE = ("suppressed", "first_lines", "met_throughout")
"""Sentences that a note has where a table leaves lines, cells or columns out."""
ENDS = re.compile(r"[.!?…](?=\s|$)")


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


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_of_constructs_say_where_components_take_their_place(
    tables: dict[str, pd.DataFrame], setting: MakeSetting, language: Language
) -> None:
    told = setting(language).wording["page.by_components"]
    for name, of_constructs in {
        **dict.fromkeys(("copulas", "necessary_conditions", "segment_paths", "model_criteria"), True),
        **dict.fromkeys(("adequacy", "segment_criteria"), False),
    }.items():
        for card in ({"n": 40}, {"n": 40, "higher_order": "by_components"}):
            notes = render_table(tables[name], ENTRIES[name], CONTENTS, setting(language), card).notes
            assert (told in notes) == (of_constructs and len(card) == 2), name


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


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sample_that_was_weighted_before_raking_says_so(
    tables: dict[str, pd.DataFrame], setting: MakeSetting, language: Language
) -> None:
    """Its percentages are of the weights, beside an n that counts respondents."""
    of_column, of_nobody = (
        render_table(tables["raking_margins"], ENTRIES["raking_margins"], CONTENTS, setting(language), card)
        for card in ({"method": "raking", "raked_from": "weights_of_the_file"}, {"method": "raking"})
    )
    (more,) = {*of_column.notes} - {*of_nobody.notes}
    assert "data.weight" in more
    assert {*of_nobody.notes} < {*of_column.notes}


@pytest.mark.parametrize("form", ["bounded", "printed", "own"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_note_is_as_short_as_one_of_the_apa(
    tables: dict[str, pd.DataFrame], setting: MakeSetting, language: Language, form: str
) -> None:
    """What else helps to read a table stands a click away; every way of scoring has its short form."""
    there = replace(setting(language), bounded=form == "bounded", printed=form != "own")
    made = tuple(there.wording[f"page.{key}"].partition("{")[0] for key in MADE)
    told = {
        f"{name}, {scores}": [note for note in shown.notes if not note.startswith(made)]
        for name, entry in ENTRIES.items()
        if name in tables
        for scores in (get_args(ScoreMethod) if entry.scores else ("mean",))
        if (shown := render_table(tables[name], entry, CONTENTS, there, {"scores": scores}))
    }
    assert {
        name: notes for name, notes in told.items() if len(ENDS.findall(" ".join(notes))) > SENTENCES
    } == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_notes_of_the_bundled_report_are_short_and_the_rest_is_one_click_away(
    bundled_pages: Mapping[Language, Path], language: Language
) -> None:
    html = bundled_pages[language].read_text(encoding="utf-8")
    notes = [
        unescape(re.sub("<[^>]*>", "", note))
        for note in re.findall(r'<p class="note">(.*?)</p>', html, re.DOTALL)
    ]
    assert len(notes) > 80
    assert [(len(note), note) for note in notes if len(note) > LETTERS] == []
    cards = [
        unescape(re.sub("<[^>]*>", "", card))
        for card in re.findall(r'<details class="card">(.*?)</details>', html, re.DOTALL)
    ]
    wording = load_wording(language)
    for name in ("decisions", "verdict_sheet", "identified_sets", "hypotheses"):
        key = f"tables.{name}.reading"
        reading = wording.noted(f"{key}_bounded" if f"{key}_bounded" in wording else key)
        assert [reading in card for card in cards].count(True) == 1
        assert not any(reading in note for note in notes)


def test_a_table_without_its_lines_says_why(tmp_path: Path, setting: MakeSetting) -> None:
    """Even one that has no line left stands on the page."""
    whole = pd.DataFrame({"outcome": ["use"], "categories": [3], "rarest_answer": [6], "p": [0.01]})
    result = StageResult({"ordinal_models": whole}, {"ordinal_models": {"n": 100}})
    hidden = protect(result, DisclosureSection(suppress_small_cells=True, smallest_cell=7))
    shown = protect(result, DisclosureSection(suppress_small_cells=True, smallest_cell=6))
    for found, lines in ((hidden, 0), (shown, 1)):
        frame, card = found.tables["ordinal_models"], found.cards["ordinal_models"]
        assert len(frame) == lines
        plan = plan_parts(found.tables, found.cards, tmp_path, CONTENTS, {})
        assert [one.name for part in plan for one, _ in part.entries] == ["ordinal_models"]
        notes = " ".join(render_table(frame, ENTRIES["ordinal_models"], CONTENTS, setting("en"), card).notes)
        assert ("Lines are left out that tell of fewer than 7 respondents" in notes) == (lines == 0)


@pytest.mark.parametrize("reconstruction", [True, False])
def test_groups_of_a_reconstruction_without_paths_say_why_they_are_not_compared(
    tmp_path: Path, setting: MakeSetting, reconstruction: bool
) -> None:
    """No path is claimed, so there are no bounds of its verdicts; its groups are random all the same."""
    there = replace(setting("en"), reconstruction=reconstruction)
    tables = {"invariance": pd.DataFrame(columns=["demographic", "level", "status"])}
    parts = build_parts(tables, {}, tmp_path, CONTENTS, there, {})
    told = [block.table.empty for part in parts for block in part.blocks if block.table]
    assert told == [there.wording["page.random_groups"]] * reconstruction
