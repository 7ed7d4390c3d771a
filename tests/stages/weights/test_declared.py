"""No stage ignores weights in silence: what takes them follows from the stages' declarations."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from smartcity_survey.io import StageResult
from smartcity_survey.stages import collection
from smartcity_survey.stages.collection import (
    frames_of_respondents,
    stages,
    without_clusters,
    without_weights,
)
from smartcity_survey.stages.declare import Stage, declared_in, stage
from smartcity_survey.stages.needs import Complete, Measured, frames_of
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import Config, parse_config
from smartcity_survey.workflow.catalogue import Catalogue
from smartcity_survey.workflow.stage_job import compute_stage


def config(content: dict[str, Any], **data: str) -> Config:
    changed = deepcopy(content)
    changed["data"] |= data
    return parse_config(changed, "config.yaml")


def test_stages_of_respondents_either_take_weights_or_are_refused(config_content: dict[str, Any]) -> None:
    own = config(config_content, weight="w")
    refused = {each.name for each in without_weights(own)}
    reads = {
        each.name
        for each in stages().values()
        if each.asked_by(own) and {"answers", "scores"} & set(frames_of(each.needs, own))
    }
    taking = {name for name in reads if stages()[name].takes_weights}
    assert taking | refused == reads
    assert taking & refused == set()
    # By name, those of the issue.
    assert taking >= {"describe", "scores", "components", "adequacy", "cfa", "sem", "regression", "pls"}
    assert {"specification_curve", "groups"} <= taking
    assert "responses" not in frames_of_respondents()
    assert {"answers", "scores"} <= frames_of_respondents()


def test_a_study_without_weights_refuses_nothing(config_content: dict[str, Any], codebook: Codebook) -> None:
    own = config(config_content)
    assert without_weights(own) == without_clusters(own) == ()
    catalogue = Catalogue(own, codebook)
    for name in stages():
        params = catalogue.params(name)
        assert not {"unweighted", "unclustered", "design", "weighting"} & params.keys(), name
    assert not {"survey_design", "raking_margins"} & set(catalogue.made())


@pytest.mark.parametrize("name", [each.name for each in stages().values() if not each.takes_weights])
def test_a_refused_stage_writes_empty_tables_with_the_reason(
    config_content: dict[str, Any], codebook: Codebook, name: str
) -> None:
    own = config(config_content, weight="w")
    if stages()[name] not in without_weights(own):
        return
    params = Catalogue(own, codebook).params(name)
    assert params["unweighted"] == list(stages()[name].made(own))
    with pytest.warns(UserWarning, match="takes no sampling weights"):
        result = compute_stage(stages()[name], {}, params)
    assert set(result.tables) == set(stages()[name].made(own))
    for table, frame in result.tables.items():
        assert frame.empty
        assert [line["reason"] for line in result.cards[table]["refused"]] == ["no_weights"]


def _newcomer(answers: Complete, model: Measured) -> StageResult:
    """A stage that somebody adds without a thought of weights."""
    return StageResult({"new": pd.DataFrame({"n": [len(answers)]})}, {"new": {"method": "counts"}})


def _added() -> Stage:
    _newcomer.__module__ = __name__
    found: Stage = stage("new")(_newcomer).stage  # type: ignore[attr-defined]
    return found


def test_a_new_stage_is_refused_until_it_takes_weights(
    config_content: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    added = _added()
    everybody = {**stages(), added.name: added}
    monkeypatch.setattr(collection, "stages", lambda: everybody)
    assert added in without_weights(config(config_content, weight="w"))
    assert added in without_clusters(config(config_content, cluster="school"))
    assert declared_in("smartcity_survey.stages.answers.read")  # the real ones are as they were


def test_cards_of_stages_without_clusters_say_so(
    config_content: dict[str, Any], codebook: Codebook, tmp_path: Path
) -> None:
    config_content["regression"] = {**config_content.get("regression", {}), "other_estimators": True}
    own = config(config_content, cluster="school")
    names = {each.name for each in without_clusters(own)}
    assert {"adequacy", "components", "other_estimators"} <= names
    assert not {"cfa", "sem", "pls", "regression", "describe", "specification_curve", "groups"} & names
    answers = tmp_path / "answers.csv"
    answers.write_text("T1\n1\n", encoding="utf-8")
    result = compute_stage(
        _added(), {"answers": [answers], "model": [_retention(tmp_path)]}, _params(own, codebook)
    )
    assert result.cards["new"] == {"method": "counts", "clusters": "not_used"}


def _retention(folder: Path) -> Path:
    path = folder / "item_retention.csv"
    rows = [f"{item},True" for item in ("T1", "T2", "T3", "U1", "U2", "U3")]
    path.write_text("\n".join(["item,retained", *rows]) + "\n", encoding="utf-8")
    return path


def _params(own: Config, codebook: Codebook) -> dict[str, Any]:
    needs = _added().needs
    found = {name: need.options(own, codebook) for name, need in needs.items()}
    return {**found, "unclustered": True}
