"""The tables of higher-order constructs, on the simulated survey."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pytest

from smartcity_survey.io import StageResult
from smartcity_survey.stages.pls.higher_order import HIGHER_ORDER_TABLES
from smartcity_survey.stages.pls.moderation import MODERATION_TABLES
from smartcity_survey.stages.pls.pls import estimate_pls
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import ModelSection, PlsSection
from smartcity_survey.study.model import Model, build_model
from tests.stages import simulated

FIRST, SECOND, THIRD, *OTHERS, OUTCOME = simulated.CONSTRUCTS
PARTS = [FIRST, SECOND, THIRD]
SMART = "smart"


def model(**entry: Any) -> Model:
    """Three constructs are one; it and the other three explain the outcome."""
    book = simulated.codebook().model_dump(by_alias=True)
    book["constructs"][SMART] = {"label": "Smart"}
    section = {
        "constructs": {name: {} for name in simulated.CONSTRUCTS} | {SMART: {"of": PARTS, **entry}},
        "paths": [{"from": [SMART, *OTHERS], "to": OUTCOME}],
        "hypotheses": {
            "H1": {"from": SMART, "to": OUTCOME},
            "H2": {"from": OTHERS[0], "to": OUTCOME, "sign": "negative"},
        },
    }
    return build_model(ModelSection.model_validate(section), Codebook.model_validate(book))


def estimated(interval: str = "percentile", **entry: Any) -> StageResult:
    section = PlsSection.model_validate({"interval": interval, "bootstrap_draws": 100})
    return estimate_pls(simulated.answers(), model(**entry), section, seed=1)


def test_the_rest_of_the_analysis_sees_the_components() -> None:
    built = model()
    assert built.names == simulated.CONSTRUCTS
    assert built.paths == tuple((name, OUTCOME) for name in simulated.CONSTRUCTS[:-1])
    assert [claim.name for claim in built.hypotheses] == ["H2"]
    assert [claim.name for claim in built.higher_hypotheses] == ["H1"]


@pytest.mark.parametrize("interval", ["percentile", "bca", "studentised"])
def test_paths_have_intervals_and_verdicts(interval: Literal["percentile", "bca", "studentised"]) -> None:
    paths = estimated(interval).tables["higher_order_paths"]
    assert paths["source"].tolist() == [SMART, *OTHERS]
    assert set(paths["target"]) == {OUTCOME}
    assert (paths["ci_low"] < paths["estimate"]).all()
    assert (paths["estimate"] < paths["ci_high"]).all()
    assert paths["hypothesis"].tolist() == ["H1", "H2", "", ""]
    assert paths["verdict"].tolist() == ["confirmed", "not_confirmed", "", ""]


@pytest.mark.parametrize(
    ("entry", "roles"),
    [
        ({}, ["weight"] * 3 + ["loading"] * 3),
        ({"mode": "mode_b"}, ["weight"] * 3 + ["loading"] * 3),
        ({"approach": "repeated_indicators"}, ["loading"] * 3),
        ({"approach": "repeated_indicators", "mode": "mode_b"}, ["weight"] * 3),
    ],
)
def test_components_make_up_their_construct(entry: dict[str, str], roles: list[str]) -> None:
    result = estimated(**entry)
    components, quality = (result.tables[f"higher_order_{name}"] for name in ("components", "quality"))
    assert components["role"].tolist() == roles
    assert components["lower_order"].tolist() == PARTS * (len(roles) // 3)
    assert (components["ci_low"] < components["estimate"]).all()
    formative = entry.get("mode") == "mode_b"
    assert result.cards["higher_order_paths"]["mode"] == ("A, B" if formative else "A")
    weights = components[components["role"] == "weight"]
    assert (weights["vif"] > 1).all()
    assert quality["construct"].tolist() == ([OUTCOME] if formative else [OUTCOME, SMART])
    if not formative:
        own = quality.set_index("construct").loc[SMART]
        assert np.isnan(own["r2"])
        loadings = components.loc[components["role"] == "loading", "estimate"]
        assert own["ave"] == pytest.approx((loadings**2).mean())
    assert quality.set_index("construct").loc[OUTCOME, "r2"] > 0.4


def test_a_model_without_them_has_no_such_tables() -> None:
    section = PlsSection(bootstrap_draws=100)
    result = estimate_pls(simulated.answers(), simulated.model(), section, seed=1)
    assert not {*MODERATION_TABLES, *HIGHER_ORDER_TABLES} & set(result.tables)
