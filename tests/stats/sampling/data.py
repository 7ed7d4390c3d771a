"""Answers with weights and schools, and what R's survey and lavaan make of them."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from tests.conftest import REPOSITORY

FOLDER = REPOSITORY / "tests/reference"
KINDS = ("weighted", "clustered", "both")


@cache
def reference() -> dict[str, Any]:
    """By tests/reference/scripts/weights_and_clusters.R."""
    found: dict[str, Any] = json.loads((FOLDER / "weights_survey.json").read_text(encoding="utf-8"))
    return found


@cache
def answers() -> pd.DataFrame:
    """676 respondents: items of three constructs, demographics, `school`, `weight`."""
    return pd.read_csv(FOLDER / "data/survey_weighted.csv")


def items() -> Array:
    """(676, 18)."""
    return answers()[reference()["items"]].to_numpy(dtype=np.float64)


def scores() -> Array:
    """(676, 3): means of A, B and Y."""
    frame = answers()[reference()["items"]]
    columns = [frame[[c for c in frame if c.startswith(name)]].mean(axis=1) for name in "ABY"]
    return np.column_stack([column.to_numpy() for column in columns])


def schools() -> IntArray:
    """(676,): codes."""
    return np.asarray(pd.factorize(answers()["school"])[0], dtype=np.int64)


def design(kind: str) -> SurveyDesign:
    """With weights, with clusters, or with both."""
    return SurveyDesign.of(
        len(answers()),
        None if kind == "clustered" else answers()["weight"].to_numpy(),
        None if kind == "weighted" else schools(),
    )
