"""One line of a stage file, whose cells are empty where it could not be computed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd


class Line(dict[str, Any]):
    """Values by column; a column that is not there is empty, as an empty cell is: NaN."""

    def __missing__(self, column: str) -> float:
        return math.nan


def path_columns(paths: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Columns `source, target` of a table with a line for each path."""
    given = list(paths)
    return {"source": [source for source, _ in given], "target": [target for _, target in given]}


def line_of(frame: pd.DataFrame, **keys: str) -> Line:
    """The line of a stage file with these values; all of it is empty where the stage could not compute it."""
    for column, value in keys.items():
        if column not in frame:
            return Line()
        frame = frame[frame[column] == value]
    return Line({str(column): value for column, value in frame.iloc[0].items()} if len(frame) else {})
