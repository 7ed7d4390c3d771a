"""What every result has in common: named tables, a summary in plain text, and its HTML for a notebook.

Numbers are rounded here and nowhere else; the tables hold all digits.
"""

from __future__ import annotations

import html
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from numbers import Integral, Real
from typing import ClassVar

import numpy as np
import pandas as pd

from smartcity_survey.report.wording import load_wording
from smartcity_survey.stats.core.types import Array
from smartcity_survey.study.config import Language

DECIMALS = 3
LONGEST_CELL = 48
"""Letters of a cell beyond which a table is no longer readable line by line."""
LINE = 100
HEADINGS = {
    "anova": "ANOVA",
    "cvpat": "CVPAT",
    "fornell_larcker": "Fornell-Larcker criterion",
    "htmt": "HTMT",
    "item_msa": "Sampling adequacy of each item",
    "micom": "MICOM",
}


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class View:
    """A result as tables whose rows and columns have names.

    Attributes
    ----------
    title : what was computed. notes : by which options, from how many respondents, and what to mind.
    shown : names of the tables that the summary prints; the others are attributes all the same.
    """

    title: ClassVar[str]
    shown: ClassVar[tuple[str, ...]]
    notes: tuple[str, ...]

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table by its attribute's name, at full precision."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if isinstance(value, pd.DataFrame)}

    def summary(self) -> str:
        """The result as plain text, numbers rounded to three decimals."""
        tables = self.tables
        parts = [self.title, *dict.fromkeys(self.notes)]
        for name in self.shown:
            parts += ["", heading(name), *_lines(tables[name])]
        parts += self._others()
        return "\n".join(parts)

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        tables = self.tables
        parts = [
            f"<h3>{html.escape(self.title)}</h3>",
            *(f"<p>{html.escape(note)}</p>" for note in dict.fromkeys(self.notes)),
        ]
        for name in self.shown:
            parts += [f"<h4>{html.escape(heading(name))}</h4>", _html(_cells(tables[name]))]
        parts += [f"<p>{html.escape(line)}</p>" for line in self._others() if line]
        return "<div>" + "\n".join(parts) + "</div>"

    def _others(self) -> list[str]:
        others = [name for name in self.tables if name not in self.shown]
        return ["", f"Further tables: {', '.join(others)}"] if others else []


def heading(name: str) -> str:
    """A table's name as a heading."""
    return HEADINGS.get(name, name.replace("_", " ").capitalize())


def cell(value: object, name: str, *, alone: bool = False) -> str:
    """A number as a reader wants it; `name` is its column's, or its own where it stands `alone` in its row.

    Counts among single numbers are floats, and shown without decimals.
    """
    if value is None or value is pd.NA or (isinstance(value, Real) and np.isnan(float(value))):
        return ""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, Integral):
        return str(int(value))
    if not isinstance(value, Real):
        return str(value)
    number = float(value)
    smallest = 10.0**-DECIMALS
    if name in ("p", "p_close") or name.endswith(("_p", "_p_close")):
        return f"<{smallest}" if number < smallest else f"{number:.{DECIMALS}f}"
    if alone and number.is_integer():
        return f"{number:.0f}"
    if number and abs(number) < smallest / 2:
        return f"{number:.1e}"
    return f"{number:.{DECIMALS}f}"


def named(names: Sequence[str], key: str, columns: Mapping[str, object]) -> pd.DataFrame:
    """A table with a row for each name; `key` says what the names are of."""
    return pd.DataFrame(dict(columns), index=pd.Index(list(names), name=key))


def square(matrix: Array, names: Sequence[str], key: str) -> pd.DataFrame:
    """A matrix whose rows and columns are the same things."""
    return pd.DataFrame(matrix, index=pd.Index(list(names), name=key), columns=list(names))


def statistics(values: Mapping[str, float]) -> pd.DataFrame:
    """A table of single numbers: `value` by statistic."""
    return named(list(values), "statistic", {"value": [float(value) for value in values.values()]})


def by_path(frame: pd.DataFrame) -> pd.DataFrame:
    """A table with columns `source, target`, its rows called `source -> target`."""
    return frame.set_index((frame["source"] + " -> " + frame["target"]).rename("path"))


def in_words(column: str, code: str, language: Language = "en") -> str:
    """A code of a column as the report words it."""
    return _wording(language).value(column, code)


_wording = cache(load_wording)


def _cells(frame: pd.DataFrame) -> list[list[str]]:
    """Header and rows as texts; of a column `value` each row is a number of its own kind."""
    rows = [
        [
            str(label),
            *(
                cell(value, str(label), alone=True) if column == "value" else cell(value, str(column))
                for column, value in zip(frame.columns, values, strict=True)
            ),
        ]
        for label, values in zip(frame.index, frame.itertuples(index=False, name=None), strict=True)
    ]
    return [[str(frame.index.name or ""), *map(str, frame.columns)], *rows]


def _lines(frame: pd.DataFrame) -> list[str]:
    """A table as aligned text: words from the left, numbers to the right; `none` where it has no rows.

    Where a text is long, each row is a paragraph instead, a line for each of its cells.
    """
    if frame.empty:
        return ["none"]
    rows = _cells(frame)
    if max(len(text) for row in rows for text in row) > LONGEST_CELL:
        return _paragraphs(rows)
    numeric = [False, *map(pd.api.types.is_numeric_dtype, frame.dtypes)]
    columns = []
    for texts, to_the_right in zip(zip(*rows, strict=True), numeric, strict=True):
        width = max(map(len, texts))
        columns.append([text.rjust(width) if to_the_right else text.ljust(width) for text in texts])
    return ["  ".join(row).rstrip() for row in zip(*columns, strict=True)]


def _paragraphs(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows one below another, each cell under its heading, wrapped."""
    (_, *header), *body = rows
    lines = []
    for label, *cells in body:
        lines.append(label)
        for name, text in zip(header, cells, strict=True):
            if text:
                lines += textwrap.wrap(
                    f"{name}: {text}",
                    LINE,
                    initial_indent="  ",
                    subsequent_indent="    ",
                    break_long_words=False,
                )
    return lines


def _html(rows: Sequence[Sequence[str]]) -> str:
    header, *body = [[html.escape(text) for text in row] for row in rows]
    lines = ["<tr>" + "".join(f"<th>{text}</th>" for text in header) + "</tr>"]
    for label, *values in body:
        lines.append(f"<tr><th>{label}</th>" + "".join(f"<td>{text}</td>" for text in values) + "</tr>")
    return f"<table>{''.join(lines)}</table>"
