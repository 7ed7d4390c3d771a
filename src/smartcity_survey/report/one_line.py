"""A table of a single line in words: such results stand in the text (APA 7, section 7.1)."""

from __future__ import annotations

from smartcity_survey.report.cells import Cell
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.tables import Table


def cell_text(cell: Cell) -> str:
    """What a cell says, with a lesser second text behind the first."""
    return f"{cell.text} {cell.aside}".strip()


def is_one_line(table: Table) -> bool:
    """Whether a table has a single line."""
    return bool(table.headings) and sum(len(group.lines) for group in table.groups) == 1


def in_words(table: Table, setting: Setting) -> tuple[str, str]:
    """What the single line is of, and each of its columns with its value."""
    group = table.groups[0]
    name, *cells = group.lines[0]
    of = ", ".join(text for text in (group.heading, cell_text(name)) if text)
    told = (
        f"{heading}{setting.wording['page.colon']}{cell_text(cell)}"
        for heading, cell in zip(table.headings[1:], cells, strict=True)
        if cell.text
    )
    return of, "; ".join(told)
