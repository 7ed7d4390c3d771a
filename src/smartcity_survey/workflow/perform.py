"""Between Snakemake and the package: how a rule's work is logged and recorded, and how it fails."""

from __future__ import annotations

import os
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, Protocol

from smartcity_survey.errors import SurveyError, refused_by_system
from smartcity_survey.messages import error_in, language_of_run, translated
from smartcity_survey.places import require_places
from smartcity_survey.workflow.dependencies import code_of_rule, present
from smartcity_survey.workflow.hold import step_at_work
from smartcity_survey.workflow.made_from import Step, is_recorded, origin, record, remove_edited
from smartcity_survey.workflow.progress import BARS, DONE, SAME, say, tell_problems

AT_WORK = "at work"
"""The only line of a step's log until its end: of one that was ended from outside it stays."""
FINISHED = "done"
"""The last line of a step's log; of one that failed it is what went wrong."""


class Job(Protocol):
    """What Snakemake tells a script: the object `snakemake`."""

    rule: str
    input: Iterable[str]
    output: Iterable[str]
    params: Mapping[str, Any]
    log: Sequence[str]


def perform(job: Job, script: str, work: Callable[[], Iterable[str] | None]) -> None:
    """Do a rule's work and record what its results were made from, unless they are there as recorded.

    Snakemake has a rule run again whenever one runs whose results it reads, be these the same or not; it is
    here that their content decides. Results have no record until they are all there: those of a rule that
    fails or is killed are out of date.

    Parameters
    ----------
    script : the file of the rule's script.
    work : makes the results; may return names of files it wrote beside the rule's outputs.

    Raises
    ------
    SystemExit
        with a message in the log and on the standard error: the work met a problem of the study; something
        else stands where a file is to be written; the run that started the step was killed and a later one
        has begun.
    """
    with at_work(job):
        _perform(job, script, work)


@contextmanager
def at_work(job: Job) -> Iterator[None]:
    """Keep later runs from beginning while a job is at work; what is wrong is told.

    Raises
    ------
    SystemExit
        where something else stands in a file's place; where a later run has begun.
    """
    with _told():
        require_places([*job.log, *job.output])
        with step_at_work(Path()):
            yield


@contextmanager
def _told() -> Iterator[None]:
    """Snakemake, which calls the script, would print a traceback for what is only to be told."""
    try:
        yield
    except SurveyError as error:
        tell_problems(error)
        raise SystemExit(1) from None
    except (OSError, MemoryError) as error:
        tell_problems(refused_by_system(error, str(Path().resolve())))
        raise SystemExit(1) from None


def _perform(job: Job, script: str, work: Callable[[], Iterable[str] | None]) -> None:
    options = dict(job.params.items())
    code = code_of_rule(Path(script), options)
    step = Step(job.rule, code, options, tuple(job.input), tuple(job.output))
    # Before the work: what changes meanwhile is not what the results are made from.
    made_from = origin(step, present())
    if is_recorded(step, made_from):
        for path in step.outputs:
            Path(path).touch()
        say_end(f"  {step.rule}: {SAME}")
        return
    remove_edited(step)
    step.record.unlink(missing_ok=True)
    with logged(job.log[0], job.rule):
        record(step, made_from, work() or ())
    say_end(f"  {step.rule}: {DONE}")


def say_end(line: str) -> None:
    """Say that a step is finished; a run that draws bars knows such lines, and translates them itself."""
    say(line if BARS in os.environ else translated(line, language_of_run()))


@contextmanager
def logged(log: str | Path, rule: str) -> Iterator[None]:
    """Warnings and errors of a rule's work go to its log; a problem ends it without a traceback.

    A problem is a SurveyError, and what the system does not give: room on a disk, memory, a file.
    """
    path = Path(log)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{AT_WORK}\n", encoding="utf-8")
    refused: SurveyError | None = None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            yield
        except SurveyError as error:
            refused = error
        except (OSError, MemoryError, BrokenExecutor) as error:
            refused = refused_by_system(error, rule)
        except BaseException:
            path.write_text(traceback.format_exc(), encoding="utf-8")
            raise
    lines = [f"{warning.category.__name__}: {warning.message}" for warning in caught]
    outcome = error_in(refused, language_of_run()) if refused else FINISHED
    with suppress(OSError) if refused else nullcontext():
        path.write_text("\n".join([*lines, outcome]) + "\n", encoding="utf-8")
    if refused:
        tell_problems(refused)
        raise SystemExit(1)
