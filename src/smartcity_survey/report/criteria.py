"""Results beside the limits usually asked for: value, limit, whether it is met, and who proposed it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from smartcity_survey.own_yaml import load_own
from smartcity_survey.report.cells import Cell
from smartcity_survey.report.formats import formatter
from smartcity_survey.report.names import heading
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.tables import Group, Table
from smartcity_survey.study.limits import Limit, limit

CRITERIA = Path(__file__).parent / "criteria.yaml"
_SIGNS: Mapping[str, str] = MappingProxyType({"at_least": "≥", "at_most": "≤", "above": ">", "below": "<"})
TAKES: Mapping[str, Callable[[pd.Series[float]], float]] = MappingProxyType(
    {"min": pd.Series.min, "max": pd.Series.max, "size": lambda numbers: numbers.abs().max()}
)
"""Which of several numbers is judged."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """A result and the limit it is held against; `criteria.yaml` explains the keys."""

    id: str
    table: str
    column: str
    limit: str
    format: str
    where: str = ""
    take: str = "min"

    def __post_init__(self) -> None:
        if self.take not in TAKES:
            raise ValueError(f"criteria.yaml, {self.id}: take is one of {', '.join(TAKES)}, not {self.take}.")


def read_criteria() -> tuple[Criterion, ...]:
    """Those of `criteria.yaml`; TypeError or ValueError where one has a key or a word that means nothing."""
    return tuple(Criterion(**entry) for entry in load_own(CRITERIA))


def criteria_table(tables: Mapping[str, pd.DataFrame], setting: Setting) -> Table | None:
    """The criteria whose stage files are there, one line each; None where there are none."""
    wording = setting.wording
    lines = []
    for criterion in read_criteria():
        value, asked = _value(criterion, tables), limit(criterion.limit)
        if math.isnan(value):
            continue
        met = asked.met(value)
        lines.append(
            (
                Cell(wording[f"criteria.{criterion.id}"]),
                Cell(formatter(criterion.format)(wording.numbers, value), numeric=True),
                Cell(f"{_SIGNS[asked.sign]} {_written(asked, criterion.format, setting)}", numeric=True),
                Cell(wording["page.yes" if met else "page.no"], flagged=not met),
                Cell(asked.source),
            )
        )
    if not lines:
        return None
    return Table(
        headings=tuple(
            heading(column, setting) for column in ("criterion", "result", "limit", "met", "source")
        ),
        numeric=(False, True, True, False, False),
        groups=(Group("", tuple(lines)),),
        notes=(wording["tables.criteria.note"],),
    )


def _value(criterion: Criterion, tables: Mapping[str, pd.DataFrame]) -> float:
    """The result a criterion judges; NaN where the run has none."""
    frame = tables.get(criterion.table)
    if frame is None or criterion.column not in frame:
        return math.nan
    if criterion.where:
        frame = frame[frame["statistic"] == criterion.where]
    if "n_items" in frame:
        frame = frame[frame["n_items"] > 1]  # a single item is reliable by definition, which proves nothing
    numbers = frame[criterion.column].dropna()
    return math.nan if numbers.empty else float(TAKES[criterion.take](numbers))


def _written(asked: Limit, number_format: str, setting: Setting) -> str:
    """A limit with the decimals it is given with."""
    numbers = setting.wording.numbers
    if number_format.startswith("percent"):
        return numbers.percentage(asked.value, asked.decimals)
    return numbers.fixed(asked.value, asked.decimals, bounded=True)
