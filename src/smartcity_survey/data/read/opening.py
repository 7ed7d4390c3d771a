"""Open a survey file of any kind."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from smartcity_survey.data.read.archives import Unpacked, unpacked
from smartcity_survey.data.read.calamine_file import open_calamine
from smartcity_survey.data.read.csv_file import open_csv
from smartcity_survey.data.read.frame_file import open_parquet, open_rds
from smartcity_survey.data.read.grid import Grid, table_of
from smartcity_survey.data.read.html_file import open_html
from smartcity_survey.data.read.kinds import kind_of
from smartcity_survey.data.read.languages import in_one_column
from smartcity_survey.data.read.sav_file import open_dta, open_por, open_sav
from smartcity_survey.data.read.tables import Batch, Table
from smartcity_survey.data.read.xlsx_file import open_xlsx
from smartcity_survey.errors import SurveyError, reason_of
from smartcity_survey.study.config import DataSection

Opener = Callable[[Path, DataSection], Table]

OPENERS: Mapping[str, Opener] = {
    "sav": open_sav,
    "por": open_por,
    "dta": open_dta,
    "parquet": open_parquet,
    "rds": open_rds,
}
"""Kinds of files that say which column is which -> what opens them."""
GRIDS: Mapping[str, Callable[[Path, DataSection], Grid]] = {
    "csv": open_csv,
    "xlsx": open_xlsx,
    "xls": partial(open_calamine, "xls"),
    "xlsb": partial(open_calamine, "xlsb"),
    "ods": partial(open_calamine, "ods"),
    "html": open_html,
}
"""Kinds of files that are rows of cells -> what opens them."""


def open_table(path: Path, section: DataSection) -> Table:
    """Open a survey file by its content, or by `data.format` where that is given.

    Raises
    ------
    SurveyError
        for a missing, empty, truncated or protected file, one that is no table, and an encoding or rows of
        names that do not fit.
    """
    require_file(path)
    kind = kind_of(path) if section.format == "auto" else section.format
    if kind == "zip":
        return _table_in(unpacked(path), section)
    if kind in OPENERS:
        return in_one_column(OPENERS[kind](path, section), section, path)
    return in_one_column(table_of(GRIDS[kind](path, section), section), section, path)


def _table_in(file: Unpacked, section: DataSection) -> Table:
    """The table of an unpacked file, of which the archive's name is told."""
    with file.told():
        table = open_table(file.path, section)

    def batches(columns: Sequence[str]) -> Iterator[Batch]:
        with file.told():
            for batch in table.batches(columns):
                yield replace(batch, problems=tuple(map(file.renamed, batch.problems)))

    return replace(table, batches=batches)


def require_file(path: Path) -> None:
    try:
        # A pipe or a device may never end.
        if path.exists() and not path.is_file() and not path.is_dir():
            raise SurveyError(
                str(path), "it is no file but a device or a pipe.", "Export the survey to a file."
            )
        with path.open("rb") as file:
            empty = not file.read(1)
    except FileNotFoundError:
        raise SurveyError(str(path), "no such file.", _nearest_file(path)) from None
    except ValueError:
        raise SurveyError(
            repr(str(path)), "this is no name of a file.", "Check `data.file` in config.yaml."
        ) from None
    except OSError as error:
        raise SurveyError(
            str(path),
            f"cannot be opened ({reason_of(error)}).",
            "Name a file that you may read in `data.file` in config.yaml.",
        ) from None
    if empty:
        raise SurveyError(str(path), "the file is empty.", "Export the survey again.")


def _nearest_file(path: Path) -> str:
    neighbours = [other.name for other in path.parent.glob("*.*")] if path.parent.is_dir() else []
    close = difflib.get_close_matches(path.name, neighbours, n=1)
    hint = f"Did you mean {close[0]!r}? " if close else ""
    return f"{hint}Check `data.file` in config.yaml."
