"""The files of the chapter: `chapter.<language>.docx` and `.pdf`, `tables.xlsx` and `tables.tex`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from smartcity_survey.errors import SurveyError
from smartcity_survey.io import Card, read_json, read_table, write_bytes
from smartcity_survey.processes import in_processes, without_collecting
from smartcity_survey.report.chapter.compose import compose, figures_shown
from smartcity_survey.report.chapter.files import chapter_outputs, files_of, languages_of
from smartcity_survey.report.chapter.whole import whole_tables
from smartcity_survey.report.contents import load_contents
from smartcity_survey.report.editions import figures_folder
from smartcity_survey.report.figures import FIGURES, save
from smartcity_survey.report.labels import labels_of
from smartcity_survey.report.parts import with_bounds
from smartcity_survey.report.setting import Setting, setting_of
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import Config, Language, read_config
from smartcity_survey.study.outputs import Output


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run as its folder tells it."""

    tables: Mapping[str, pd.DataFrame]
    cards: Mapping[str, Card]
    manifest: Mapping[str, Any]

    @property
    def config(self) -> Config:
        """The configuration that it was made with."""
        return Config.model_validate(self.manifest["config"])

    def setting(self, language: Language) -> Setting:
        """Words and choices in one language."""
        config = self.config
        return setting_of(config, labels_of(read_codebook(Path(config.data.codebook)), language), language)


def read_run(reports: Path, names: Sequence[str] = ()) -> Run:
    """What a run left in its folder.

    Parameters
    ----------
    names : tables that belong to the study, where an earlier config may have left others; none: all.

    Raises
    ------
    SurveyError
        where no run has finished there.
    """
    if not all((reports / f"{name}.json").is_file() for name in ("manifest", "machine")):
        raise SurveyError(
            reports.as_posix(), "no run has finished here.", "Run the analysis first: smartcity-survey run."
        )
    paths = sorted((reports / "tables").glob("*.csv"))
    tables = {path.stem: read_table(path) for path in paths if not names or path.stem in names}
    card_files = sorted((reports / "cards").glob("*.json"))
    cards = {name: card for path in card_files for name, card in read_json(path).items()}
    manifest = read_json(reports / "manifest.json") | read_json(reports / "machine.json")
    return Run(tables, cards, manifest)


def written_files(study: Path) -> tuple[Path, ...]:
    """Where the command `chapter` has written the files of a study."""
    config = read_config(study / "config.yaml")
    codebook = read_codebook(study / config.data.codebook)
    return tuple(study / "reports" / name for name in files_of(config, codebook, chapter_outputs(config)))


def write_chapter(
    reports: str | Path, names: Sequence[str] = (), outputs: Sequence[Output] | None = None, jobs: int = 0
) -> tuple[Path, ...]:
    """Write what the outputs of a study ask for beside its page; the paths written.

    Parameters
    ----------
    reports : the folder of a finished run.
    names : tables that belong to the study; none: all that are there.
    outputs : instead of those of the config.
    jobs : processes, one for each language at most; 0: one for each core.

    Raises
    ------
    SurveyError
        where no run has finished there, or the template cannot be read.
    """
    reports = Path(reports)
    run = read_run(reports, names)
    config = run.config
    codebook = read_codebook(Path(config.data.codebook))
    files = files_of(config, codebook, outputs)
    languages = [one for one in languages_of(config, codebook) if any(f".{one}." in name for name in files)]
    arguments = [
        (tuple(name for name in files if f".{language}." in name), language) for language in languages
    ]
    whole = [name for name in files if name.startswith("tables.")]
    if whole:
        arguments.append((tuple(whole), config.study.language))
    with in_processes(min(jobs or os.cpu_count() or 1, len(arguments)), (reports, run)) as each:
        return tuple(path for paths in each(_write, arguments) for path in paths)


@without_collecting
def _write(of: tuple[Path, Run], files: tuple[str, ...], language: Language) -> list[Path]:
    """Files of one language. of : the folder of the reports, and what the run left there."""
    reports, run = of
    setting = with_bounds(run.setting(language), run.tables)
    endings = {Path(name).suffix for name in files}
    made: dict[str, bytes] = {}
    if endings & {".docx", ".pdf"}:
        made |= _chapters(run, setting, endings, reports)
    tables = whole_tables(run.tables, run.cards, setting) if endings & {".xlsx", ".tex"} else ()
    if ".xlsx" in endings:
        from smartcity_survey.report.chapter.workbook import workbook_file

        made[".xlsx"] = workbook_file(tables, run.manifest, setting)
    if ".tex" in endings:
        from smartcity_survey.report.chapter.latex import latex_file

        made[".tex"] = latex_file(tables, run.manifest, setting).encode("utf-8")
    for name in files:
        write_bytes(made[Path(name).suffix], reports / name)
    return [reports / name for name in files]


def _chapters(run: Run, setting: Setting, endings: set[str], reports: Path) -> dict[str, bytes]:
    contents, config = load_contents(), run.config
    style, made = config.report.style, {}
    with TemporaryDirectory(prefix="chapter-") as folder:
        language = setting.wording.language
        spoken = languages_of(config, read_codebook(Path(config.data.codebook)))
        of_page = figures_folder(reports, language, spoken, config.study.language)
        figures = draw(run.tables, Path(folder), setting, of_page)
        document = compose(run.tables, run.cards, run.manifest, figures, contents, setting, style)
        if ".docx" in endings:
            from smartcity_survey.report.chapter.word import word_file

            made[".docx"] = word_file(document, setting.wording, style, config.report.word_template)
        if ".pdf" in endings:
            from smartcity_survey.report.chapter.pdf import pdf_file

            made[".pdf"] = pdf_file(document, setting.wording, style, Path(folder))
    return made


def draw(
    tables: Mapping[str, pd.DataFrame], folder: Path, setting: Setting, of_page: Path | None = None
) -> dict[str, Path]:
    """The chapter's figures whose numbers are there, in a language; name -> file without an ending.

    Parameters
    ----------
    of_page : where the page of the same run has its figures in this language; these are not drawn anew.
    """
    drawn = {}
    for name in figures_shown(load_contents()):
        needs = [need.partition("/") for need in FIGURES[name].needs]
        if all(kind == "tables" and len(tables.get(table, ())) for kind, _, table in needs):
            files = [of_page / f"{name}{ending}" for ending in (".svg", ".png")] if of_page else []
            if files and all(file.is_file() for file in files):
                for file in files:
                    shutil.copyfile(file, folder / file.name)
            else:
                figure = FIGURES[name].draw(*(tables[table] for _, _, table in needs), setting)
                if figure is None:
                    continue
                save(figure, folder / name)
            drawn[name] = folder / name
    return drawn
