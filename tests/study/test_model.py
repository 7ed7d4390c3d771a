"""The model is checked against the codebook and against itself."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import ModelSection
from smartcity_survey.study.model import build_model


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
        ({"hypotheses": {"H1": {"from": "use", "to": "trust"}}}, "use -> trust runs back against `paths`"),
    ],
)
def test_contradictions_are_named(
    config_content: dict[str, Any], codebook: Codebook, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(SurveyError) as caught:
        build(config_content["model"] | change, codebook)
    assert str(caught.value).count(message) == 1


def test_keeping_drops_items_but_never_a_construct(
    config_content: dict[str, Any], codebook: Codebook
) -> None:
    model = build(config_content["model"], codebook)
    assert model.keeping(("T1", "U1", "U2")).items == ("T1", "U1", "U2")
    with pytest.raises(SurveyError, match="no item is left for use"):
        model.keeping(("T1",))


def chain(n: int) -> tuple[dict[str, Any], Codebook]:
    """A model section and a codebook of n constructs in a row, each explained by all before it."""
    names = [f"c{number:02d}" for number in range(n)]
    codebook = Codebook.model_validate(
        {
            "scale": {"minimum": 1, "maximum": 5},
            "constructs": {name: {"label": name} for name in names},
            "items": {f"{name}_1": {"construct": name, "label": name} for name in names},
        }
    )
    paths = [{"from": names[:position], "to": names[position]} for position in range(1, n)]
    return {"constructs": {name: {} for name in names}, "paths": paths}, codebook


def test_a_long_chain_of_constructs_is_checked_at_once() -> None:
    content, codebook = chain(40)
    started = time.perf_counter()
    model = build(content, codebook)
    assert time.perf_counter() - started < 2
    assert len(model.paths) == 40 * 39 / 2


def test_one_path_back_in_a_long_chain_is_a_circle() -> None:
    content, codebook = chain(40)
    content["paths"].append({"from": ["c39"], "to": "c38"})
    with pytest.raises(SurveyError, match="they run in a circle: c38 -> c39 -> c38"):
        build(content, codebook)


def test_a_construct_that_explains_itself_is_a_circle(
    config_content: dict[str, Any], codebook: Codebook
) -> None:
    paths = [{"from": ["trust", "use"], "to": "use"}]
    with pytest.raises(SurveyError, match="they run in a circle: use -> use"):
        build(config_content["model"] | {"paths": paths}, codebook)
