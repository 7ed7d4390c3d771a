"""Survey files as tables of cells: .sav, .csv and .xlsx, in batches of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from smartcity_survey.errors import Problem

ROWS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a survey file.

    Attributes
    ----------
    cells : numbers or text, empty cells as NaN, None or ""; the index is the row number a person sees.
    problems : lines of the file that are no rows, and were left out of `cells`.
    """

    cells: pd.DataFrame
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A survey file, opened.

    Attributes
    ----------
    columns : names of the columns, in the file's order; unique.
    batches : iterates over the rows, cells of the named columns only, `ROWS_AT_ONCE` rows at a time.
    how : how the file was read, for the estimator card.
    missing_ranges : codes the file itself declares as missing, per column: (lowest, highest).
    labels : the file's own label of a column, where it has one.
    answers : the file's own wording of a column's codes, where it has one.
    """

    columns: tuple[str, ...]
    batches: Callable[[Sequence[str]], Iterator[Batch]]
    how: Mapping[str, str]
    missing_ranges: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Mapping[float, str]] = field(default_factory=dict)
