"""A study in a notebook: its stages one by one, without Snakemake."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory

from smartcity_survey.check import check_study
from smartcity_survey.errors import SurveyError
from smartcity_survey.io import PRIVATE_DECIMALS, StageResult, write_table
from smartcity_survey.study.arguments import require_path, require_text
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import read_config
from smartcity_survey.study.model_checks import nearest
from smartcity_survey.workflow.catalogue import Catalogue, makers, stages
from smartcity_survey.workflow.stage_job import compute_stage


class Study:
    """The study of a folder with its `config.yaml`; stages are computed when they are asked for.

    >>> Study("my study").run("measurement").tables["htmt"]          # doctest: +SKIP

    Nothing is written into the folder, and nothing that stands in its `reports` is read: each stage is
    computed from the survey file on, and kept for the stages that follow it.

    Raises
    ------
    SurveyError
        where config or codebook cannot be read.
    """

    def __init__(self, folder: str | Path = ".") -> None:
        self.folder = require_path(folder, "Study, folder").resolve()
        self.config = read_config(self.folder / "config.yaml")
        self._codebook = read_codebook(self.folder / self.config.data.codebook)
        self._kept = TemporaryDirectory(prefix="study-")
        self._catalogue = Catalogue(self.config, self._codebook, Path(self._kept.name))
        self._results: dict[str, StageResult] = {}

    @property
    def stages(self) -> tuple[str, ...]:
        """Names of the study's stages."""
        return tuple(each.name for each in self._catalogue.stages())

    def run(self, stage: str) -> StageResult:
        """The result of a stage: its tables, how they were computed, and respondent-level frames.

        Raises
        ------
        SurveyError
            where the study has no such stage, or its survey file has problems.
        """
        require_text(stage, "Study.run, stage", f"Choose from {', '.join(self.stages)}.")
        if stage not in self.stages:
            found = "is for other studies." if stage in stages() else "is no stage."
            raise SurveyError(f"stage {stage}", found, nearest(stage, self.stages))
        if not self._results:
            check_study(self.folder)
        return self._result(stage)

    def _result(self, stage: str) -> StageResult:
        """The result of a stage, after those that it reads."""
        if stage not in self._results:
            for frame in self._catalogue.read_by(stage):
                self._result(makers()[frame].name)
            with chdir(self.folder):
                inputs, params = self._catalogue.inputs(stage), self._catalogue.params(stage)
                result = compute_stage(stages()[stage], inputs, params)
            for name, table in result.tables.items():
                write_table(table, self._catalogue.table(name))
            for name, private in result.private.items():
                write_table(private, self._catalogue.frame(name), PRIVATE_DECIMALS)
            self._results[stage] = result
        return self._results[stage]
