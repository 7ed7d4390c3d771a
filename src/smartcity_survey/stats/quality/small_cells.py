"""Small cells of a frequency table: which counts to leave out so that no small group can be told."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from smartcity_survey.stats.core.types import BoolArray, IntArray

KEEPS_MOMENTS = np.array([1, -3, 3, -1])
"""Added to the counts of four neighbouring codes, it changes neither their number nor mean nor variance."""


def hidden_cells(counts: IntArray, smallest: int) -> BoolArray:
    """Which of the counts (k,) of a row with a known total to leave out.

    Counts from 1 to `smallest` - 1 go (primary suppression); then the smallest of the others (secondary
    suppression) until those left out are two cells or more and hold `smallest` people or more together, and
    more people than cells, so that none can be computed from the total and the sum itself tells of no small
    group. Empty cells stay: nobody is in them, and somebody is in each of the others.

    Where even all cells do not suffice, all that are not empty are left out; the total tells of them.

    Hundepool et al. (2012), Statistical Disclosure Control, chapter 4.
    """
    hidden = np.asarray((counts > 0) & (counts < smallest))
    if not hidden.any():
        return hidden
    rest = [int(cell) for cell in np.argsort(counts, kind="stable") if counts[cell] >= smallest]
    while rest and (hidden.sum() < 2 or counts[hidden].sum() < max(smallest, hidden.sum() + 1)):
        hidden[rest.pop(0)] = True
    return hidden


def moments_leave_open(counts: IntArray, smallest: int) -> bool:
    """Whether number, mean and variance of answers leave each small count (k,) of codes 1, 2, ..., k open.

    They do where other counts, different in that cell, have the same three. The lowest and the highest code
    that occur are taken for known. Of three codes or fewer, number, mean and variance tell all counts.
    """
    used = np.flatnonzero(counts)
    small = {int(cell) for cell in used if counts[cell] < smallest}
    if not small:
        return True
    first, last = int(used[0]), int(used[-1])
    return small <= set(_movable(counts[first : last + 1], first))


def _movable(counts: IntArray, first: int) -> Iterator[int]:
    """Cells that change in some other distribution of the same moments; both ends stay occupied."""
    for at in range(len(counts) - 3):
        for move in (KEEPS_MOMENTS, -KEEPS_MOMENTS):
            moved = counts.copy()
            moved[at : at + 4] += move
            if moved.min() >= 0 and moved[0] and moved[-1]:
                yield from range(first + at, first + at + 4)
