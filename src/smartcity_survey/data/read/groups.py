"""Questions in groups: KoBo and ODK write the names of the groups before that of the question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from smartcity_survey.data.read.tables import Batch, Table

T = TypeVar("T")
MARKS = {
    "/": ("_uuid", "meta/instanceID", "instanceID", "KEY"),
    "-": ("KEY", "meta-instanceID"),
}
"""Mark between a group and what it holds -> columns by one of which a file is known to have such groups."""


def ungrouped(table: Table, needed: Iterable[str]) -> Table:
    """The table with the names that are needed over columns that have them with groups, or without.

    Such files are known by the columns that the tool writes itself. `economy/SE1` and `economy-SE1` are SE1,
    if there is no column SE1 and no other with that end; so is SE1 `economy/SE1`, if that is needed. A column
    below one that is a question itself is one of its answers, and no question in a group.
    """
    found = {
        column: name
        for name in dict.fromkeys(needed)
        if name not in table.columns and (column := _column(name, table.columns))
    }
    if not found or len(set(found.values())) < len(found):
        return table
    own = {name: column for column, name in found.items()}
    return replace(
        table,
        columns=tuple(found.get(column, column) for column in table.columns),
        batches=partial(_batches, table, own, found),
        how={**table.how, "groups": str(len(found))},
        missing_ranges=_renamed(table.missing_ranges, found),
        labels=_renamed(table.labels, found),
        answers=_renamed(table.answers, found),
    )


def _column(name: str, columns: Sequence[str]) -> str:
    """The one column that is a question by its name, but for groups; nothing where none or several are."""
    there = set(columns)
    ends = set()
    for mark, signs in MARKS.items():
        if not there.intersection(signs):
            continue
        spelt = {name, name.replace("/", mark)}
        ends |= {
            column
            for column in columns
            for one in spelt
            if column == one
            or (column.endswith(mark + one) and column.removesuffix(mark + one) not in there)
            or (one.endswith(mark + column) and mark not in column)
        }
    return ends.pop() if len(ends) == 1 else ""


def _batches(
    table: Table, own: Mapping[str, str], found: Mapping[str, str], wanted: Sequence[str]
) -> Iterator[Batch]:
    for batch in table.batches([own.get(name, name) for name in wanted]):
        yield replace(batch, cells=batch.cells.rename(columns=dict(found)))


def _renamed(by_column: Mapping[str, T], found: Mapping[str, str]) -> dict[str, T]:
    return {found.get(column, column): value for column, value in by_column.items()}
