"""Read: a survey file as delivered becomes numbers, with every missing answer accounted for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from smartcity_survey.codebook import Codebook
from smartcity_survey.config import DataSection
from smartcity_survey.errors import Problem, SurveyError

RESPONDENT = "respondent"
"""Name of the identifying column in every respondent-level file."""


@dataclass(frozen=True, slots=True)
class Responses:
    """A survey file as numbers.

    Attributes
    ----------
    answers : one row per questionnaire in the file's order: `respondent` (text), then every item and
        demographic variable of the codebook (float; NaN where there is no answer).
    log : one row per column: `column, n_rows, n_answered, n_empty, n_declared_missing`.
    """

    answers: pd.DataFrame
    log: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _RawFile:
    """Columns as they stand in the file, and the codes the file itself declares as missing."""

    columns: pd.DataFrame
    missing_ranges: Mapping[str, tuple[tuple[float, float], ...]]


def read_survey(path: Path, codebook: Codebook, section: DataSection) -> Responses:
    """Read the survey file that `data` in the config describes.

    Missing answers are empty cells, system-missing values, the codes that a `.sav` declares and the codes
    listed under `data.missing_codes`; each kind is counted per column.

    Raises
    ------
    SurveyError
        listing every problem: file missing or unreadable, columns the codebook names but the file lacks,
        text where a number is expected.
    """
    if not path.is_file():
        raise SurveyError(str(path), "no such file.", "Check `data.file` in config.yaml.")
    kind = path.suffix.lower().lstrip(".") if section.format == "auto" else section.format
    if kind not in _READERS:
        raise SurveyError(
            str(path),
            f"the ending .{kind} is not known.",
            "Save as .sav, .csv or .xlsx, or set `data.format`.",
        )
    raw = _READERS[kind](path, section)
    wanted = (*codebook.items, *codebook.demographics)
    _require_columns(raw.columns, wanted, section, path)
    answers: dict[str, Any] = {RESPONDENT: _identifiers(raw.columns, section)}
    problems: list[Problem] = []
    log = []
    for name in wanted:
        values, bad = _numbers(raw.columns[name])
        problems += [
            Problem(
                f"{path}, row {row + 2}, column {name}",
                f"{value!r} is not a number.",
                "Replace it by its code, or leave the cell empty.",
            )
            for row, value in bad
        ]
        declared = _declared_missing(values, raw.missing_ranges.get(name, ()), section.missing_codes)
        empty = np.isnan(values)
        log.append(
            {
                "column": name,
                "n_rows": values.size,
                "n_answered": int((~empty & ~declared).sum()),
                "n_empty": int(empty.sum()),
                "n_declared_missing": int(declared.sum()),
            }
        )
        answers[name] = np.where(declared, np.nan, values)
    if problems:
        raise SurveyError.of(problems)
    return Responses(pd.DataFrame(answers), pd.DataFrame(log))


def _read_sav(path: Path, section: DataSection) -> _RawFile:
    import pyreadstat

    try:
        frame, meta = pyreadstat.read_sav(
            path, user_missing=True, encoding=section.encoding, disable_datetime_conversion=True
        )
    except (pyreadstat.ReadstatError, UnicodeDecodeError) as error:
        raise SurveyError(
            str(path),
            f"not readable as an SPSS file ({error}).",
            "Save it again from SPSS, or export a .csv.",
        ) from None
    ranges = {
        name: tuple((entry["lo"], entry["hi"]) for entry in entries if not isinstance(entry["lo"], str))
        for name, entries in meta.missing_ranges.items()
    }
    return _RawFile(frame, ranges)


def _read_csv(path: Path, section: DataSection) -> _RawFile:
    try:
        frame = pd.read_csv(path, encoding=section.encoding or "utf-8-sig", dtype=str, keep_default_na=False)
    except UnicodeDecodeError as error:
        raise SurveyError(
            str(path),
            f"not {error.encoding} text (byte {error.start}).",
            "Name its encoding in `data.encoding`.",
        ) from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise SurveyError(str(path), f"not a table: {error}.", "Export the survey again as .csv.") from None
    return _RawFile(frame, {})


def _read_xlsx(path: Path, section: DataSection) -> _RawFile:
    try:
        frame = pd.read_excel(path, sheet_name=section.sheet, dtype=object, keep_default_na=False)
    except Exception as error:  # openpyxl raises whatever the broken archive makes it trip over
        raise SurveyError(
            str(path), f"not readable as .xlsx ({error}).", "Save it again without a password."
        ) from None
    return _RawFile(frame, {})


_READERS: Mapping[str, Callable[[Path, DataSection], _RawFile]] = {
    "sav": _read_sav,
    "csv": _read_csv,
    "xlsx": _read_xlsx,
}


def _require_columns(
    columns: pd.DataFrame, wanted: tuple[str, ...], section: DataSection, path: Path
) -> None:
    needed = (*wanted, *([section.respondent] if section.respondent else []))
    missing = [name for name in needed if name not in columns]
    if missing:
        raise SurveyError.of(
            [
                Problem(
                    f"{path}, column {name}",
                    "the file has no such column.",
                    f"Its columns are {', '.join(map(str, columns))}. Correct the codebook or the file.",
                )
                for name in missing
            ]
        )


def _identifiers(columns: pd.DataFrame, section: DataSection) -> list[str]:
    if section.respondent is None:
        return [f"row {number}" for number in range(1, len(columns) + 1)]
    return [_identifier(value) for value in columns[section.respondent]]


def _identifier(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _numbers(
    column: pd.Series[Any],
) -> tuple[np.ndarray[Any, np.dtype[np.float64]], list[tuple[int, object]]]:
    """Values as floats (NaN where empty) and the cells, by row position, that are not numbers."""
    if pd.api.types.is_numeric_dtype(column):
        return column.to_numpy(dtype=np.float64, na_value=np.nan), []
    texts = column.map(lambda value: value.strip() if isinstance(value, str) else value)
    empty = texts.isna() | (texts == "")
    numbers = pd.to_numeric(texts.where(~empty), errors="coerce").to_numpy(dtype=np.float64)
    bad = np.flatnonzero(np.isnan(numbers) & ~empty.to_numpy())
    return numbers, [(int(row), column.iloc[row]) for row in bad]


def _declared_missing(
    values: np.ndarray[Any, np.dtype[np.float64]],
    ranges: tuple[tuple[float, float], ...],
    codes: tuple[float, ...],
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    declared = np.isin(values, codes)
    for low, high in ranges:
        declared |= (values >= low) & (values <= high)
    return declared
