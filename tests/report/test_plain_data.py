"""Cells hold one thing each: names and codes, which the page alone puts together and into words."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from smartcity_survey.audit import WORDS
from smartcity_survey.io import TEXT_COLUMNS, join_names, read_json, read_table, split_names, write_table
from smartcity_survey.report.contents import load_contents
from smartcity_survey.report.names import MADE, name_text, parts
from smartcity_survey.report.refusal_names import reason_text
from smartcity_survey.report.tables import render_table
from smartcity_survey.report.wording import LANGUAGES, load_wording
from tests.conftest import REPOSITORY
from tests.report.conftest import STUDY, MakeSetting

CONTENTS = load_contents()
ENTRIES = {entry.name: entry for entry in CONTENTS.entries("table")}
FILES = [*sorted((REPOSITORY / "reports/tables").glob("*.csv")), *sorted(STUDY.glob("*/*.csv"))]
GRAMMAR = re.compile(r"->|^[^\s=]+=\S+$| / | of |^\w+: |\+")
"""What a stage would write and the page would have to take apart again."""
SENTENCES = {
    "audit": {f"{column}_{language}" for column in WORDS for language in LANGUAGES},
    "reproduction": {"printed", *(f"reason_{language}" for language in LANGUAGES)},
    "careless": {"source"},
    "witnesses": {"missed_cells"},
}
"""Cells in words: what a paper prints and the audit says of it, sources of limits."""
LISTS = {
    "at_fault",
    "groups_apart",
    "tetrad",
    "factors",
    "caveats",
    "hypotheses",
    "dominates_completely",
    "dominates_generally",
    "instruments",
    "option",
    "highest_option",
    "lowest_option",
    "controls",
    "unanswered",
    "demographics",
    "answers",
}
"""Columns of several names in one cell, as `join_names` writes them."""


def texts(path: Path) -> pd.DataFrame:
    return read_table(path).select_dtypes(exclude="number")


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def test_cells_are_names_and_codes(path: Path) -> None:
    frame = texts(path)
    for column in set(frame.columns) - SENTENCES.get(path.stem, set()):
        for cell in frame[column].dropna().astype(str):
            names = split_names(cell) if column in LISTS else [cell]
            assert not any(GRAMMAR.search(name) for name in names), (column, cell)
            assert not any(" " in name for name in names), (column, cell)


names = ["SE1", "a b", "a, b", 'say "so"', " edge ", "line\nfeed", '"', ",", "Қала"]


@pytest.mark.parametrize("given", [[], ["SE1"], ["SE1", "SG3"], names, names[::-1]])
def test_a_list_of_names_is_read_as_it_was_written(given: list[str]) -> None:
    assert split_names(join_names(given)) == given
    assert join_names(["SE1", "SG3"]) == "SE1, SG3"
    assert split_names(float("nan")) == []


def test_codes_of_answers_are_read_as_text(tmp_path: Path) -> None:
    """Without anybody who gave no answer all codes are digits: `2` must not come back as 2.0."""
    columns = (
        "answer",
        "reference",
        "first",
        "second",
        "group_at_fault",
        "groups_apart",
        "earlier",
        "later",
        "line",
    )
    assert set(columns) <= set(TEXT_COLUMNS)
    write_table(pd.DataFrame({column: ["2", ""] for column in columns}), tmp_path / "codes.csv")
    for column in columns:
        assert read_table(tmp_path / "codes.csv")[column].tolist()[0] == "2"


@pytest.mark.parametrize(
    ("table", "cells"),
    [
        ("pls_paths", {"Trust → Use"}),
        ("specific_indirect", {"Trust → Ease of use → Use"}),
        ("moderation", {"Trust → Use", "Trust × Ease of use → Use"}),
        (
            "hierarchical_coefficients",
            {"City: Оңтүстік", "City: no answer", "Age: 18–30", "Trust", "Constant"},
        ),
        ("group_comparisons", {"North"}),
        ("crosscheck", {"KMO", "Coefficients: Use"}),
        ("item_retention", {"Largest loading below 0.5"}),
        ("dynamic_fit", {"Found in the survey", "Right model", "Level 1", "Level 2"}),
        ("witness_ranges", {"Trust → Use", "Trust, Ease of use", "CFI", "Trust"}),
        ("decisions", {"data in use", "trust_low", "PLS-SEM"}),
        ("witness_paths", {"data in use", "trust_low"}),
        ("reproduction", {"Use, Mean", "6 blank cells, the largest"}),
    ],
)
def test_the_page_puts_them_together(
    table: str, cells: set[str], tables: dict[str, pd.DataFrame], setting: MakeSetting
) -> None:
    shown = render_table(tables[table], ENTRIES[table], CONTENTS, setting("en"))
    assert cells <= {cell.text for group in shown.groups for line in group.lines for cell in line}


@pytest.mark.parametrize(
    ("table", "heading"),
    [
        ("micom", "City: North / City: Оңтүстік"),
        ("wave_mean_differences", "2024 → 2026"),
        ("wave_micom", "2026 / 2024"),
        ("simple_slopes", "Trust → Use"),
        ("reproduction", "Table 12"),
    ],
)
def test_groups_of_lines_are_headed_as_before(
    table: str, heading: str, tables: dict[str, pd.DataFrame], setting: MakeSetting
) -> None:
    shown = render_table(tables[table], ENTRIES[table], CONTENTS, setting("en"))
    assert heading in {group.heading for group in shown.groups}


def test_a_chain_may_be_longer_than_another(setting: MakeSetting) -> None:
    line = {"source": "trust", "via_1": "ease", "via_2": "use", "target": "trust", "estimate": 0.1}
    assert parts("path", line) == ("source", "via_1", "via_2", "target")
    assert name_text("path", "", line, setting("en")) == "Trust → Ease of use → Use → Trust"
    short = line | {"via_2": float("nan")}
    assert name_text("path", "", short, setting("en")) == "Trust → Ease of use → Trust"


def test_what_is_made_of_columns_has_its_own_words() -> None:
    used = {name for entry in ENTRIES.values() for name in (entry.row, entry.group, *entry.columns)}
    assert set(MADE) <= used


def test_of_many_names_at_fault_the_first_are_told(setting: MakeSetting) -> None:
    many = join_names(f"T{number}" for number in range(1, 12))
    told = reason_text("heywood", many, setting("en"), [("city", "2")])
    assert told.endswith("(City: Оңтүстік, T1, T2, T3, T4, T5, T6, T7, + 4)")


CARDS = sorted((REPOSITORY / "reports/cards").glob("*.json"))
NAMED = {
    "rules",
    "excludes",
    "seeds",
    "mode",
    "single_items",
}
"""Entries of a card that list names."""


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.stem)
def test_cards_hold_codes(path: Path) -> None:
    """No sentence of a language is a value: the page has the words of each code in its own."""
    wordings = [load_wording(language) for language in LANGUAGES]
    for table, card in read_json(path).items():
        for key, value in card.items():
            if isinstance(value, str) and key not in NAMED:
                assert " " not in value, (table, key, value)
                known = all(wording.knows("card", value) for wording in wordings)
                assert known or value in ("true", "false") or table not in ENTRIES, (table, key, value)
