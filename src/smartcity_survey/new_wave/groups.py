"""Columns grouped into the items of constructs, by their names and by the scale of their answers."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from smartcity_survey.new_wave.columns import AnswerCodes, Column
from smartcity_survey.stats.core.types import Array

FEWEST_ITEMS = 2
"""Columns that share a prefix before they count as a construct."""
FEWEST_MEASURES = 3
MOST_CODES = 15
"""Different codes of an item or a category: a scale of 11 points and a few slips."""
RAREST = 0.002
RAREST_SHARE = 0.5
"""A code belongs to a scale where it makes up the first share of answers or stands in the second of items."""
FARTHEST = 0.4
"""How much the highest codes of columns with one prefix may differ, as a share of the usual one."""
HIGHEST_START = 3
"""A scale whose lowest answer is a larger code does not begin with 1."""
_NUMBERED = re.compile(r"^(?P<prefix>.*[^\W\d_])[\s_.-]*(?P<number>\d+)$", re.DOTALL)
_NUMBERED_AGAIN = re.compile(r"^(?P<prefix>.*\d)[_.-](?P<number>\d+)$", re.DOTALL)
_LETTERED = re.compile(r"^(?P<prefix>[^\W\d_]+\d+)_?(?P<letter>[a-z])$")
_PATH = re.compile(r"^(?P<prefix>.+)[/](?P<item>[^/]+)$")
GRID = re.compile(r"^(?P<prefix>.+?)\s*\[(?P<item>.+)\]$", re.DOTALL)
Values = Callable[[Sequence[Column]], Array]


@dataclass(frozen=True, slots=True)
class Group:
    """Columns taken for the items of one construct.

    Attributes
    ----------
    prefix : what their names have in common; empty where that is only the wording of their answers.
    codes : the scale they seem to share.
    strange : codes beside it, with the number of cells that hold them.
    heading : what stands above them in the file. guessed : whether correlations alone put them together.
    """

    prefix: str
    columns: tuple[Column, ...]
    codes: AnswerCodes
    strange: Mapping[int, int]
    heading: str = ""
    guessed: bool = False


def grouped_by_name(columns: Sequence[Column]) -> tuple[list[Group], list[Column]]:
    """Groups by a heading or the prefix of the names, and the columns that are in none."""
    by_prefix: dict[tuple[str, bool], list[Column]] = {}
    # `Tr_1` and `TR_2` are of one block; where `t1` and `T1` both stand there, case tells blocks apart.
    case_counts = len({column.name.casefold() for column in columns}) < len(columns)
    for column in columns:
        prefix = column.group or _prefix(column.name)
        key = prefix if case_counts else prefix.casefold()
        by_prefix.setdefault((key, column.is_measure), []).append(column)
    groups, alone = [], []
    for (folded_prefix, _), members in by_prefix.items():
        prefix = (members[0].group or _prefix(members[0].name)) if folded_prefix else ""
        if any(column.is_measure for column in members):
            if prefix and len(members) >= FEWEST_MEASURES:
                groups.append(group_of(prefix, members))
            elif not prefix:
                alone += [column for column in members if column.is_slider]
            continue
        kept = _alike(members) if prefix else []
        if len(kept) >= FEWEST_ITEMS:
            groups.append(group_of(prefix, kept))
            names = {column.name for column in kept}
            members = [column for column in members if column.name not in names]
        alone += members
    return groups, alone


def span_families(columns: Sequence[Column]) -> list[list[Column]]:
    """Columns by the scale they are on: their words, or the codes that occur."""
    sliders = [column for column in columns if column.is_slider]
    columns = [column for column in columns if not column.is_slider]
    worded: dict[tuple[object, ...], list[Column]] = {}
    for column in columns:
        if column.scale or len(column.answers) > 2:
            answers = column.scale.answers if column.scale else column.answers
            worded.setdefault(tuple(answers.items()), []).append(column)
    numbered: dict[tuple[int, int], list[Column]] = {}
    for column in columns:
        if not column.scale and len(column.answers) <= 2 and len(column.counts) > 2:
            run = usual_codes({int(code): n for code, n in column.counts.items()}, column.answers, [column])
            numbered.setdefault((min(run[0], 1), run[-1]), []).append(column)
    families: list[list[Column]] = [*worded.values(), *([sliders] if sliders else [])]
    for (low, high), members in sorted(numbered.items(), reverse=True):
        # Nobody may have chosen the highest answer, or the lowest.
        wider = numbered.get((low, high + 1)) or (numbered.get((0, high)) if low == 1 else None)
        if wider is not None and len(members) < len(wider):
            wider += members
        else:
            families.append(members)
    return families


def group_of(prefix: str, columns: Sequence[Column]) -> Group:
    """Columns as a group, with the scale that they share."""
    heading = columns[0].group if all(column.group == columns[0].group for column in columns) else ""
    if all(column.is_slider for column in columns):
        return Group(prefix, tuple(columns), AnswerCodes(0, 100, {}, continuous=True), {}, heading)
    if columns[0].is_measure:
        ends = [column.ends for column in columns if column.ends]
        codes = AnswerCodes(
            math.floor(min(low for low, _ in ends)),
            math.ceil(max(high for _, high in ends)),
            {},
            continuous=True,
        )
        return Group(prefix, tuple(columns), codes, {}, heading)
    scales = [column.scale for column in columns if column.scale]
    if len(scales) == len(columns):
        widest = max(scales, key=lambda scale: (scale.highest, len(scale.answers)))
        return Group(prefix, tuple(columns), widest, {}, heading)
    counts: Counter[int] = Counter()
    for column in columns:
        counts.update({int(code): n for code, n in column.counts.items()})
    answers = {code: label for column in columns for code, label in column.answers.items()}
    usual = usual_codes(counts, answers, columns)
    # Nobody may have chosen the lowest answers; scales begin with 0 or 1, or are codes of another kind.
    lowest = usual[0] if usual[0] > HIGHEST_START else min(usual[0], 1)
    stepped = len(usual) < usual[-1] - usual[0] + 1
    if stepped:
        lowest = 0 if usual[0] == usual[1] - usual[0] else usual[0]
    codes = AnswerCodes(lowest, usual[-1], {c: answers[c] for c in usual if c in answers}, continuous=stepped)
    strange = {code: n for code, n in counts.items() if not codes.lowest <= code <= codes.highest}
    return Group(prefix, tuple(columns), codes, strange, heading)


def usual_codes(
    counts: Mapping[int, int], answers: Mapping[int, str], columns: Sequence[Column]
) -> list[int]:
    """The run of codes without a gap that holds most answers, within the codes that have a wording.

    Where all codes are as far from one another, as 20, 40, 60, there is no shorter run.

    Where no code has a wording, codes that hardly occur, and in few of the columns, are slips.
    """
    candidates = sorted({*counts, *answers})
    if len(answers) > 2 or (answers and min(answers) <= min(counts) and max(answers) >= max(counts)):
        candidates = [code for code in candidates if min(answers) <= code <= max(answers)]
    else:
        n = sum(counts.values())
        shares = {
            code: sum(code in column.counts for column in columns) / len(columns) for code in candidates
        }
        candidates = [
            c
            for c in candidates
            if counts.get(c, 0) >= RAREST * n or shares[c] >= RAREST_SHARE or c in answers
        ]
    if len(answers) == 2 and max(answers) - min(answers) < MOST_CODES:
        # A scale of which only the ends are worded.
        return list(range(min(answers), max(answers) + 1))
    runs = [[code for _, code in run] for _, run in groupby(enumerate(candidates), _gap)]
    steps = {after - before for before, after in pairwise(candidates)}
    if len(candidates) > 2 and len(steps) == 1 and len(runs) == len(candidates):
        # At equal steps of more than one, as 20 %, 40 %, ..., each code stands alone.
        return candidates
    return max(runs, key=lambda run: sum(counts.get(code, 0) for code in run))


def _alike(columns: Sequence[Column]) -> list[Column]:
    """Those of one prefix whose answers may be on one scale."""
    # A yes/no question among longer scales is a question about the respondent.
    longer = [column for column in columns if len({*column.counts, *column.answers}) > 2] or list(columns)
    tops = {column.name: _top(column) for column in longer}
    usual = median(sorted(tops.values()))
    return [c for c in longer if abs(tops[c.name] - usual) <= max(1, FARTHEST * usual)]


def _top(column: Column) -> int:
    if column.scale:
        return column.scale.highest
    return usual_codes({int(code): n for code, n in column.counts.items()}, column.answers, [column])[-1]


def _prefix(name: str) -> str:
    for pattern in (GRID, _PATH, _NUMBERED_AGAIN, _LETTERED, _NUMBERED):
        match = pattern.match(name.strip())
        if match:
            return match["prefix"].strip()
    return ""


def _gap(numbered: tuple[int, int]) -> int:
    """The same for neighbours in a sorted list, where no code between them is missing."""
    position, code = numbered
    return code - position
