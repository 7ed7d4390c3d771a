"""Data frames as other programs keep them: Parquet, and R's .rds and .RData."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from smartcity_survey.adding import how_to_add
from smartcity_survey.data.read.cells import cell_text, without_dates
from smartcity_survey.data.read.r_serialization import NotReadable, Vector, read_objects
from smartcity_survey.data.read.tables import ROWS_AT_ONCE, Batch, Table, told_apart
from smartcity_survey.errors import SurveyError, counted
from smartcity_survey.libraries import library_reason
from smartcity_survey.study.config import DataSection

LARGEST_EXACT = 2**53
"""Whole numbers beyond it are no floats: two identifiers might become one."""


def open_parquet(path: Path, section: DataSection) -> Table:
    """Open a Parquet file, whose rows are read as they are asked for."""
    with _parquet(path) as file:
        schema = file.schema_arrow
        indices = (schema.pandas_metadata or {}).get("index_columns", ())
        given = [name for name in schema.names if name not in indices]
        orders = {
            name: tuple(map(cell_text, file.read([name]).column(name).to_pandas().cat.categories))
            for name in given
            if given.count(name) == 1 and getattr(schema.field(name).type, "ordered", False)
        }
    columns, repeated, unnamed = told_apart([" ".join(name.split()) for name in given])
    places = {
        column: (name, given[:position].count(name))
        for position, (column, name) in enumerate(zip(columns, given, strict=True))
    }
    return Table(
        columns,
        partial(_parquet_batches, path, places),
        {"format": "parquet"},
        repeated=repeated,
        unnamed=unnamed,
        orders={column: orders[name] for column, (name, _) in places.items() if name in orders},
    )


def _parquet_batches(
    path: Path, places: Mapping[str, tuple[str, int]], wanted: Sequence[str]
) -> Iterator[Batch]:
    """places : column -> its name in the file, and how many columns of that name stand before it."""
    n, names = 0, sorted({places[column][0] for column in wanted})
    with _parquet(path) as file:
        for rows in file.iter_batches(ROWS_AT_ONCE, columns=names):
            found: dict[str, list[Any]] = {name: [] for name in names}
            for name, values in zip(rows.schema.names, rows.columns, strict=True):
                found.get(name, []).append(values)
            numbers = np.arange(n, n + rows.num_rows) + 1
            given = {column: found[name][earlier] for column in wanted for name, earlier in [places[column]]}
            cells = {column: _cells(_of_arrow(values)).set_axis(numbers) for column, values in given.items()}
            yield Batch(pd.DataFrame(cells, index=numbers))
            n += rows.num_rows


def _of_arrow(values: Any) -> pd.Series[Any]:
    """A column of Arrow. As floats, long whole numbers of one with gaps would lose their last digits."""
    column: pd.Series[Any] = values.to_pandas(integer_object_nulls=str(values.type) in ("int64", "uint64"))
    return column


@contextmanager
def _parquet(path: Path) -> Iterator[Any]:
    """A Parquet file, open; what is wrong with it, or that nothing can read it, is an error of ours."""
    try:
        # Named and not imported, as pandas names it: studies of other files do not depend on its version.
        parquet = import_module(".parquet", import_module("pyarrow").__name__)
        with parquet.ParquetFile(path) as file:
            yield file
    except ImportError:
        raise _not_installed(path, "pyarrow") from None
    except Exception as error:  # of many classes
        raise _unreadable(path, "a Parquet file", error) from None


def open_rds(path: Path, section: DataSection) -> Table:
    """Open the data frame in an `.rds`, or the only one in an `.RData`, with the labels that haven gives."""
    try:
        found = read_objects(path.read_bytes())
    except NotReadable as error:
        raise _unreadable(path, "an .rds of R", error) from None
    frames = {name: value for name, value in found.items() if _is_frame(value)}
    wanted = {name: value for name, value in frames.items() if name == section.sheet} or frames
    if len(wanted) != 1:
        listed = ", ".join(map(repr, frames)) or "none"
        raise SurveyError(
            str(path),
            f"it holds {len(frames)} data frames: {listed}.",
            "Name one in `data.sheet`, or save it alone: saveRDS(answers, 'survey.rds').",
        )
    ((_, frame),) = wanted.items()
    try:
        return _table_of_r(path, frame)
    except (IndexError, ValueError, TypeError, OverflowError) as error:
        raise _unreadable(path, "an .rds of R", error) from None


def _table_of_r(path: Path, frame: Vector) -> Table:
    names = [" ".join(name.split()) for name in frame.texts("names")]
    columns, repeated, unnamed = told_apart(names)
    own = dict(zip(columns, frame.values, strict=True))
    cells = {name: _cells_of_r(vector) for name, vector in own.items()}
    labels = {name: text for name, vector in own.items() for text in vector.texts("label")[:1]}
    answers = {name: codes for name, vector in own.items() if (codes := _labels_of_codes(vector))}
    n = Counter(map(len, cells.values())).most_common(1)[0][0] if cells else 0
    for name, column in cells.items():
        if len(column) != n:
            raise SurveyError(
                f"{path}, column {name}",
                f"it has {counted(len(column), 'value')} for {counted(n, 'row')}: a matrix, a list, or a "
                "date in parts (POSIXlt).",
                "In R, make a column of it: as.numeric(), as.character() or as.POSIXct().",
            )
    return Table(
        columns,
        partial(_batches, cells, n),
        {"format": "rds"},
        labels=labels,
        answers=answers,
        repeated=repeated,
        unnamed=unnamed,
        orders={
            name: tuple(map(cell_text, v.texts("levels")))
            for name, v in own.items()
            if "ordered" in v.texts("class")
        },
    )


def _is_frame(value: object) -> bool:
    return isinstance(value, Vector) and "data.frame" in value.texts("class")


def _labels_of_codes(vector: Vector) -> dict[float, str]:
    labels = vector.attributes.get("labels")
    if not isinstance(labels, Vector) or not isinstance(labels.values, np.ndarray):
        return {}
    return {
        float(code): text
        for code, text in zip(labels.values, labels.texts("names"), strict=False)
        if not np.isnan(code)
    }


def _cells_of_r(vector: Vector) -> pd.Series[Any]:
    """A column of R: factors by their words, dates as text, truths, texts and numbers as they are."""
    kinds, values = set(vector.texts("class")), vector.values
    if "factor" in kinds:
        levels = vector.texts("levels")
        return pd.Series([None if np.isnan(code) else levels[int(code) - 1] for code in values], dtype=object)
    if "integer64" in kinds and isinstance(values, np.ndarray):
        whole = np.ascontiguousarray(values, dtype=np.float64).view(np.int64)
        gap = np.iinfo(np.int64).min
        return pd.Series([None if one == gap else int(one) for one in whole], dtype=object)
    if kinds & {"Date", "POSIXct"}:
        unit = timedelta(days=1) if "Date" in kinds else timedelta(seconds=1)
        moments = [None if np.isnan(one) else datetime(1970, 1, 1) + float(one) * unit for one in values]
        return pd.Series([without_dates(one) for one in moments], dtype=object)
    if isinstance(values, np.ndarray):
        return pd.Series(values)
    return pd.Series(
        [one if one is None or isinstance(one, (str, bool)) else str(one) for one in values], dtype=object
    )


def _cells(column: pd.Series[Any]) -> pd.Series[Any]:
    """Numbers as they are; of anything else the text, and nothing where R and Arrow have their gaps."""
    whole = pd.api.types.is_integer_dtype(column)
    if whole and ((column > LARGEST_EXACT) | (column < -LARGEST_EXACT)).any():
        return pd.Series([None if cell is pd.NA else str(cell) for cell in column.tolist()], dtype=object)
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


def _not_installed(path: Path, package: str) -> SurveyError:
    return SurveyError(
        str(path),
        f"to read it the package {package} is needed, which is not installed.",
        f"Install it beside this program: `{how_to_add(package)}`. Or save the survey as .csv.",
    )


def _unreadable(path: Path, what: str, error: Exception) -> SurveyError:
    return SurveyError(
        str(path),
        f"not readable as {what} ({library_reason(error)}).",
        "It is truncated or damaged: save it again, or export a .csv.",
    )
