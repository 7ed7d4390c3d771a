"""Claims about constructs on a circle: a verdict by least squares does not stand there without a word."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from smartcity_survey.stages.evidence.fed_back import fed_back
from smartcity_survey.stages.evidence.verdict_sheet import verdict_sheet
from smartcity_survey.stats.core.significance import LEVEL_MARGIN
from smartcity_survey.study.config import RobustnessSection
from smartcity_survey.study.model import Hypothesis
from tests.stages.evidence.test_verdict_sheet import MODEL

PATHS = pd.DataFrame(
    {
        "outcome": ["use", "use", "trust"],
        "predictor": ["trust", "ease", "use"],
        "first_stage_f": [40.0, None, 9],
    }
)
TESTS = pd.DataFrame({"outcome": ["use", "trust"], "hausman_p": [0.0004, 0.4]})
CLAIM = Hypothesis("H1", "trust", "use", "positive")


def test_a_biased_verdict_and_weak_instruments_are_doubts_about_their_own_outcome() -> None:
    assert fed_back(CLAIM, PATHS, TESTS, 0.05) == ["feedback_biased"]
    assert fed_back(CLAIM, PATHS, TESTS, 0.0001) == []
    assert fed_back(replace(CLAIM, source="use", target="trust"), PATHS, TESTS, 0.05) == ["feedback_weak"]
    assert fed_back(replace(CLAIM, source="trust", target="ease"), PATHS, TESTS, 0.05) == []
    through = replace(CLAIM, target="ease", via=("trust", "use"), source="age")
    assert fed_back(through, PATHS, TESTS, 0.05) == ["feedback_biased", "feedback_weak"]


def test_a_p_within_the_margin_of_the_level_is_no_doubt() -> None:
    """As all verdicts decide: what the last digits of a processor may turn is not significant."""
    for p, doubts in (
        (0.05 * (1 - LEVEL_MARGIN / 2), []),
        (0.05 * (1 - 2 * LEVEL_MARGIN), ["feedback_biased"]),
    ):
        assert fed_back(CLAIM, PATHS, TESTS.assign(hausman_p=p), 0.05) == doubts


def test_an_equation_without_a_solution_is_a_doubt() -> None:
    tests = TESTS.assign(hausman_p=[None, 0.01])
    assert fed_back(CLAIM, PATHS.query("outcome == 'trust'"), tests, 0.05) == ["feedback_unsolved"]
    back = replace(CLAIM, source="use", target="trust")
    assert fed_back(back, PATHS.query("outcome == 'trust'"), tests, 0.05) == [
        "feedback_biased",
        "feedback_weak",
    ]
    assert fed_back(CLAIM, pd.DataFrame(), tests.assign(hausman_p=None), 0.05) == ["feedback_unsolved"]
    assert fed_back(replace(CLAIM, target="ease"), PATHS, tests, 0.05) == []


@pytest.mark.parametrize("nothing", [None, pd.DataFrame()])
def test_without_estimates_there_is_no_doubt(nothing: pd.DataFrame | None) -> None:
    assert fed_back(CLAIM, nothing, nothing, 0.05) == []


def test_the_verdict_sheet_tells_them() -> None:
    line = {"hypothesis": "H1", "predictor": "trust", "outcome": "use", "expected_sign": "positive"}
    found = pd.DataFrame([line | {"method": "ols", "estimate": 0.4, "p": 0.001, "verdict": "confirmed"}])
    nothing = pd.DataFrame()
    model = replace(MODEL, hypotheses=(CLAIM,))
    result = verdict_sheet(
        *(found, nothing, nothing, nothing, nothing, nothing, model, RobustnessSection()),
        feedback_paths=PATHS,
        feedback_tests=TESTS,
    )
    assert "feedback_biased" in result.tables["verdict_sheet"]["caveats"].iloc[0].split(", ")
