"""A document without a format: headings, paragraphs, tables and figures, which renderers write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from smartcity_survey.report.tables import Table

Kind = Literal["table", "figure"]

_MARKS = re.compile(r"\[#(?P<to>[\w-]+)\]|\*\*(?P<bold>[^*]+)\*\*|\*(?P<italic>[^*]+)\*")


@dataclass(frozen=True, slots=True)
class Run:
    """Text in one form; `to` is the id of a table or figure whose number stands there instead of a text."""

    text: str = ""
    italic: bool = False
    bold: bool = False
    to: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is a section of the chapter."""

    id: str
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text. `role`: a `notice` stands out, a `reference` is an entry of the list of references."""

    runs: tuple[Run, ...]
    role: Literal["body", "notice", "reference"] = "body"

    @property
    def text(self) -> str:
        """The text without its forms; numbers of tables and figures are left out."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table with its number, title and notes.

    Attributes
    ----------
    id : `table-pls_paths`, for cross-references.
    number : its place among the tables of the chapter, from 1.
    notes : sentences below it.
    """

    id: str
    number: int
    title: str
    table: Table
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FigureBlock:
    """A figure; `alt` says in words what it shows, `svg` and `png` are files of the same drawing."""

    id: str
    number: int
    title: str
    svg: Path
    png: Path
    alt: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list that stands for contents: of the headings, of the tables or of the figures."""

    of: Literal["heading", "table", "figure"]
    title: str


Named = Heading | TableBlock | FigureBlock
Block = Heading | Paragraph | TableBlock | FigureBlock | ListOf


@dataclass(frozen=True, slots=True)
class Document:
    """A chapter in one language.

    Attributes
    ----------
    title, subtitle : of the study, and what of it this is.
    running_head : what stands at the head of every page.
    """

    language: str
    title: str
    subtitle: str
    running_head: str
    blocks: tuple[Block, ...]

    def numbered(self) -> Iterator[TableBlock | FigureBlock]:
        """Tables and figures in their order."""
        for block in self.blocks:
            if isinstance(block, TableBlock | FigureBlock):
                yield block

    def of_kind(self, kind: Literal["heading", "table", "figure"]) -> tuple[Named, ...]:
        """All headings, tables or figures."""
        types: dict[str, type[Named]] = {"heading": Heading, "table": TableBlock, "figure": FigureBlock}
        return tuple(block for block in self.blocks if isinstance(block, types[kind]))


def runs_of(text: str) -> tuple[Run, ...]:
    """Text with marks as runs: `*italic*`, `**bold**`, `[#table-pls_paths]` for a number."""
    runs, at = [], 0
    for mark in _MARKS.finditer(text):
        if mark.start() > at:
            runs.append(Run(text[at : mark.start()]))
        if mark["to"]:
            runs.append(Run(to=mark["to"]))
        elif mark["bold"]:
            runs.append(Run(mark["bold"], bold=True))
        else:
            runs.append(Run(mark["italic"], italic=True))
        at = mark.end()
    if at < len(text):
        runs.append(Run(text[at:]))
    return tuple(runs)


def unmarked(text: str) -> str:
    """Words of the study or of a file, in which a mark is a mere character."""
    return text.replace("*", "∗").replace("[#", "[ #").replace("[@", "[ @")
