"""Items whose answers are measurements: drafted as such, kept by cleaning, described without codes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.check import check_study
from smartcity_survey.data.clean import clean_responses
from smartcity_survey.data.read import read_survey
from smartcity_survey.new_wave import start_new_wave
from smartcity_survey.stages.answers.describe import describe_answers
from smartcity_survey.study.codebook import Codebook, Scale, read_codebook
from smartcity_survey.study.config import CleaningSection, read_config


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"id": [f"P{i}" for i in range(120)]})
    for block in ("speed", "skill", "sense"):
        common = rng.normal(size=120)
        for k in range(3):
            frame[f"{block}{k + 1}"] = np.round(5 + common + rng.normal(scale=0.5, size=120), 3)
    path = tmp_path / "times.csv"
    frame.to_csv(path, index=False)
    start_new_wave(tmp_path / "wave", path)
    return tmp_path / "wave"


def test_measurements_are_items_whose_scale_holds_every_value(folder: Path) -> None:
    codebook = read_codebook(folder / "codebook.yaml")
    assert list(codebook.constructs) == ["speed", "skill", "sense"]
    assert all(codebook.scale_of(item).continuous for item in codebook.items)
    assert "keep 120." in check_study(folder).summary[2]


def test_fractions_are_answers_and_have_no_frequencies(folder: Path) -> None:
    codebook, config = read_codebook(folder / "codebook.yaml"), read_config(folder / "config.yaml")
    answers = read_survey(folder / config.data.file, codebook, config.data).answers
    cleaned = clean_responses(answers, codebook, config.cleaning).answers
    assert len(cleaned) == 120
    tables = describe_answers(cleaned, codebook).tables
    assert tables["item_frequencies"].empty
    np.testing.assert_allclose(tables["item_descriptives"]["mean"], answers[list(codebook.items)].mean())


def test_whole_codes_are_still_asked_of_other_scales(codebook: Codebook) -> None:
    rows = pd.DataFrame(
        {"respondent": ["a", "b"]} | {item: [1.0, 2.5] for item in codebook.items} | {"city": 1.0}
    )
    section = CleaningSection(rules=("out_of_range",))
    assert len(clean_responses(rows, codebook, section).answers) == 1


def test_a_continuous_scale_may_be_as_long_as_its_values() -> None:
    assert Scale(minimum=0, maximum=1000, continuous=True).maximum == 1000
    with pytest.raises(ValueError, match="at most 101 points"):
        Scale(minimum=0, maximum=1000)


def test_values_beyond_the_ends_exclude_a_questionnaire(folder: Path) -> None:
    codebook, config = read_codebook(folder / "codebook.yaml"), read_config(folder / "config.yaml")
    answers = read_survey(folder / config.data.file, codebook, config.data).answers
    answers.loc[3, "speed1"] = 99.5
    cleaned = clean_responses(answers, codebook, config.cleaning)
    assert cleaned.exclusions[["row", "reason"]].to_numpy().tolist() == [[4, "outside_the_scale"]]
