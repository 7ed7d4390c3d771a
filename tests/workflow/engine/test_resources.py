"""Memory and time of steps on a cluster: more for more answers and draws, and every rule has some."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from smartcity_survey.audit.paper import read_paper
from smartcity_survey.own_yaml import load_own
from smartcity_survey.stages.checks import reproduction
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import Config, parse_config, read_config
from smartcity_survey.workflow.catalogue import Catalogue, stages
from smartcity_survey.workflow.resources import MEASURED, Size, resources_of, urgency
from smartcity_survey.workflow.resources.studies import resources_of_studies, resources_of_study
from tests.conftest import REPOSITORY
from tests.workflow.test_nothing_lost import write_study

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


def needs(rule: str, answers: float, config: Config, **wildcards: str) -> dict[str, int]:
    """What a job of a rule asks for, in a study with so many answers."""
    size = Size(Path("nowhere"), config, 1)
    vars(size)["answers"] = answers
    return {kind: of(SimpleNamespace(**wildcards)) for kind, of in resources_of(rule, size).items()}


@pytest.mark.parametrize("rule", sorted(RULES))
def test_more_answers_need_no_less(rule: str, config: Config):
    small, large = (needs(rule, answers, config) for answers in (34_476, 51e5))
    assert small["mem_mb"] >= 150
    assert small["runtime"] >= 5
    assert large["mem_mb"] > small["mem_mb"]
    assert large["runtime"] >= small["runtime"]
    assert set(small) == {"mem_mb", "runtime"}


def with_draws(config: Config, draws: int) -> Config:
    return config.model_copy(update={"pls": config.pls.model_copy(update={"bootstrap_draws": draws})})


def test_time_grows_with_draws_beyond_those_it_was_measured_with(config: Config):
    drawn = config.pls.bootstrap_draws
    more = with_draws(config, 100 * 10_000)
    before, after = (needs("pls", 51e8, one)["runtime"] for one in (config, more))
    assert drawn <= 10_000
    assert after == pytest.approx(100 * before, rel=0.05)


def test_a_part_needs_the_memory_of_its_stage_and_its_share_of_the_time(config: Config):
    many = with_draws(config, 1_000_000)
    whole, part = needs("pls", 51e8, many), needs("part", 51e8, many, stage="pls", scatteritem="3-of-4")
    assert part["mem_mb"] == whole["mem_mb"]
    assert part["runtime"] == pytest.approx(whole["runtime"] / 4, rel=0.01)


def test_a_text_has_a_line_for_each_respondent_and_other_files_count_by_their_bytes(
    tmp_path: Path, config: Config
):
    section = config.data
    for name, content, answers in (
        ("a.csv", b"head\n" + b"1,2\n" * 9, 10 * 7),
        ("a.sav", b"x" * 100, 400),
        ("none.csv", None, 0),
    ):
        there = config.model_copy(update={"data": section.model_copy(update={"file": name})})
        size = Size(tmp_path, there, 7)
        asked = resources_of("read", size)
        assert not vars(size).get("answers")
        # Only now, as a job asks: nothing is read while the rules are.
        if content is not None:
            (tmp_path / name).write_bytes(content)
        assert size.answers == answers
        assert asked["mem_mb"](SimpleNamespace()) >= 150


def test_every_rule_declares_its_own():
    for path in (REPOSITORY / "rules").glob("*.smk"):
        if path.stem not in {"common", "batch"}:
            name = "name" if path.stem == "stage" else f'"{path.stem}"'
            assert f"**resources_of({name}, size)," in path.read_text(encoding="utf-8"), path


def test_what_most_waits_for_is_the_most_urgent(config: Config):
    found = urgency(Catalogue(config, read_codebook(REPOSITORY / "data" / "codebook.yaml")))
    assert found["read"] > found["clean"] > found["scores"] > found["regression"] > found["robustness"]
    # The table of verdicts waits for the curve, and nothing for that table; by hand from measured.yaml.
    assert found["specification_curve"] == 8 + found["verdict_sheet"]
    assert found["verdict_sheet"] == 4


def test_the_paper_is_not_read_for_every_rule(monkeypatch: pytest.MonkeyPatch):
    """It took half of the time before the first step of a run."""
    read = []
    monkeypatch.setattr(reproduction, "read_paper", lambda folder: read.append(folder) or read_paper(folder))
    bundled = Catalogue(
        read_config(REPOSITORY / "config.yaml"), read_codebook(REPOSITORY / "data" / "codebook.yaml")
    )
    monkeypatch.chdir(REPOSITORY)
    assert "printed_congruence" in bundled.made()
    for name in urgency(bundled):
        assert bundled.outputs(name)
        bundled.inputs(name)
    assert 0 < len(read) < 10 < len(urgency(bundled))


def test_a_step_without_draws_has_its_least_time(config: Config):
    """`cfa.bootstrap_draws` may be left empty: no bootstrap of factor models."""

    def asked(draws: int | None) -> dict[str, int]:
        cfa = config.cfa.model_copy(update={"bootstrap_draws": draws})
        return needs("model_bootstrap", 1000, config.model_copy(update={"cfa": cfa}))

    assert asked(None) == asked(1000)
    assert asked(20_000)["runtime"] > 4 * asked(None)["runtime"]


def test_a_study_of_a_batch_asks_for_what_its_steps_need(tmp_path: Path):
    folder = tmp_path / "study"
    write_study(folder)
    one, two = (resources_of_study(folder, threads) for threads in (1, 2))
    # The largest step with half as much more, and the run beside it; all steps one after another.
    measured = load_own(MEASURED)
    assert one["mem_mb"] >= 200 + 1.5 * max(
        measured[step]["mib"] for step in ("report", "specification_curve")
    )
    assert one["mem_mb"] < two["mem_mb"] < 2 * one["mem_mb"]
    assert 5 <= one["runtime"] == two["runtime"] <= 10
    survey = folder / "жауаптар 1.csv"
    survey.write_text(survey.read_text(encoding="utf-8") * 20_000, encoding="utf-8")
    large = resources_of_study(folder, 1)
    assert large["mem_mb"] > 3 * one["mem_mb"]
    assert large["runtime"] > 2 * one["runtime"]
    by_rule = resources_of_studies([str(folder)])
    assert by_rule["mem_mb"](SimpleNamespace(number="0"), 1) == large["mem_mb"]


def test_a_study_that_cannot_be_read_asks_for_something(tmp_path: Path):
    (tmp_path / "config.yaml").write_text("broken: [", encoding="utf-8")
    assert resources_of_study(tmp_path, 1) == {"mem_mb": 2000, "runtime": 60}
