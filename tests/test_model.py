"""The model is checked against the codebook and against itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from smartcity_survey.codebook import Codebook
from smartcity_survey.config import ModelSection
from smartcity_survey.errors import SurveyError
from smartcity_survey.model import build_model


def build(content: dict[str, Any], codebook: Codebook) -> Any:
    return build_model(ModelSection.model_validate(content), codebook)


def test_items_come_from_the_codebook_unless_named(
    config_content: dict[str, Any], codebook: Codebook
) -> None:
    config_content["model"]["constructs"]["use"] = {"items": ["U2", "U1"]}
    model = build(config_content["model"], codebook)
    assert model.items == ("T1", "T2", "T3", "U2", "U1")
    assert model.outcomes == ("use",)
    assert model.predictors("use") == ("trust",)


def test_path_matrix_has_sources_in_rows(config_content: dict[str, Any], codebook: Codebook) -> None:
    model = build(config_content["model"], codebook)
    np.testing.assert_array_equal(model.path_matrix(), [[False, True], [False, False]])
    np.testing.assert_array_equal(model.membership().sum(axis=0), [3, 3])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"constructs": {"trust": {"items": ["T9"]}, "use": {}}}, "the codebook has no item T9"),
        ({"constructs": {"trust": {"items": ["T1"]}, "use": {"items": ["T1"]}}}, "T1 already measures trust"),
        ({"constructs": {"trust": {}, "usage": {"items": ["U1"]}}}, "the codebook has no such construct"),
        ({"constructs": {"trust": {}, "use": {"items": []}}}, "it has no items"),
        ({"paths": [{"from": ["trust"], "to": "luck"}]}, "luck is not a construct"),
        (
            {"paths": [{"from": ["trust"], "to": "use"}, {"from": ["use"], "to": "trust"}]},
            "in a circle: trust -> use -> trust",
        ),
        ({"paths": [{"from": ["trust", "trust"], "to": "use"}]}, "trust -> use is given twice"),
        ({"hypotheses": {"H1": {"from": "use", "to": "trust"}}}, "there is no path use -> trust"),
    ],
)
def test_contradictions_are_named(
    config_content: dict[str, Any], codebook: Codebook, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(SurveyError) as caught:
        build(config_content["model"] | change, codebook)
    assert message in str(caught.value)


def test_keeping_drops_items_but_never_a_construct(
    config_content: dict[str, Any], codebook: Codebook
) -> None:
    model = build(config_content["model"], codebook)
    assert model.keeping(("T1", "U1", "U2")).items == ("T1", "U1", "U2")
    with pytest.raises(SurveyError, match="no item is left for use"):
        model.keeping(("T1",))
