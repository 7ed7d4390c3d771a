"""The config refuses what it does not know, and says which key and what to write."""

from __future__ import annotations

import os
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.parsing import read_yaml
from smartcity_survey.study.config import Config, parse_config, read_config
from tests.conftest import REPOSITORY


def test_the_bundled_config_is_valid() -> None:
    config = read_config(REPOSITORY / "config.yaml")
    assert config.scores.method == "cfa_regression"
    assert list(config.model.hypotheses) == ["H1", "H2", "H3", "H4", "H5", "H6"]


def test_defaults_of_optional_sections(config_content: dict[str, Any]) -> None:
    config = parse_config(config_content, "config.yaml")
    assert isinstance(config, Config)
    assert config.pls.bootstrap_draws == 10_000
    assert config.factors.minimum_loading is None
    assert config.scores.method == "mean"


def test_a_construct_on_both_sides_has_no_single_score_by_skrondal_and_laake(
    config_content: dict[str, Any],
) -> None:
    content = deepcopy(config_content) | {"scores": {"method": "cfa_skrondal_laake"}}
    assert parse_config(content, "config.yaml").scores.method == "cfa_skrondal_laake"
    content["model"]["constructs"]["habit"] = {}
    content["model"]["paths"].append({"from": ["use"], "to": "habit"})
    with pytest.raises(
        SurveyError, match=r"two kinds, and use is both; choose another method, such as `mean`"
    ):
        parse_config(content, "config.yaml")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            ("factors",),
            {"n_componets": 3},
            "config.yaml, factors.n_componets: unknown key. Did you mean `n_components`?",
        ),
        (("sceed",), 1, "config.yaml, sceed: unknown key. Did you mean `seed`?"),
        (
            ("scores",),
            {"method": "median"},
            "config.yaml, scores.method: 'median' is not allowed. Choose one of 'mean', 'sum'",
        ),
        (
            ("pls",),
            {"continuity": [1.5, 0]},
            "config.yaml, pls.continuity.0: found 1.5. Write a number below 1.",
        ),
        (("seed",), -1, "config.yaml, seed: found -1. Write 0 or more."),
        (
            ("model", "paths"),
            [{"from": ["trust"], "too": "use"}],
            "config.yaml, model.paths.0.too: unknown key. Did you mean `to`?",
        ),
        (
            ("cleaning",),
            {"rules": ["careless"]},
            "config.yaml, cleaning: contradiction: the rule `careless` and its limits",
        ),
    ],
)
def test_a_wrong_key_or_value_is_named(
    config_content: dict[str, Any], path: tuple[str, ...], value: object, message: str
) -> None:
    content = deepcopy(config_content)
    block = content
    for key in path[:-1]:
        block = block[key]
    block[path[-1]] = value
    with pytest.raises(SurveyError) as caught:
        parse_config(content, "config.yaml")
    assert any(str(problem).startswith(message) for problem in caught.value.problems), str(caught.value)


def test_a_missing_key_says_what_it_is_for(config_content: dict[str, Any]) -> None:
    del config_content["data"]["file"]
    with pytest.raises(SurveyError, match=r"data\.file: this key is missing\. It says: survey file"):
        parse_config(config_content, "config.yaml")


def test_all_problems_are_listed_at_once(config_content: dict[str, Any]) -> None:
    config_content["sceed"] = 1
    config_content["pls"] = {"scheme": "star"}
    with pytest.raises(SurveyError) as caught:
        parse_config(config_content, "config.yaml")
    assert len(caught.value.problems) == 2


def test_a_key_given_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("seed: 1\nseed: 2\n", encoding="utf-8")
    with pytest.raises(SurveyError, match=r"line 2: not valid yaml: the key `seed` is given twice"):
        read_config(path)


def test_broken_yaml_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("study:\n  title: [a\nseed: 1\n", encoding="utf-8")
    with pytest.raises(SurveyError, match=r"config\.yaml, line 3: not valid yaml"):
        read_config(path)


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
@pytest.mark.parametrize("name", ["config.yaml", "codebook.yaml"])
def test_a_pipe_or_a_device_is_refused_and_not_read(tmp_path: Path, name: str, make: Any) -> None:
    make(tmp_path / name)
    with pytest.raises(SurveyError, match="it is no file but a device or a pipe"):
        read_yaml(tmp_path / name)


def test_every_number_has_two_ends_or_is_data() -> None:
    """A number without an end is one that a computation may not survive."""

    def endless(schema: Any, path: str) -> Iterator[str]:
        if isinstance(schema, dict):
            if schema.get("type") in ("number", "integer"):
                ends = ({"minimum", "exclusiveMinimum"}, {"maximum", "exclusiveMaximum"})
                if not all(end & schema.keys() for end in ends):
                    yield path
            for key, part in schema.items():
                yield from endless(part, f"{path}/{key}" if key not in PASSED else path)
        elif isinstance(schema, list):
            for part in schema:
                yield from endless(part, path)

    # Codes, rows and sheets of the survey's own, counts of people, and limits of an index of the survey.
    data = {
        "CleaningSection/careless", "DataSection/header_rows", "DataSection/label_row", "DataSection/marked",
        "DataSection/missing_codes", "DataSection/sheet", "DataSection/skip_rows", "FrameSection/sheet",
        "FrameSection/skip_rows", "MarginSection/population", "PlanSection/smallest_stratum",
    }  # fmt: skip
    assert {path.strip("/") for path in endless(Config.model_json_schema(), "")} == data


PASSED = {"$defs", "properties", "items", "anyOf", "additionalProperties", "prefixItems"}
