"""The only reader and writer of stage files: full precision, UTF-8, written whole or not at all."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from math import isclose
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.api.types import is_numeric_dtype

from smartcity_survey.long_csv import long_csv
from smartcity_survey.places import PARTIAL, require_places

Card = Mapping[str, str | float | int | list[dict[str, Any]]]
"""How a table was computed: method, tolerance, n, divisor, seed ...; under `refused` what had no solution."""


REFUSED = "refused"
"""Line of a card that lists what had no solution: `part`, `reason` (a code), `at_fault` (a list of names)
and, where answers to demographic questions are at fault, `categories` (`variable` and `answer` of each)."""
INADMISSIBLE = "inadmissible"
"""Line of a card that lists by what a solution describes no population: an item or a construct as `name`, and
of a pair of constructs the other as `with`."""
CORRECTED = "corrected_pairs"
"""Line of a card that lists pairs of items (`name`, `with`) with empty cells to which something was added."""
AT_FAULT = "at_fault"
"""Column, or entry of `refused`, of the names that a reason concerns: a list as `join_names` writes it."""
WHOLE = "table"
"""The part that is refused where nothing of a table could be computed."""


@dataclass(frozen=True, slots=True)
class StageResult:
    """What a stage hands on.

    Attributes
    ----------
    tables : table name -> tidy frame at full precision; written to `tables/<name>.csv`.
    cards : table name -> its estimator card; written to `cards/<stage>.json`.
    private : respondent-level frames; written to `private/<name>.csv`, never shared.
    """

    tables: Mapping[str, pd.DataFrame]
    cards: Mapping[str, Card]
    private: Mapping[str, pd.DataFrame] = field(default_factory=dict)


_NUMBER = re.compile(r"-?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?")
_WHOLE_NUMBER = re.compile(r"-?\d+")
_DIGITS_OF_OPTIONS = 12
"""Numbers with at most so many significant digits are taken for written by hand."""
TEXT_COLUMNS = (
    *("respondent", "printed", "expected", "wave", "earlier", "later", "first", "second"),
    *("line", "answer", "answers", "reference", "group_at_fault", "largest_first", "largest_second"),
    "sampling_cluster",
    "marked_as",
)
"""Columns whose digits are text: `.050` is not `.05`; the wave 2024 is no number, nor is an answer's code."""


MANY_ROWS = 20_000
"""Rows of the largest frame whose file is compared with what stands there: longer ones are written anew."""
LIST_MARK = ", "
"""Between the names in one cell."""
_QUOTE = '"'
_NEED_QUOTES = {",", _QUOTE, "\n", "\r"}

_FORMULA = re.compile(r"'*[=+\-@\t\n]")
"""How text begins that a spreadsheet would compute, apostrophes of our own before it or not."""


def read_table(path: str | Path) -> pd.DataFrame:
    """A stage file, its numbers to the last bit, its empty cells as NaN; "None" or "NA" is text.

    A file without even a header is a frame without columns: a study without hypotheses has such tables.

    Raises
    ------
    SurveyError
        where something else stands in the file's place.
    """
    require_places([path])
    types = dict.fromkeys(TEXT_COLUMNS, str)
    try:
        frame = pd.read_csv(path, encoding="utf-8", dtype=types, keep_default_na=False, na_values=[""])
    except pd.errors.EmptyDataError:
        return pd.DataFrame()
    return _map_texts(frame, _bare)


def read_tables(reports: str | Path) -> dict[str, pd.DataFrame]:
    """All tables of a run, by name, in the order of the names."""
    return {path.stem: read_table(path) for path in sorted((Path(reports) / "tables").glob("*.csv"))}


def write_table(frame: pd.DataFrame, path: str | Path) -> None:
    """Write a frame as csv; numbers keep every digit, text that begins like a formula gets an apostrophe."""
    changed = _map_texts(frame, _harmless)
    if len(frame) > MANY_ROWS:
        write_parts(long_csv(changed), path)
    else:
        _write_unless_same(changed.to_csv(index=False, lineterminator="\n"), path)


def _map_texts(frame: pd.DataFrame, change: Callable[[str], str]) -> pd.DataFrame:
    """The frame with names of columns and text cells changed."""
    changed = frame.rename(columns=lambda name: change(name) if isinstance(name, str) else name)
    for position in range(frame.shape[1]):
        column = frame.iloc[:, position]
        if not is_numeric_dtype(column):
            texts = column.map(lambda cell: change(cell) if isinstance(cell, str) else cell)
            changed.isetitem(position, texts.array)
    return changed


def _harmless(text: str) -> str:
    """Text that a spreadsheet shows instead of computing: an item may be labelled `=HYPERLINK(...)`."""
    # A carriage return would end the row, for the csv writer does not quote it.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def _bare(text: str) -> str:
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def join_names(names: Iterable[str]) -> str:
    """Names as one cell: `SE1, SG3`; the only list format of stage files and cards.

    A name that has a comma or a quotation mark, or begins or ends with a blank, stands in quotation marks, as
    in csv.
    """
    quoted = (
        f'"{name.replace(_QUOTE, _QUOTE * 2)}"' if name.strip() != name or set(name) & _NEED_QUOTES else name
        for name in names
    )
    return LIST_MARK.join(quoted)


def split_names(cell: object) -> list[str]:
    """The names in a cell that `join_names` wrote; none in an empty cell."""
    if not isinstance(cell, str) or not cell:
        return []
    return next(csv.reader([cell], skipinitialspace=True))


def write_json(content: Mapping[str, Any], path: str | Path) -> None:
    """Write a mapping as json, keys in their given order."""
    _write_unless_same(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n", path)


def same_but_for_rounding(old: str, new: str) -> bool:
    """Whether two texts differ in nothing but the last bits of computed numbers.

    Other processors round the last bits differently, so computed numbers may differ by 1e-9 of their size (or
    by 1e-12). A pair of numbers is computed if at least one of them has a fraction and more than 12
    significant digits, and neither is written as a whole number, without point and exponent: computed
    numbers have 15 to 17 digits, and at times rounding makes 1.0 of one of them. Seeds, counts, identifiers
    and options are not computed. Like all else they must be the same to the letter, trailing zeros too.
    """
    if old == new:
        return True
    if _NUMBER.split(old) != _NUMBER.split(new):
        return False
    pairs = zip(_NUMBER.findall(old), _NUMBER.findall(new), strict=True)
    return all(a == b or (_is_computed(a, b) and _rounded_otherwise(float(a), float(b))) for a, b in pairs)


def _is_computed(*numbers: str) -> bool:
    """Whether numbers that stand in one place are written like computed ones."""
    return any(map(_is_long, numbers)) and not any(_WHOLE_NUMBER.fullmatch(number) for number in numbers)


def _is_long(number: str) -> bool:
    """Whether a number has a fraction and more significant digits than options have."""
    mantissa = re.split("[eE]", number)[0]
    digits = mantissa.lstrip("-").replace(".", "").strip("0")
    return len(digits) > _DIGITS_OF_OPTIONS and not float(number).is_integer()


def _rounded_otherwise(a: float, b: float) -> bool:
    """Whether two numbers differ, but by rounding; the same number in other digits is not that."""
    return a != b and isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)


def _write_unless_same(text: str, path: str | Path) -> None:
    """Write a file, or only renew its date where the one that stands there says the same."""
    path = Path(path)
    if path.is_file() and same_but_for_rounding(path.read_text(encoding="utf-8"), text):
        path.touch()
    else:
        write_text(text, path)


def read_json(path: str | Path) -> dict[str, Any]:
    """A json file's top-level mapping."""
    content: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    return content


def write_text(text: str, path: str | Path) -> None:
    """Write a text file whole or not at all."""
    write_bytes(text.encode("utf-8"), path)


def write_bytes(content: bytes, path: str | Path) -> None:
    """Write a file whole or not at all: a killed run leaves the old file, never half a new one.

    Raises
    ------
    SurveyError
        where something else stands in the file's place.
    """
    write_parts([content], path)


def write_parts(parts: Iterable[bytes], path: str | Path) -> None:
    """As `write_bytes`, of a content that comes in parts."""
    require_places([path])
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}{PARTIAL}")
    with partial.open("wb") as file:
        file.writelines(parts)
    partial.replace(path)


def remove(path: str | Path) -> None:
    """Remove a file, if it is there.

    Raises
    ------
    SurveyError
        where something else stands in the file's place.
    """
    require_places([path])
    Path(path).unlink(missing_ok=True)


def write_stage(stage: str, result: StageResult, reports: str | Path, optional: Collection[str] = ()) -> None:
    """Write everything a stage produced under `reports/`.

    `optional` names tables that only some configs have; one that an earlier config left is removed.
    """
    reports = Path(reports)
    for name in set(optional) - set(result.tables):
        remove(reports / "tables" / f"{name}.csv")
    for name, frame in result.tables.items():
        write_table(frame, reports / "tables" / f"{name}.csv")
    for name, frame in result.private.items():
        write_table(frame, reports / "private" / f"{name}.csv")
    write_json(result.cards, reports / "cards" / f"{stage}.json")
