"""Memory and time of a job that runs a whole study: of its steps, as many side by side as it has cores."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from smartcity_survey.errors import SurveyError
from smartcity_survey.report.chapter.files import asks_for_chapter
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import read_config
from smartcity_survey.workflow.catalogue import Catalogue
from smartcity_survey.workflow.resources import SPARE, Size, mib_of, minutes, seconds_of

_OF_SNAKEMAKE = 200
"""MiB of the run itself, which stands beside its steps."""
_UNKNOWN = {"mem_mb": 2000, "runtime": 60}
"""Of a study that cannot be read; its run says why."""


class Numbered(Protocol):
    """The wildcards of a study's job."""

    number: str


def resources_of_studies(folders: Sequence[str]) -> dict[str, Callable[[Numbered, int], int]]:
    """`mem_mb` and `runtime` (minutes) of the jobs of these studies, as Snakemake's executors take them."""

    def asked(kind: str) -> Callable[[Numbered, int], int]:
        return lambda wildcards, threads: resources_of_study(Path(folders[int(wildcards.number)]), threads)[
            kind
        ]

    return {kind: asked(kind) for kind in _UNKNOWN}


def resources_of_study(folder: Path, threads: int) -> dict[str, int]:
    """What a run of one study asks for."""
    try:
        config = read_config(folder / "config.yaml")
        codebook = read_codebook(folder / config.data.codebook)
    except (SurveyError, OSError):
        return _UNKNOWN
    size = Size(folder, config, len(codebook.items))
    steps = [each.name for each in Catalogue(config, codebook).stages()] + ["report"]
    steps += ["chapter"] if asks_for_chapter(config) else []
    largest = sorted((mib_of(step, size) for step in steps), reverse=True)[:threads]
    return {
        "mem_mb": math.ceil(SPARE * sum(largest)) + _OF_SNAKEMAKE,
        "runtime": minutes(sum(seconds_of(step, size) for step in steps)),
    }
