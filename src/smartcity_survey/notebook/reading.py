"""A survey file as a data frame, with no codebook needed."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from smartcity_survey.data.detect import Detected, detect
from smartcity_survey.data.read.cells import Missing, cell_text, read_codes
from smartcity_survey.data.read.cells import missing_codes as declared_missing
from smartcity_survey.data.read.opening import open_table
from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.notebook.answers import warn_of_strange_codes
from smartcity_survey.notebook.options import options
from smartcity_survey.study.arguments import in_order, require_path
from smartcity_survey.study.config import DataSection, FileFormat


def read_survey(
    path: Path | str,
    *,
    missing_codes: Sequence[float | str] = (),
    decimal: Literal[".", ","] = ".",
    encoding: str | None = None,
    sheet: str | int | None = None,
    header_rows: Sequence[int] | None = None,
    skip_rows: Sequence[int] | None = None,
    format: FileFormat = "auto",
) -> pd.DataFrame:
    """Read a survey file: (n, q), a row for each questionnaire, all columns of the file under their names.

    A column of numbers becomes numbers, codes as they are (no reverse item is recoded); a column in which
    anything else stands stays text, dates as ISO 8601 has them. Empty cells, codes that a `.sav` declares as
    missing, and `missing_codes` become gaps (NaN).

    What a survey tool exports is read as it is: the encoding of text, the sheet with the answers, rows of
    titles, of labels and of means are found by looking at it. `attrs["read"]` of the frame says what was
    found, and `attrs["labels"]` has the text of the questions where the file gives it.

    Parameters
    ----------
    path : .sav, .por, .dta, .csv, .tsv, .xlsx, .xls, .ods, .parquet or .rds; the content tells which.
    missing_codes : codes and words that mean no answer. decimal : mark of numbers written as text.
    encoding : of text; None: as found. sheet : of a spreadsheet, by name or position; None: as found.
    header_rows, skip_rows : numbers of the rows that hold the names, and of those that are no questionnaires;
        None: as found. format : where the content does not tell it.

    Raises
    ------
    SurveyError
        for a file that is missing, damaged, protected or no table, an encoding that does not fit, lines that
        are no rows, and no rows at all.
    """
    path = require_path(path, "read_survey, path")
    if isinstance(missing_codes, (set, frozenset)):  # their order says nothing
        missing_codes = sorted(missing_codes, key=str)
    remedy = 'Give a list of codes and words: [99, "no answer"].'
    codes = in_order(missing_codes, "read_survey, missing_codes", "codes", remedy=remedy)
    with _of_arguments():
        given = {"encoding": encoding, "sheet": sheet, "header_rows": header_rows, "skip_rows": skip_rows}
        asked = {key: value for key, value in given.items() if value is not None}
        how = {
            "file": str(path),
            "codebook": "",
            "missing_codes": codes,
            "decimal": decimal,
            "format": format,
        }
        section = options(DataSection, "read_survey", **how, **asked)
        detected = detect(path, asked) if format == "auto" else Detected({})
        section = options(DataSection, "read_survey", **{**how, **detected.keys, **asked})
        table = open_table(path, section)
        batches = list(table.batches(table.columns))
        problems = [problem for batch in batches for problem in batch.problems]
        if not problems and not sum(len(batch.cells) for batch in batches):
            more = " Look at the rows that `skip_rows` leaves out." if section.skip_rows else ""
            found = "there is a header but no row of answers."
            problems = [Problem(str(path), found, f"Export the survey again.{more}")]
        if problems:
            raise SurveyError.of(problems)
    columns = {}
    for name in table.columns:
        cells = pd.concat([batch.cells[name] for batch in batches])
        missing = declared_missing(section, table.missing_ranges.get(name, ()))
        columns[name] = _column(cells, missing, section.decimal)
    if sheet is not None and "sheet" not in table.how:
        kind = table.how.get("format", "file")
        raise SurveyError("read_survey, sheet", f"a .{kind} has no sheets.", "Leave `sheet` out.")
    as_text = {} if table.how.get("format") == "csv" else _numbers_as_text(batches, columns)
    if as_text:
        shown = ", ".join(f"{name} ({n})" for name, n in as_text.items())
        warnings.warn(
            f"read_survey: numbers stored as text, read as numbers, in these columns (cells): {shown}.",
            stacklevel=2,
        )
    warn_of_strange_codes("read_survey", columns)
    frame = pd.DataFrame(columns).reset_index(drop=True)
    frame.attrs |= {"read": list(detected.found), "labels": dict(table.labels)}
    return frame


def _numbers_as_text(batches: Sequence[Any], columns: Mapping[str, pd.Series[Any]]) -> dict[str, int]:
    """Columns that are numbers, and in how many of their cells these stand as text."""
    found: dict[str, int] = {}
    for name, column in columns.items():
        if pd.api.types.is_numeric_dtype(column.dtype):
            cells = pd.concat([batch.cells[name] for batch in batches])
            n = sum(isinstance(cell, str) and bool(cell.strip()) for cell in cells[column.notna().to_numpy()])
            found |= {name: n} if n else {}
    return found


_KEY = re.compile(r"`data\.(\w+)(?:: ([^`]*))?`(?: in config\.yaml)?")


@contextmanager
def _of_arguments() -> Iterator[None]:
    """Turn what is said of keys of a config into what is to be said of the arguments of `read_survey`."""
    try:
        yield
    except SurveyError as error:
        raise SurveyError.of(
            [
                Problem(
                    problem.place.replace("config.yaml, data.", "read_survey, "),
                    problem.found,
                    _KEY.sub(_argument, problem.remedy),
                )
                for problem in error.problems
            ]
        ) from None


def _argument(key: re.Match[str]) -> str:
    name = {"file": "path"}.get(key[1], key[1])
    return f"`{name}={key[2]}`" if key[2] else f"`{name}`"


def _column(cells: pd.Series[Any], missing: Missing, decimal: str) -> pd.Series[Any]:
    """Numbers where all cells are numbers or gaps, else texts."""
    codes = read_codes(cells, {}, missing, decimal)
    if not codes.unreadable:
        return pd.Series(codes.values, index=cells.index)
    texts = cells.map(cell_text).astype(object)
    gaps = texts.str.casefold().isin({"", *missing.texts}).to_numpy()
    numbers = read_codes(cells, {}, Missing(), decimal).values
    return texts.mask(gaps | missing.among(np.asarray(numbers)), None)
