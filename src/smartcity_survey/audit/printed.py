"""One printed table, figure or text, and the addresses of its cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from smartcity_survey.audit.headers import canonical

TEXT = "text"


class Address(str):
    """How relations name a printed cell or line, `table_12:sliv:mean`; it knows its parts."""

    object: str
    line: str
    column: str

    def __new__(cls, name: str, line: str, column: str = "") -> Address:
        """An address of a line where no column is given; the running text has one column of numbers."""
        short = not column or (name == TEXT and column == "printed")
        address = super().__new__(cls, f"{name}:{line}" if short else f"{name}:{line}:{column}")
        address.object, address.line, address.column = name, line, column
        return address

    def __getnewargs__(self) -> tuple[str, str, str]:  # type: ignore[override]
        return self.object, self.line, self.column


def column_of_address(address: str) -> str:
    """The column an address names; one that was typed as plain text has it after the last colon."""
    return address.column if isinstance(address, Address) else address.rpartition(":")[2]


@dataclass(frozen=True, slots=True)
class Printed:
    """A table, a figure, or the numbers of the running text.

    Attributes
    ----------
    id : its name in addresses, `table_12`.
    kind, number : `table` 12, as its caption says; the running text has neither.
    lines : names of its lines in print order, `group/row` where lines are grouped.
    columns : names of its columns, without those that name the line; known headers by their own name here.
    text_columns : columns that hold words.
    cells : (line, column) to printed text; blank cells are absent.
    counts : columns that hold whole counts.
    apart : lines that `*` leaves out: totals, the constant.
    shows : topics a reference may be looking for.
    continued_as : the number printed over its continued part.
    recomputed_in : `file` of the pipeline that holds its numbers again, and `keys`, what names a line there.
    caption : what it shows, in our words.
    headers : column to its header as entered.
    family : which headers it may have: `descriptives`, `coefficients` ...; empty where nothing says so.
    decimal : its decimal mark, where its cells tell.
    labels : line to what it is called in print, where a column of words says so.
    """

    id: str
    kind: str
    number: int | str | None
    lines: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    text_columns: frozenset[str] = frozenset()
    cells: Mapping[tuple[str, str], str] = field(default_factory=dict)
    counts: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()
    shows: frozenset[str] = frozenset()
    continued_as: int | str | None = None
    recomputed_in: Mapping[str, Any] = field(default_factory=dict)
    caption: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    family: str = ""
    decimal: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def number_columns(self) -> tuple[str, ...]:
        """Columns that hold numbers."""
        return tuple(column for column in self.columns if column not in self.text_columns)

    @property
    def body(self) -> tuple[str, ...]:
        """Lines but those kept apart."""
        return tuple(line for line in self.lines if line not in self.apart)

    def group_of(self, line: str) -> str:
        """The group a line stands in; empty where lines are not grouped."""
        return line.rpartition("/")[0]

    def address(self, line: str, column: str) -> Address:
        """How relations name a cell."""
        return Address(self.id, line, column)

    def column(self, name: str) -> str | None:
        """The column that a relation names, by its name here or by its header as printed."""
        if name in self.columns:
            return name
        if known := next((column for column, header in self.headers.items() if header == name), None):
            return known
        known = canonical(name, self.family)
        return known if known in self.columns else None
