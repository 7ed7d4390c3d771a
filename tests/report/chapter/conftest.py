"""The chapter of the small study of `tests/report/study`, in any language and style."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from smartcity_survey.report.chapter.compose import compose
from smartcity_survey.report.chapter.document import Document, Paragraph
from smartcity_survey.report.chapter.write import draw
from smartcity_survey.report.contents import load_contents
from smartcity_survey.report.figures import FIGURES
from smartcity_survey.study.config import Config, Language
from smartcity_survey.study.outputs import Style
from tests.report.conftest import CARD, MANIFEST, MakeSetting

Tables = Mapping[str, pd.DataFrame]
Compose = Callable[..., Document]
DECIDED = ("decisions", "identified_sets")
"""Without these the small study is one whose answers are known to be people's, or whose bounds are not."""


def config(**sections: Any) -> dict[str, Any]:
    """The small study's whole configuration; keyword arguments replace sections."""
    content = {
        "study": {**MANIFEST["config"]["study"], "reconstruction": True},
        "data": {"file": "survey.csv", "codebook": "codebook.yaml"},
        "cleaning": {"rules": ["blank_form"]},
        "model": {
            "constructs": {"trust": {}, "ease": {}, "use": {}},
            "paths": [{"from": ["trust", "ease"], "to": "use"}],
            "hypotheses": {"H1": {"from": "trust", "to": "use"}},
        },
        "seed": 7,
    }
    own = content | sections
    if own["data"].get("weight") or own.get("weighting"):  # a reconstruction has no weights
        own["study"] = {**own["study"], "reconstruction": False}
    return Config.model_validate(own).model_dump(mode="json", by_alias=True)


MANIFEST_OF_CHAPTER = {
    **MANIFEST,
    "packages": {"smartcity_survey": "0.1.0", "numpy": "2.4.6", "scipy": "1.17.1", "pandas": "3.1.1"},
    "config": config(),
}


CARD_OF_ALL = CARD | {"n": 1040}
"""The card of every table, whose n is that of the cleaning log."""


@pytest.fixture(scope="session")
def figures(
    tables: Tables, setting: MakeSetting, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The chapter's figures, drawn once."""
    return draw(tables, tmp_path_factory.mktemp("figures"), setting("kk"))


@pytest.fixture(scope="session")
def compose_study(tables: Tables, setting: MakeSetting, figures: dict[str, Path]) -> Compose:
    """Compose the small study's chapter `without` some tables, or with others in their place (`changed`).

    `options`: sections of the config in place of its own.
    """

    needed = {name: [need.rpartition("/")[2] for need in FIGURES[name].needs] for name in figures}

    def composed(
        language: Language = "en",
        style: Style = "apa",
        *,
        without: tuple[str, ...] = (),
        changed: Tables | None = None,
        reconstruction: bool = True,
        cards: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Document:
        own = {name: frame for name, frame in tables.items() if name not in without} | dict(changed or {})
        return compose(
            own,
            dict.fromkeys(own, CARD_OF_ALL) if cards is None else cards,
            MANIFEST_OF_CHAPTER
            | {
                "reconstruction": reconstruction,
                "config": config() | dict(options or {}),
            },
            {name: stem for name, stem in figures.items() if set(needed[name]) <= set(own)},
            load_contents(),
            setting(language),
            style,
        )

    return composed


def words(document: Document) -> str:
    """All running text but the list of references, blanks that never break as others."""
    text = "\n".join(
        "".join(run.text or f"<{run.to}>" for run in block.runs)
        for block in document.blocks
        if isinstance(block, Paragraph) and block.role != "reference"
    )
    return text.replace("\u00a0", " ")
