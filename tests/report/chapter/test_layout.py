"""Columns of a table in Word, PDF and LaTeX: numbers are never broken, whatever stands beside them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smartcity_survey.report.breaks import SOFT_HYPHEN
from smartcity_survey.report.chapter.compose import sections
from smartcity_survey.report.chapter.layout import ANYWHERE, column_shares, fitted, stands_together
from smartcity_survey.report.contents import load_contents
from smartcity_survey.report.one_line import cell_text
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.tables import Table, render_table
from smartcity_survey.report.wording import LANGUAGES
from smartcity_survey.study.config import Language
from tests.report.chapter.conftest import Tables
from tests.report.conftest import MakeSetting

CHARACTERS = 92
"""Digits of a line of a table over the width of the text, with its padding, as `layout` counts them."""
LABELS = {
    "as they are": None,
    "a sentence": "I would use the services of the city at any time of the day " * 5,
    "a word": "x" * 120,
}


def broken(table: Table) -> list[str]:
    """Numbers wider than their column."""
    shares = column_shares(table)
    return [
        cell.text
        for group in table.groups
        for line in group.lines
        for cell, share, numeric in zip(line, shares, table.numeric, strict=True)
        if numeric and len(cell.text) + 1.5 > share * CHARACTERS
    ]


@pytest.mark.parametrize("label", list(LABELS))
@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_have_their_room_beside_any_label(
    tables: Tables, setting: MakeSetting, language: Language, label: str
) -> None:
    there = setting(language)
    if text := LABELS[label]:
        labels = replace(
            there.labels,
            items=dict.fromkeys(there.labels.items, text),
            constructs=dict.fromkeys(there.labels.constructs, text),
        )
        there = replace(there, labels=labels)
    contents = load_contents()
    shown = {
        entry.name: render_table(tables[entry.name], entry, contents, there)
        for section in sections(contents)
        for entry in section.blocks
        if entry.kind == "table"
    }
    # A heading that is a construct's label may be as long as it likes: its numbers have their room as well.
    assert {name: found for name, table in shown.items() if (found := broken(table))} == {}
    assert all(sum(column_shares(table)) == pytest.approx(1) for table in shown.values() if table.headings)


def test_words_break_only_where_they_do_not_fit() -> None:
    assert fitted("Эквивалентность, p", 0.5) == "Эквивалентность, p"
    narrow = fitted("Эквивалентность, p", 0.1)
    assert SOFT_HYPHEN in narrow
    assert ANYWHERE not in narrow
    assert narrow.replace(SOFT_HYPHEN, "") == "Эквивалентность, p"
    long = fitted("x" * 120, 0.25)
    assert long.replace(ANYWHERE, "") == "x" * 120
    assert max(map(len, long.split(ANYWHERE))) <= 0.25 * CHARACTERS
    assert fitted("28,517,000,000,000.25", 0.1) == "28,517,000,000,000.25"


@pytest.mark.parametrize("word", ["Воспринимаемый", "Информированность", "Қызметтердің", "эквивалентности"])
def test_a_word_that_just_fits_may_break_with_a_hyphen(word: str) -> None:
    """Word and Typst break a word that is wider than it was counted anywhere, without a hyphen."""
    share = next(n / 100 for n in range(100) if ANYWHERE not in fitted(word, n / 100) and n > 5)
    for wider in (share, share * 1.1, share * 1.2):
        shown = fitted(word, wider)
        assert SOFT_HYPHEN in shown
        assert shown.replace(SOFT_HYPHEN, "") == word
    assert fitted(word, 0.5) == word


def test_a_cell_says_its_text_and_what_is_beside_it(tables: Tables, setting: MakeSetting) -> None:
    entries = {entry.name: entry for entry in load_contents().entries("table")}
    table = render_table(tables["pls_loadings"], entries["pls_loadings"], load_contents(), setting("en"))
    assert cell_text(table.groups[0].lines[0][0]).startswith("T1 ")


def test_a_table_of_few_lines_and_long_texts_may_be_divided(tables: Tables, setting: MakeSetting) -> None:
    """A page that cannot hold it would set its rows on top of one another."""
    entries = {entry.name: entry for entry in load_contents().entries("table")}
    there = setting("en")
    long = replace(there, labels=replace(there.labels, items=dict.fromkeys(there.labels.items, "word " * 50)))
    few = tables["pls_loadings"].head(12)

    def together(one: Setting) -> bool:
        return stands_together(render_table(few, entries["pls_loadings"], load_contents(), one))

    assert together(there)
    assert not together(long)
