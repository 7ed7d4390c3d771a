"""Printed cells as readers of the report see them: in words, numbers in a language's style."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.printed import Address, Printed

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
    language : of labels that the paper's own files give.
    typesets : numbers are written in the language's style, as a report does; else as they are printed.
    """

    paper: Paper
    locale: Mapping[str, Mapping[str, str]]
    names: Mapping[str, str]
    language: str
    typesets: bool

    def line(self, name: str) -> str:
        """A line of a printed table: a construct, an answer to a question, a statistic."""
        own = "/".join(self.paper.names.get(part, part) for part in name.split("/"))
        label = self.paper.labels.get(name, "")
        if not isinstance(label, str):
            label = label.get(self.language) or next(iter(label.values()), "")
        table = self.paper.objects.get(name.object) if isinstance(name, Address) else None
        if table is not None:
            name = name.line  # type: ignore[attr-defined]
            return self._of_table(table, name)
        return self.names.get(own) or label or self.locale["lines"].get(name, name)

    def _of_table(self, table: Printed, name: str) -> str:
        """As the study or the paper calls it, else as a column of words beside it does."""
        known = self.line(name)
        beside = table.labels.get(name)
        if known != name or not beside:
            return known
        words = self.paper.wording.get(beside, {}).get(self.language, beside)
        group = table.group_of(name)
        return f"{self.line(group)}: {words}" if group else words

    def column(self, name: str, table: Printed | None = None) -> str:
        """A column of a printed table; one without a name of ours as its header is printed."""
        if name.startswith(_COMPONENT):
            return self.locale["columns"]["component"].format(number=name.removeprefix(_COMPONENT))
        own = table.headers.get(name, name) if table else name
        return self.locale["columns"].get(name, own)

    def place(self, where: str, address: Address) -> str:
        """`Table 17, H1, β`; the only column of a table needs no name."""
        table = self.paper.objects[address.object]
        columns = [self.column(address.column, table)] if address.column not in {"", "value"} else []
        return ", ".join([where, self.line(Address(address.object, address.line)), *columns])

    def cell(self, text: str, address: str) -> str:
        """A printed cell: a number as printed, a line's name or a verdict in words."""
        if not re.search(r"\d", text):
            return self.locale["words"].get(text) or self.line(text)
        return self._without_zero(text) if self.typesets and self.bounded(address) else text

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

    def listed(self, exceptions: Sequence[tuple[str, str]]) -> str:
        """Lines with their numbers: `Smart people (3.7510), H1 (−.105)`; a number in many lines once."""
        rows: dict[str, dict[str, None]] = defaultdict(dict)
        for line, number in exceptions:
            rows[number][self.line(line) if line else ""] = None
        if len(rows) <= len(exceptions) / 2 and not any("" in names for names in rows.values()):
            return "; ".join(f"{number} ({', '.join(names)})" for number, names in rows.items())
        return ", ".join(
            f"{self.line(line)} ({number})" if line else self.arrow(number) for line, number in exceptions
        )

    def arrow(self, text: str) -> str:
        """Names with arrows between them, or a name alone."""
        return " → ".join(self.line(name) for name in text.split(" → "))

    def typeset(self, text: str, *, bounded: bool = False) -> str:
        """A sentence with the language's decimal mark, minus, percent sign and dashes."""
        if not self.typesets:
            return text
        text = self._without_zero(text) if bounded else text
        decimal, minus, percent = (self.locale["numbers"][key] for key in ("decimal", "minus", "percent"))
        text = re.sub(r"(?<=\d)-(?=\d)", "–", text)
        text = re.sub(r"(?<![\w.)])[-−](?=\.?\d)", minus, text)
        text = text.replace(" - ", " – ")
        text = re.sub(r"(?<![\w.])(\d*)\.(\d+)(?!\.?\d)", rf"\g<1>{decimal}\g<2>", text)
        return re.sub(r"(?<=\d)\s?%", percent, text)
