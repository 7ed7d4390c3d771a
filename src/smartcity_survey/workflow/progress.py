"""What a step tells the run that started it: how far it is, and that it is finished.

Steps work side by side and would write over one another's bars on a terminal. So none draws a bar: each
tells the run by lines on its stderr, and the run, which alone writes to the terminal, draws them all
(`workflow/bars.py`). Where the run draws no bars, or Snakemake was started by hand, no such line is written.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import NamedTuple

from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.messages import language_of_run, problem_in
from smartcity_survey.study.config import Language

BARS = "SMARTCITY_SURVEY_BARS"
"""Environment variable that tells a step that its run draws bars."""
RUN = "the whole run"
"""The bar of all steps together."""
DONE, SAME = "done", "the same as before"
"""How a step ends: it made its results, or found them up to date."""
MARK = "\x1e"
"""What a line for the run begins with: a control character that no text has, the separator of records."""


class Bar(NamedTuple):
    """How far a bar is.

    Attributes
    ----------
    process : the step's process id; a step has one bar at a time.
    """

    process: int
    what: str
    done: int
    total: int


def say(line: str) -> None:
    """Write a line to stderr in one piece: of two printed at the same time one may split the other."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def tell(what: str, done: int, total: int) -> None:
    """Tell the run how far a bar of this process is; a run that is gone is told nothing."""
    if BARS in os.environ:
        with suppress(OSError):
            say(f"{MARK}{json.dumps(Bar(os.getpid(), what, done, total))}")


def tell_problems(error: SurveyError, language: Language | None = None) -> None:
    """Say what is wrong; a run that draws bars is told it as it was found, for who reads it there.

    language : by default that of the run.
    """
    for one in error.problems:
        if BARS in os.environ:
            say(f"{MARK}{json.dumps(asdict(one))}")
        else:
            say(problem_in(one, language or language_of_run()))


def told(line: str) -> Bar | Problem | None:
    """What a line of a step tells of its bar or of a problem; None of a line that is for people."""
    if not line.startswith(MARK):
        return None
    found = json.loads(line[1:])
    return Problem(**found) if isinstance(found, dict) else Bar(*found)


def has_finished(line: str) -> bool:
    """Whether a line says that a step is finished."""
    rule, _, how = line.partition(": ")
    return line.startswith("  ") and rule.strip().isidentifier() and how in (DONE, SAME)


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar that says how far a long step is: called with how much is finished, and of how much."""
    yield lambda done, total: tell(what, done, total)
    tell(what, 1, 1)
