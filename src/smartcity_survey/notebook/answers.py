"""Columns of a data frame as numbers, and a word about every cell that is none."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Hashable, Iterator, Mapping, Sequence
from decimal import Decimal
from numbers import Real
from typing import cast

import numpy as np
import pandas as pd

from smartcity_survey.errors import Problem, SurveyError, counted
from smartcity_survey.notebook.model import Model
from smartcity_survey.stats.core.types import Array
from smartcity_survey.study.arguments import in_order, kind_of

Items = Model | Sequence[str]
SHOWN = 5
"""Names and rows listed before the rest is only counted."""
NO_ANSWER = frozenset({"", "na", "n/a", "#n/a", "<na>", "nan", "null", "#null!", ".", "-"})
"""Words, casefolded, by which programs write that there is no answer; as text they are doubtful."""
MARKS = frozenset(
    sign * code
    for code in (7, 8, 9, 66, 77, 88, 97, 98, 99, 777, 888, 997, 998, 999, 9999)
    for sign in (1, -1)
) | {-1, -2}
"""Codes by which surveys often mark that there is no answer."""
MOST_CODES = 11
"""Different codes of an answer scale."""
LARGEST = 1e30
"""Numbers beyond it are no answers, and their powers, which moments are made of, may exceed all numbers."""


def complete(answers: pd.DataFrame, items: Items) -> pd.DataFrame:
    """The rows of a data frame (n, ...) that have an answer to every item, with all their columns and labels.

    How many are left out is `len(answers) - len(complete(answers, items))`; nothing is filled in.

    Parameters
    ----------
    items : a model, or names of columns: `[*model.items, "city"]` asks for an answer about the city, too.

    Raises
    ------
    SurveyError
        for columns the frame does not have (with the nearest name), for cells that may be answers or none,
        such as the text "NA", and where no row is complete.
    """
    names = item_names(answers, items)
    if doubtful := [problem for name in names for problem in _doubtful(name, answers[name])]:
        raise SurveyError.of(doubtful)
    warn_of_strange_codes("complete", {name: answers[name] for name in names})
    gaps = answers[list(names)].isna()
    kept = ~gaps.any(axis=1).to_numpy()
    if not kept.any():
        items_asked = counted(len(names), "item")
        found = f"no row of {len(answers)} has an answer to all of the {items_asked}: {_gaps(gaps)}."
        raise SurveyError("complete", found, "Leave out the items that few answered.")
    return answers.loc[kept]


def strange_codes(cells: pd.Series) -> tuple[float, ...]:
    """Codes that stand apart from all others and are usual marks of no answer, as 99 beside 1 to 5.

    Only a column of few different whole codes has such: 99 among ages is an age.
    """
    column = pd.to_numeric(_column(cells), errors="coerce")
    values = sorted(column.dropna().unique())
    others = [value for value in values if value not in MARKS]
    if not others or len(others) > MOST_CODES or any(value != int(value) for value in others):
        return ()
    low, high = others[0] - 1, others[-1] + 1
    return tuple(float(value) for value in values if value in MARKS and not low <= value <= high)


def warn_of_strange_codes(place: str, columns: Mapping[str, pd.Series]) -> None:
    """Warn of codes that count as answers and are none in all likelihood; each column and code is named."""
    found = {str(name): strange_codes(cells) for name, cells in columns.items()}
    told = [f"{name} ({', '.join(f'{code:g}' for code in codes)})" for name, codes in found.items() if codes]
    if told:
        every = sorted({code for codes in found.values() for code in codes})
        listed = ", ".join(f"{code:g}" for code in every)
        warnings.warn(
            f"{place}: codes that stand apart from all others and count as answers: {_listed(told)}. Where "
            f"they mean no answer, make them gaps: `ss.read_survey(..., missing_codes=[{listed}])`.",
            stacklevel=3,
        )


def item_names(answers: pd.DataFrame, items: Items | None) -> tuple[str, ...]:
    """Names of the items asked for, which the frame has; all of its columns where none are named.

    Raises
    ------
    SurveyError
        listing columns that the frame does not have, or has twice.
    """
    require_frame(answers, "answers")
    names = _asked(answers, items)
    problems = []
    for name in dict.fromkeys(names):
        count = int((answers.columns == name).sum())
        if not count:
            problems.append(Problem(f"answers, {name}", "there is no such column.", _nearest(name, answers)))
        elif count > 1 or names.count(name) > 1:
            found = (
                f"{counted(count, 'column has', 'columns have')} this name."
                if count > 1
                else "it is named twice."
            )
            problems.append(Problem(f"answers, {name}", found, "Give every column a name of its own."))
    if not names:
        problems.append(Problem("answers", "no items are named.", "Name at least one column."))
    if problems:
        raise SurveyError.of(problems)
    return names


def require_frame(frame: object, place: str) -> None:
    """Refuse, with a SurveyError, what is no data frame."""
    if not isinstance(frame, pd.DataFrame):
        raise SurveyError(
            place,
            f"{kind_of(frame)} was given.",
            "Give a pandas data frame: a row for each respondent, a column for each item.",
        )


def _asked(answers: pd.DataFrame, items: Items | None) -> tuple[str, ...]:
    """Names as they were asked for, be there such columns or not."""
    if isinstance(items, str):
        return (items,)
    if isinstance(items, Model):
        return items.items
    if items is None:
        return tuple(answers.columns)
    remedy = "Give a model, or a list of the names of columns."
    names = in_order(items, "items", "names of columns", remedy=remedy)
    for name in names:
        if not isinstance(name, Hashable):
            raise SurveyError("items", f"{name!r} is no name of a column.", remedy)
    return cast(tuple[str, ...], names)


def numbers(answers: pd.DataFrame, items: Items | None) -> tuple[Array, tuple[str, ...]]:
    """(n, p) answers to items, and their names.

    Raises
    ------
    SurveyError
        listing columns that the frame does not have, cells that are no numbers or beyond all answers, and how
        many rows and items lack an answer: nothing is dropped or filled in.
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
            f"{n_rows} of {counted(len(frame), 'row')} lack an answer to {n_items} of the "
            f"{counted(len(names), 'item')}: {_gaps(gaps)}.",
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
        more = f" (and {counted(len(unread or words) - 1, 'more cell')})" if len(unread or words) > 1 else ""
        yield Problem(
            f"answers, {name}, row {row}",
            f"{value!r} is no number{more}." if unread else f"{value!r} is text, not a number{more}.",
            "Give the codes of the answers: `pd.to_numeric` reads numbers written as text, `.map({...})` "
            "puts codes for words, `ss.read_survey(..., missing_codes=[...])` takes words for no answer.",
        )
        return
    values = given.astype(np.float64)
    infinite, beyond = given[np.isinf(values)], given[np.isfinite(values) & (values.abs() > LARGEST)]
    if len(infinite):
        yield Problem(
            f"answers, {name}, row {infinite.index[0]}",
            f"infinite values in {counted(len(infinite), 'cell')}.",
            "Correct them, or make them gaps: `.replace([np.inf, -np.inf], np.nan)`.",
        )
    if len(beyond):
        yield Problem(
            f"answers, {name}, row {beyond.index[0]}",
            f"{beyond.iloc[0]!r} is no answer: numbers beyond {LARGEST:g} in {counted(len(beyond), 'cell')}.",
            "Correct them, or make them gaps: `.mask(column.abs() > 1e9)`.",
        )


def _doubtful(name: str, cells: pd.Series) -> Iterator[Problem]:
    """Cells whose text may be an answer or the mark of none."""
    marks = [
        (row, value)
        for row, value in cells.items()
        if isinstance(value, str) and value.strip().casefold() in NO_ANSWER
    ]
    if marks:
        row, value = marks[0]
        yield Problem(
            f"answers, {name}, row {row}",
            f"the text {value!r} is an answer or means that there is none "
            f"({counted(len(marks), 'such cell')}).",
            f"Make it a gap: `ss.read_survey(..., missing_codes=[{value!r}])`, or "
            f"`answers.replace({value!r}, np.nan)`; where it is an answer, give it another word.",
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
