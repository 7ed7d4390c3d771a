"""Forms that ask in two languages in two sets of columns, of which everybody answers one."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from smartcity_survey.new_wave.columns import Column
from smartcity_survey.stats.core.types import BoolArray

FEWEST_COLUMNS = 3
FEWEST_ROWS = 5
ALIKE = 0.9
"""Share of rows in which two columns are both answered or both empty before they belong together."""
MOST_IN_BOTH = 0.02
"""Share of a column's answers in rows of another set."""
_KAZAKH = re.compile(r"[әғқңөұүһі]", re.I)
_CYRILLIC = re.compile(r"[а-яё]", re.I)


def may_be_parted(columns: Sequence[Column]) -> bool:
    """Whether so many columns have gaps that people may have answered one of two sets of them."""
    gaps = [column for column in columns if FEWEST_ROWS <= column.n_answered < column.n_rows]
    # Of two sets without a person in common, one has half of the rows at most.
    fewer = [column for column in gaps if column.n_answered <= 0.5 * column.n_rows]
    return len(gaps) >= 2 * FEWEST_COLUMNS and len(fewer) >= FEWEST_COLUMNS


def same_questions(columns: Sequence[Column], filled: BoolArray) -> dict[str, list[str]]:
    """Column -> columns with the same question in other languages, by their order; none where it is not so.

    Sets of as many columns, each in a language of its own, of which nobody answered two. Sets in one language
    are asked of different people, and are different questions.

    Parameters
    ----------
    filled : (n, p), which cells hold something.
    """
    sets = _sets(columns, filled)
    if len(sets) < 2 or len({len(own) for own in sets}) > 1:
        return {}
    if len({_language([columns[j] for j in own]) for own in sets}) < len(sets):
        return {}
    first, *others = sets
    return {columns[j].name: [columns[o[k]].name for o in others] for k, j in enumerate(first)}


def _sets(columns: Sequence[Column], filled: BoolArray) -> list[list[int]]:
    """Positions of the columns of each set of which a person answers one."""
    n = filled.sum(axis=0)
    parts = [j for j in range(len(columns)) if FEWEST_ROWS <= n[j] <= len(filled) - FEWEST_ROWS]
    seeds: list[BoolArray] = []
    for j in parts:
        alike = [k for k in parts if (filled[:, j] == filled[:, k]).mean() >= ALIKE]
        rows: BoolArray = np.any(filled[:, alike], axis=1)
        if len(alike) >= FEWEST_COLUMNS and all(
            (rows & seed).sum() <= MOST_IN_BOTH * rows.sum() for seed in seeds
        ):
            seeds.append(rows)
    found: list[list[int]] = [[] for _ in seeds]
    last = None
    for j in range(len(columns)):
        if n[j]:
            shares = [(filled[:, j] & seed).sum() / n[j] for seed in seeds]
            last = next((i for i, share in enumerate(shares) if share >= 1 - MOST_IN_BOTH), None)
        # A question that nobody answered stands in the set of the one before it.
        if last is not None:
            found[last].append(j)
    return found


def _language(columns: Sequence[Column]) -> str:
    """The language of most questions; a few in another say nothing."""
    kazakh, cyrillic = (
        sum(bool(letters.search(column.label)) for column in columns) for letters in (_KAZAKH, _CYRILLIC)
    )
    return "kk" if 2 * kazakh > len(columns) else "ru" if 2 * cyrillic > len(columns) else "en"
