"""Which tables the chapter shows, and which of their columns."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from smartcity_survey.io import NONE_FOUND, WHOLE
from smartcity_survey.report.chapter.document import Paragraph, TableBlock
from smartcity_survey.report.wording import LANGUAGES, load_wording
from smartcity_survey.study.config import Language
from tests.report.chapter.conftest import CARD_OF_ALL, DECIDED, Compose, Tables, words


def test_a_table_of_one_line_stands_in_the_text(compose_study: Compose, tables: Tables) -> None:
    """As the sentence that has its results, else as a sentence of its own with every value."""
    document = compose_study(without=DECIDED)
    shown = [block for block in document.blocks if isinstance(block, TableBlock) and block.table.headings]
    assert min(sum(len(group.lines) for group in block.table.groups) for block in shown) > 1
    text = words(document)
    assert len(tables["pls_quality"]) == 1
    assert "explains Use with R² = .400, 95% CI [.30, .50], adjusted .390." in text
    assert "Variance explained in the PLS-SEM model" not in text
    frame = tables["group_comparisons"].head(1)
    alone = words(compose_study(without=DECIDED, changed={"group_comparisons": frame}))
    assert "Compared by “City”: North, n = 140; Оңтүстік, n = 110." in alone
    assert "Groups compared (" not in alone
    unsolved = {"group_comparisons": frame.assign(status="no_solution")}
    alone = words(compose_study(without=DECIDED, changed=unsolved))
    assert "Groups compared (City, North)." in alone
    assert all(f": {value}" in alone for value in ("Оңтүстік", "140", "110"))


def test_columns_with_nothing_in_them_are_left_out(compose_study: Compose, tables: Tables) -> None:
    two = pd.concat([tables["model_summary"]] * 2).assign(outcome=["use", "ease"])
    changed = {"model_summary": two.assign(adj_r2=float("nan"), durbin_watson=[float("nan"), 1.9])}
    document = compose_study(without=DECIDED, changed=changed)
    summary = next(one for one in document.numbered() if one.id == "table-model_summary")
    assert isinstance(summary, TableBlock)
    headings = summary.table.headings
    columns = load_wording("en")
    assert columns["columns.adj_r2"] not in headings
    assert columns["columns.durbin_watson"] in headings
    lines = [line for group in summary.table.groups for line in group.lines]
    assert {len(headings), len(summary.table.numeric)} == {len(line) for line in lines}
    square = next(one for one in document.numbered() if one.id == "table-score_correlations")
    assert isinstance(square, TableBlock)
    assert len(square.table.headings) == 4


def test_how_a_table_is_read_stands_in_the_text_before_it(compose_study: Compose) -> None:
    """Where its note has no room for that; the note itself keeps to what is short."""
    wording = load_wording("en")
    reading = wording["tables.decisions.reading"]
    blocks = compose_study().blocks
    at = next(i for i, block in enumerate(blocks) if getattr(block, "id", "") == "table-decisions")
    before, table = blocks[at - 1], blocks[at]
    assert isinstance(before, Paragraph)
    assert isinstance(table, TableBlock)
    assert reading in before.text
    assert [run.to for run in before.runs if run.to] == ["table-decisions"]
    assert not any(reading in note for note in table.notes)


def test_a_note_speaks_of_the_columns_that_are_shown(compose_study: Compose, tables: Tables) -> None:
    """The chapter's tables have fewer columns than the page's, and a column without a number is left out."""
    texts = load_wording("en").texts
    without_factor = tables["hypothesis_tests"].assign(log_bf10=float("nan"))
    document = compose_study(without=DECIDED, changed={"hypothesis_tests": without_factor})
    notes = {
        block.id.removeprefix("table-"): " ".join(block.notes)
        for block in document.blocks
        if isinstance(block, TableBlock)
    }
    for name, column in (
        ("power", "detectable_beta_family"),
        ("coefficients", "hc3_std_error"),
        ("specification_summary", "p_median_holm"),
        ("multigroup", "chance_low"),
        ("hypothesis_tests", "log_bf10"),
    ):
        assert texts[f"tables.{name}.of_columns.{column}"] not in notes[name]
    assert texts["tables.hypothesis_tests.of_columns.log_bf10"] in " ".join(
        note for block in compose_study(without=DECIDED).numbered() for note in block.notes
    )


def test_the_weakest_correlation_is_the_smallest_by_size(compose_study: Compose, tables: Tables) -> None:
    frame = tables["score_correlations"].copy()
    names = list(frame["construct"])
    strong, weak, middle = -0.8, -0.1, 0.5
    for (a, b), value in zip(((0, 1), (0, 2), (1, 2)), (strong, weak, middle), strict=True):
        frame.loc[a, names[b]] = frame.loc[b, names[a]] = value
    text = words(compose_study(without=DECIDED, changed={"score_correlations": frame}))
    assert re.search(r"correlate least for [^;]*?r = −\.10, and most for [^;]*?r = −\.80", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_why_a_table_has_no_lines_is_told(compose_study: Compose, tables: Tables, language: Language) -> None:
    """Once for each reason: what could not be computed, and what was computed and not found."""
    lines = {"johnson_neyman": (WHOLE, "two_categories"), "conditional_slopes": (WHOLE, "two_categories")}
    lines |= dict.fromkeys(("deviant_groups", "deviant_rules"), (NONE_FOUND, "no_deviant_group"))
    cards = dict.fromkeys(tables, CARD_OF_ALL) | {
        name: CARD_OF_ALL | {"refused": [{"part": part, "reason": reason, "at_fault": ""}]}
        for name, (part, reason) in lines.items()
    }
    changed = {name: tables[name].iloc[:0] for name in lines}
    said = words(compose_study(language, without=DECIDED, changed=changed, cards=cards))
    wording = load_wording(language)
    for key, first, second, reason in (
        ("not_computed", "johnson_neyman", "conditional_slopes", "two_categories"),
        ("none_found", "deviant_groups", "deviant_rules", "no_deviant_group"),
    ):
        names = "; ".join(wording[f"tables.{name}.title"] for name in (first, second))
        told = wording.value("reason", reason)
        assert wording.fill(f"chapter.limitations.{key}", names=names, reason=told) in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_bands_count_by_their_numbers_stands_below_the_table(
    compose_study: Compose, tables: Tables, language: Language
) -> None:
    card = CARD_OF_ALL | {"moderator_bands": "scored_by_number"}
    note = load_wording(language)["tables.moderation.moderator_bands"]
    for own, told in ((card, True), (CARD_OF_ALL, False)):
        cards = dict.fromkeys(tables, CARD_OF_ALL) | {"moderation": own}
        document = compose_study(language, without=DECIDED, cards=cards)
        (shown,) = (block for block in document.numbered() if block.id == "table-moderation")
        assert (note in shown.notes) == told


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_that_disclosure_control_takes_out_are_told_in_their_place(
    compose_study: Compose, tables: Tables, language: Language
) -> None:
    """Of a table without lines, of one whose only line a sentence tells, and below one with some."""
    hidden = CARD_OF_ALL | {"hidden_below": 5, "lines_left_out": True}
    cards = dict.fromkeys(tables, CARD_OF_ALL) | dict.fromkeys(
        ("model_summary", "group_comparisons", "coefficients"), hidden
    )
    changed = {"model_summary": tables["model_summary"].iloc[:0]}
    changed |= {"group_comparisons": tables["group_comparisons"].head(1)}
    document = compose_study(language, without=DECIDED, changed=changed, cards=cards)
    wording, blocks = load_wording(language), document.blocks
    at = {getattr(block, "id", ""): place for place, block in enumerate(blocks)}
    for name, key, section in (
        ("model_summary", "without_lines", "regression"),
        ("group_comparisons", "lines_left_out", "groups"),
    ):
        told = wording.fill(f"chapter.{key}", title=wording[f"tables.{name}.title"], limit="5")
        (place,) = (
            place
            for place, block in enumerate(blocks)
            if isinstance(block, Paragraph) and block.text == told.replace("**", "")
        )
        later = min(n for name, n in at.items() if name.startswith("section-") and n > place)
        assert at[f"section-{section}"] < place < later
        assert f"table-{name}" not in at
    shown = blocks[at["table-coefficients"]]
    assert isinstance(shown, TableBlock)
    assert wording.fill("page.hidden_lines", limit="5") in shown.notes
