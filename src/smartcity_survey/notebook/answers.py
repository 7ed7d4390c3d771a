"""Columns of a data frame as numbers, and a word about every cell that is none."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from numbers import Real

import numpy as np
import pandas as pd

from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.notebook.model import Model
from smartcity_survey.stats.core.types import Array

Items = Model | Sequence[str]
SHOWN = 5
"""Names and rows listed before the rest is only counted."""


def complete(answers: pd.DataFrame, items: Items) -> pd.DataFrame:
    """The rows of a data frame (n, ...) that have an answer to every item, with all their columns and labels.

    How many are left out is `len(answers) - len(complete(answers, items))`; nothing is filled in.

    Parameters
    ----------
    items : a model, or names of columns: `[*model.items, "city"]` asks for an answer about the city, too.

    Raises
    ------
    SurveyError
        for columns the frame does not have (with the nearest name), and where no row is complete.
    """
    names = item_names(answers, items)
    gaps = answers[list(names)].isna()
    kept = ~gaps.any(axis=1).to_numpy()
    if not kept.any():
        found = f"no row of {len(answers)} has an answer to all of the {len(names)} items: {_gaps(gaps)}."
        raise SurveyError("complete", found, "Leave out the items that few answered.")
    return answers.loc[kept]


def item_names(answers: pd.DataFrame, items: Items | None) -> tuple[str, ...]:
    """Names of the items asked for, which the frame has; all of its columns where none are named.

    Raises
    ------
    SurveyError
        listing columns that the frame does not have, or has twice.
    """
    if not isinstance(answers, pd.DataFrame):
        raise SurveyError(
            "answers",
            f"a {type(answers).__name__} was given.",
            "Give a pandas data frame: a row for each respondent, a column for each item.",
        )
    if isinstance(items, str):
        items = [items]
    names = tuple(items.items if isinstance(items, Model) else answers.columns if items is None else items)
    problems = []
    for name in dict.fromkeys(names):
        count = int((answers.columns == name).sum())
        if not count:
            problems.append(Problem(f"answers, {name}", "there is no such column.", _nearest(name, answers)))
        elif count > 1 or names.count(name) > 1:
            found = f"{count} columns have this name." if count > 1 else "it is named twice."
            problems.append(Problem(f"answers, {name}", found, "Give every column a name of its own."))
    if not names:
        problems.append(Problem("answers", "no items are named.", "Name at least one column."))
    if problems:
        raise SurveyError.of(problems)
    return names


def numbers(answers: pd.DataFrame, items: Items | None) -> tuple[Array, tuple[str, ...]]:
    """(n, p) answers to items, and their names.

    Raises
    ------
    SurveyError
        listing columns that the frame does not have, cells that are no numbers or infinite, and how many rows
        and items lack an answer: nothing is dropped or filled in.
    """
    names = item_names(answers, items)
    columns = {name: _column(answers[name]) for name in names}
    problems = [problem for name, column in columns.items() for problem in _no_numbers(name, column)]
    if problems:
        raise SurveyError.of(problems)
    frame = pd.DataFrame({name: column.astype(np.float64) for name, column in columns.items()})
    gaps = frame.isna()
    n_rows, n_items = int(gaps.any(axis=1).sum()), int(gaps.any().sum())
    if n_rows:
        raise SurveyError(
            "answers",
            f"{n_rows} of {len(frame)} rows lack an answer to {n_items} of the {len(names)} items: "
            f"{_gaps(gaps)}.",
            "Nothing is left out or filled in unasked: `ss.complete(answers, items)` keeps the rows that "
            "answer all of these items.",
        )
    if not len(frame):
        raise SurveyError("answers", "there is no row.", "Give a row for each respondent.")
    return frame.to_numpy(), names


def _column(cells: pd.Series) -> pd.Series:
    """A column with NaN in place of every kind of gap, and numbers of categories as numbers."""
    if isinstance(cells.dtype, pd.CategoricalDtype):
        cells = cells.astype(object)
    if pd.api.types.is_numeric_dtype(cells.dtype) and not pd.api.types.is_complex_dtype(cells.dtype):
        return pd.Series(cells.to_numpy(dtype=np.float64, na_value=np.nan), index=cells.index)
    return cells.astype(object).where(cells.notna(), np.nan)


def _no_numbers(name: str, column: pd.Series) -> Iterator[Problem]:
    given = column[column.notna()]
    words = [(row, value) for row, value in given.items() if not isinstance(value, Real | Decimal)]
    if words:
        # One word among numbers makes text of a whole column: it is the word that is at fault.
        unread = [(row, value) for row, value in words if not _is_written_number(value)]
        row, value = (unread or words)[0]
        more = f" (and {len(unread or words) - 1} more cells)" if len(unread or words) > 1 else ""
        yield Problem(
            f"answers, {name}, row {row}",
            f"{value!r} is no number{more}." if unread else f"{value!r} is text, not a number{more}.",
            "Give the codes of the answers: `pd.to_numeric` reads numbers written as text, `.map({...})` "
            "puts codes for words, `ss.read_survey(..., missing_codes=[...])` takes words for no answer.",
        )
        return
    infinite = given[np.isinf(given.astype(np.float64))]
    if len(infinite):
        yield Problem(
            f"answers, {name}, row {infinite.index[0]}",
            f"infinite values in {len(infinite)} cells.",
            "Correct them, or make them gaps: `.replace([np.inf, -np.inf], np.nan)`.",
        )


def _is_written_number(value: object) -> bool:
    try:
        float(str(value))
    except ValueError:
        return False
    return True


def _gaps(gaps: pd.DataFrame) -> str:
    """Items that lack answers, the worst first, and in how many rows."""
    counts = gaps.sum()
    counts = counts[counts > 0].sort_values(ascending=False, kind="stable")
    return _listed([f"{name} ({count})" for name, count in counts.items()])


def _nearest(name: object, answers: pd.DataFrame) -> str:
    columns = {str(column).casefold(): str(column) for column in answers.columns}
    close = difflib.get_close_matches(str(name).casefold(), columns, n=1)
    if close:
        return f"Did you mean {columns[close[0]]!r}?"
    return f"The data frame has the columns {_listed(list(columns.values()))}."


def _listed(names: Sequence[str]) -> str:
    more = [f"and {len(names) - SHOWN} more"] if len(names) > SHOWN else []
    return ", ".join([*names[:SHOWN], *more])
