"""Read: the survey file into `responses`, with a log of every column."""

from __future__ import annotations

from pathlib import Path

from smartcity_survey.data.read import read_survey
from smartcity_survey.io import StageResult
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import DataSection


def read_responses(path: Path, codebook: Codebook, section: DataSection) -> StageResult:
    """Read the survey file; respondent-level answers stay private."""
    responses = read_survey(path, codebook, section)
    return StageResult(
        tables={"read_log": responses.log},
        cards={"read_log": {"file": path.name, "n": len(responses.answers), **responses.how}},
        private={"responses": responses.answers},
    )
