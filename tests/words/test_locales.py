"""Words in files by section, the same in every language; report and audit read them alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from smartcity_survey.audit import messages
from smartcity_survey.locales import GLOSSARY, LANGUAGES, read_locale
from smartcity_survey.plan import words
from smartcity_survey.report import wording
from smartcity_survey.study.config import Language

FOLDERS = {"report": wording.LOCALES, "audit": messages.LOCALES, "plan": words.LOCALES}


def sections(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return content


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", FOLDERS)
def test_a_key_stands_in_the_same_file_in_every_language(part: str, language: Language) -> None:
    def keys(language: Language) -> dict[str, dict[str, set[str]]]:
        return {
            # Russian and Kazakh name some roles of numbers that English has no other word for.
            file.name: {
                name: set() if name == "roles" else set(found) for name, found in sections(file).items()
            }
            for file in (FOLDERS[part] / language).iterdir()
            if file.name != GLOSSARY
        }

    assert keys(language) == keys("en")


@pytest.mark.parametrize("part", FOLDERS)
def test_words_are_in_the_folders_of_languages_and_nowhere_else(part: str) -> None:
    assert {path.name for path in FOLDERS[part].iterdir()} == set(LANGUAGES)


def test_parts_of_a_section_are_put_together(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en/a.yaml").write_text("values: {x: one}\nwords: {w: six}\n", encoding="utf-8")
    (tmp_path / "en/b.yaml").write_text("values: {y: {z: two}}\n", encoding="utf-8")
    assert read_locale(tmp_path, "en") == {"values": {"x": "one", "y": {"z": "two"}}, "words": {"w": "six"}}
    (tmp_path / "en/c.yaml").write_text("values: {y: three}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"c\.yaml: values\.y stands in another file too"):
        read_locale(tmp_path, "en")
