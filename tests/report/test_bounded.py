"""The page of a reconstruction whose print has known bounds, beside the same page of people's answers."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from markupsafe import escape

from smartcity_survey.report.contents import load_contents
from smartcity_survey.report.names import witness_labels
from smartcity_survey.report.page import HERE, write_report
from smartcity_survey.report.tables import Table, render_table
from smartcity_survey.report.wording import LANGUAGES, load_wording
from smartcity_survey.stages.comparison.decided import UNSURE, UNTESTED
from smartcity_survey.stages.evidence.verdict_sheet import INCONCLUSIVE
from smartcity_survey.study.config import Language
from smartcity_survey.study.verdict import Verdict
from tests.report.conftest import MANIFEST, MakeSetting

CONTENTS = load_contents()
ENTRIES = {entry.name: entry for entry in CONTENTS.entries("table")}
PEOPLE = [entry for entry in ENTRIES.values() if entry.people]
SHARES = re.compile(r"share|p_curve|hinges|draws|_holm$")
Tables = dict[str, pd.DataFrame]


def page(reports: Path, out: Path, setting: MakeSetting, language: Language = "en") -> str:
    write_report(reports, MANIFEST, setting(language), out)
    return out.read_text(encoding="utf-8")


def figure(html: str, name: str) -> str:
    """What the page has of one table."""
    own = next(part for part in html.split("<figure")[1:] if f'id="table-{name}"' in part)
    return own.partition("</figure")[0]


def rendered(
    tables: Tables, name: str, setting: MakeSetting, bounded: bool, language: Language = "en"
) -> Table:
    there = replace(setting(language), bounded=bounded)
    return render_table(tables[name], ENTRIES[name], CONTENTS, there)


def words(table: Table) -> str:
    lines = [cell.text for group in table.groups for line in group.lines for cell in line]
    remarks = [remark for group in table.groups for own in group.remarks for remark in own]
    return " | ".join([*table.headings, *lines, *remarks])


@pytest.fixture(scope="module")
def of_people(reports: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small study without what the stage of bounds makes."""
    folder = tmp_path_factory.mktemp("people") / "reports"
    shutil.copytree(reports, folder)
    for entry in next(section for section in CONTENTS.sections if section.id == "bounds").entries:
        for path in folder.glob(f"*/{entry.name}.*"):
            path.unlink()
    return folder


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_of_groups_say_that_they_are_random(
    reports: Path, tmp_path: Path, setting: MakeSetting, language: Language
) -> None:
    wording = setting(language).wording
    made = tmp_path / "reports"
    shutil.copytree(reports, made)
    for entry in PEOPLE:  # as the stages leave them
        file = made / f"tables/{entry.name}.csv"
        file.write_text(file.read_text(encoding="utf-8").partition("\n")[0] + "\n", encoding="utf-8")
    html = page(made, tmp_path / "report.html", setting, language)
    assert PEOPLE
    for entry in PEOPLE:
        own = figure(html, entry.name)
        assert str(escape(wording["page.random_groups"])) in own
        assert wording["page.no_lines"] not in own
        assert str(escape(wording.noted(f"tables.{entry.name}.note"))) not in own
        assert "<td" not in own


def test_of_people_nothing_of_this_appears(
    reports: Path, of_people: Path, tmp_path: Path, setting: MakeSetting
) -> None:
    """Each text that stands for another in a reconstruction is gone, and the other is there."""
    texts = setting("en").wording.texts
    bounded, plain = (page(r, tmp_path / "report.html", setting) for r in (reports, of_people))
    kinds = [key for key in texts if key.endswith("_bounded")]
    assert len(kinds) > 3
    for key in kinds:
        own = str(escape(texts[key].partition("{")[0]))
        assert own in bounded
        assert own not in plain
        # What only a reconstruction has to be told stands for nothing else.
        if (name := key.removesuffix("_bounded")) in texts:
            assert str(escape(texts[name].partition("{")[0])) in plain
        else:
            assert name.endswith(".reading")
    for gone in (*(str(escape(texts[f"page.{key}"])) for key in ("open", "random_groups")), 'id="bounds"'):
        assert gone not in plain
        assert gone in bounded


@pytest.mark.parametrize("name", ["specification_summary", "specification_choices"])
def test_shares_and_joint_tests_of_one_file_among_many_are_left_out(
    tables: Tables, setting: MakeSetting, name: str
) -> None:
    plain, bounded = (rendered(tables, name, setting, known) for known in (False, True))
    shares = [column for column in tables[name].columns if SHARES.search(column)]
    wording = setting("en").wording
    headings = {wording[key] for key in (f"columns.{column}" for column in shares) if key in wording}
    assert headings & set(plain.headings)
    assert not headings & set(bounded.headings)
    assert not re.search(r"\d%|hinges", words(bounded))
    assert re.search(r"\d%", words(plain))


@pytest.mark.parametrize("name", ["specification_summary", "specification_choices"])
def test_marks_of_the_files_are_not_on_the_page_which_says_it_in_words(
    tables: Tables, setting: MakeSetting, name: str
) -> None:
    marked = {name: tables[name].assign(answers="data_in_use", state="open")}
    assert rendered(marked, name, setting, True) == rendered(tables, name, setting, True)


def told(table: Table) -> str:
    """All that helps to read a table: its note, and what stands a click away."""
    return " ".join((*table.notes, *table.reading))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_explains_what_it_has_and_nothing_else(
    tables: Tables, setting: MakeSetting, language: Language
) -> None:
    """Of a reconstruction it has no shares and no joint p; when overlap is told stands below both."""
    wording = setting(language).wording
    left = tables["verdict_sheet"].drop(columns=["share_agreeing", "p_curve"]).assign(caveats="")
    plain, bounded = (
        told(rendered({"verdict_sheet": frame}, "verdict_sheet", setting, known, language))
        for frame, known in ((tables["verdict_sheet"], False), (left, True))
    )
    agree, joint = wording["columns.share_agreeing"], wording["columns.p_curve"]
    assert f"{agree}: " in plain
    assert f"{agree}: " not in bounded
    assert f"{joint}: ".lower() not in bounded.lower()
    assert all("VIF" in note and "{" not in note for note in (plain, bounded))
    assert wording.value("equivalence", INCONCLUSIVE) != wording.value("state", "open")


@pytest.mark.parametrize(
    ("language", "start", "unsettled", "searched"),
    [
        ("en", "from which the first search started", "ran out of steps", "as far as was searched"),
        ("ru", "с которой начался первый поиск", "шаги кончились раньше", "насколько показал поиск"),
        ("kk", "бірінші іздеу басталған", "қадамдар ертерек таусылды", "іздеу жеткен шекте"),
    ],
)
def test_notes_tell_how_sure_the_sets_are(
    tables: Tables, setting: MakeSetting, language: Language, start: str, unsettled: str, searched: str
) -> None:
    """Around which start further tables' sets lie, what "not settled" means, and what "decided" claims."""
    for name, words_of_it in (
        ("further_tables", start),
        ("identified_sets", unsettled),
        ("decisions", searched),
        ("hypotheses", searched),
    ):
        assert words_of_it in told(rendered(tables, name, setting, True, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verdict_is_worded(language: Language) -> None:
    wording = load_wording(language)
    codes = (*get_args(Verdict), UNTESTED, UNSURE, "open")
    assert all(wording.knows("verdict", code) for code in codes)
    assert len({wording.value("verdict", code) for code in codes}) == len(codes)


@pytest.mark.parametrize("language", LANGUAGES)
def test_witnesses_are_called_by_the_end_they_stand_at(setting: MakeSetting, language: Language) -> None:
    """By `witnesses.csv` alone: twelve of them, and several at one place, have names of their own."""
    lines = [
        {"witness": f"{name}_{place}", "predictor": name, "side": side}
        for name in ("trust", "ease")
        for place, side in enumerate(("low", "high", "", np.nan, "low", "high"))
    ]
    there = setting(language)
    labels = witness_labels(lines, there)
    assert list(labels) == [line["witness"] for line in lines]
    assert len(set(labels.values())) == 12
    for line in lines:
        assert labels[line["witness"]].startswith(there.labels.construct(line["predictor"]))
    assert not set(labels) & set(labels.values())


def test_no_raw_name_of_a_witness_stands_on_the_page(
    reports: Path, tmp_path: Path, setting: MakeSetting, tables: Tables
) -> None:
    html = page(reports, tmp_path / "report.html", setting)
    for name in tables["witnesses"]["witness"]:
        for table in ("witnesses", "witness_paths", "decisions"):
            assert name not in figure(html, table)
    assert "Trust, low end" in figure(html, "decisions")


def test_what_one_start_cannot_tell_has_no_column(tables: Tables, setting: MakeSetting) -> None:
    frame = tables["identified_sets"]
    several = rendered(tables, "identified_sets", setting, True).headings
    one = frame.assign(starts=1, low_apart=np.nan, high_apart=np.nan)
    single = rendered({"identified_sets": one}, "identified_sets", setting, True).headings
    assert [name for name in several if name not in single] == ["Apart, low", "Apart, high"]
    assert "Starts" in single


@pytest.mark.parametrize("language", LANGUAGES)
def test_ends_that_no_admissible_solution_has_are_marked_and_explained(
    tables: Tables, setting: MakeSetting, language: Language
) -> None:
    frame, wording = tables["identified_sets"], setting(language).wording
    marked = pd.DataFrame(
        {**frame.iloc[0], "method": "plsc", "low_inadmissible": True, "high_inadmissible": high}
        for high in (True, np.nan)
    )
    table = rendered({"identified_sets": marked}, "identified_sets", setting, True, language)
    columns = [table.headings.index(wording[f"columns.{side}_inadmissible"]) for side in ("low", "high")]
    cells = [[line[place].text for place in columns] for group in table.groups for line in group.lines]
    assert [cell == wording["page.yes"] for line in cells for cell in line] == [True, True, True, False]
    assert "PLSc" in told(table)
    plain = rendered({"identified_sets": frame}, "identified_sets", setting, True, language)
    assert not {wording["columns.low_inadmissible"], wording["columns.high_inadmissible"]} & set(
        plain.headings
    )


def test_verdicts_do_not_break_over_lines() -> None:
    rule = re.search(r"^\.mark \{(.*)\}", (HERE / "page.css").read_text(encoding="utf-8"), re.MULTILINE)
    assert rule
    assert "white-space: nowrap" in rule[1]
