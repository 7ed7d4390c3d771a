"""One study of a batch: what its rule does. Apart from `batch.py`, which no step needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from smartcity_survey.messages import language_of_run, translated


def run_one(folder: str, cores: int) -> None:
    """Run one study of a batch; say how it ended in one line, and all that it said where it failed.

    Raises
    ------
    SystemExit
        where it failed.
    """
    language = language_of_run()
    asked = ["--language", language, "run", folder, "--cores", str(cores)]
    command = [sys.executable, "-m", "smartcity_survey", *asked]
    run = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    name = Path(folder).name
    if run.returncode:
        print(f"{name}:\n{run.stdout}{run.stderr}", file=sys.stderr)
        raise SystemExit(1)
    print(translated(f"{name}: up to date", language), file=sys.stderr)
