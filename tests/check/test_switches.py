"""Methods that are switched on and have nothing to work on are told before a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from smartcity_survey.check import check_study
from smartcity_survey.errors import Problem
from smartcity_survey.messages import problem_in
from smartcity_survey.parsing import Refines, Section
from smartcity_survey.stages.pls_advanced.tetrads import check_tetrads
from smartcity_survey.study.config import Config, PlsSection
from tests.stages import simulated

IDLE = "it asks for a method that has nothing to work on: `{}` is empty."


def all_on(content: dict[str, Any], **also: dict[str, Any]) -> dict[str, Any]:
    """A config with every key of these sections that is false unless written."""
    on = {
        section: {
            key: True
            for key, field in type(getattr(Config.model_validate(content), section)).model_fields.items()
            if field.default is False
        }
        for section in ("pls", "groups", "regression", "cfa", "common_method")
    }
    return {**content, **{section: {**keys, **also.get(section, {})} for section, keys in on.items()}}


def told(folder: Path) -> dict[str, Problem]:
    """The warnings about keys that ask for a method."""
    start = f"{folder}/config.yaml, "
    sections = ("pls.", "groups.", "regression.", "cfa.", "common_method.", "data.", "model.other")
    found = {warning.place.removeprefix(start): warning for warning in check_study(folder).warnings}
    # Behind a comma stands a question whose answers a method cannot take: no key that has nothing to work on.
    return {key: warning for key, warning in found.items() if key.startswith(sections) and "," not in key}


def test_without_paths_and_groups(study: Callable[..., Path], config_content: dict[str, Any]) -> None:
    config_content["model"] |= {"paths": [], "hypotheses": {}}
    content = all_on(config_content)
    found = told(study(config=content))
    needs = {"pls": "model.paths", "regression": "model.paths", "groups": "groups.variables"}
    empty = {f"{section}.{key}": keys for section, keys in needs.items() for key in content[section]}
    del empty["groups.alignment_free"]  # of how `groups.alignment` is done, which is asked for, and told
    assert {"pls.segments", "regression.other_estimators", "groups.partial_invariance"} < empty.keys()
    assert {key: warning.found for key, warning in found.items()} == {
        key: IDLE.format(keys) for key, keys in empty.items()
    }
    assert "не с чем работать: `model.paths`" in problem_in(found["pls.segments"], "ru")


def test_a_model_that_has_nothing_of_the_kind(
    study: Callable[..., Path], config_content: dict[str, Any]
) -> None:
    """One path between two constructs of three items: groups are there, so the rest has work."""
    content = all_on(config_content, groups={"variables": ["city"], "smallest": 10})
    assert {key: warning.found for key, warning in told(study(config=content)).items()} == {
        "pls.tetrads": "no construct has 4 items or more.",
        "regression.ordinal": "no test of parallel lines of use (different answers: 5): respondents "
        "needed: 60, found: 40.",
        "pls.mediator_contribution": "no construct is a mediator: no path goes on where another ends.",
    }


def test_one_construct_leaves_nothing_to_turn(
    study: Callable[..., Path], config_content: dict[str, Any]
) -> None:
    model = config_content["model"]
    name = next(iter(model["constructs"]))
    model |= {"constructs": {name: {}}, "paths": [], "hypotheses": {}}
    config_content["cfa"] = {"exploratory": True}
    warning = told(study(config=config_content))["cfa.exploratory"]
    assert warning.found == "the model has one construct."
    assert problem_in(warning, "kk").startswith(f"{warning.place}: модельде бір конструкт бар.")


def test_what_is_not_written_is_not_told(study: Callable[..., Path], config_content: dict[str, Any]) -> None:
    config_content["model"] |= {"paths": [], "hypotheses": {}}
    assert told(study()) == {}


def test_the_run_says_why_it_has_nothing() -> None:
    model = simulated.model()
    few = model.keeping([item for one in model.constructs for item in one.items[:3]])
    result = check_tetrads(simulated.answers(), few, PlsSection(further_draws=100), 3)
    assert result.tables["tetrads"].empty
    assert [line["reason"] for line in result.cards["tetrads"]["refused"]] == ["few_items"]


def test_how_a_thing_is_done_that_is_not_asked_for(
    study: Callable[..., Path], config_content: dict[str, Any]
) -> None:
    config_content["groups"] = {"variables": ["city"], "smallest": 10, "alignment_free": True}
    warning = told(study(config=config_content))["groups.alignment_free"]
    assert warning.found == "it says how `groups.alignment` is done, which is not asked for."
    assert "не включено" in problem_in(warning, "ru")
    config_content["groups"]["alignment"] = True
    assert "groups.alignment_free" not in told(study(config=config_content))


def test_every_switch_that_refines_another_names_a_key_of_its_section(config_content: dict[str, Any]) -> None:
    found = {
        f"{name}.{key}": mark.key in type(section).model_fields
        for name, section in Config.model_validate(config_content)
        if isinstance(section, Section)
        for key, field in type(section).model_fields.items()
        for mark in field.metadata
        if isinstance(mark, Refines)
    }
    assert found == {"groups.alignment_free": True, "robustness.controls_crossed": True}
