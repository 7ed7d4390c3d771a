"""A step that is killed alone, as where memory runs out: told by its name; the next run makes up for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workflow.engine.test_ends import is_at_work, wait_until
from tests.workflow.test_nothing_lost import COMMAND, digests, run, write_study

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals as on Unix")

# Python imports this as it starts: whoever is about to put a whole file in its place tells so and waits.
HOOK = """
import os, pathlib, time
_replace = pathlib.Path.replace
def replace(self, target):
    place, told = pathlib.Path(target), pathlib.Path(os.environ["TOLD"])
    if place.as_posix().endswith(os.environ["STOP_AT"]):
        told.write_text(str(os.getpid()))
        time.sleep(600)
    return _replace(self, target)
pathlib.Path.replace = replace
"""
WRITTEN = [
    *("tables/read_log.csv", "private/answers.csv", "cards/clean.json", "private/made_from/scores.json"),
    *("tables/pls_paths.csv", "manifest.json", "figures/path.svg", "report.kk.html", "report.html"),
]


def killed_while_writing(folder: Path, place: str, hook: Path) -> str:
    """What a run says whose step is killed as it writes a file of the reports; nothing is left at work."""
    hook.mkdir(exist_ok=True)
    (hook / "sitecustomize.py").write_text(HOOK, encoding="utf-8")
    told = hook / "told"
    told.unlink(missing_ok=True)
    with subprocess.Popen(
        [*COMMAND[:-1], "--language", "en", "run", str(folder), "--cores", "2"],
        env=os.environ | {"PYTHONPATH": str(hook), "TOLD": str(told), "STOP_AT": f"reports/{place}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert wait_until(
            lambda: bool(told.is_file() and told.read_text()) or process.poll() is not None, 300
        )
        step = int(told.read_text(encoding="utf-8"))
        os.kill(step, signal.SIGKILL)
        _, wrong = process.communicate(timeout=120)
    assert process.returncode == 1
    assert not is_at_work(step)
    assert "Traceback" not in wrong
    return wrong


def test_the_step_is_told_and_nothing_half_written_stands(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    write_study(folder)
    told = killed_while_writing(folder, "tables/read_log.csv", tmp_path / "hook")
    assert "read: it was ended from outside. End other programs, or run with fewer cores" in told
    assert not (folder / "reports/tables/read_log.csv").exists()


@pytest.mark.slow
def test_killed_in_each_write_a_study_ends_with_the_same_bytes(tmp_path: Path) -> None:
    folder, reference = tmp_path / "study", tmp_path / "reference"
    for one in (folder, reference):
        write_study(one)
    run(reference)
    for place in WRITTEN:
        told = killed_while_writing(folder, place, tmp_path / "hook")
        assert "ended from outside" in told, place
        assert not (folder / "reports" / place).exists()
    run(folder)
    assert digests(folder) == digests(reference)
    assert not list(folder.rglob("*.partial"))
