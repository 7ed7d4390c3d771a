"""Doubts about the measurement of a claim's constructs, whatever its coefficient."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from smartcity_survey.stages.evidence.measured_badly import measured_badly
from smartcity_survey.stages.evidence.verdict_sheet import verdict_sheet
from smartcity_survey.study.config import RobustnessSection
from smartcity_survey.study.model import Construct, Hypothesis, Model
from tests.stages.evidence.test_verdict_sheet import MODEL

LOADINGS = pd.DataFrame(
    {"item": ["t1", "t2", "u1", "u2"], "construct": ["trust", "trust", "use", "use"], "loading": 0.8}
)
RELIABILITY = pd.DataFrame({"construct": ["trust", "use"], "cronbach_alpha": [0.8, 0.9]})
CLAIM = Hypothesis("H1", "trust", "use", "positive")


def against(item: str) -> pd.DataFrame:
    return LOADINGS.assign(loading=LOADINGS["loading"].where(LOADINGS["item"] != item, -0.66))


def test_an_item_against_its_construct_and_a_low_alpha_are_doubts() -> None:
    low = RELIABILITY.assign(cronbach_alpha=[0.8, 0.32])
    assert measured_badly(CLAIM, MODEL, LOADINGS, RELIABILITY) == []
    assert measured_badly(CLAIM, MODEL, against("u2"), RELIABILITY) == ["item_against_construct"]
    assert measured_badly(CLAIM, MODEL, LOADINGS, low) == ["unreliable_construct"]
    assert measured_badly(CLAIM, MODEL, against("t1"), low) == [
        "item_against_construct",
        "unreliable_construct",
    ]


def test_constructs_of_other_claims_or_of_weights_of_their_own_raise_none() -> None:
    other = Hypothesis("H2", "ease", "use", "positive")
    assert measured_badly(other, MODEL, against("t1"), RELIABILITY) == []
    formative = replace(MODEL, constructs=(Construct("trust", ("t1", "t2"), "mode_b"), MODEL.constructs[1]))
    assert measured_badly(CLAIM, formative, against("t1"), RELIABILITY) == []
    through = replace(other, via=("trust",))
    assert measured_badly(through, MODEL, against("t1"), RELIABILITY) == ["item_against_construct"]
    moderated = replace(other, moderator="trust")
    assert measured_badly(moderated, MODEL, against("t1"), RELIABILITY) == ["item_against_construct"]


@pytest.mark.parametrize("nothing", [None, pd.DataFrame()])
def test_without_estimates_there_is_no_doubt(nothing: pd.DataFrame | None) -> None:
    assert measured_badly(CLAIM, MODEL, nothing, nothing) == []


@pytest.mark.parametrize("kind", ["path", "mediation"])
def test_the_verdict_sheet_tells_them(kind: str) -> None:
    """Of paths, and of claims that have no further test."""
    claim = CLAIM if kind == "path" else replace(CLAIM, via=("trust",))
    line = {"hypothesis": "H1", "predictor": "trust", "outcome": "use", "expected_sign": "positive"}
    hypotheses = pd.DataFrame([line | {"method": "pls", "estimate": 0.4, "p": 0.001, "verdict": "confirmed"}])
    if kind == "path":
        hypotheses = pd.concat([hypotheses, hypotheses.assign(method="ols")])
    nothing = pd.DataFrame()
    model: Model = replace(MODEL, hypotheses=(claim,) if kind == "path" else ())
    model = model if kind == "path" else replace(model, effect_hypotheses=(claim,))
    result = verdict_sheet(
        hypotheses, *[nothing] * 5, model, RobustnessSection(), None, against("u1"), RELIABILITY
    )
    told = result.tables["verdict_sheet"]["caveats"].iloc[0]
    assert "item_against_construct" in told.split(", ")
