"""What the rule `part` does, and how the rule of a stage takes what was made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from smartcity_survey.stages.declare import Stage, declared_in
from smartcity_survey.stages.needs import Files
from smartcity_survey.stages.parts import Made, nothing_made
from smartcity_survey.workflow.dependencies import code_of_rule, present
from smartcity_survey.workflow.made_from import Step, is_recorded, origin
from smartcity_survey.workflow.parts import made_in, write_part
from smartcity_survey.workflow.perform import at_work, logged, say_end
from smartcity_survey.workflow.progress import DONE, SAME
from smartcity_survey.workflow.stage_job import as_lists


def perform_part(job: Any, script: Path) -> None:
    """Make one part of a stage's draws; none of them where the stage will find its results as recorded.

    Parameters
    ----------
    job : of the rule `part`, whose `options` are the stage's and whose `results` are what that writes.
    script : of the stage's rule.

    Raises
    ------
    SystemExit
        as `perform`.
    """
    with at_work(job):
        (stage,) = declared_in(job.params.options["module"])
        inputs, item = as_lists(job.input), job.wildcards.scatteritem
        step = _step(stage, script, inputs, job.params.options, job.params.results)
        made_from = origin(step, present())
        drawn = None if is_recorded(step, made_from) else item
        name = f"{stage.name}_{item.replace('-', '_')}"
        with logged(job.log[0], name):
            write_part(stage, inputs, job.params.options, drawn, made_from, job.output[0])
        say_end(f"  {name}: {DONE if drawn else SAME}")


def made_by_parts(
    stage: Stage,
    script: Path,
    parts: Iterable[str],
    inputs: Mapping[str, Files],
    options: Mapping[str, Any],
) -> Made:
    """What parts have made of a stage's draws, from what the stage is made from now."""
    paths = list(parts)
    if not paths:
        return nothing_made
    return made_in(paths, origin(_step(stage, script, inputs, options, ()), present()))


def _step(
    stage: Stage,
    script: Path,
    inputs: Mapping[str, Files],
    options: Mapping[str, Any],
    results: Iterable[str],
) -> Step:
    files = tuple(str(path) for own in inputs.values() for path in own)
    return Step(stage.name, code_of_rule(script, options), options, files, tuple(results))
