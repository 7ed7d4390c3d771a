"""Forms that ask in two languages in two sets of columns, of which everybody answers one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import groupby

import numpy as np

from smartcity_survey.new_wave.columns import Column
from smartcity_survey.new_wave.wordings import scale_of_languages, word_scale
from smartcity_survey.stats.core.types import BoolArray

FEWEST_COLUMNS = 3
FEWEST_ROWS = 5
ALIKE = 0.9
"""Share of rows in which two columns are both answered or both empty before they belong together."""
MOST_CODES = 11
"""Different answers to choose from."""
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


Pairs = dict[str, list[str]]


def same_questions(columns: Sequence[Column], filled: BoolArray) -> tuple[Pairs, tuple[tuple[str, ...], ...]]:
    """Column -> columns with the same question in other languages; and sets that cannot be paired.

    Sets of columns, each in a language of its own, of which nobody answered two. Sets in one language are
    asked of different people, and are different questions. Sets of as many columns are paired by their order.
    Of two that differ in number, runs of columns of one kind (on one scale, numbers, texts) are paired where
    they are as long in both; columns of the other runs are the second value, a tuple for each language.

    Parameters
    ----------
    filled : (n, p), which cells hold something.
    """
    sets = [[columns[j] for j in own] for own in _sets(columns, filled)]
    if len(sets) < 2 or len({_language(own) for own in sets}) < len(sets):
        return {}, ()
    if len({len(own) for own in sets}) == 1:
        first, *others = sets
        return {column.name: [own[k].name for own in others] for k, column in enumerate(first)}, ()
    if len(sets) > 2:
        return {}, tuple(tuple(column.name for column in own) for own in sets)
    return _paired_by_kind(*sets)


def _paired_by_kind(
    first: Sequence[Column], second: Sequence[Column]
) -> tuple[Pairs, tuple[tuple[str, ...], ...]]:
    """Two sets of unequal number, by the runs of columns of one kind that are as long in both."""
    runs = [[(kind, list(own)) for kind, own in groupby(columns, key=_kind)] for columns in (first, second)]
    one, other = ([kind for kind, _ in own] for own in runs)
    pairs: Pairs = {}
    for match in SequenceMatcher(a=one, b=other, autojunk=False).get_matching_blocks():
        for k in range(match.size):
            (_, left), (_, right) = runs[0][match.a + k], runs[1][match.b + k]
            if len(left) == len(right):
                pairs |= {a.name: [b.name] for a, b in zip(left, right, strict=True)}
    taken = {*pairs, *(name for names in pairs.values() for name in names)}
    left_over = tuple(tuple(c.name for c in own if c.name not in taken) for own in (first, second))
    # What only one form asks is a question of its own.
    return pairs, left_over if all(left_over) else ()


def _kind(column: Column) -> tuple[str, int]:
    """What a column's answers are: a scale in words, as it is in any language, codes, numbers or texts."""
    if column.words and (scale := word_scale(column.words) or scale_of_languages(column.words)):
        return scale.family, scale.n_points
    if column.counts and not column.words:
        return ("codes", 0) if len(column.counts) <= MOST_CODES else ("numbers", 0)
    few = 0 < len(column.words) <= MOST_CODES and max(column.words.values()) > 1
    return ("choice", 0) if few else ("texts", 0)


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
