"""Three languages of equal standing: the same keys, the same places to fill, every key in use."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pytest
import yaml

from smartcity_survey.io import WHOLE, write_json, write_table
from smartcity_survey.report.answer import answer
from smartcity_survey.report.contents import Entry, load_contents
from smartcity_survey.report.criteria import CRITERIA
from smartcity_survey.report.figures import FIGURES, foot
from smartcity_survey.report.names import name_text, parts
from smartcity_survey.report.page import write_report
from smartcity_survey.report.table_notes import NOTED
from smartcity_survey.report.tables import in_language, render_table, score_notes
from smartcity_survey.report.verdicts import facts, verdicts
from smartcity_survey.report.wording import LANGUAGES, by_maximum_likelihood, load_wording
from smartcity_survey.stages.evidence.verdict_sheet import JUDGED
from smartcity_survey.stages.measurement.scores import METHODS
from smartcity_survey.study.config import Language, ScoreMethod
from tests.report.conftest import MANIFEST, MakeSetting

PACKAGE = Path(__file__).resolve().parents[3] / "src" / "smartcity_survey"
WORDINGS = {language: load_wording(language) for language in LANGUAGES}

STATES = ["hypothesis", "method", "state", "reading", "low", "high"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_same_keys_as_in_english(language: Language) -> None:
    assert set(WORDINGS[language].texts) == set(WORDINGS["en"].texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_same_places_to_fill_as_in_english(language: Language) -> None:
    def places(language: Language) -> dict[str, list[str]]:
        return {key: sorted(re.findall(r"{\w*}", text)) for key, text in WORDINGS[language].texts.items()}

    assert places(language) == places("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_and_none_was_forgotten_in_english(language: Language) -> None:
    texts = WORDINGS[language].texts
    assert [key for key, text in texts.items() if not text.strip()] == []
    if language != "en":
        latin = re.compile(r"[A-Za-z]{3,}(?: [a-z]{3,}){2,}")
        assert {key: text for key, text in texts.items() if latin.search(text)} == {}


def test_kazakh_and_russian_differ() -> None:
    """Only names, symbols and words common to both may be the same."""
    same = [
        key
        for key, text in WORDINGS["kk"].texts.items()
        if text == WORDINGS["ru"].texts[key] and len(re.findall(r"[а-яәғқңөұүһі]{3,}", text.lower())) > 2
    ]
    assert same == []


class Recorder(Mapping[str, str]):
    """The texts of a language, with a note of every one that was read."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self.read: set[str] = set()

    def __getitem__(self, key: str) -> str:
        self.read.add(key)
        return self._texts[key]

    def __contains__(self, key: object) -> bool:
        return key in self._texts

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def test_every_text_is_used(
    reports: Path, tmp_path: Path, tables: dict[str, pd.DataFrame], setting: MakeSetting
) -> None:
    """All texts of page, tables and figures are read by two reports; those of codes name codes in use."""
    there = setting("en")
    recorder = Recorder(there.wording.texts)
    recording = replace(there, wording=replace(there.wording, texts=recorder))
    for entry in FIGURES.values():
        frames = [tables[Path(need).name] for need in entry.needs]
        entry.draw(*frames, recording, **{table: tables[table] for table in entry.also})
    entry = FIGURES["path"]
    opened = tables["hypotheses"].merge(tables["decisions"][STATES], how="left")
    entry.draw(*(tables[Path(need).name] for need in entry.needs), recording, hypotheses=opened)
    FIGURES["htmt"].draw(tables["htmt"].replace({0.7: 0.9}), recording)
    foot({"n": 40}, replace(recording, reconstruction=True))
    single = tables | {"pls_loadings": tables["pls_loadings"].drop_duplicates("construct")}
    FIGURES["path"].draw(*(single[Path(need).name] for need in FIGURES["path"].needs), recording)
    printed = {("table", "descriptives"): 12, ("table", "demographics"): 11, ("figure", "pls_paths"): 5}
    write_report(
        reports,
        MANIFEST,
        recording,
        tmp_path / "report.html",
        printed=printed,
        citation={"kind": "thesis", "fieldwork": "May 2030"},
        languages=LANGUAGES,
        audit_page="audit.en.html",
    )
    states = tables["hypotheses"].merge(tables["decisions"][STATES], how="left")
    every = tables["verdict_sheet"].assign(answer="effect", caveats="lost_after_holm")
    answer(tables | {"hypotheses": states, "verdict_sheet": every}, recording)
    answer(tables | {"hypotheses": states, "verdict_sheet": every.assign(evidence=None)}, recording)
    by_maximum_likelihood(recording.wording)
    of_one = tables["hypotheses"].query("method == 'ols'")
    for frame in (of_one, of_one.assign(verdict="no_solution")):
        answer({"hypotheses": frame}, recording)
    curve = tables["specification_curve"]
    FIGURES["specification_curve"].draw(curve.assign(missing="complete"), tables["hypotheses"], recording)
    for name, frame in (
        ("audit", tables["audit"].head(0)),
        ("eigenvalues", pd.concat([tables["eigenvalues"]] * 3)),
        ("careless", tables["careless"].assign(n_flagged=np.nan)),
    ):
        write_table(frame, tmp_path / "tables" / f"{name}.csv")
    # What is said of an entry of a card stands below tables whose card has it.
    told = {
        key.split(".")[1] for name in NOTED for key in recorder if re.fullmatch(rf"tables\.\w+\.{name}", key)
    }
    for name in told:
        write_table(tables[name], tmp_path / "tables" / f"{name}.csv")
    noted = {"single_items": "use", "raked_from": "weights_of_the_file"}
    noted |= {"moderator_bands": "scored_by_number", "free_reference": "mean_sought"}
    assert noted.keys() == {*NOTED}
    intervals = {"confidence_level": 0.95, "interval": "bca"}
    write_json(dict.fromkeys(told, noted | intervals), tmp_path / "cards" / "noted.json")
    # The second report has no bounds: it reads the texts that others stand for in the first.
    plain = [key.split(".")[:2] for key in recorder if key.endswith("_bounded")]
    for name in ("specification_curve", *(name for kind, name in plain if kind == "tables")):
        write_table(tables[name], tmp_path / "tables" / f"{name}.csv")
    (tmp_path / "figures").mkdir()
    for name in (name for kind, name in plain if kind == "figures"):
        shutil.copy(reports / "figures" / f"{name}.svg", tmp_path / "figures")
    refused = [{"part": part, "reason": "heywood", "at_fault": "T1"} for part in (WHOLE, "cfa")]
    write_json(
        {"careless": {"hidden_below": 5, "refused": refused, "inadmissible": [{"name": "T1"}]}},
        tmp_path / "cards" / "clean.json",
    )
    nameless = replace(recording, labels=replace(there.labels, unworded=frozenset({"T1"})))
    contents = load_contents()
    entries = {entry.name: entry for entry in contents.entries("table")}
    render_table(tables["item_descriptives"], entries["item_descriptives"], contents, nameless)
    failed = tables["specification_failures"].assign(missing="em")
    render_table(failed, entries["specification_failures"], contents, recording)
    # Intervals are named below tables whose card has their level.
    levels = {
        "pls_paths": {"confidence_level": 0.95, "interval": "bca"},
        "coefficients": {"confidence_level": 0.9},
    }
    for name in levels:
        write_table(tables[name], tmp_path / "tables" / f"{name}.csv")
    write_json(levels, tmp_path / "cards" / "levels.json")
    unsolved = tables["hypotheses"].assign(verdict="no_solution")
    write_table(unsolved, tmp_path / "tables" / "hypotheses.csv")
    write_table(tables["crosscheck"].assign(agrees=False), tmp_path / "tables" / "crosscheck.csv")
    write_report(tmp_path, MANIFEST, recording, tmp_path / "report.html")
    write_report(tmp_path, MANIFEST, replace(recording, printed=False), tmp_path / "own.html")
    stated = tables["hypotheses"].merge(tables["decisions"][STATES], how="left")
    verdicts(stated, recording)
    facts(tables | {"hypotheses": stated}, recording)
    facts({name: frame for name, frame in tables.items() if name != "decisions"}, recording)
    name_text("cell", "", {"group": "", "line": "T1", "column": "component_1"}, recording)
    for method in get_args(ScoreMethod):
        for form in ("whole", "short"):
            score_notes({"scores": method}, recording, form)
    unread = {key for key in recorder if key not in recorder.read}
    codes = _words_in_code()
    # Those of the chapter are read in tests/report/chapter/test_compose.py.
    unread = {key for key in unread if not key.startswith("chapter.")}
    assert {key for key in unread if key.split(".")[0] != "values"} == set()
    assert {key for key in unread if key.split(".", 2)[2] not in codes} == set()


def _words_in_code() -> set[str]:
    """Every text constant of the package outside the report, numbers and inserted values as `{}`."""
    words: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        if "report" in path.relative_to(PACKAGE).parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words |= {node.value, re.sub(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])", "{}", node.value)}
            elif isinstance(node, ast.JoinedStr):
                parts = [str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values]
                words.add("".join(parts))
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                words.add(node.target.id)
    strengths = ("moderate", "strong", "very_strong")
    composed = {f"{strength}_{way}" for strength in strengths for way in ("for", "against")}
    composed |= {f"scores_{method}" for method in METHODS}
    composed |= {f"{state}_by_{method}" for state in ("open", "decided") for method in JUDGED}
    # Objects that a paper prints are named in its paper.yaml.
    return words | composed | {"figure", "satorra_bentler", "nothing"}


def test_every_table_figure_and_section_has_its_wording() -> None:
    contents = load_contents()
    wanted = {f"sections.{section.id}.{part}" for section in contents.sections for part in ("title", "intro")}
    wanted |= {f"tables.{entry.name}.title" for entry in contents.entries("table")}
    wanted |= {
        f"figures.{entry.name}.{part}"
        for entry in contents.entries("figure")
        for part in ("title", "alt", "note")
    }
    wanted |= {f"criteria.{line['id']}" for line in yaml.safe_load(CRITERIA.read_text(encoding="utf-8"))}
    assert wanted - set(WORDINGS["en"].texts) == set()
    assert {entry.name for entry in contents.entries("figure")} == set(FIGURES)


def test_every_column_of_the_tables_has_a_heading(tables: dict[str, pd.DataFrame]) -> None:
    """Columns named after constructs, components and terms are headed by those names."""
    named = re.compile(r"component_\d+|factor_\d+|variance_proportion_.*|trust|ease|use")
    headless = {
        column
        for entry in load_contents().entries("table")
        for column in entry.columns or _shown(entry, list(in_language(tables[entry.name], "en").columns))
        if column not in (entry.group, *entry.pivot)
        and not column.endswith("_high")
        and not named.fullmatch(column)
        and f"columns.{column}" not in WORDINGS["en"]
    }
    assert headless == set()


def _shown(entry: Entry, columns: list[str]) -> list[str]:
    """Columns of a table that names none: those of the file, what its lines are named by made into one."""
    named = {*parts(entry.row, columns), *parts(entry.group, columns)}
    return [entry.row, *(column for column in columns if column not in named)]


def test_code_without_wording_stands_for_itself() -> None:
    assert WORDINGS["kk"].value("package", "statsmodels") == "statsmodels"


def test_numbers_in_a_phrase_are_set_in_the_language(setting: MakeSetting) -> None:
    words = name_text("rule", "largest_loading_below", {"limit": 0.5}, setting("kk"))
    assert words == "Ең үлкен жүктеме 0,5 мәнінен кіші"


def test_missing_key_is_an_error() -> None:
    with pytest.raises(KeyError, match=r"page\.nothing"):
        WORDINGS["en"]["page.nothing"]
