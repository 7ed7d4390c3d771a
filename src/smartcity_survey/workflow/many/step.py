"""One study of a batch: what its rule does. Apart from `batch.py`, which no step needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from smartcity_survey.errors import Problem
from smartcity_survey.messages import language_of_run, problem_in, translated
from smartcity_survey.workflow.progress import BARS, told


def run_one(name: str, folder: str, cores: int, reason: str) -> None:
    """Run one study of a batch; say how it ended in one line, and all that it said where it failed.

    Parameters
    ----------
    name : what the study is called by.
    reason : file for the first thing that was wrong, where it failed and said so.

    Raises
    ------
    SystemExit
        where it failed.
    """
    language = language_of_run()
    asked = ["--language", language, "run", folder, "--cores", str(cores)]
    command = [sys.executable, "-m", "smartcity_survey", *asked]
    # A run that is told of bars tells problems as they were found, each in a line of its own.
    run = subprocess.run(
        command, capture_output=True, encoding="utf-8", check=False, env=os.environ | {BARS: "1"}
    )
    if not run.returncode:
        print(translated(f"{name}: up to date", language), file=sys.stderr)
        return
    # Not by `splitlines`, for which the mark ends a line.
    lines = [
        told(line) or translated(line, language) for line in (run.stdout + run.stderr).split("\n") if line
    ]
    problems = [problem_in(line, language) for line in lines if isinstance(line, Problem)]
    if problems:
        Path(reason).parent.mkdir(exist_ok=True)
        Path(reason).write_text(problems[0], encoding="utf-8")
    said = [problem_in(line, language) if isinstance(line, Problem) else line for line in lines]
    print("\n".join([f"{name}:", *(line for line in said if isinstance(line, str))]), file=sys.stderr)
    raise SystemExit(1)
