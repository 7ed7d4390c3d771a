"""The report in every language that the study's words are in, from one run."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from smartcity_survey.errors import SurveyError
from smartcity_survey.io import Card, read_tables, remove, write_bytes
from smartcity_survey.processes import in_processes, without_collecting
from smartcity_survey.report.answer import Citation, citation_of
from smartcity_survey.report.audit_page import audit_page, write_audit_pages
from smartcity_survey.report.figures import FIGURES, SUFFIXES, cards_of, draw_figure
from smartcity_survey.report.labels import Labels, labels_of
from smartcity_survey.report.numbering import PrintedNumbers, printed_numbers
from smartcity_survey.report.page import write_report
from smartcity_survey.report.setting import Setting, setting_of
from smartcity_survey.report.wording import LANGUAGES
from smartcity_survey.study.codebook import Codebook, read_codebook, text
from smartcity_survey.study.config import Config, Language

PAGE = "report.html"
"""The page in the study's own language; each other stands beside it as `report.<language>.html`."""


@dataclass(frozen=True, slots=True)
class Edition:
    """The report in one language: what it is written with and from."""

    language: Language
    setting: Setting
    config: Config
    reports: Path
    figures: Path
    cards: Mapping[str, Card]
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
    required : tables that the study's config makes sure of, which are shown; none: all that are there.
    jobs : figures or pages at a time, each in a process of its own.
    """
    reports, own = Path(reports), config.study.language
    labels = languages_of(config, read_codebook(Path(config.data.codebook)))
    languages, cards = tuple(labels), cards_of(reports)
    # A file of somebody's own is none of the study's, and would be shown only as long as it is there.
    tables = {name: read for name, read in read_tables(reports).items() if not required or name in required}
    printed, citation = printed_numbers(config.data.published), citation_of(config.data.published)
    editions = [
        Edition(
            language=language,
            setting=setting_of(config, labels[language], language),
            config=config,
            reports=reports,
            figures=figures_folder(reports, language, languages, own),
            cards=cards,
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
    numbers = range(len(editions))
    with in_processes(jobs, editions) as each:
        written = each(_draw, [(number, name) for name in FIGURES for number in numbers])
        written += each(_write_page, [(number,) for number in numbers])
    if len(editions) > 1:
        write_bytes((reports / f"report.{own}.html").read_bytes(), reports / PAGE)
    written.append(write_audit_pages(reports, languages, tables.get("audit"), config.data.published))
    return tuple(name for names in written for name in names)


@without_collecting
def _draw(editions: Sequence[Edition], number: int, name: str) -> list[str]:
    """A figure of one edition; returns the files written."""
    edition = editions[number]
    drawn = draw_figure(
        name,
        edition.reports,
        edition.figures,
        edition.setting,
        edition.cards,
        respondents=not edition.config.disclosure.suppress_small_cells,
        read=edition.tables,
    )
    return [(edition.figures / f"{name}{suffix}").as_posix() for suffix in SUFFIXES] if drawn else []


@without_collecting
def _write_page(editions: Sequence[Edition], number: int) -> list[str]:
    """The page of one edition; returns the file written."""
    edition = editions[number]
    write_report(
        edition.reports,
        edition.manifest,
        edition.setting,
        edition.page,
        printed=edition.printed,
        required=edition.required,
        citation=edition.citation,
        figures=edition.figures,
        languages=edition.languages,
        read=edition.tables,
        audit_page=audit_page(edition.language)
        if edition.config.data.published and "audit" in edition.tables
        else "",
    )
    return [edition.page.as_posix()]


def _remove_others(reports: Path, editions: Collection[Edition]) -> None:
    """Pages and figures of languages that the study had, and has no more."""
    pages, folders = ({getattr(each, kind) for each in editions} for kind in ("page", "figures"))
    for language in LANGUAGES:
        page, folder = reports / f"report.{language}.html", reports / "figures" / language
        if page not in pages:
            remove(page)
        if folder not in folders and folder.is_dir():
            shutil.rmtree(folder)
