"""docs/plan.md: its config is one, and has every key; its codebook is one."""

from __future__ import annotations

import re

import yaml

from smartcity_survey.stages.manifest import build_manifest
from smartcity_survey.study.codebook import Item
from smartcity_survey.study.config import Config, read_config
from smartcity_survey.study.next_wave import ClustersSection, FrameSection, PlanSection
from tests.conftest import REPOSITORY

BLOCKS = re.findall(
    r"```yaml\n(.*?)```", (REPOSITORY / "docs/plan.md").read_text(encoding="utf-8"), re.DOTALL
)


def test_the_config_of_the_page_is_one_and_has_every_key() -> None:
    plan = yaml.safe_load(BLOCKS[0])["plan"]
    assert set(plan) == set(PlanSection.model_fields)
    assert set(plan["clusters"]) == set(ClustersSection.model_fields)
    assert set(plan["frame"]) == set(FrameSection.model_fields)
    PlanSection.model_validate(plan)


def test_the_item_of_the_page_is_one() -> None:
    for item in yaml.safe_load(BLOCKS[1])["items"].values():
        assert Item.model_validate(item).wording is not None


def test_no_step_of_a_run_depends_on_the_plan() -> None:
    """A study gives the same bytes whatever its plan: neither the manifest nor a stage knows it."""
    config = read_config(REPOSITORY / "config.yaml")
    planned = config.model_copy(update={"plan": PlanSection(margin_of_error=0.01)})
    assert planned.plan != config.plan
    assert build_manifest(planned, [], "") == build_manifest(config, [], "")
    assert build_manifest(config, [], "")["config"].keys() == Config.model_fields.keys() - {"plan"}
    stages = "\n".join(
        p.read_text(encoding="utf-8") for p in (REPOSITORY / "src/smartcity_survey/stages").rglob("*.py")
    )
    assert not re.search(r"PlanSection|config\.plan\b", stages)
