"""The sections of the page: what `contents.yaml` plans and the run has produced."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from smartcity_survey.io import REFUSED, Card
from smartcity_survey.report.cells import records
from smartcity_survey.report.contents import Contents, Entry
from smartcity_survey.report.figures.alt_texts import alt_text
from smartcity_survey.report.names import witness_labels
from smartcity_survey.report.numbering import PrintedNumbers, number_entries
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.tables import Table, render_table


@dataclass(frozen=True, slots=True)
class Block:
    """A table or a figure on the page.

    Attributes
    ----------
    id : of its heading, for links.
    number, title : `Table 12`, and what it shows.
    table : the table; None for a figure.
    image, alt, note : data address of a figure, what it shows in words, and how to read it.
    folded : what to click on to see the table; empty where it is open.
    """

    id: str
    number: str
    title: str
    table: Table | None = None
    image: str = ""
    alt: str = ""
    note: str = ""
    folded: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the page with what it shows."""

    id: str
    title: str
    intro: str
    blocks: tuple[Block, ...]
    caution: str = ""


def with_bounds(setting: Setting, tables: Mapping[str, pd.DataFrame]) -> Setting:
    """The setting with what stage files tell of a print's bounds: whether there are any, and witnesses."""
    known = records(tables["witnesses"]) if "witnesses" in tables else ()
    labels = replace(setting.labels, witnesses=witness_labels(known, setting))
    return replace(setting, labels=labels, bounded="decisions" in tables)


def build_parts(
    tables: Mapping[str, pd.DataFrame],
    cards: Mapping[str, Card],
    figures: Path,
    contents: Contents,
    setting: Setting,
    printed: PrintedNumbers,
) -> tuple[Part, ...]:
    """Sections that have something to show, in the plan's order.

    Parameters
    ----------
    tables, cards : stage files and their estimator cards, by name.
    figures : folder with `<name>.svg`.
    """
    setting = with_bounds(setting, tables)
    wording = setting.wording

    def there(entry: Entry) -> bool:
        if entry.kind == "figure":
            return (figures / f"{entry.name}.svg").is_file()
        told = entry.keep_empty or REFUSED in cards.get(entry.name, {})
        return entry.name in tables and (told or len(tables[entry.name]) > 0)

    shown = {section.id: [e for e in section.entries if there(e)] for section in contents.sections}
    numbers = number_entries([entry for entries in shown.values() for entry in entries], printed, wording)

    def block(entry: Entry) -> Block:
        key = f"{entry.kind}s.{entry.name}"
        if entry.kind == "table":
            frame, random = tables[entry.name], entry.people and setting.bounded
            table = render_table(
                frame.head(0) if random else frame, entry, contents, setting, cards.get(entry.name)
            )
            if random:
                table = replace(table, notes=(), empty=wording["page.random_groups"])
            lines = wording.numbers.count(sum(len(group.lines) for group in table.groups))
            folded = wording.fill("page.unfold", n=lines) if entry.fold and table.groups else ""
            return Block(f"table-{entry.name}", numbers[entry], wording[f"{key}.title"], table, folded=folded)
        return Block(
            id=f"figure-{entry.name}",
            number=numbers[entry],
            title=wording[f"{key}.title"],
            image=data_address(figures / f"{entry.name}.svg"),
            alt=alt_text(entry.name, tables, setting),
            note=wording[setting.told(f"{key}.note")],
        )

    return tuple(
        Part(
            section,
            wording[f"sections.{section}.title"],
            wording[setting.told(f"sections.{section}.intro")],
            tuple(block(entry) for entry in entries),
            wording["page.open"] if setting.bounded and section in contents.open_sections else "",
        )
        for section, entries in shown.items()
        if entries
    )


def data_address(image: Path) -> str:
    """An svg file as a data address, so that the page needs no other file."""
    return f"data:image/svg+xml;base64,{base64.b64encode(image.read_bytes()).decode('ascii')}"
