"""Words of the plan and of the questionnaire in one language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from smartcity_survey.locales import read_locale
from smartcity_survey.study.config import Language

LOCALES = Path(__file__).parent / "locale"


@cache
def plan_words(language: Language) -> Mapping[str, str]:
    """Dotted key (`questionnaire.instruction`) -> text."""
    return {
        f"{section}.{key}": str(text)
        for section, content in read_locale(LOCALES, language).items()
        for key, text in content.items()
    }
