"""A small study: `study/` holds its stage files, one for every table of the report, with invented numbers."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from smartcity_survey.io import read_table, write_json
from smartcity_survey.report.figures import draw_all
from smartcity_survey.report.labels import labels_of
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.wording import load_wording
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import Language

MakeSetting = Callable[[Language], Setting]
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
