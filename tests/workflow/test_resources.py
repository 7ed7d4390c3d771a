"""Memory and time of steps on a cluster: more for more answers and draws, and every rule has some."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from smartcity_survey.own_yaml import load_own
from smartcity_survey.study.config import Config, parse_config
from smartcity_survey.workflow.catalogue import stages
from smartcity_survey.workflow.resources import MEASURED, Size, resources_of, size_of
from tests.conftest import REPOSITORY

RULES = {*stages(), "report", "chapter", "reconstruct"}


@pytest.fixture
def config(config_content: dict[str, Any]) -> Config:
    return parse_config(config_content, "config.yaml")


def test_what_was_measured_is_of_rules_that_there_are_and_options_that_there_are(config: Config):
    measured = load_own(MEASURED)
    assert set(measured) - {"other"} <= RULES
    assert {"pls", "specification_curve", "report"} <= set(measured)
    for needs in measured.values():
        if "draws" in needs:
            section, key = needs["draws"]["option"].split(".")
            assert getattr(getattr(config, section), key) > 0


@pytest.mark.parametrize("rule", sorted(RULES))
def test_more_answers_need_no_less(rule: str, config: Config):
    small, large = (resources_of(rule, Size(answers, config)) for answers in (34_476, 51e5))
    assert small["mem_mb"] >= 150
    assert small["runtime"] >= 5
    assert large["mem_mb"] > small["mem_mb"]
    assert large["runtime"] >= small["runtime"]
    assert set(small) == {"mem_mb", "runtime"}


def test_time_grows_with_draws_beyond_those_it_was_measured_with(config: Config):
    drawn = config.pls.bootstrap_draws
    more = config.model_copy(update={"pls": config.pls.model_copy(update={"bootstrap_draws": 100 * 10_000})})
    before, after = (resources_of("pls", Size(51e8, one))["runtime"] for one in (config, more))
    assert drawn <= 10_000
    assert after == pytest.approx(100 * before, rel=0.05)


def test_a_text_has_a_line_for_each_respondent_and_other_files_count_by_their_bytes(
    tmp_path: Path, config: Config
):
    section = config.data
    for name, content, answers in (
        ("a.csv", b"head\n" + b"1,2\n" * 9, 10 * 7),
        ("a.sav", b"x" * 100, 400),
        ("none.csv", None, 0),
    ):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        there = config.model_copy(update={"data": section.model_copy(update={"file": name})})
        assert size_of(tmp_path, there, 7).answers == answers


def test_every_rule_declares_its_own():
    for path in (REPOSITORY / "rules").glob("*.smk"):
        if path.stem not in {"common", "batch"}:
            assert f'**resources_of("{path.stem}", size),' in path.read_text(encoding="utf-8"), path


def test_a_step_without_draws_has_its_least_time(config: Config) -> None:
    """`cfa.bootstrap_draws` may be left empty: no bootstrap of clusters."""
    without = config.model_copy(update={"cfa": config.cfa.model_copy(update={"bootstrap_draws": None})})
    more = config.model_copy(update={"cfa": config.cfa.model_copy(update={"bootstrap_draws": 20_000})})
    least = resources_of("cluster_bootstrap", Size(1000, without))
    assert least == resources_of("cluster_bootstrap", Size(1000, config))
    assert resources_of("cluster_bootstrap", Size(1000, more))["runtime"] > 4 * least["runtime"]
