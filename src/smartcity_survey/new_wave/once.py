"""Columns in which nobody gives one answer twice: places in an order, or a first, second and third answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from smartcity_survey.new_wave.columns import Column
from smartcity_survey.new_wave.groups import Values, grouped_by_name
from smartcity_survey.new_wave.multiple import Choice, common_question
from smartcity_survey.stats.core.types import Array

FEWEST_COLUMNS = 3
"""Two items of which one is worded the other way round may have no answer in common either."""
FEWEST_ROWS = 20
"""Rows with two answers or more before it is no accident that none repeats one."""


def given_once(columns: Sequence[Column], values: Values | None) -> list[list[Column]]:
    """Columns of one name in whose rows no answer stands twice; people rate several statements alike."""
    if values is None:
        return []
    blocks = [
        list(group.columns)
        for group in grouped_by_name(columns)[0]
        if len(group.columns) >= FEWEST_COLUMNS and not any(map(_is_ordered, group.columns))
    ]
    # One pass through the file, whatever it holds.
    answers = values([column for members in blocks for column in members]) if blocks else np.empty((0, 0))
    ends = np.cumsum([len(members) for members in blocks], dtype=int)
    return [
        members
        for members, end in zip(blocks, ends, strict=True)
        if _never_twice(answers[:, end - len(members) : end])
    ]


def _never_twice(answers: Array) -> bool:
    answers = np.sort(answers, axis=1)
    several = np.isfinite(answers).sum(axis=1) > 1
    # Gaps are sorted behind the numbers, and differ from everything.
    return bool(several.sum() >= FEWEST_ROWS) and not (np.diff(answers, axis=1) == 0).any()


def _is_ordered(column: Column) -> bool:
    return column.is_measure or (column.scale is not None and column.scale.ordered)


def is_ranking(columns: Sequence[Column]) -> bool:
    """Whether each column is a thing, and its numbers the places that people gave it."""
    if any(column.codes_in_words for column in columns):
        return False
    return not chosen_labels(columns) or max(max(c.counts) for c in columns) <= len(columns)


def chosen_labels(columns: Sequence[Column]) -> dict[str, str]:
    """Answer -> its label, where each column says which was chosen; nothing without labels."""
    labels = {code: label for column in columns for code, label in column.answers.items()}
    every = {int(code) for column in columns for code in column.counts}
    if any(column.codes_in_words for column in columns):
        return {label: label for _, label in sorted(labels.items())}
    return {str(code): labels[code] for code in sorted(labels)} if every <= set(labels) else {}


def chosen_in_turn(columns: Sequence[Column]) -> Choice:
    """The question to which the columns hold the first answer, the second and so on."""
    labels = [column.label for column in columns]
    question = common_question(labels)[0] or _common_start(labels).rstrip(" :-–—([.,0123456789")
    first, *others = (column.name for column in columns)
    return Choice(
        first,
        question or columns[0].label,
        tuple(columns),
        column=first,
        further=tuple(others),
        options=chosen_labels(columns),
    )


def _common_start(texts: Sequence[str]) -> str:
    first, last = min(texts), max(texts)
    n = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[:n]
