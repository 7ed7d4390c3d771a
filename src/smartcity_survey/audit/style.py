"""Printed cells as readers of the report see them: in words, numbers in a language's style."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.printed import Address

BOUNDED = re.compile(r"beta|p|p_.*|.*_p|r|r2|adj_r2|tolerance|kmo|component_\d+")
"""Columns and lines of numbers that cannot exceed one: English leaves out their zero."""

_COMPONENT = "component_"


@dataclass(frozen=True, slots=True)
class Style:
    """How one language writes what is printed.

    Attributes
    ----------
    locale : words of the audit; `columns` and `lines` name those of printed tables, `numbers` the style.
    names : what the study calls lines, by the pipeline's names.
    """

    paper: Paper
    locale: Mapping[str, Mapping[str, str]]
    names: Mapping[str, str]

    def line(self, name: str) -> str:
        """A line of a printed table: a construct, an answer to a question, a statistic."""
        own = "/".join(self.paper.names.get(part, part) for part in name.split("/"))
        return self.names.get(own) or self.locale["lines"].get(name, name)

    def column(self, name: str) -> str:
        """A column of a printed table."""
        if name.startswith(_COMPONENT):
            return self.locale["columns"]["component"].format(number=name.removeprefix(_COMPONENT))
        return self.locale["columns"].get(name, name)

    def place(self, where: str, line: str, *columns: str) -> str:
        """`Table 17, H1, β`; the only column of a table needs no name."""
        named = [self.column(column) for column in columns if column != "value"]
        return ", ".join([where, self.line(line), *named])

    def cell(self, text: str, address: str) -> str:
        """A printed cell: a number as printed, a line's name or a verdict in words."""
        if not re.search(r"\d", text):
            return self.locale["words"].get(text) or self.line(text)
        return self._without_zero(text) if self.bounded(address) else text

    def bounded(self, address: str) -> bool:
        """Whether the number at an address cannot exceed one."""
        if isinstance(address, Address):
            line, column = address.line, address.column
        else:
            *_, line, column = ["", *address.split(":")]
        return bool(BOUNDED.fullmatch(line if column == "value" else column))

    def _without_zero(self, text: str) -> str:
        leading = self.locale["numbers"]["leading_zero"] == "yes"
        return text if leading else re.sub(r"(?<![\d.])0\.(?=\d)", ".", text)

    def listed(self, text: str) -> str:
        """Lines, or lines with their numbers in brackets: `Smart people (3.7510), H1 (−.105)`."""
        pieces = []
        for piece in text.split(", "):
            name, _, number = piece.partition(" ")
            if re.fullmatch(r"[-−.\d]+%?", number):
                piece = f"{self.line(name)} ({number})"
            pieces.append(self.arrow(piece))
        return ", ".join(pieces)

    def arrow(self, text: str) -> str:
        """Names with arrows between them, or a name alone."""
        return " → ".join(self.line(name) for name in text.split(" → "))

    def typeset(self, text: str, *, bounded: bool = False) -> str:
        """A sentence with the language's decimal mark, minus, percent sign and dashes."""
        text = self._without_zero(text) if bounded else text
        decimal, minus, percent = (self.locale["numbers"][key] for key in ("decimal", "minus", "percent"))
        text = re.sub(r"(?<=\d)-(?=\d)", "–", text)
        text = re.sub(r"(?<![\w.)])[-−](?=\.?\d)", minus, text)
        text = text.replace(" - ", " – ")
        text = re.sub(r"(?<![\w.])(\d*)\.(\d+)(?!\.?\d)", rf"\g<1>{decimal}\g<2>", text)
        return re.sub(r"(?<=\d)\s?%", percent, text)
