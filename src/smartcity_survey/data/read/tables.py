"""Survey files as tables of cells, in batches of rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count

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
    orders : a column's words from lowest to highest, where the file has an order of them.
    repeated : name that stands over several columns -> the names they are told apart by.
    unnamed : columns without a name, under the names they were given.
    """

    columns: tuple[str, ...]
    batches: Callable[[Sequence[str]], Iterator[Batch]]
    how: Mapping[str, str]
    missing_ranges: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Mapping[float, str]] = field(default_factory=dict)
    repeated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unnamed: tuple[str, ...] = ()
    orders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def told_apart(names: Sequence[str]) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Names that are unique, those that were not before, and those of columns without a name.

    A name that stands over two columns becomes `name (1)` and `name (2)`: neither is taken for the other. A
    column without a name is called by its position.
    """
    named = [name or f"column {position}" for position, name in enumerate(names, start=1)]
    unnamed = tuple(own for own, name in zip(named, names, strict=True) if not name)
    repeated: dict[str, list[str]] = {}
    columns = []
    times, taken, numbers = Counter(named), set(named), defaultdict[str, Iterator[int]](partial(count, 1))
    for name in named:
        if times[name] > 1:
            free = (f"{name} ({number})" for number in numbers[name])
            own = next(one for one in free if one not in taken)
            repeated.setdefault(name, []).append(own)
            name = own
            taken.add(name)
        columns.append(name)
    return tuple(columns), {name: tuple(own) for name, own in repeated.items()}, unnamed
