"""Results beside the limits usually asked for: value, limit, whether it is met, and who proposed it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from smartcity_survey.report.cells import Cell
from smartcity_survey.report.formats import formatter
from smartcity_survey.report.names import heading
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.tables import Group, Table

CRITERIA = Path(__file__).parent / "criteria.yaml"
_SIGNS: Mapping[str, tuple[str, Callable[[float, float], bool]]] = {
    "at_least": ("≥", lambda value, limit: value >= limit),
    "at_most": ("≤", lambda value, limit: value <= limit),
    "above": (">", lambda value, limit: value > limit),
    "below": ("<", lambda value, limit: value < limit),
}


def criteria_table(tables: Mapping[str, pd.DataFrame], setting: Setting) -> Table | None:
    """The criteria whose stage files are there, one line each; None where there are none."""
    wording = setting.wording
    lines = []
    for criterion in yaml.safe_load(CRITERIA.read_text(encoding="utf-8")):
        value = _value(criterion, tables)
        if math.isnan(value):
            continue
        key = next(key for key in _SIGNS if key in criterion)
        sign, holds = _SIGNS[key]
        met = holds(value, float(criterion[key]))
        lines.append(
            (
                Cell(wording[f"criteria.{criterion['id']}"]),
                Cell(formatter(criterion["format"])(wording.numbers, value), numeric=True),
                Cell(f"{sign} {_limit(criterion[key], criterion['format'], setting)}", numeric=True),
                Cell(wording["page.yes" if met else "page.no"], flagged=not met),
                Cell(criterion["source"]),
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


def _value(criterion: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> float:
    """The result a criterion judges; NaN where the run has none."""
    frame = tables.get(criterion["table"])
    if frame is None or criterion["column"] not in frame:
        return math.nan
    if "where" in criterion:
        frame = frame[frame["statistic"] == criterion["where"]]
    if "n_items" in frame:
        frame = frame[frame["n_items"] > 1]  # a single item is reliable by definition, which proves nothing
    numbers = frame[criterion["column"]].dropna()
    if numbers.empty:
        return math.nan
    take = criterion.get("take", "min")
    return float(numbers.abs().max() if take == "size" else numbers.min() if take == "min" else numbers.max())


def _limit(limit: str, number_format: str, setting: Setting) -> str:
    """A limit with the decimals it is given with."""
    decimals = len(limit.partition(".")[2])
    if number_format.startswith("percent"):
        return setting.wording.numbers.percentage(float(limit), decimals)
    return setting.wording.numbers.fixed(float(limit), decimals, bounded=True)
