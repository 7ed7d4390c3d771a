"""Cells of a table that are left out, and what such tables are judged by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from smartcity_survey.stats.core.types import BoolArray


@dataclass(frozen=True, slots=True)
class Context:
    """What a table is judged by.

    smallest : count that may be shown. n : respondents. tables : those of the stage, nothing left out yet,
    and those of earlier stages, as they were written.
    """

    smallest: int
    n: int
    tables: Mapping[str, pd.DataFrame]


LINES_LEFT_OUT = "lines_left_out"
"""Key of an estimator card: disclosure control takes whole lines out of the table, maybe all."""
LeavesOut = Callable[[pd.DataFrame, Context], pd.DataFrame]


def leave_out(frame: pd.DataFrame, rows: BoolArray, *columns: str) -> None:
    """Empty some cells; columns of whole numbers stay such."""
    for column in columns:
        if pd.api.types.is_integer_dtype(frame[column]):
            frame[column] = frame[column].astype("Int64")
        frame.loc[rows, column] = pd.NA if frame[column].dtype == "Int64" else np.nan
