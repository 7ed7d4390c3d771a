"""The report in every language that the study's words are in, from one run."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from smartcity_survey.errors import SurveyError
from smartcity_survey.io import read_tables, remove, write_bytes
from smartcity_survey.processes import pool_of, without_collecting
from smartcity_survey.report.answer import Citation, citation_of
from smartcity_survey.report.audit_page import audit_page, write_audit_pages
from smartcity_survey.report.figures import draw_all
from smartcity_survey.report.labels import Labels, labels_of
from smartcity_survey.report.numbering import PrintedNumbers, printed_numbers
from smartcity_survey.report.page import write_report
from smartcity_survey.report.setting import setting_of
from smartcity_survey.report.wording import LANGUAGES
from smartcity_survey.study.codebook import Codebook, read_codebook, text
from smartcity_survey.study.config import Config, Language

PAGE = "report.html"
"""The page in the study's own language; each other stands beside it as `report.<language>.html`."""


@dataclass(frozen=True, slots=True)
class Edition:
    """The report in one language: what it is written with and from."""

    language: Language
    labels: Labels
    config: Config
    reports: Path
    figures: Path
    manifest: Mapping[str, Any]
    required: Collection[str]
    languages: tuple[Language, ...]
    tables: Mapping[str, pd.DataFrame]
    printed: PrintedNumbers
    citation: Citation

    @property
    def page(self) -> Path:
        return self.reports / (f"report.{self.language}.html" if self.languages else PAGE)


def languages_of(config: Config, codebook: Codebook) -> dict[Language, Labels]:
    """Languages in which the title and every label are given, with the labels.

    Raises
    ------
    SurveyError
        where they are not given in the study's own language.
    """
    found: dict[Language, Labels] = {}
    for language in LANGUAGES:
        try:
            text(config.study.title, language, "config.yaml, study.title")
            found[language] = labels_of(codebook, language)
        except SurveyError:
            if language == config.study.language:
                raise
    return found


def figures_folder(reports: Path, language: Language, languages: Collection[Language], own: Language) -> Path:
    """Where the figures of a language are: English ones in `figures`, others in a folder of that one."""
    first = "en" if "en" in languages else own
    return reports / "figures" if language == first else reports / "figures" / language


def write_editions(
    config: Config,
    reports: str | Path,
    manifest: Mapping[str, Any],
    *,
    required: Collection[str] = (),
    jobs: int = 1,
) -> tuple[str, ...]:
    """Draw the figures and write the page in every language of the study; returns the files written.

    Parameters
    ----------
    reports : folder with `tables/`, `private/` and `cards/`.
    required : tables that the study's config makes sure of.
    jobs : languages at a time, each in a process of its own.
    """
    reports, own = Path(reports), config.study.language
    labels = languages_of(config, read_codebook(Path(config.data.codebook)))
    languages, tables = tuple(labels), read_tables(reports)
    printed, citation = printed_numbers(config.data.published), citation_of(config.data.published)
    editions = [
        Edition(
            language=language,
            labels=labels[language],
            config=config,
            reports=reports,
            figures=figures_folder(reports, language, languages, own),
            manifest=manifest,
            required=required,
            languages=languages if len(languages) > 1 else (),
            tables=tables,
            printed=printed,
            citation=citation,
        )
        for language in languages
    ]
    _remove_others(reports, editions)
    if jobs > 1 and len(editions) > 1:
        with pool_of(min(jobs, len(editions))) as pool:
            written = list(pool.map(write_edition, editions))
    else:
        written = [write_edition(edition) for edition in editions]
    if len(editions) > 1:
        write_bytes((reports / f"report.{own}.html").read_bytes(), reports / PAGE)
    written.append(write_audit_pages(reports, languages, tables.get("audit"), config.data.published))
    return tuple(name for names in written for name in names)


@without_collecting
def write_edition(edition: Edition) -> list[str]:
    """The figures and the page of one language; returns the files written."""
    config = edition.config
    setting = setting_of(config, edition.labels, edition.language)
    drawn = draw_all(
        edition.reports,
        edition.figures,
        setting,
        respondents=not config.disclosure.suppress_small_cells,
        read=edition.tables,
    )
    write_report(
        edition.reports,
        edition.manifest,
        setting,
        edition.page,
        printed=edition.printed,
        required=edition.required,
        citation=edition.citation,
        figures=edition.figures,
        languages=edition.languages,
        read=edition.tables,
        audit_page=audit_page(edition.language)
        if config.data.published and "audit" in edition.tables
        else "",
    )
    files = [path for name in drawn for path in sorted(edition.figures.glob(f"{name}.*")) if path.is_file()]
    return [path.as_posix() for path in (*files, edition.page)]


def _remove_others(reports: Path, editions: Collection[Edition]) -> None:
    """Pages and figures of languages that the study had, and has no more."""
    pages, folders = ({getattr(each, kind) for each in editions} for kind in ("page", "figures"))
    for language in LANGUAGES:
        page, folder = reports / f"report.{language}.html", reports / "figures" / language
        if page not in pages:
            remove(page)
        if folder not in folders and folder.is_dir():
            shutil.rmtree(folder)
