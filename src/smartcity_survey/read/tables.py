"""Survey files as tables of cells: .sav, .csv and .xlsx, in blocks of rows."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pandas as pd

from smartcity_survey.config import DataSection
from smartcity_survey.errors import SurveyError

Ranges = Mapping[str, tuple[tuple[float, float], ...]]
ROWS_AT_ONCE = 50_000
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True)
class Table:
    """Cells of a survey file as they stand in it.

    Attributes
    ----------
    columns : names of the columns, in the file's order; unique.
    blocks : frames of at most `ROWS_AT_ONCE` rows, cells as numbers or text, empty ones as NaN or "".
    missing_ranges : codes the file itself declares as missing, per column: (lowest, highest).
    first_row : number a person sees beside the first questionnaire (2 where line 1 is the header).
    how : how the file was read, for the estimator card.
    """

    columns: tuple[str, ...]
    blocks: Iterator[pd.DataFrame]
    missing_ranges: Ranges = field(default_factory=dict)
    first_row: int = 2
    how: Mapping[str, str] = field(default_factory=dict)


def open_table(path: Path, section: DataSection) -> Table:
    """Open a survey file by its ending, or by `data.format` where that is given.

    Raises
    ------
    SurveyError
        for a missing, empty, truncated, protected or unknown file, an encoding that does not fit, lines of
        different length, and columns without a name or with the same name.
    """
    if not path.is_file():
        raise SurveyError(str(path), "no such file.", "Check `data.file` in config.yaml.")
    if path.stat().st_size == 0:
        raise SurveyError(str(path), "the file is empty.", "Export the survey again.")
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


def _require_names(columns: tuple[str, ...], path: Path) -> None:
    unnamed = [number for number, name in enumerate(columns, start=1) if not name.strip()]
    if unnamed:
        raise SurveyError(
            f"{path}, column {unnamed[0]}", "it has no name.", "Name every column, or delete the empty ones."
        )
    repeated = sorted({name for name in columns if columns.count(name) > 1})
    if repeated:
        raise SurveyError(
            f"{path}, columns {', '.join(repeated)}",
            "the name stands over several columns.",
            "Rename or delete one.",
        )


def _open_sav(path: Path, section: DataSection) -> Table:
    import pyreadstat

    try:
        frame, meta = pyreadstat.read_sav(
            path, user_missing=True, encoding=section.encoding, disable_datetime_conversion=True
        )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError, LookupError) as error:
        raise SurveyError(
            str(path),
            f"not readable as an SPSS file ({error}).",
            "Save it again from SPSS, or export a .csv.",
        ) from None
    ranges = {
        name: tuple((entry["lo"], entry["hi"]) for entry in entries if not isinstance(entry["lo"], str))
        for name, entries in cast("dict[str, list[dict[str, Any]]]", meta.missing_ranges).items()
    }
    return Table(
        tuple(frame.columns),
        iter([frame]),
        ranges,
        first_row=1,
        how={"format": "sav", "encoding": str(meta.file_encoding)},
    )


def _open_csv(path: Path, section: DataSection) -> Table:
    encoding = _encoding(path, section)
    header = _first_line(path, encoding)
    delimiter = _delimiter(header)
    columns = tuple(name.strip() for name in next(csv.reader([header], delimiter=delimiter), []))
    how = {"format": "csv", "encoding": encoding, "delimiter": DELIMITERS[delimiter]}
    return Table(columns, _csv_blocks(path, encoding, delimiter, columns), how=how)


def _csv_blocks(
    path: Path, encoding: str, delimiter: str, columns: tuple[str, ...]
) -> Iterator[pd.DataFrame]:
    """Blocks of text cells; lines that are longer or shorter than the header are refused by number."""
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        rows: list[list[str]] = []
        try:
            next(reader)
            for row in reader:
                if not any(row):
                    continue
                if len(row) != len(columns):
                    raise SurveyError(
                        f"{path}, line {reader.line_num}",
                        f"{len(row)} cells, but the header has {len(columns)}.",
                        "Look for a missing or superfluous delimiter, or an unclosed quotation mark.",
                    )
                rows.append(row)
                if len(rows) == ROWS_AT_ONCE:
                    yield pd.DataFrame(rows, columns=list(columns), dtype=object)
                    rows = []
        except UnicodeDecodeError as error:
            raise _wrong_encoding(path, encoding, error) from None
        except csv.Error as error:
            raise SurveyError(
                f"{path}, line {reader.line_num}",
                f"not a table ({error}).",
                "Export the survey again as .csv.",
            ) from None
    yield pd.DataFrame(rows, columns=list(columns), dtype=object)


def _encoding(path: Path, section: DataSection) -> str:
    with path.open("rb") as file:
        start = file.read(4)
    encoding = section.encoding or next((name for bom, name in _BOMS if start.startswith(bom)), "utf-8")
    try:
        "".encode(encoding)
    except LookupError:
        raise SurveyError(
            "config.yaml, data.encoding",
            f"{encoding!r} is not an encoding.",
            "Write utf-8, utf-16 or cp1251.",
        ) from None
    return encoding


def _first_line(path: Path, encoding: str) -> str:
    try:
        with path.open(encoding=encoding, newline="") as file:
            line = file.readline()
    except UnicodeError as error:
        raise _wrong_encoding(path, encoding, error) from None
    if "\x00" in line:
        raise SurveyError(str(path), "it holds binary data, not text.", "Export the survey again as .csv.")
    return line.strip("\r\n")


def _wrong_encoding(path: Path, encoding: str, error: UnicodeError) -> SurveyError:
    where = f" (byte {error.start})" if isinstance(error, UnicodeDecodeError) else ""
    return SurveyError(
        str(path),
        f"not {encoding} text{where}.",
        "Save it as UTF-8, or name its encoding in `data.encoding` (Windows programs often write cp1251).",
    )


def _delimiter(header: str) -> str:
    """The delimiter that splits the header into most names; a comma where there is but one name."""
    return max(DELIMITERS, key=lambda mark: len(next(csv.reader([header], delimiter=mark), [])))


def _open_xlsx(path: Path, section: DataSection) -> Table:
    if not zipfile.is_zipfile(path):
        raise SurveyError(
            str(path),
            "not readable as .xlsx: it is protected by a password, truncated, or something else.",
            "Open it in a spreadsheet program and save it again as .xlsx without a password.",
        )
    try:
        frame = pd.read_excel(
            path,
            sheet_name=section.sheet,
            dtype=object,
            keep_default_na=False,
            header=None,
            engine="openpyxl",
        )
    except (ValueError, IndexError) as error:
        raise SurveyError(
            f"{path}, sheet {section.sheet!r}", f"{error}.", "Name the sheet in `data.sheet`."
        ) from None
    except Exception as error:  # a damaged archive fails wherever its parts are missed
        raise SurveyError(
            str(path), f"not readable as .xlsx ({error}).", "Save it again from a spreadsheet program."
        ) from None
    if frame.empty:
        raise SurveyError(
            str(path), "the sheet is empty.", "Name the sheet in `data.sheet`, or export again."
        )
    columns = tuple(str(name).strip() for name in frame.iloc[0])
    body = frame.iloc[1:].set_axis(list(columns), axis=1)
    return Table(columns, iter([body]), how={"format": "xlsx", "sheet": str(section.sheet)})


_OPENERS: Mapping[str, Callable[[Path, DataSection], Table]] = {
    "sav": _open_sav,
    "csv": _open_csv,
    "xlsx": _open_xlsx,
}
