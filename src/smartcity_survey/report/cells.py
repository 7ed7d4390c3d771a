"""The cells of a table: what a column's values mean to a reader, and how they are written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from smartcity_survey.report.formats import NumberStyle, formatter
from smartcity_survey.report.setting import Setting

CONSTRUCTS = ("construct", "construct_1", "construct_2", "score", "predictor", "outcome", "target")
"""Columns that name constructs."""

ROBUST = "satorra_bentler_"
"""What statistics corrected by Satorra and Bentler begin with."""

DOUBTFUL = ("agrees", "matches")
"""Columns whose "no" deserves a look."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table.

    Attributes
    ----------
    text, aside : what it says, and a lesser second text, such as an item's wording.
    numeric : set flush right.
    flagged : deserves a look; never said by colour alone.
    """

    text: str
    aside: str = ""
    numeric: bool = False
    flagged: bool = False


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The lines of a frame as mappings."""
    return [{str(key): value for key, value in line.items()} for line in frame.to_dict("records")]


def heading(column: str, setting: Setting, table: str = "", kind: str = "construct") -> str:
    """Heading of a column: its wording, a component's number, or words for the `kind` of thing it names."""
    for key in (f"values.{kind}.{column}", f"columns.{table}.{column}", f"columns.{column}"):
        if key in setting.wording:
            return setting.wording[key]
    for prefix in ("component_", "factor_", "variance_proportion_"):
        column = column.removeprefix(prefix)
    return name_text("term" if column not in setting.labels.constructs else kind, column, {}, setting)


def name_text(column: str, value: str, line: Mapping[str, Any], setting: Setting) -> str:
    """Words for a code in a column of text; `line` is the rest of its line."""
    labels = setting.labels
    if column in CONSTRUCTS or value in labels.constructs:
        return labels.constructs.get(value) or setting.wording.value(column, value)
    if column == "path":
        return labels.path(value)
    if column == "variable":
        valid = setting.wording.numbers.count(line["valid_n"])
        return setting.wording.fill("page.valid", name=labels.demographics.get(value, value), n=valid)
    if column == "category":
        return labels.categories.get((str(line["variable"]), int(line["code"])), value)
    if column in ("term", "reference") and "=" in value:
        return _category(value, setting)
    if column == "quantity" and " of " in value:
        quantity, _, construct = value.partition(" of ")
        colon = setting.wording["page.colon"]
        return f"{setting.wording.value(column, quantity)}{colon}{labels.construct(construct)}"
    if column == "statistic" and value.startswith(ROBUST):
        robust, plain = (
            setting.wording.value(column, text) for text in (ROBUST[:-1], value.removeprefix(ROBUST))
        )
        return f"{robust}{setting.wording['page.colon']}{plain}"
    if column == "hypothesis" and "predictor" in line:
        return f"{value}{setting.wording['page.colon']}{claim(line, setting)}"
    return setting.wording.value(column, value)


def _category(value: str, setting: Setting) -> str:
    """A demographic category, `variable=code`."""
    variable, _, code = value.partition("=")
    labels, wording = setting.labels, setting.wording
    answer = labels.categories[variable, int(code)] if code.isdigit() else wording.value("term", code)
    return f"{labels.demographics[variable]}{wording['page.colon']}{answer}"


def claim(line: Mapping[str, Any], setting: Setting) -> str:
    """A hypothesis as an arrow with the sign that is claimed, from `predictor, outcome, expected_sign`."""
    sign = setting.wording.numbers.minus if line["expected_sign"] == "negative" else "+"
    arrow = setting.labels.path(f"{line['predictor']} -> {line['outcome']}")
    return f"{arrow} ({sign})"


def cell(column: str, value: Any, line: Mapping[str, Any], number_format: str, setting: Setting) -> Cell:
    """One cell; numbers take `number_format` (empty: up to four significant digits), codes their words."""
    wording = setting.wording
    if isinstance(value, bool | np.bool_):
        return Cell(wording["page.yes" if value else "page.no"], flagged=not value and column in DOUBTFUL)
    if isinstance(value, int | float | np.number):
        number = float(value)
        if math.isnan(number):
            return Cell("", numeric=bool(number_format))
        return Cell(formatter(number_format or "compact")(wording.numbers, number), numeric=True)
    if column == "item" and value in setting.labels.items:
        return Cell(str(value), aside=setting.labels.items[value])
    return Cell(name_text(column, str(value), line, setting))


def interval(low: float, high: float, number_format: str, style: NumberStyle) -> Cell:
    """Both ends of an interval in one cell; empty where there is none."""
    if math.isnan(low) or math.isnan(high):
        return Cell("", numeric=True)
    write = formatter(number_format)
    return Cell(style.interval.format(low=write(style, low), high=write(style, high)), numeric=True)
