"""Labels that a report in another language would have in the wrong one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from smartcity_survey.data.read.cells import ROWS_SHOWN
from smartcity_survey.errors import Problem, counted
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import Config
from smartcity_survey.study.label_languages import languages_written, untranslated


def untranslated_labels(codebook: Codebook, config: Config, folder: Path) -> Iterator[Problem]:
    """Labels of one text, in codebooks whose other labels are given per language.

    Parameters
    ----------
    folder : of the study.
    """
    own = config.study.language
    for language in languages_written(codebook, config.study.title, own):
        places = untranslated(codebook, language)
        if language != own and places:
            shown = ", ".join(places[:ROWS_SHOWN])
            yield Problem(
                f"{folder / config.data.codebook}, {shown}",
                f"{counted(len(places), 'label')} without a text in `{language}`, in which others have one.",
                f"The report in `{language}` has them as they are; "
                f"give them as `{{{own}: ..., {language}: ...}}`.",
            )
