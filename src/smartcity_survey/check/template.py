"""The Word template of the chapter, before a run needs it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.study.config import Config


def template_problems(config: Config, folder: Path) -> Iterator[Problem]:
    """Whether the template is there, a Word file, and one that the chapter can be written into."""
    given = config.report.word_template
    if given is None:
        return
    place, path = f"{folder / 'config.yaml'}, report.word_template", folder / given
    if not path.is_file():
        yield Problem(
            place, f"no file {given} in the study's folder.", "Name one that is there, or leave it out."
        )
    elif not _is_word_file(path):
        yield Problem(place, f"{given} is no Word file.", "Save it as .docx in Word or LibreOffice.")
    else:
        from smartcity_survey.study.word_template import open_template

        try:
            open_template(path, place)
        except SurveyError as error:
            yield from error.problems


def _is_word_file(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "word/document.xml" in archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False
