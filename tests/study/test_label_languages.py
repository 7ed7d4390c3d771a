"""Languages that a report is written in: those that labels are given in by name, and the study's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from smartcity_survey.check.labels import untranslated_labels
from smartcity_survey.report.chapter.files import languages_of as of_chapter
from smartcity_survey.report.editions import languages_of as of_page
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import Config
from smartcity_survey.study.label_languages import languages_written, unlabelled, untranslated
from tests.report.chapter.conftest import config


def codebook(construct: Any, item: Any = "Текст") -> Codebook:
    return Codebook.model_validate(
        {
            "scale": {"minimum": 1, "maximum": 5},
            "constructs": {"trust": {"label": construct}},
            "items": {"T1": {"construct": "trust", "label": item}},
        }
    )


def study(language: str, title: Any) -> Config:
    return Config.model_validate(config(study={"title": title, "language": language}))


BOTH = {"ru": "Доверие", "kk": "Сенім"}


@pytest.mark.parametrize(
    ("title", "label", "expected"),
    [
        ("Исследование", "Доверие", ("ru",)),
        ("Исследование", BOTH, ("kk", "ru")),
        ({"ru": "Исследование", "kk": "Зерттеу"}, "Доверие", ("kk", "ru")),
        ({"ru": "Исследование", "en": "A study"}, BOTH, ("ru",)),
    ],
)
def test_one_text_for_all_is_of_the_studys_language_alone(
    title: Any, label: Any, expected: tuple[str, ...]
) -> None:
    words = codebook(label)
    assert set(languages_written(words, title, "ru")) == set(expected)
    assert set(of_chapter(study("ru", title), words)) == set(expected)
    # The page is written in every language, its labels as they are given: whoever reads it may choose.
    one_text = isinstance(title, str) and isinstance(label, str)
    assert set(of_page(study("ru", title), words)) == ({"en", "ru", "kk"} if one_text else set(expected))


def test_labels_that_a_language_lacks_are_named() -> None:
    mixed = codebook(BOTH)
    assert unlabelled(mixed, "en") == ("constructs.trust",)
    assert untranslated(mixed, "kk") == ("items.T1",)
    assert untranslated(codebook("Доверие"), "kk") == ()
    assert untranslated(codebook(BOTH, {"ru": "Текст", "kk": "Мәтін"}), "kk") == ()


def test_check_warns_of_labels_that_are_not_translated() -> None:
    """Constructs in Kazakh, items not: the Kazakh report would have Russian items."""
    told = study("ru", {"ru": "Исследование", "kk": "Зерттеу"})
    (problem,) = untranslated_labels(codebook(BOTH), told, Path("study"))
    assert problem.place.endswith("codebook.yaml, items.T1")
    assert "1 label without a text in `kk`" in problem.found
    assert "{ru: ..., kk: ...}" in problem.remedy
    assert list(untranslated_labels(codebook("Доверие"), study("ru", "Исследование"), Path("study"))) == []
