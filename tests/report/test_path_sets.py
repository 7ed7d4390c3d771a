"""Paths that the print may leave open have their sets beside their coefficients, wherever they stand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from smartcity_survey.report.chapter.whole import whole_tables
from smartcity_survey.report.contents import load_contents
from smartcity_survey.report.parts import build_parts
from smartcity_survey.report.path_sets import METHODS, beside
from smartcity_survey.report.tables import Table
from smartcity_survey.report.wording import LANGUAGES
from smartcity_survey.study.config import Language
from tests.report.conftest import MakeSetting

Tables = dict[str, pd.DataFrame]
Rendered = Callable[[Tables, MakeSetting, Path], dict[str, Table]]
WITHOUT = ("decisions", "identified_sets")


def column(table: Table, heading: str) -> list[str]:
    place = table.headings.index(heading)
    return [line[place].text for group in table.groups for line in group.lines]


def of_page(tables: Tables, setting: MakeSetting, folder: Path) -> dict[str, Table]:
    parts = build_parts(tables, {}, folder, load_contents(), setting("en"), {})
    blocks = {block.id.removeprefix("table-"): block.table for part in parts for block in part.blocks}
    return {name: table for name in METHODS if (table := blocks[name]) is not None}


def of_files(tables: Tables, setting: MakeSetting, folder: Path) -> dict[str, Table]:
    return {
        entry.name: table for entry, table in whole_tables(tables, {}, setting("en")) if entry.name in METHODS
    }


@pytest.mark.parametrize("rendered", [of_page, of_files])
def test_each_path_has_its_set_and_the_fit_it_is_of(
    tables: Tables, setting: MakeSetting, tmp_path: Path, rendered: Rendered
) -> None:
    """The set of the verdict on the path; where none was sought, it is open."""
    wording = setting("en").wording
    heading, note = wording["columns.possible"], wording["tables.pls_paths.of_columns.possible"]
    shown = rendered(tables, setting, tmp_path)
    found = {name: column(table, heading) for name, table in shown.items()}
    assert found == {
        "pls_paths": ["from −.35 to .71 (claimed fit)", "from −.33 to −.21 (strict fit)"],
        "plsc_paths": ["open", "open"],
        "sem_paths": ["from .35 to .47 (claimed fit)", "open"],
    }
    assert all(table.notes.count(note) == 1 for table in shown.values())


def test_a_path_that_nobody_claimed_has_the_strictest_set(tables: Tables, setting: MakeSetting) -> None:
    none = tables | {"decisions": tables["decisions"].iloc[:0]}
    sets = {name: beside(name, none, setting("en"))["possible"].tolist() for name in METHODS}
    assert sets == {
        "pls_paths": ["from −.12 to .43 (strict fit)", "from −.33 to −.21 (strict fit)"],
        "plsc_paths": ["open", "open"],
        "sem_paths": ["from .38 to .42 (strict fit)", "open"],
    }


@pytest.mark.parametrize("rendered", [of_page, of_files])
def test_of_people_nothing_stands_beside(
    tables: Tables, setting: MakeSetting, tmp_path: Path, rendered: Rendered
) -> None:
    own = {name: frame for name, frame in tables.items() if name not in WITHOUT}
    wording = setting("en").wording
    for table in rendered(own, setting, tmp_path).values():
        assert wording["columns.possible"] not in table.headings
        assert wording["tables.pls_paths.of_columns.possible"] not in table.notes


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_stage_file_keeps_its_numbers(tables: Tables, setting: MakeSetting, language: Language) -> None:
    for name in METHODS:
        frame = beside(name, tables, setting(language))
        assert frame.drop(columns="possible").equals(tables[name])
    assert beside("pls_loadings", tables, setting(language)) is tables["pls_loadings"]
