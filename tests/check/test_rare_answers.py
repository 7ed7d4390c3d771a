"""Ordered answers that few gave: tables and tests that will be left out are foreseen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from smartcity_survey.check import check_study
from smartcity_survey.check.disclosed import hidden_lines
from smartcity_survey.check.parallel import untested_lines
from smartcity_survey.study.config import Config
from smartcity_survey.study.model import Construct, Model

MODEL = Model(
    constructs=(Construct("trust", ("T1", "T2"), "reflective"), Construct("use", ("U1",), "reflective")),
    paths=(("trust", "use"),),
    hypotheses=(),
    alpha=0.05,
)
ANSWERS = pd.DataFrame(
    {
        "T1": np.repeat([1.0, 2, 3], [40, 30, 30]),
        "T2": np.repeat([1.0, 3, 2], [40, 30, 30]),
        "U1": np.repeat([1.0, 2, 3], [50, 44, 6]),
    }
)


def test_outcomes_and_constructs_with_a_rare_answer_are_foreseen(config_content: dict[str, Any]) -> None:
    config_content["regression"] = {"ordinal": True}
    config_content["cfa"] = {"graded_response": True}

    def told(smallest: int, hides: bool = True) -> dict[str, str]:
        config_content["disclosure"] = {"suppress_small_cells": hides, "smallest_cell": smallest}
        found = hidden_lines(ANSWERS, MODEL, Config.model_validate(config_content), "config.yaml")
        return {problem.place: problem.found.partition("gave: ")[2] for problem in found}

    assert told(7) == {
        "config.yaml, regression.ordinal": "use (6).",
        "config.yaml, cfa.graded_response": "use (6).",
    }
    assert told(31)["config.yaml, cfa.graded_response"] == "trust (30), use (6)."
    assert told(6) == told(31, hides=False) == {}


def test_check_tells_them(
    study: Callable[..., Path], config_content: dict[str, Any], survey: pd.DataFrame
) -> None:
    config_content["regression"] = {"ordinal": True}
    config_content["disclosure"] = {"suppress_small_cells": True, "smallest_cell": len(survey)}
    folder = study()
    assert any(
        warning.place.endswith("config.yaml, regression.ordinal") for warning in check_study(folder).warnings
    )


def test_lines_that_cannot_be_tested_are_foreseen(config_content: dict[str, Any]) -> None:
    """Seven answers to U1 and one predictor: 20 respondents for each of five degrees of freedom."""
    seven = ANSWERS.assign(U1=np.arange(100.0) % 7)
    told = "no test of parallel lines of use (different answers: 7): respondents needed: 100, found: 99."
    for ordinal, answers, expected in (
        (True, seven.head(99), [told]),
        (True, seven, []),
        (False, seven.head(99), []),
    ):
        config_content["regression"] = {"ordinal": ordinal}
        config = Config.model_validate(config_content)
        found = [problem.found for problem in untested_lines(answers, MODEL, config, "config.yaml")]
        assert found == expected
