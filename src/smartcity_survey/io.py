"""The only reader and writer of stage files: full precision, UTF-8, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

Card = Mapping[str, str | float | int]
"""How a table was computed: method, tolerance, n, divisor, seed ..."""


@dataclass(frozen=True, slots=True)
class StageResult:
    """What a stage hands on.

    Attributes
    ----------
    tables : table name -> tidy frame at full precision; written to `tables/<name>.csv`.
    cards : table name -> its estimator card; written to `cards/<stage>.json`.
    private : respondent-level frames; written to `private/<name>.csv`, never shared.
    """

    tables: Mapping[str, pd.DataFrame]
    cards: Mapping[str, Card]
    private: Mapping[str, pd.DataFrame] = field(default_factory=dict)


TEXT_COLUMNS = ("respondent", "printed", "expected")
"""Columns whose digits are text: `.050` is not `.05`."""


def read_table(path: str | Path) -> pd.DataFrame:
    """A stage file, its numbers to the last bit, its empty cells as NaN."""
    return pd.read_csv(path, encoding="utf-8", dtype=dict.fromkeys(TEXT_COLUMNS, str))


def write_table(frame: pd.DataFrame, path: str | Path) -> None:
    """Write a frame as csv; numbers keep every digit."""
    write_text(frame.to_csv(index=False, lineterminator="\n"), path)


def write_json(content: Mapping[str, Any], path: str | Path) -> None:
    """Write a mapping as json, keys in their given order."""
    write_text(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n", path)


def read_json(path: str | Path) -> dict[str, Any]:
    """A json file's top-level mapping."""
    content: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    return content


def write_text(text: str, path: str | Path) -> None:
    """Write a text file whole or not at all."""
    write_bytes(text.encode("utf-8"), path)


def write_bytes(content: bytes, path: str | Path) -> None:
    """Write a file whole or not at all: a killed run leaves the old file, never half a new one."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content)
    partial.replace(path)


def write_stage(stage: str, result: StageResult, reports: str | Path) -> None:
    """Write everything a stage produced under `reports/`."""
    reports = Path(reports)
    for name, frame in result.tables.items():
        write_table(frame, reports / "tables" / f"{name}.csv")
    for name, frame in result.private.items():
        write_table(frame, reports / "private" / f"{name}.csv")
    write_json(result.cards, reports / "cards" / f"{stage}.json")
