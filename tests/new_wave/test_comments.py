"""Options are described once, in `study/config.py`: comments of configs and the schema for editors follow."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest
import yaml

from smartcity_survey.messages import translated
from smartcity_survey.new_wave import comments, start_new_wave
from smartcity_survey.new_wave.comments import SCHEMA, commented, schema, schema_text
from smartcity_survey.study.config import Language
from tests.conftest import REPOSITORY
from tests.options import CONFIG, SHIPPED_SCHEMA

BUNDLED = CONFIG.read_text(encoding="utf-8")
REMEDY = "run python -m tests.options"


@pytest.fixture
def drafted(tmp_path: Path, survey: pd.DataFrame) -> Path:
    survey.to_csv(tmp_path / "survey.csv", index=False)
    start_new_wave(tmp_path / "wave", tmp_path / "survey.csv")
    return tmp_path / "wave"


def changes(old: str, new: str) -> list[str]:
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm="")
    return [line for line in lines if line[0] in "+-" and line[:3] not in ("+++", "---")]


def test_comments_of_the_bundled_config_are_the_descriptions() -> None:
    assert commented(BUNDLED) == BUNDLED, REMEDY


def test_the_shipped_schema_is_that_of_the_config() -> None:
    assert SHIPPED_SCHEMA.read_text(encoding="utf-8") == schema_text(), REMEDY


def test_a_drafted_config_has_the_descriptions_and_none_of_its_own(drafted: Path) -> None:
    text = (drafted / "config.yaml").read_text(encoding="utf-8")
    assert commented(text) == text
    assert "  # kind of bootstrap interval (percentile, bca or studentised; default: percentile)\n" in text
    assert "\n# PLS-SEM and its bootstrap. Also: scheme, correlation, " in text
    template = (SHIPPED_SCHEMA.parent / "config.yaml.j2").read_text(encoding="utf-8")
    head, body = template.split("\n\n", 1)
    assert all(line.startswith("# ") for line in head.splitlines())
    assert "#" not in body


def test_a_description_that_changes_is_seen_in_config_and_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    other = deepcopy(dict(schema()))
    other["$defs"]["PlsSection"]["properties"]["scheme"]["description"] = "weighting inside"
    other["$defs"]["HypothesisSection"]["properties"]["sign"]["default"] = "negative"
    monkeypatch.setattr(comments, "schema", lambda: other)
    assert changes(BUNDLED, commented(BUNDLED)) == [
        "-  #   sign: direction claimed (positive or negative; default: positive)",
        "+  #   sign: direction claimed (positive or negative; default: negative)",
        "-  # inner weighting (path, factorial or centroid; default: path)",
        "+  # weighting inside (path, factorial or centroid; default: path)",
    ]
    assert SHIPPED_SCHEMA.read_text(encoding="utf-8") != schema_text()


OWN = """# A note.

# stale
seed: 1 # mine

# Another note.

scores: {method: mean}
study:
# stale
# stale
    title: '# no comment'
"""

WITH_COMMENTS = """# A note.

# seed of every random stream
seed: 1 # mine

# Another note.

# How a construct's items become one score.
scores: {method: mean}
# What the study is called and how its report reads. Also: language, wave, reconstruction, bounds.
study:
    # title of the report, one text or one per language
    title: '# no comment'
"""


def test_notes_that_stand_apart_stay_and_stale_comments_go() -> None:
    assert commented(OWN) == WITH_COMMENTS
    assert commented(WITH_COMMENTS) == WITH_COMMENTS


def options(section: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for part in (section, *section["$defs"].values()):
        yield from part["properties"].items()


def test_every_option_is_described() -> None:
    undescribed = {
        name for name, option in options(schema()) if "description" not in option and "$ref" not in option
    }
    assert undescribed == set()
    meanings = [
        option["items"] for _, option in options(schema()) if "enumDescriptions" in option.get("items", {})
    ]
    assert [len(each["enumDescriptions"]) for each in meanings] == [len(each["enum"]) for each in meanings]
    assert len(meanings) == 1


def test_editors_find_the_schema_and_it_takes_what_the_program_takes(drafted: Path) -> None:
    folders = [REPOSITORY, drafted, REPOSITORY / "tests/bfi"]
    for folder in folders:
        config = folder / "config.yaml"
        jsonschema.validate(yaml.safe_load(config.read_text(encoding="utf-8")), schema())
    for folder in folders[:2]:
        line = next(line for line in (folder / "config.yaml").open(encoding="utf-8") if "$schema=" in line)
        named = folder / line.removeprefix("# yaml-language-server: $schema=").strip()
        assert json.loads(named.read_text(encoding="utf-8")) == schema()
    assert (drafted / SCHEMA).read_bytes() == SHIPPED_SCHEMA.read_bytes()


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("pls", "bootstrap_drews", 1000),
        ("pls", "interval", "percentiles"),
        ("pls", "folds", 1),
        ("cleaning", "rules", ["blank"]),
        ("model", "paths", [{"from": ["economy"], "too": "adoption"}]),
    ],
)
def test_the_schema_refuses_what_the_program_refuses(section: str, key: str, value: object) -> None:
    config = yaml.safe_load(BUNDLED)
    config[section][key] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(config, schema())


QUESTIONS = {"ru": "Вопрос о доверии", "kk": "Сенім туралы сұрақ, қала өмірі"}


def words_of_schema() -> set[str]:
    """Keys of a config and words that its values may be, which no language translates."""

    def within(part: Any) -> Iterator[str]:
        if isinstance(part, Mapping):
            yield from part.get("properties", {})
            yield from (word for word in part.get("enum", ()) if isinstance(word, str))
            for inner in part.values():
                yield from within(inner)
        elif isinstance(part, list):
            for inner in part:
                yield from within(inner)

    return set(within(schema())) | {"html", "eigenvalue", "false", "true"}


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_comments_of_a_draft_are_in_the_language_of_its_questions(language: Language, tmp_path: Path) -> None:
    head = ",".join(f"{QUESTIONS[language]} {number}".replace(",", " ") for number in range(1, 7))
    lines = [",".join(str(1 + (row * k + row // k) % 5) for k in range(1, 7)) for row in range(60)]
    (tmp_path / "survey.csv").write_text("\n".join([head, *lines]), encoding="utf-8")
    draft = start_new_wave(tmp_path / "wave", tmp_path / "survey.csv")
    assert draft.config["language"] == language
    text = (tmp_path / "wave/config.yaml").read_text(encoding="utf-8")
    told = [line for line in text.splitlines() if line.strip().startswith("#") and "$schema" not in line]
    assert len(told) > 50
    known = words_of_schema()
    foreign = {
        word
        for line in told
        for word in re.findall(r"[A-Za-z_]{3,}", re.sub(r"`[^`]*`", "", line))
        if word not in known | {"APA", "PLS", "SEM"}
    }
    assert foreign == set(), "add their texts to src/smartcity_survey/messages/config.yaml"
    assert yaml.safe_load(text) == yaml.safe_load(commented(text))


def drafted_texts() -> Iterator[str]:
    """Descriptions of every option that a draft may have, and of what its lists consist of."""
    template = (SHIPPED_SCHEMA.parent / "config.yaml.j2").read_text(encoding="utf-8")
    for name in re.findall(r"^(\w+):", template, flags=re.MULTILINE):
        option = schema()["properties"][name]
        section = comments._resolved(option)
        yield str(section.get("description") or option["description"])
        named = set(re.findall(r"^  (\w+):", template.partition(f"\n{name}:")[2].partition("\n\n")[0], re.M))
        for key, part in section.get("properties", {}).items():
            if key in named or name == "data":
                yield str(part["description"])
                inner = part.get("items") or part.get("additionalProperties") or {}
                yield from map(str, inner.get("enumDescriptions", ()))
                for own in comments._resolved(inner).get("properties", {}).values():
                    yield str(own["description"])


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_every_option_that_a_draft_may_have_is_translated(language: Language) -> None:
    texts = list(drafted_texts())
    assert len(texts) > 45
    missing = [text for text in texts if not re.search("[а-яәіңғүұқөһ]{3}", translated(text, language))]
    assert missing == [], "add them to src/smartcity_survey/messages/config.yaml"
