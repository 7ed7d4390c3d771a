"""Small studies that several tests share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from smartcity_survey.study.codebook import Codebook

REPOSITORY = Path(__file__).resolve().parents[1]
_COMPILED = pytest.StashKey[TemporaryDirectory[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Whatever JAX compiles, it compiles once for all processes of a session: that is most of its time."""
    if not hasattr(config, "workerinput"):
        config.stash[_COMPILED] = folder = TemporaryDirectory(prefix="compiled")
        os.environ["JAX_COMPILATION_CACHE_DIR"] = folder.name
        os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
        os.environ["JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES"] = "-1"


def pytest_unconfigure(config: pytest.Config) -> None:
    if folder := config.stash.get(_COMPILED, None):
        folder.cleanup()


@pytest.fixture
def codebook_content() -> dict[str, Any]:
    """Two constructs of three items, one reverse item, one demographic question."""
    return {
        "scale": {"minimum": 1, "maximum": 5, "answers": {1: "no", 5: "yes"}},
        "constructs": {"trust": {"label": "Trust"}, "use": {"label": "Use"}},
        "items": {
            "T1": {"construct": "trust", "label": "Trust one"},
            "T2": {"construct": "trust", "label": "Trust two", "reverse": True},
            "T3": {"construct": "trust", "label": "Trust three"},
            "U1": {"construct": "use", "label": "Use one"},
            "U2": {"construct": "use", "label": "Use two"},
            "U3": {"construct": "use", "label": "Use three"},
        },
        "demographics": {"city": {"label": "City", "categories": {1: "North", 2: "South"}}},
    }


@pytest.fixture
def codebook(codebook_content: dict[str, Any]) -> Codebook:
    return Codebook.model_validate(codebook_content)


@pytest.fixture
def config_content() -> dict[str, Any]:
    """A config for the small codebook: trust explains use."""
    return {
        "study": {"title": "A small study"},
        "data": {"file": "survey.csv", "codebook": "codebook.yaml", "respondent": "id"},
        "cleaning": {"rules": ["blank_form", "duplicate_respondent", "out_of_range", "missing_items"]},
        "model": {
            "constructs": {"trust": {}, "use": {}},
            "paths": [{"from": ["trust"], "to": "use"}],
            "hypotheses": {"H1": {"from": "trust", "to": "use"}},
        },
        "seed": 7,
    }


@pytest.fixture
def survey() -> pd.DataFrame:
    """Forty complete questionnaires of the small study, one common factor per construct."""
    rng = np.random.default_rng(11)
    common = rng.normal(size=(40, 2)) @ np.array([[1.0, 0.5], [0.0, 1.0]])
    noise = rng.normal(scale=0.6, size=(40, 6))
    answers = np.clip(np.round(3 + np.repeat(common, 3, axis=1) + noise), 1, 5).astype(int)
    answers[:, 1] = 6 - answers[:, 1]
    frame = pd.DataFrame(answers, columns=["T1", "T2", "T3", "U1", "U2", "U3"])
    frame.insert(0, "id", [f"P{number:02d}" for number in range(1, 41)])
    frame["city"] = rng.integers(1, 3, size=40)
    return frame


@pytest.fixture
def study(
    tmp_path: Path, codebook_content: dict[str, Any], config_content: dict[str, Any], survey: pd.DataFrame
) -> Callable[..., Path]:
    """Write the small study into a folder; keyword arguments replace whole files' content."""

    def write(
        config: dict[str, Any] = config_content,
        codebook: dict[str, Any] = codebook_content,
        answers: pd.DataFrame = survey,
    ) -> Path:
        folder = tmp_path / "study"
        folder.mkdir(exist_ok=True)
        for name, content in (("config.yaml", config), ("codebook.yaml", codebook)):
            (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        answers.to_csv(folder / "survey.csv", index=False, encoding="utf-8")
        return folder

    return write
