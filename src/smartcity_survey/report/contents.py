"""The order of the report and how each table is laid out, read from `contents.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from smartcity_survey.own_yaml import load_own

TUPLES = ("columns", "pivot", "hides", "remarks", "foremost", "unprinted", "unless_empty", "unless_all")
"""Keys of an entry that list columns or codes."""
CONTENTS = Path(__file__).parent / "contents.yaml"


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One table or figure of the report; `contents.yaml` explains the keys.

    Attributes
    ----------
    kind : `table` or `figure`.
    name : of its stage file or image, and of its wording.
    """

    kind: str
    name: str
    topic: str = ""
    row: str = ""
    group: str = ""
    columns: tuple[str, ...] = ()
    formats: Mapping[str, str] = field(default_factory=dict)
    cells: str = ""
    suppress: bool = False
    first: int = 0
    pivot: tuple[str, ...] = ()
    having: str = ""
    remarks: tuple[str, ...] = ()
    foremost: tuple[str, ...] = ()
    scores: bool = False
    fold: bool = False
    keep_empty: bool = False
    people: bool = False
    cite: bool = False
    triangle: str = ""
    something: str = ""
    unprinted: tuple[str, ...] = ()
    unless_empty: tuple[str, ...] = ()
    unless_all: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionPlan:
    """A section and what it may hold."""

    id: str
    entries: tuple[Entry, ...]
    open: bool = False


@dataclass(frozen=True, slots=True)
class Contents:
    """The whole plan.

    Attributes
    ----------
    sections : in order.
    files_only : tables that are named but not shown.
    formats, statistics : number formats by column and by statistic.
    answer : figures that stand with the answer, at the head of the page.
    evidence : code of a sentence about a hypothesis, or a method -> the table that has the numbers.
    """

    sections: tuple[SectionPlan, ...]
    files_only: tuple[str, ...]
    formats: Mapping[str, str]
    statistics: Mapping[str, str]
    answer: tuple[str, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)

    @property
    def open_sections(self) -> tuple[str, ...]:
        """Sections whose numbers the print of a reconstruction leaves open."""
        return tuple(section.id for section in self.sections if section.open)

    def entries(self, kind: str) -> tuple[Entry, ...]:
        """All tables, or all figures, in the order of the report."""
        return tuple(entry for section in self.sections for entry in section.entries if entry.kind == kind)


@cache
def load_contents() -> Contents:
    """Read `contents.yaml`."""
    plan = load_own(CONTENTS)
    return Contents(
        sections=tuple(
            SectionPlan(
                section["id"],
                tuple(_entry(line) for line in section["entries"]),
                bool(section.get("open", False)),
            )
            for section in plan["sections"]
        ),
        files_only=tuple(plan["files_only"]),
        formats=plan["formats"],
        statistics=plan["statistics"],
        answer=tuple(plan["answer"]),
        evidence=plan["evidence"],
    )


@cache
def tables_of_people() -> frozenset[str]:
    """Tables that compare groups of people."""
    return frozenset(entry.name for entry in load_contents().entries("table") if entry.people)


def _entry(line: Mapping[str, Any]) -> Entry:
    kind = "table" if "table" in line else "figure"
    rest = {key: value for key, value in line.items() if key != kind}
    rest |= {key: tuple(rest.get(key, ())) for key in TUPLES}
    return Entry(kind=kind, name=line[kind], **rest)
