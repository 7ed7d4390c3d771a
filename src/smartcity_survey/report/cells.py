"""The cells of a table: what a column's values mean to a reader, and how they are written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from smartcity_survey.report.formats import NumberStyle, decimals_of_end, formatter
from smartcity_survey.report.names import name_text
from smartcity_survey.report.setting import Setting

DOUBTFUL = ("agrees", "matches")
"""Columns whose "no" deserves a look."""

ITEMS = ("item", "other")
"""Columns of items, whose wording stands beside their names."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table.

    Attributes
    ----------
    text, aside : what it says, and a lesser second text, such as an item's wording.
    numeric : set flush right.
    flagged : deserves a look; never said by colour alone.
    mark : `yes` or `no` where a sign stands for the text.
    strong : bold, as the diagonal of a matrix that the others are held against.
    values, format : the numbers behind the text at full precision (of an interval both ends); their format.
    """

    text: str
    aside: str = ""
    numeric: bool = False
    flagged: bool = False
    mark: str = ""
    strong: bool = False
    values: tuple[float, ...] = ()
    format: str = ""


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The lines of a frame as mappings."""
    return [{str(key): value for key, value in line.items()} for line in frame.to_dict("records")]


def cell(column: str, value: Any, line: Mapping[str, Any], number_format: str, setting: Setting) -> Cell:
    """One cell; numbers take `number_format` (empty: up to four significant digits), codes their words."""
    wording = setting.wording
    if isinstance(value, bool | np.bool_):
        return Cell(wording["page.yes" if value else "page.no"], flagged=not value and column in DOUBTFUL)
    if column == "code":
        return Cell(name_text(column, str(value), line, setting))
    if isinstance(value, int | float | np.number):
        number = float(value)
        if math.isnan(number):
            return Cell("", numeric=bool(number_format))
        name = number_format or "compact"
        if name.startswith("end:"):  # a spreadsheet shows the same decimals
            name = f"ratio:{decimals_of_end(number, int(name.removeprefix('end:')))}"
        return Cell(formatter(name)(wording.numbers, number), numeric=True, values=(number,), format=name)
    if column.startswith("verdict_"):
        mark = {"confirmed": "yes", "not_confirmed": "no"}.get(str(value), "")
        return Cell(name_text(column, str(value), line, setting), mark=mark)
    if column in ITEMS and value in setting.labels.items:
        return Cell(str(value), aside=setting.labels.items[value])
    return Cell(name_text(column, str(value), line, setting))


def interval(low: float, high: float, number_format: str, style: NumberStyle) -> Cell:
    """Both ends of an interval in one cell; empty where there is none."""
    if math.isnan(low) or math.isnan(high):
        return Cell("", numeric=True)
    write = formatter(number_format)
    text = style.interval.format(low=write(style, low), high=write(style, high))
    return Cell(text, numeric=True, values=(low, high), format=number_format)
