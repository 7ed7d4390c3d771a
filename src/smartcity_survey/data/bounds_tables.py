"""Tables of a folder of bounds: what may stand in each column, and what must hold between lines."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd

from smartcity_survey.cell_text import bare
from smartcity_survey.errors import SurveyError, counted

SIDES = ("low", "high")
READINGS = ("strict", "claimed", "print")
"""What is asked beside the printed numbers, from the smallest set to the largest."""
METHODS = ("pls", "plsc", "sem", "mean", "component", "cfa_bartlett")
FURTHER_TABLES = ("item_descriptives", "outer_loadings", "construct_correlations")
AGAIN = "Write the folder anew with `smartcity-survey bounds`, or leave out `study.bounds`."


@dataclass(frozen=True, slots=True)
class Kind:
    """What belongs into the cells of a column.

    what : in words. read : the value of a cell; a ValueError where it does not belong there.
    """

    what: str
    read: Callable[[str], Any]


def one_of(names: tuple[str, ...]) -> Kind:
    def read(cell: str) -> str:
        if cell not in names:
            raise ValueError
        return cell

    return Kind(f"one of {', '.join(name or '(nothing)' for name in names)}", read)


def _name(cell: str) -> str:
    if not cell.strip():
        raise ValueError
    return cell


def _finite(cell: str) -> float:
    value = float(cell)
    if not math.isfinite(value):
        raise ValueError
    return value


def _size(cell: str) -> float:
    value = _finite(cell)
    if value < 0:
        raise ValueError
    return value


def _whole(cell: str) -> int:
    if not (cell.isascii() and cell.isdigit()):
        raise ValueError
    return int(cell)


def _truth(cell: str) -> bool:
    return {"true": True, "false": False}[one_of(("true", "false")).read(cell.lower())]


def _digest(cell: str) -> str:
    if len(cell) != 64 or set(cell) - set("0123456789abcdef"):
        raise ValueError
    return cell


TEXT = Kind("a text", str)
NAME = Kind("a name", _name)
NUMBER = Kind("a finite number", _finite)
SIZE = Kind("a number of at least 0", _size)
SIZE_OR_NOTHING = Kind(
    "a number of at least 0, or nothing", lambda cell: _size(cell) if cell.strip() else math.nan
)
WHOLE = Kind("a whole number of at least 0", _whole)
TRUTH = Kind("True or False", _truth)
DIGEST = Kind("a checksum of 64 digits from 0 to f", _digest)
SIDE = one_of(SIDES)


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns of a table with their kinds, and those whose values name a line."""

    columns: Mapping[str, Kind]
    keys: tuple[str, ...]

    @property
    def ends(self) -> tuple[str, ...]:
        """What names a set whose two ends are lines of their own."""
        return tuple(name for name in self.keys if name != "side")

    @property
    def sets(self) -> tuple[str, ...]:
        """What names a set whose ends may come from any start."""
        return tuple(name for name in self.ends if name != "seed")


END_LAYOUT = Layout(
    {
        "method": one_of(METHODS),
        "outcome": NAME,
        "predictor": TEXT,  # none: the outcome's R²
        "reading": one_of(READINGS),
        "side": SIDE,
        "value": NUMBER,
        "std_error": SIZE_OR_NOTHING,
        "chi2": SIZE_OR_NOTHING,
        "settled": TRUTH,
        "steps": WHOLE,
        "seed": WHOLE,
    },
    ("method", "outcome", "predictor", "reading", "side", "seed"),
)
PRICE_LAYOUT = Layout(
    {
        "outcome": NAME,
        "predictor": NAME,
        "side": SIDE,
        "rmsea": SIZE,
        "value": NUMBER,
        "chi2": SIZE_OR_NOTHING,
        "settled": TRUTH,
    },
    ("outcome", "predictor", "side", "rmsea"),
)
FURTHER_LAYOUT = Layout(
    {"table": one_of(FURTHER_TABLES), "outcome": NAME, "predictor": NAME, "side": SIDE, "value": NUMBER},
    ("table", "outcome", "predictor", "side"),
)
WITNESS_LAYOUT = Layout(
    {
        "name": NAME,
        "outcome": NAME,
        "predictor": NAME,
        "side": one_of((*SIDES, "")),
        "missed": WHOLE,
        "missed_cells": TEXT,
        "sha256": DIGEST,
    },
    ("name",),
)


def read_bounds_table(path: Path, layout: Layout) -> pd.DataFrame:
    """A table whose every cell is what its column is for; columns beyond the layout stay as text.

    Raises
    ------
    SurveyError
        where there is no such file, it is no table of commas in UTF-8, a column is not there, a cell does not
        belong where it stands, a line stands twice, or the lower end of a set lies above the upper one.
    """
    header, lines = _lines(path)
    for name in layout.columns:
        if name not in header:
            raise SurveyError(f"{path}, column {name}", "the file has no such column.", AGAIN)
    values: dict[str, list[Any]] = {name: [] for name in header}
    for row, cells in lines:
        for name, cell in zip(header, cells, strict=True):
            kind = layout.columns.get(name, TEXT)
            try:
                values[name].append(kind.read(bare(cell)))
            except ValueError:
                raise SurveyError(
                    cell_at(path, row, name), f"`{cell}`, where {kind.what} belongs.", AGAIN
                ) from None
    frame = pd.DataFrame(values, columns=header)
    rows = [row for row, _ in lines]
    _require_each_once(path, frame, rows, layout)
    _require_order(path, frame, rows, layout)
    return frame


def cell_at(path: Path, row: int, column: str) -> str:
    return f"{path}, row {row}, column {column}"


def one_sided(frame: pd.DataFrame, layout: Layout) -> list[tuple[str, str]]:
    """Sets of which no start has the one end: their name, and the side that is missing."""
    found = []
    for values, group in frame.groupby(list(layout.sets), sort=False, dropna=False):
        for side in SIDES:
            if side not in set(group["side"]):
                found.append((" ".join(str(value) for value in values if value != ""), side))
    return found


def _lines(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header, and the lines with cells after it, each with the row that it stands in."""
    if not path.is_file():
        raise SurveyError(str(path), "there is no such file.", AGAIN)
    try:
        text = path.read_text(encoding="utf-8-sig")
        if "\0" in text:
            raise ValueError
        reader = csv.reader(text.splitlines(keepends=True), strict=True)
        lines = [(reader.line_num, cells) for cells in reader if any(cells)]
    except (ValueError, csv.Error):
        raise SurveyError(str(path), "it is no table of text in UTF-8.", AGAIN) from None
    if not lines:
        raise SurveyError(str(path), "the file is empty.", AGAIN)
    (_, header), *rest = lines
    if len(header) == 1 and ";" in header[0]:
        raise SurveyError(str(path), "its cells are parted by semicolons, not by commas.", AGAIN)
    twice = [name for place, name in enumerate(header) if name in header[:place]]
    if twice:
        raise SurveyError(f"{path}, column {twice[0]}", "the column is there twice.", AGAIN)
    for row, cells in rest:
        if len(cells) != len(header):
            raise SurveyError(
                f"{path}, row {row}",
                f"{counted(len(cells), 'cell')}, but the header has {len(header)}.",
                AGAIN,
            )
    return header, rest


def _require_each_once(path: Path, frame: pd.DataFrame, rows: list[int], layout: Layout) -> None:
    again = frame.duplicated(list(layout.keys)).to_numpy()
    if again.any():
        place = int(again.argmax())
        name = " ".join(str(value) for value in frame.loc[place, list(layout.keys)] if value != "")
        raise SurveyError(f"{path}, row {rows[place]}", f"`{name}` is there a second time.", AGAIN)


def _require_order(path: Path, frame: pd.DataFrame, rows: list[int], layout: Layout) -> None:
    """The lower end of each set not above the upper one."""
    if "side" not in layout.keys:
        return
    lows: dict[tuple[Any, ...], float] = {}
    sets = list(frame[list(layout.ends)].itertuples(index=False, name=None))
    for name, side, value in zip(sets, frame["side"], frame["value"], strict=True):
        if side == "low":
            lows[name] = value
    for place, name, side, value in zip(count(), sets, frame["side"], frame["value"], strict=False):
        if side == "high" and value < lows.get(name, -math.inf):
            raise SurveyError(
                cell_at(path, rows[place], "value"),
                f"the upper end {value:g} lies below the lower one, {lows[name]:g}.",
                AGAIN,
            )
