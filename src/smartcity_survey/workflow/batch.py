"""Every study below a folder as one workflow, and one table of what their hypotheses came to."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from smartcity_survey.errors import SurveyError
from smartcity_survey.io import read_json, read_table, write_table
from smartcity_survey.messages import SPOKEN
from smartcity_survey.study.codebook import text
from smartcity_survey.study.config import Language, read_config
from smartcity_survey.workflow.bars import run_command
from smartcity_survey.workflow.forks import snakemake
from smartcity_survey.workflow.machines import Machines
from smartcity_survey.workflow.snakefiles import snakefile

COMPARISON = "comparison.csv"
CONFIG = "config.yaml"
_NO_STUDIES = ("reports", "data", ".snakemake", ".venv")
"""Folders that hold no studies of their own, whatever lies in them."""
_FIRST = ("study", "title", "reconstruction", "n")
_COMPARED = [
    *("hypothesis", "predictor", "outcome", "expected_sign", "method"),
    *("estimate", "ci_low", "ci_high", "p", "verdict"),
]


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of many studies.

    Attributes
    ----------
    ended : studies whose reports are up to date. failed : the others.
    comparison : the file of the table; the studies that failed are not in it.
    """

    ended: tuple[Path, ...]
    failed: tuple[Path, ...]
    comparison: Path


def studies_below(folder: Path) -> list[Path]:
    """Folders with a config, in the order of their names; what a study has below it belongs to that study.

    Raises
    ------
    SurveyError
        where there is none.
    """
    found = sorted(_studies(folder))
    if not found:
        raise SurveyError(
            str(folder),
            "no folder in it holds a config.yaml.",
            "Name a folder that holds studies; `smartcity-survey new-wave` drafts one.",
        )
    return found


def _studies(folder: Path) -> Iterator[Path]:
    if (folder / CONFIG).is_file():
        yield folder
        return
    if folder.is_dir():
        for below in folder.iterdir():
            if below.is_dir() and below.name not in _NO_STUDIES and not below.name.startswith("."):
                yield from _studies(below)


def run_batch(folder: Path, machines: Machines, language: Language = "en") -> Batch:
    """Bring the reports of every study below a folder up to date, and compare their hypotheses.

    A study that fails keeps none of the others from ending.

    Parameters
    ----------
    machines : where the studies are run.
    language : of what is said.

    Raises
    ------
    SurveyError
        where there are no studies, or the executor is not installed.
    """
    studies = studies_below(folder)
    told = {SPOKEN: language}
    options = machines.options(told)
    if machines.elsewhere:
        options += ["--quiet", "rules"]
    with tempfile.TemporaryDirectory(dir=folder, prefix=".batch-") as ended:
        command = [
            *(*snakemake(forking=False), "all", "--snakefile", str(_rules()), "--directory", ended),
            *("--keep-going", "--nolock", *options),
            *("--config", f"studies={json.dumps([str(study.resolve()) for study in studies])}"),
        ]
        run_command(command, machines.environment(os.environ) | told)
        done = [(Path(ended) / "ended" / str(number)).exists() for number in range(len(studies))]
    whole = [study for study, well in zip(studies, done, strict=True) if well]
    write_table(comparison(folder, whole), folder / COMPARISON)
    failed = tuple(study for study in studies if study not in whole)
    return Batch(tuple(whole), failed, folder / COMPARISON)


def comparison(folder: Path, studies: Sequence[Path]) -> pd.DataFrame:
    """A line for each hypothesis of each study by each method, with the questionnaires it rests on.

    Returns
    -------
    `study` : its folder, below `folder`; `title`, in the study's own language; `reconstruction` : whether its
    answers are no answers of people; `n` : questionnaires that its cleaning kept; then as in each study's
    `hypotheses.csv`.
    """
    tables = []
    for study in studies:
        section, reports = read_config(study / CONFIG).study, study / "reports"
        table = read_table(reports / "tables" / "hypotheses.csv").reindex(columns=_COMPARED)
        n = read_json(reports / "cards" / "clean.json")["cleaning_log"]["n"]
        title = text(section.title, section.language, f"{study / CONFIG}, study.title")
        own = (study.relative_to(folder).as_posix(), title, section.reconstruction, n)
        for place, (column, value) in enumerate(zip(_FIRST, own, strict=True)):
            table.insert(place, column, value)
        tables.append(table)
    if not tables:
        return pd.DataFrame(columns=[*_FIRST, *_COMPARED])
    return pd.concat(tables, ignore_index=True)


def _rules() -> Path:
    return snakefile().parent / "rules" / "batch.smk"
