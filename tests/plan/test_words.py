"""Words of plan and questionnaire: the same keys and places in each language, and every one in use."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from smartcity_survey.locales import LANGUAGES
from smartcity_survey.plan.words import plan_words
from smartcity_survey.study.config import Language
from tests.conftest import REPOSITORY

PACKAGE = REPOSITORY / "src/smartcity_survey/plan"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_keys_and_places_as_in_english(language: Language) -> None:
    def places(one: Language) -> dict[str, list[str]]:
        return {key: sorted(re.findall(r"{\w*}", text)) for key, text in plan_words(one).items()}

    assert places(language) == places("en")
    assert all(text.strip() for text in plan_words(language).values())


def test_kazakh_and_russian_differ() -> None:
    russian = plan_words("ru")
    same = [key for key, text in plan_words("kk").items() if text == russian[key]]
    assert set(same) <= {"plan.coefficient", "plan.stratum", "questionnaire.number"}


def test_every_word_is_used() -> None:
    """Keys stand in the code as they are; columns of tables have headings of their names."""
    source = "\n".join(Path(path).read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    source += (REPOSITORY / "src/smartcity_survey/study/next_wave.py").read_text(encoding="utf-8")
    unused = [
        key
        for key in plan_words("en")
        if not re.search(rf"[\"'.]{key.split('.')[1]}[\"']|\b{key.split('.')[1]}=", source)
    ]
    assert unused == []
