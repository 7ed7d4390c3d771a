"""The only reader and writer of stage files: stable digits, UTF-8, written whole or not at all."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pandas.api.types import is_float_dtype, is_numeric_dtype, is_object_dtype

from smartcity_survey.cell_text import bare, harmless
from smartcity_survey.errors import SurveyError, reason_of
from smartcity_survey.long_csv import long_csv
from smartcity_survey.places import PARTIAL, require_places

if TYPE_CHECKING:
    from smartcity_survey.stats.core.types import Array

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
NONE_FOUND = "none_found"
"""The part where all was computed and a table has no lines, as nothing was found; the reason says what."""


@dataclass(frozen=True, slots=True)
class StageResult:
    """What a stage hands on.

    Attributes
    ----------
    tables : table name -> tidy frame at full precision; written to `tables/<name>.csv`, as `rounded` says.
    cards : table name -> its estimator card; written to `cards/<stage>.json`.
    private : respondent-level frames; written to `private/<name>.csv`, never shared.
    """

    tables: Mapping[str, pd.DataFrame]
    cards: Mapping[str, Card]
    private: Mapping[str, pd.DataFrame] = field(default_factory=dict)


DECIMALS = 6
"""Decimals of computed numbers in tables and cards; in numbers below 10, of the mantissa: seven digits.

Why so many: docs/conventions.md.
"""
PRIVATE_DECIMALS = DECIMALS + 1
"""Of respondents' numbers: stages compute with them, and the rounding shows in no table."""
TEXT_COLUMNS = (
    *("respondent", "printed", "expected", "wave", "earlier", "later", "first", "second"),
    *("line", "answer", "answers", "reference", "group_at_fault", "largest_first", "largest_second"),
    "sampling_cluster",
    "groups_apart",
    "marked_as",
)
"""Columns whose digits are text: `.050` is not `.05`; the wave 2024 is no number, nor is an answer's code."""


MANY_ROWS = 20_000
"""Rows of the largest frame whose file is compared with what stands there: longer ones are written anew."""
LIST_MARK = ", "
"""Between the names in one cell."""
_QUOTE = '"'
_NEED_QUOTES = {",", _QUOTE, "\n", "\r"}


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
    return _map_texts(frame, bare)


def read_tables(reports: str | Path) -> dict[str, pd.DataFrame]:
    """All tables of a run, by name, in the order of the names."""
    return {path.stem: read_table(path) for path in sorted((Path(reports) / "tables").glob("*.csv"))}


def write_table(frame: pd.DataFrame, path: str | Path, decimals: int = DECIMALS) -> None:
    """Write a frame as csv; numbers are `rounded`, text that begins like a formula gets an apostrophe."""
    changed = _map_texts(_rounded_frame(frame, decimals), harmless)
    if len(frame) > MANY_ROWS:
        write_parts(long_csv(changed), path)
    else:
        _write_unless_same(changed.to_csv(index=False, lineterminator="\n"), path)


def rounded(number: float, decimals: int = DECIMALS) -> float:
    """A number with the digits that are the same on every processor.

    These are `decimals` decimals; in numbers below 10 they are decimals of the mantissa, so that a p of
    1.234567e-20 keeps as many digits as a mean. Whole numbers are as they are.
    """
    if not isfinite(number) or number == int(number):
        return number
    return float(f"{number:.{decimals}{'f' if abs(number) >= 10 else 'e'}}")


def rounding_of(numbers: Array, decimals: int = DECIMALS) -> Array:
    """How far `rounded` numbers of any shape may be from what they were.

    Half a unit of their last digit, and what a double cannot hold of it where numbers are large.
    """
    size = np.abs(numbers)
    with np.errstate(divide="ignore"):
        places = np.where(size < 10, np.floor(np.log10(size)), 0.0)
    return np.asarray(0.5 * 10.0 ** (places - decimals) + np.spacing(size))


def _rounded_frame(frame: pd.DataFrame, decimals: int) -> pd.DataFrame:
    """The frame with its columns of fractions rounded."""
    changed = frame.copy(deep=False)
    for position in range(frame.shape[1]):
        column = frame.iloc[:, position]
        if is_float_dtype(column):  # many cells are few numbers, where respondents are many
            codes, found = pd.factorize(column)
            numbers = np.array([*(rounded(number, decimals) for number in found), np.nan])
            changed.isetitem(position, numbers[codes])
        elif is_object_dtype(column):
            cells = column.map(
                lambda cell: rounded(cell, decimals) if isinstance(cell, float) else cell, na_action="ignore"
            )
            changed.isetitem(position, cells.array)
    return changed


def _rounded_card(part: Any) -> Any:
    """A card, or what stands in it, with its fractions rounded."""
    if isinstance(part, Mapping):
        return {key: _rounded_card(value) for key, value in part.items()}
    if isinstance(part, list):
        return [_rounded_card(value) for value in part]
    return rounded(part) if isinstance(part, float) else part


def _map_texts(frame: pd.DataFrame, change: Callable[[str], str]) -> pd.DataFrame:
    """The frame with names of columns and text cells changed."""
    changed = frame.rename(columns=lambda name: change(name) if isinstance(name, str) else name)
    for position in range(frame.shape[1]):
        column = frame.iloc[:, position]
        if not is_numeric_dtype(column):
            texts = column.map(lambda cell: change(cell) if isinstance(cell, str) else cell)
            changed.isetitem(position, texts.array)
    return changed


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


def _write_unless_same(text: str, path: str | Path) -> None:
    """Write a file, or only renew its date where the one that stands there says the same."""
    path = Path(path)
    if path.is_file() and path.read_bytes() == text.encode("utf-8"):
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
        where something else stands in the file's place, or the system does not let it be written.
    """
    write_parts([content], path)


def write_parts(parts: Iterable[bytes], path: str | Path) -> None:
    """As `write_bytes`, of a content that comes in parts."""
    require_places([path])
    path = Path(path)
    partial = path.with_name(f".{path.name}.{os.getpid()}{PARTIAL}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            file.writelines(parts)
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):  # on a full disk half a file is in the way of what comes next
            partial.unlink(missing_ok=True)
        raise SurveyError(
            str(path),
            f"it cannot be written: {reason_of(error)}.",
            "Make room or give leave to write there, and run again; until then the old file stays, if any.",
        ) from None


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
        write_table(frame, reports / "private" / f"{name}.csv", PRIVATE_DECIMALS)
    write_json(_rounded_card(result.cards), reports / "cards" / f"{stage}.json")
