"""Small papers written for a test, and what the audit says of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from smartcity_survey import audit


def written(folder: Path, **content: Any) -> Path:
    file = folder / "paper.yaml"
    file.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return file


def audited(folder: Path, csv: str, *relations: dict[str, Any], **content: Any) -> pd.DataFrame:
    """The findings of a paper of one table, `t`."""
    objects = {"t": {"kind": "table", "number": 1, "csv": csv}}
    return audit.run(written(folder, objects=objects, relations=list(relations), **content))


def contradictions(findings: pd.DataFrame) -> list[str]:
    return list(findings[findings.consistent.eq(False).fillna(False)].explanation)


def of(findings: pd.DataFrame, severity: str) -> list[str]:
    return list(findings[findings.severity == severity].explanation)


def table(header: Sequence[str], *rows: Sequence[object]) -> str:
    return "\n".join(",".join(f'"{cell}"' for cell in row) for row in [header, *rows]) + "\n"
