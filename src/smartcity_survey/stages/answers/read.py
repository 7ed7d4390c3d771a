"""Read: the survey file into `responses`, with a log of every column."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from smartcity_survey.data.disclosure import protect
from smartcity_survey.data.read import read_survey
from smartcity_survey.io import StageResult
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.needs import Codes, Files, Need
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import Config, DataSection


@dataclass(frozen=True)
class _SurveyFile(Need):
    """The survey file."""

    def files(self, config: Config) -> tuple[str, ...]:
        return (config.data.file,)

    def value(self, paths: Files, options: Any) -> Path:
        return Path(paths[0])


SurveyFile = Annotated[Path, _SurveyFile()]
WithAnswers = Annotated[Codebook, Codes(answers=True)]


@stage("read_log", private=("responses",), hides=protect)
def read_responses(path: SurveyFile, codebook: WithAnswers, section: DataSection) -> StageResult:
    """Read the survey file; respondent-level answers stay private."""
    responses = read_survey(path, codebook, section)
    return StageResult(
        tables={"read_log": responses.log},
        cards={"read_log": {"file": path.name, "n": len(responses.answers), **responses.how}},
        private={"responses": responses.answers},
    )
