"""Columns by which a survey tool tells tests, previews, spam and unfinished questionnaires from answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from smartcity_survey.new_wave.columns import Column
from smartcity_survey.new_wave.metadata import Tool, known_tests
from smartcity_survey.study.spelling import folded

MOST_MARKED = 0.5
"""Share of the rows beyond which a mark is asked about: a tool may mark all of them so, whoever answered."""
TESTS, UNFINISHED, UNVERIFIED = "tests", "unfinished", "unverified"


@dataclass(frozen=True, slots=True)
class Mark:
    """A column and what it holds in rows that are no answers of a respondent.

    kind : `tests`, `unfinished` or `unverified`. values : as the cells have them; empty for an empty cell.
    n : cells. n_rows : of the file. applied : whether they are left out, or asked about.
    """

    column: str
    kind: str
    values: tuple[str, ...]
    n: int
    n_rows: int
    applied: bool


def marks_in(columns: Sequence[Column], tool: Tool | None) -> tuple[Mark, ...]:
    """What the tool marks, by the columns it is known to write; of an unknown one what its words say."""
    return tuple(_marks(columns, tool))


def _marks(columns: Sequence[Column], tool: Tool | None) -> Iterator[Mark]:
    tests = tool.tests if tool else known_tests()
    known_of = {TESTS: tests, UNFINISHED: tool.unfinished if tool else {}}
    known_of[UNVERIFIED] = tool.unverified if tool else {}
    for kind, known in known_of.items():
        for column in columns:
            meant = _meant(column, known)
            cells = {f"{code:g}": n for code, n in column.counts.items()} | dict(column.words)
            cells |= {"": column.n_rows - column.n_answered}
            found = {text: n for text, n in cells.items() if n and folded(text) in meant}
            n = sum(found.values())
            if n:
                # Whether answers that nobody has looked at count is for a person to say.
                applied = n <= MOST_MARKED * column.n_rows and kind != UNVERIFIED
                yield Mark(column.name, kind, tuple(found), n, column.n_rows, applied)


def _meant(column: Column, known: Mapping[str, tuple[str, ...]]) -> set[str]:
    heads = {column.name.strip().casefold(), column.label.strip().casefold()}
    return {
        folded(value)
        for pattern, values in known.items()
        if any(fnmatchcase(head, one) for head in heads for one in pattern.split("|"))
        for value in values
    }
