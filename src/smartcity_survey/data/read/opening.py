"""Open a survey file of any kind."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from pathlib import Path

from smartcity_survey.data.read.csv_file import open_csv
from smartcity_survey.data.read.sav_file import open_sav
from smartcity_survey.data.read.tables import Table
from smartcity_survey.data.read.xlsx_file import open_xlsx
from smartcity_survey.errors import Problem, SurveyError, counted
from smartcity_survey.study.config import DataSection

_OPENERS: Mapping[str, Callable[[Path, DataSection], Table]] = {
    "sav": open_sav,
    "zsav": open_sav,
    "csv": open_csv,
    "tsv": open_csv,
    "xlsx": open_xlsx,
}


def open_table(path: Path, section: DataSection) -> Table:
    """Open a survey file by its ending, or by `data.format` where that is given.

    Raises
    ------
    SurveyError
        for a missing, empty, truncated, protected or unknown file, an encoding that does not fit, and
        columns without a name or with the same name.
    """
    _require_file(path)
    kind = path.suffix.lower().lstrip(".") if section.format == "auto" else section.format
    if kind not in _OPENERS:
        raise SurveyError(
            str(path),
            f"the ending .{kind} is not known.",
            "Save as .sav, .csv or .xlsx, or set `data.format`.",
        )
    table = _OPENERS[kind](path, section)
    _require_names(table.columns, path)
    return table


def _require_file(path: Path) -> None:
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
    except OSError as error:
        raise SurveyError(
            str(path),
            f"cannot be opened ({error.strerror}).",
            "Name a file that you may read in `data.file` in config.yaml.",
        ) from None
    if empty:
        raise SurveyError(str(path), "the file is empty.", "Export the survey again.")


def _nearest_file(path: Path) -> str:
    neighbours = [other.name for other in path.parent.glob("*.*")] if path.parent.is_dir() else []
    close = difflib.get_close_matches(path.name, neighbours, n=1)
    hint = f"Did you mean {close[0]!r}? " if close else ""
    return f"{hint}Check `data.file` in config.yaml."


def _require_names(columns: tuple[str, ...], path: Path) -> None:
    problems = [
        Problem(f"{path}, column {number}", "it has no name.", "Name every column, or delete the empty ones.")
        for number, name in enumerate(columns, start=1)
        if not name
    ]
    repeated = dict.fromkeys(name for name in columns if name and columns.count(name) > 1)
    problems += [
        Problem(
            f"{path}, column {name}",
            f"the name stands over {counted(columns.count(name), 'column')}.",
            "Rename or delete all but one.",
        )
        for name in repeated
    ]
    if problems:
        raise SurveyError.of(problems)
