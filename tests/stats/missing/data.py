"""Incomplete answers of the reference files."""

from __future__ import annotations

import csv
import json
from functools import cache
from typing import Any

import numpy as np

from smartcity_survey.stats.core.types import Array
from tests.conftest import REPOSITORY

REFERENCE = REPOSITORY / "tests/reference"


@cache
def reference() -> dict[str, Any]:
    """Values of lavaan and psych; `scripts/missing_answers.R` wrote them."""
    return dict(json.loads((REFERENCE / "missing_lavaan.json").read_text(encoding="utf-8")))


def incomplete(name: str) -> Array:
    """Answers (n, p), nan where there is none."""
    path = REFERENCE / "data" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))[1:]
    return np.array([[float(cell) if cell else np.nan for cell in row] for row in rows])
