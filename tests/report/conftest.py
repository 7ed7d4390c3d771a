"""A small study: `study/` holds its stage files, one for every table of the report, with invented numbers."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from smartcity_survey.io import read_json, read_table, write_json, write_table
from smartcity_survey.report.answer import citation_of
from smartcity_survey.report.figures import draw_all
from smartcity_survey.report.labels import labels_of
from smartcity_survey.report.numbering import printed_numbers
from smartcity_survey.report.page import write_report
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.wording import LANGUAGES, load_wording
from smartcity_survey.stages.checks.audit import audit_published
from smartcity_survey.stages.checks.printed import names_in_print
from smartcity_survey.stages.checks.reproduction import compare_with_published, recomputed_tables
from smartcity_survey.study.codebook import Codebook, read_codebook
from smartcity_survey.study.config import Language
from tests.conftest import REPOSITORY

MakeSetting = Callable[[Language], Setting]
REPORTS = REPOSITORY / "reports"
STUDY = Path(__file__).parent / "study"
CONSTRUCTS = ("trust", "ease", "use")
ITEMS = tuple(f"{construct[0].upper()}{number}" for construct in CONSTRUCTS for number in (1, 2, 3))
OWNER = {item: construct for item in ITEMS for construct in CONSTRUCTS if item[0] == construct[0].upper()}
HOSTILE = '<script>alert(1)</script> & "quotes"'
"""An item label that must be shown, not run."""

TEXTS = {
    "trust": {"en": "Trust", "ru": "Доверие", "kk": "Сенім ұғымы"},
    "ease": {"en": "Ease of use", "ru": "Простота", "kk": "Қолдану жеңілдігі"},
    "use": {"en": "Use", "ru": "Использование", "kk": "Пайдалану һәм өсу"},
}


@pytest.fixture(scope="session")
def small_codebook() -> Codebook:
    items: dict[str, Any] = {
        item: {
            "construct": OWNER[item],
            "label": {"en": f"Item {item}", "ru": f"Пункт {item}", "kk": f"{item} тармақ"},
        }
        for item in ITEMS
    }
    items["T1"]["label"] = HOSTILE
    items["E3"]["reverse"] = True
    return Codebook.model_validate(
        {
            "scale": {
                "minimum": 1,
                "maximum": 4,
                "answers": {1: "no", 2: "rather no", 3: "rather yes", 4: "yes"},
            },
            "constructs": {name: {"label": TEXTS[name]} for name in CONSTRUCTS},
            "items": items,
            "demographics": {
                "city": {
                    "label": {"en": "City", "ru": "Город", "kk": "Қала"},
                    "categories": {1: {"en": "North", "ru": "Север", "kk": "Солтүстік"}, 2: "Оңтүстік"},
                },
                "age": {
                    "label": {"en": "Age", "ru": "Возраст", "kk": "Жасы"},
                    "bands": [
                        {"label": "18–30", "from": 18, "to": 30},
                        {"label": "31+", "from": 31, "to": 99},
                    ],
                },
            },
            "multiple_choice": {
                "services": {
                    "label": {"en": "Services used", "ru": "Услуги", "kk": "Қызметтер"},
                    "column": "services",
                    "separator": ";",
                    "options": {
                        "egov": "eGov",
                        "bus": {"en": "Bus", "ru": "Автобус", "kk": "Автобус"},
                        "clinic": "e-clinic",
                    },
                }
            },
        }
    )


@pytest.fixture(scope="session")
def setting(small_codebook: Codebook) -> MakeSetting:
    """The small study's setting in a language."""
    return lambda language: Setting(load_wording(language), labels_of(small_codebook, language))


CARD = {
    "method": "pearson_correlations",
    "n": 40,
    "components": "eigenvalue_above_1",
    "n_components": 7,
    "tolerance": 1e-12,
    "seed": 20221128,
}
MANIFEST = {
    "reconstruction": True,
    "seed": 7,
    "inputs": {"data/survey.csv": "0" * 64},
    "python": "3.11.2",
    "packages": {"smartcity_survey": "0.1.0", "numpy": "2.4.6"},
    "config": {
        "study": {"title": {"en": "A small <study>", "ru": "Малое", "kk": "Шағын зерттеу"}},
        "seed": 7,
    },
}


@pytest.fixture(scope="session")
def tables() -> dict[str, pd.DataFrame]:
    return {path.stem: read_table(path) for path in sorted(STUDY.glob("*/*.csv"))}


@pytest.fixture(scope="session")
def reports(
    tmp_path_factory: pytest.TempPathFactory, setting: MakeSetting, tables: dict[str, pd.DataFrame]
) -> Path:
    """A `reports` folder as a run leaves it, with Kazakh figures; only read by tests."""
    folder = tmp_path_factory.mktemp("study") / "reports"
    shutil.copytree(STUDY, folder)
    write_json(dict.fromkeys(tables, CARD), folder / "cards" / "all.json")
    draw_all(folder, folder / "figures", setting("kk"))
    return folder


@pytest.fixture(scope="session")
def bundled_pages(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Language, Path]:
    """The bundled study's pages, written from its committed tables; the two in words are made anew."""
    if not (REPORTS / "tables").is_dir():
        pytest.skip("no tables yet: run make")
    published = REPOSITORY / "data/published"
    codebook = read_codebook(REPOSITORY / "data/codebook.yaml")
    folder = tmp_path_factory.mktemp("bundled") / "reports"
    shutil.copytree(REPORTS, folder, ignore=shutil.ignore_patterns("private", "*.html"))
    names = {language: names_in_print(codebook, language) for language in LANGUAGES}
    recomputed = {name: read_table(folder / f"tables/{name}.csv") for name in recomputed_tables(published)}
    write_table(audit_published(published, names).tables["audit"], folder / "tables/audit.csv")
    reproduction = compare_with_published(published, recomputed, 0.5, names=names).tables["reproduction"]
    write_table(reproduction, folder / "tables/reproduction.csv")
    pages: dict[Language, Path] = {}
    for language in LANGUAGES:
        pages[language] = folder / f"report.{language}.html"
        write_report(
            folder,
            read_json(folder / "manifest.json"),
            Setting(load_wording(language), labels_of(codebook, language)),
            pages[language],
            printed=printed_numbers(published),
            citation=citation_of(published),
            languages=LANGUAGES,
        )
    return pages
