"""Tables as AMOS and lavaan lay them out: paths in three cells, fit indices in three tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from smartcity_survey.audit.headers import bare
from smartcity_survey.new_paper.document import FoundTable

_BACKWARD = re.compile(r"<-+|←|⟵|~")
_FORWARD = re.compile(r"-+>|→|⟶")
_MEASURED = re.compile(r"=~")
# What AMOS calls its lines; tables of other models have other lines.
_MODELS = frozenset({"defaultmodel", "independencemodel"})
# The tables that belong together, each by one of its headers; NCP and FMIN have a `LO 90` of their own.
_PARTS = ("cmin", "cfi", "rmsea")


def with_paths(rows: list[list[str]]) -> list[list[str]]:
    """`Intention | <--- | Trust` in three cells as one name, `Trust -> Intention`.

    lavaan's `Trust | =~ | TR1` is an item of a construct: its two names stay, without the operator.
    """
    if len(rows) < 2 or len(rows[0]) < 4:
        return rows
    operators = [row[1].strip() for row in rows[1:]]
    header = rows[0]
    if all(_MEASURED.fullmatch(text) for text in operators):
        return [[row[0], *row[2:]] for row in rows]
    if all(_BACKWARD.fullmatch(text) for text in operators):
        return [["", *header[3:]], *([f"{row[2]} -> {row[0]}", *row[3:]] for row in rows[1:])]
    if all(_FORWARD.fullmatch(text) for text in operators):
        return [["", *header[3:]], *([f"{row[0]} -> {row[2]}", *row[3:]] for row in rows[1:])]
    return rows


def with_fit_together(tables: Sequence[FoundTable]) -> list[FoundTable]:
    """AMOS's tables `CMIN`, `Baseline Comparisons` and `RMSEA`, which follow one another, as one."""
    found: list[FoundTable] = []
    open_at: int | None = None
    taken: set[str] = set()
    for table in tables:
        table = _with_one_header(table)
        part = _part(table)
        if part is None or part in taken or open_at is None:
            open_at, taken = (len(found), {part}) if part is not None else (open_at, taken)
            found.append(table)
            continue
        taken.add(part)
        header, *lines = table.rows
        beside = {bare(row[0]): row[1:] for row in lines} | {bare(found[open_at].rows[0][0]): header[1:]}
        blank = [""] * (len(header) - 1)
        rows = [(*row, *beside.get(bare(row[0]), blank)) for row in found[open_at].rows]
        caption = "; ".join(filter(None, (found[open_at].caption, table.caption)))
        found[open_at] = replace(found[open_at], rows=tuple(rows), caption=caption)
    return found


def _with_one_header(table: FoundTable) -> FoundTable:
    """AMOS prints `NFI` above `Delta1`: one header, where lines are its models."""
    first = next((i for i, row in enumerate(table.rows) if row and bare(row[0]) in _MODELS), 0)
    if first < 2:
        return table
    above = [list(dict.fromkeys(filter(None, column))) for column in zip(*table.rows[:first], strict=True)]
    header = tuple(" ".join(texts) for texts in above)
    return replace(table, rows=(header, *table.rows[first:]))


def _part(table: FoundTable) -> str | None:
    if not {bare(row[0]) for row in table.rows[1:] if row} >= _MODELS:
        return None
    heads = {bare(text) for text in table.rows[0]}
    return next((part for part in _PARTS if part in heads), None)
