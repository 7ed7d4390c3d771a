"""The simulated survey as a study: items, constructs, scores, demographics."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import ModelSection
from smartcity_survey.study.model import Model, build_model
from tests.stats.factor_data import reference, simulated_answers

ITEMS: tuple[str, ...] = tuple(reference("factors_sim676")["items"])
CONSTRUCTS = tuple(dict.fromkeys(item[0].lower() for item in ITEMS))
OUTCOME = CONSTRUCTS[-1]
MARKER = "weather"


def items_of(construct: str) -> tuple[str, ...]:
    return tuple(item for item in ITEMS if item[0].lower() == construct)


@cache
def answers() -> pd.DataFrame:
    """Respondents with their items, a marker and two demographic questions, one with gaps."""
    frame = pd.DataFrame(simulated_answers(), columns=list(ITEMS))
    rng = np.random.default_rng(8)
    n = len(frame)
    frame[MARKER] = rng.integers(1, 6, n).astype(float)
    frame["city"] = rng.choice([1.0, 2.0, 3.0, np.nan], n, p=[0.5, 0.3, 0.15, 0.05])
    frame["age"] = rng.integers(18, 70, n).astype(float)
    frame.insert(0, "respondent", [f"P{number}" for number in range(n)])
    return frame


@cache
def scores() -> pd.DataFrame:
    frame = pd.DataFrame({name: answers()[list(items_of(name))].mean(axis=1) for name in CONSTRUCTS})
    frame.insert(0, "respondent", answers()["respondent"])
    return frame


def codebook() -> Codebook:
    items: dict[str, Any] = {item: {"construct": item[0].lower(), "label": item} for item in ITEMS}
    return Codebook.model_validate(
        {
            "scale": {"minimum": 1, "maximum": 5},
            "constructs": {name: {"label": name} for name in (*CONSTRUCTS, "method")},
            "items": items | {MARKER: {"construct": "method", "label": "Likes the weather"}},
            "demographics": {
                "city": {"label": "City", "categories": {1: "North", 2: "South", 3: "West", 4: "East"}},
                "age": {
                    "label": "Age",
                    "bands": [
                        {"label": "young", "from": 18, "to": 35},
                        {"label": "old", "from": 36, "to": 99},
                    ],
                },
            },
        }
    )


def model() -> Model:
    section = {
        "constructs": {name: {} for name in CONSTRUCTS},
        "paths": [{"from": list(CONSTRUCTS[:-1]), "to": OUTCOME}],
    }
    return build_model(ModelSection.model_validate(section), codebook())
