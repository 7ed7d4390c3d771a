"""Between Snakemake and the package: how a rule's work is logged and recorded, and how it fails."""

from __future__ import annotations

import sys
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from smartcity_survey.errors import SurveyError
from smartcity_survey.made_from import Step, origin, record


class Job(Protocol):
    """What Snakemake tells a script: the object `snakemake`."""

    rule: str
    input: Iterable[str]
    output: Iterable[str]
    params: Mapping[str, Any]
    log: Sequence[str]


@contextmanager
def logged(job: Job, script: str) -> Iterator[list[str]]:
    """Run a rule's work: warnings and errors go to its log, a SurveyError ends it without a traceback.

    What the results were made from is recorded when they are there. Until then they have no record, so that
    the results of a rule that fails or is killed are out of date.

    Yields
    ------
    A list, for files that the rule writes beside the outputs that Snakemake knows.
    """
    path = Path(job.log[0])
    path.parent.mkdir(parents=True, exist_ok=True)
    step = Step(job.rule, Path(script), dict(job.params.items()), tuple(job.input), tuple(job.output))
    step.record.unlink(missing_ok=True)
    # Before the work: what changes meanwhile is not what the results are made from.
    made_from = origin(step)
    further: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            yield further
            outcome = "done"
        except SurveyError as error:
            outcome = str(error)
        except BaseException:
            path.write_text(traceback.format_exc(), encoding="utf-8")
            raise
    if outcome == "done":
        record(step, made_from, further)
        print(f"  {path.stem}: done", file=sys.stderr)
    lines = [f"{warning.category.__name__}: {warning.message}" for warning in caught]
    path.write_text("\n".join([*lines, outcome]) + "\n", encoding="utf-8")
    if outcome != "done":
        print(outcome, file=sys.stderr)
        raise SystemExit(1)


@contextmanager
def progress_bar(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A line on a terminal that says how far a long step is; nothing where output goes to a file."""
    shown = sys.stderr.isatty()

    def show(done: int) -> None:
        if shown:
            print(f"\r{what}: {done:,} of {total:,}", end="", file=sys.stderr, flush=True)

    yield show
    if shown:
        print(file=sys.stderr)
