"""Data frames as other programs keep them: Parquet, and R's .rds and .RData."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from smartcity_survey.data.read.cells import without_dates
from smartcity_survey.data.read.tables import ROWS_AT_ONCE, Batch, Table, told_apart
from smartcity_survey.errors import SurveyError
from smartcity_survey.study.config import DataSection


def open_parquet(path: Path, section: DataSection) -> Table:
    """Open a Parquet file."""
    try:
        import pyarrow.parquet
    except ImportError:
        raise _not_installed(path, "pyarrow", "parquet") from None
    try:
        frame = pyarrow.parquet.read_table(path).to_pandas()
    except Exception as error:  # of many classes
        raise _unreadable(path, "a Parquet file", error) from None
    return _table(frame, "parquet")


def open_rds(path: Path, section: DataSection) -> Table:
    """Open the data frame in an `.rds`, or the only one in an `.RData`. Labels of haven are not read."""
    try:
        import pyreadr
    except ImportError:
        raise _not_installed(path, "pyreadr", "r") from None
    try:
        found = pyreadr.read_r(str(path))
    except Exception as error:
        raise _unreadable(path, "an .rds of R", error) from None
    frames = {name: frame for name, frame in found.items() if isinstance(frame, pd.DataFrame)}
    wanted = {name: frame for name, frame in frames.items() if name == section.sheet} or frames
    if len(wanted) != 1:
        names = ", ".join(map(repr, frames)) or "none"
        raise SurveyError(
            str(path),
            f"it holds {len(frames)} data frames: {names}.",
            "Name one in `data.sheet`, or save it alone: saveRDS(answers, 'survey.rds').",
        )
    return _table(next(iter(wanted.values())), "rds")


def _table(frame: pd.DataFrame, kind: str) -> Table:
    columns, repeated, unnamed = told_apart([" ".join(str(name).split()) for name in frame.columns])
    cells = {name: _cells(frame.iloc[:, position]) for position, name in enumerate(columns)}
    return Table(
        columns, partial(_batches, cells, len(frame)), {"format": kind}, repeated=repeated, unnamed=unnamed
    )


def _cells(column: pd.Series[Any]) -> pd.Series[Any]:
    """Numbers as they are; of anything else the text, and nothing where R and Arrow have their gaps."""
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        return column.astype(np.float64)
    gaps = column.isna().to_numpy()
    cells = [None if gap else without_dates(cell) for cell, gap in zip(column.tolist(), gaps, strict=True)]
    return pd.Series(cells, index=column.index, dtype=object)


def _batches(cells: Mapping[str, pd.Series[Any]], n: int, wanted: Sequence[str]) -> Iterator[Batch]:
    for start in range(0, n, ROWS_AT_ONCE):
        end = min(start + ROWS_AT_ONCE, n)
        part = {name: cells[name].iloc[start:end].set_axis(np.arange(start, end) + 1) for name in wanted}
        yield Batch(pd.DataFrame(part))


def _not_installed(path: Path, package: str, extra: str) -> SurveyError:
    return SurveyError(
        str(path),
        f"to read it the package {package} is needed, which is not installed.",
        f"Install it: pip install 'smartcity_survey[{extra}]'. Or save the survey as .csv.",
    )


def _unreadable(path: Path, what: str, error: Exception) -> SurveyError:
    return SurveyError(
        str(path),
        f"not readable as {what} ({error or type(error).__name__}).",
        "It is truncated or damaged: save it again, or export a .csv.",
    )
