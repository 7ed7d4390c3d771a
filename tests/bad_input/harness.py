"""A small sound study, and how a case spoils it."""

from __future__ import annotations

import io
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

ITEMS = ("T1", "T2", "T3", "U1", "U2", "U3")


@dataclass
class Study:
    """The files of a study before they are written; `raw` replaces a file by bytes, None leaves it out."""

    config: dict[str, Any]
    codebook: dict[str, Any]
    survey: pd.DataFrame
    csv: dict[str, Any] = field(default_factory=dict)
    raw: dict[str, bytes | None] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write the files into a folder."""
        files: dict[str, bytes | None] = {
            "config.yaml": yaml.safe_dump(self.config, allow_unicode=True).encode(),
            "codebook.yaml": yaml.safe_dump(self.codebook, allow_unicode=True).encode(),
            "survey.csv": csv_bytes(self.survey, **self.csv),
        }
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in (files | self.raw).items():
            if content is not None:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(content)


Edit = Callable[[Study], None]


@dataclass(frozen=True)
class Case:
    """A way to spoil a study and the answer it must get; each text is part of the message's part.

    Attributes
    ----------
    title : what is wrong, in a few words.
    spoil : the change.
    place, found, remedy : text that these parts of one problem hold.
    """

    title: str
    spoil: Edit
    place: str
    found: str
    remedy: str


def setting(document: str, *path: Any, to: Any) -> Edit:
    """Set one value of the config or the codebook; the keys before the last must exist."""

    def edit(study: Study) -> None:
        block = getattr(study, document)
        for key in path[:-1]:
            block = block[key]
        block[path[-1]] = deepcopy(to)

    return edit


def removing(document: str, *path: Any) -> Edit:
    """Remove one key of the config or the codebook."""

    def edit(study: Study) -> None:
        block = getattr(study, document)
        for key in path[:-1]:
            block = block[key]
        del block[path[-1]]

    return edit


def cell(row: int, column: str, value: Any) -> Edit:
    """Set one cell; rows count as a person sees them in the csv, the first questionnaire being row 2."""

    def edit(study: Study) -> None:
        study.survey = study.survey.astype({column: object})
        study.survey.loc[row - 2, column] = value

    return edit


def column(name: str, values: Any) -> Edit:
    """Set a whole column."""

    def edit(study: Study) -> None:
        study.survey[name] = values(study.survey) if callable(values) else values

    return edit


def file(name: str, content: bytes | None) -> Edit:
    """Replace a file; None leaves it out."""
    return lambda study: study.raw.update({name: content})


def survey_file(name: str, content: Callable[[pd.DataFrame], bytes]) -> Edit:
    """Use another kind of survey file, made of the sound answers."""

    def edit(study: Study) -> None:
        study.config["data"]["file"] = name
        study.raw |= {"survey.csv": None, name: content(study.survey)}

    return edit


def both(*edits: Edit) -> Edit:
    """One edit after another."""

    def edit(study: Study) -> None:
        for each in edits:
            each(study)

    return edit


def csv_bytes(frame: pd.DataFrame, encoding: str = "utf-8", **options: Any) -> bytes:
    """The frame as a csv file."""
    return frame.to_csv(index=False, **options).encode(encoding)


def xlsx_bytes(frame: pd.DataFrame, **options: Any) -> bytes:
    """The frame as a spreadsheet."""
    buffer = io.BytesIO()
    frame.to_excel(buffer, index=False, **options)
    return buffer.getvalue()


def sav_bytes(frame: pd.DataFrame, **options: Any) -> bytes:
    """The frame as an SPSS file."""
    import tempfile

    import pyreadstat

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "survey.sav"
        pyreadstat.write_sav(frame, path, **options)
        return path.read_bytes()


def shifted(by: int) -> Edit:
    """Add a number to every answer to an item."""

    def edit(study: Study) -> None:
        study.survey[list(ITEMS)] += by

    return edit


def n_rows(n: int) -> Edit:
    """Keep only the first questionnaires."""

    def edit(study: Study) -> None:
        study.survey = study.survey.head(n)

    return edit


def blank(*columns: str) -> Edit:
    """Empty whole columns."""
    return both(*(column(name, np.nan) for name in columns))
