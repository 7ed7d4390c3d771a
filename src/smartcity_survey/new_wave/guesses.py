"""Which column is what: identifier, item of a construct, question about the respondent, or of no use."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from smartcity_survey.new_wave.columns import Column

FEWEST_ITEMS = 2
"""Columns that share a prefix before they count as a construct."""
MOST_CODES = 15
"""Different codes of an item or a category: a scale of 11 points and a few slips."""
MOST_BANDS = 5
RAREST = 0.002
RAREST_SHARE = 0.5
"""A code belongs to a scale where it makes up the first share of answers or stands in the second of items."""
_NUMBERED = re.compile(r"^(?P<prefix>.*[^\W\d_])[\s_.-]*(?P<number>\d+)$", re.DOTALL)
_NUMBERED_AGAIN = re.compile(r"^(?P<prefix>.*\d)[_.-](?P<number>\d+)$", re.DOTALL)
GRID = re.compile(r"^(?P<prefix>.+?)\s*\[(?P<item>.+)\]$", re.DOTALL)
_IDENTIFIER = re.compile(
    r"id|.*[\s_.-]id|respondent.*|resp|nr|no|№|number|row.*|case.*|.*код|номер.*|нөмір.*", re.I
)


@dataclass(frozen=True, slots=True)
class AnswerCodes:
    """A run of whole codes, and the wording of each where the file gives it."""

    lowest: int
    highest: int
    answers: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Group:
    """Columns taken for the items of one construct.

    Attributes
    ----------
    prefix : what their names have in common; empty where that is only the wording of their answers.
    codes : the scale they seem to share.
    strange : codes beside it, with the number of cells that hold them.
    """

    prefix: str
    columns: tuple[Column, ...]
    codes: AnswerCodes
    strange: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Roles:
    """Every column's role; `left_out` says why."""

    respondent: Column | None
    groups: tuple[Group, ...]
    categories: tuple[Column, ...]
    numbers: tuple[Column, ...]
    left_out: Mapping[str, str]


def guess_roles(columns: Sequence[Column]) -> Roles:
    """The role of every column, by its name, its values and the file's wording of them."""
    respondent = _respondent(columns)
    rest = [column for column in columns if column is not respondent]
    groups = _groups([column for column in rest if _is_item(column)])
    taken = {column.name for group in groups for column in group.columns}
    rest = [column for column in rest if column.name not in taken]
    categories = tuple(column for column in rest if _is_category(column))
    numbers = tuple(c for c in rest if c.is_codes and c not in categories and c.repeats != 0)
    used = {column.name for column in (*categories, *numbers)}
    left_out = {column.name: _why_not(column) for column in rest if column.name not in used}
    return Roles(respondent, groups, categories, numbers, left_out)


def bands(column: Column) -> tuple[tuple[int, int], ...]:
    """At most five bands of whole numbers, of equal width, that hold every answer."""
    low, high = int(min(column.counts)), int(max(column.counts))
    width = -(-(high - low + 1) // MOST_BANDS)
    nice = next(step * 10**power for power in range(12) for step in (1, 2, 5) if step * 10**power >= width)
    start = low // nice * nice
    return tuple((max(low, a), min(high, a + nice - 1)) for a in range(start, high + 1, nice))


def _respondent(columns: Sequence[Column]) -> Column | None:
    """A column named like an identifier that few rows repeat, else the first where none does."""
    named = [c for c in columns if c.repeats is not None and _IDENTIFIER.fullmatch(c.name.strip())]
    first = [c for c in columns[:1] if c.repeats == 0]
    return next((column for column in (*named, *first) if column.is_plain), None)


def _is_item(column: Column) -> bool:
    return column.is_codes and len(column.counts) <= MOST_CODES


def _is_category(column: Column) -> bool:
    if column.is_codes:
        return len(column.counts) <= MOST_CODES and (bool(column.answers) or max(column.counts) <= MOST_CODES)
    return (
        bool(column.words)
        and not column.is_dates
        and not column.counts
        and len(column.words) <= MOST_CODES
        and "" not in column.words
    )


def _is_personal(column: Column) -> bool:
    return any("@" in word for word in column.words)


def _why_not(column: Column) -> str:
    if _is_personal(column):
        return "addresses; delete the column from the file"
    if not column.n_answered:
        return "empty"
    if column.is_dates:
        return (
            "dates; to use them, write the question into codebook.yaml with `bands` whose ends are dates "
            "(from: 2026-01-01, to: 2026-06-30)"
        )
    return "numbers that are no codes" if column.counts or not column.words else "free text"


def _groups(columns: Sequence[Column]) -> tuple[Group, ...]:
    by_prefix: dict[str, list[Column]] = {}
    for column in columns:
        by_prefix.setdefault(_prefix(column.name), []).append(column)
    alone = by_prefix.pop("", [])
    groups = []
    for prefix, members in by_prefix.items():
        # A yes/no question among longer scales is a question about the respondent.
        longer = [column for column in members if len({*column.counts, *column.answers}) > 2]
        members = longer or members
        if len(members) >= FEWEST_ITEMS:
            groups.append(_group(prefix, members))
        else:
            alone += members
    alike = sorted((c for c in alone if len(c.answers) > 2), key=lambda c: tuple(c.answers.items()))
    for _, same in groupby(alike, key=lambda c: tuple(c.answers.items())):
        members = sorted(same, key=columns.index)
        if len(members) > FEWEST_ITEMS:
            groups.append(_group("", members))
    return tuple(groups)


def _prefix(name: str) -> str:
    for pattern in (GRID, _NUMBERED_AGAIN, _NUMBERED):
        match = pattern.match(name.strip())
        if match:
            return match["prefix"].strip()
    return ""


def _group(prefix: str, columns: Sequence[Column]) -> Group:
    counts: Counter[int] = Counter()
    for column in columns:
        counts.update({int(code): n for code, n in column.counts.items()})
    answers = {code: label for column in columns for code, label in column.answers.items()}
    usual = _usual_codes(counts, answers, columns)
    # Nobody may have chosen the lowest answer; scales begin with 0 or 1.
    codes = AnswerCodes(min(usual[0], 1), usual[-1], {c: answers[c] for c in usual if c in answers})
    strange = {code: n for code, n in counts.items() if not codes.lowest <= code <= codes.highest}
    return Group(prefix, tuple(columns), codes, strange)


def _usual_codes(
    counts: Mapping[int, int], answers: Mapping[int, str], columns: Sequence[Column]
) -> list[int]:
    """The run of codes without a gap that holds most answers, within the codes that have a wording.

    Where no code has a wording, codes that hardly occur, and in few of the columns, are slips.
    """
    candidates = sorted({*counts, *answers})
    if answers:
        candidates = [code for code in candidates if min(answers) <= code <= max(answers)]
    else:
        n = sum(counts.values())
        shares = {code: sum(code in column.counts for column in columns) / len(columns) for code in counts}
        candidates = [c for c in candidates if counts[c] >= RAREST * n or shares[c] >= RAREST_SHARE]
    runs = [[code for _, code in run] for _, run in groupby(enumerate(candidates), _gap)]
    return max(runs, key=lambda run: sum(counts.get(code, 0) for code in run))


def _gap(numbered: tuple[int, int]) -> int:
    """The same for neighbours in a sorted list, where no code between them is missing."""
    position, code = numbered
    return code - position
