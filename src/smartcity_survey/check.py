"""Check: everything that can be known to be wrong before anything runs."""

from __future__ import annotations

from pathlib import Path

from smartcity_survey.codebook import read_codebook
from smartcity_survey.config import read_config
from smartcity_survey.model import build_model
from smartcity_survey.read import read_survey


def check_study(folder: Path) -> list[str]:
    """Read config, codebook, model and survey file of a study; say what was found.

    Raises
    ------
    SurveyError
        with every problem of the first file that has any.
    """
    config = read_config(folder / "config.yaml")
    codebook = read_codebook(folder / config.data.codebook)
    model = build_model(config.model, codebook)
    responses = read_survey(folder / config.data.file, codebook, config.data)
    counts = f"{len(model.names)} constructs, {len(model.paths)} paths, {len(model.hypotheses)} hypotheses"
    questions = f"{len(codebook.items)} items, {len(codebook.demographics)} demographic questions"
    return [
        f"config.yaml: {counts}.",
        f"{config.data.codebook}: {questions}.",
        f"{config.data.file}: {len(responses.answers)} questionnaires.",
        "Nothing stands in the way of a run.",
    ]
