"""Names of the files that a study's outputs ask for beside its page."""

from __future__ import annotations

from collections.abc import Sequence

from smartcity_survey.locales import LANGUAGES
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import Config, Language
from smartcity_survey.study.label_languages import languages_written
from smartcity_survey.study.outputs import Output

BY_LANGUAGE: tuple[Output, ...] = ("docx", "pdf")
OF_TABLES: tuple[Output, ...] = ("xlsx", "tex")


def languages_of(config: Config, codebook: Codebook) -> tuple[Language, ...]:
    """Languages that the study's title and all labels of its codebook are given in."""
    return languages_written(codebook, config.study.title, config.study.language)


def files_of(
    config: Config, codebook: Codebook, outputs: Sequence[Output] | None = None
) -> dict[str, Output]:
    """Name of each file that a study's outputs ask for, relative to `reports` -> the output it belongs to.

    Parameters
    ----------
    outputs : instead of those of the config.
    """
    asked = config.report.outputs if outputs is None else outputs
    chapters = {
        f"chapter.{language}.{output}": output
        for output in BY_LANGUAGE
        if output in asked
        for language in languages_of(config, codebook)
    }
    return chapters | {f"tables.{output}": output for output in OF_TABLES if output in asked}


def every_file() -> tuple[str, ...]:
    """All names that some study's outputs ask for."""
    chapters = (f"chapter.{language}.{output}" for output in BY_LANGUAGE for language in LANGUAGES)
    return (*chapters, *(f"tables.{output}" for output in OF_TABLES))


def asks_for_chapter(config: Config) -> bool:
    """Whether a study asks for more than its page."""
    return any(output in config.report.outputs for output in (*BY_LANGUAGE, *OF_TABLES))


def chapter_outputs(config: Config) -> tuple[Output, ...]:
    """What the command `chapter` writes: what the study asks for beside its page; else all there is."""
    asked = tuple(output for output in config.report.outputs if output != "html")
    return asked or (*BY_LANGUAGE, *OF_TABLES)
