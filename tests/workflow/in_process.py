"""The steps of a run one after another in this process: the workflow's scripts without its jobs."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from contextlib import chdir
from graphlib import TopologicalSorter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from snakemake.api import SnakemakeApi
from snakemake.iocontainers import Wildcards
from snakemake.resources import Resources
from snakemake.settings.types import OutputSettings, Quietness, ResourceSettings

from smartcity_survey.workflow.run import SNAKEFILE


class StepFailed(AssertionError):
    """A step that a run would have stopped at, with what its log says."""


def run_steps(folder: Path, target: str = "report") -> None:
    """Run every step that the report of a study (or another rule) needs, as `smartcity-survey run` would.

    Raises
    ------
    StepFailed
        where a step ends with a message; any other exception is a step's own.
    """
    with chdir(folder):
        for rule, job in _jobs(folder, target):
            script = Path(rule.basedir.get_path_or_uri(secret_free=True)) / rule.script
            try:
                runpy.run_path(str(script), init_globals={"snakemake": job}, run_name="__main__")
            except SystemExit:
                raise StepFailed(f"{rule.name}: {Path(job.log[0]).read_text(encoding='utf-8')}") from None


def _jobs(folder: Path, target: str) -> Iterator[tuple[Any, SimpleNamespace]]:
    """The rules that the target needs, each after those whose files it reads, with what its script sees."""
    with SnakemakeApi(OutputSettings(quiet={Quietness.ALL}, show_failed_logs=False)) as api:
        workflow = api.workflow(ResourceSettings(cores=1), snakefile=SNAKEFILE, workdir=folder)._workflow
        jobs = {
            rule.name: (rule, _job(rule))
            for rule in workflow.rules
            if rule.script and not rule.wildcard_names
        }
    makers = {file: name for name, (_, job) in jobs.items() for file in job.output}
    needed: dict[str, set[str]] = {}
    open_names = [target]
    while open_names:
        name = open_names.pop()
        if name not in needed:
            needed[name] = {makers[file] for file in jobs[name][1].input if file in makers}
            open_names += needed[name]
    for name in TopologicalSorter(needed).static_order():
        yield jobs[name]


def _job(rule: Any) -> SimpleNamespace:
    wildcards = Wildcards()
    given, *_ = rule.expand_input(wildcards)
    output, _ = rule.expand_output(wildcards)
    params, *_ = rule.expand_params(wildcards, given, output, SimpleNamespace(resources=Resources()))
    log = rule.expand_log(wildcards)
    return SimpleNamespace(rule=rule.name, input=given, output=output, params=params, log=log, threads=1)
