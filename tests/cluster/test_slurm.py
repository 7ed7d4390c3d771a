"""A study run by Slurm: the same bytes as here; a run goes on after one of its jobs was cancelled."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cluster import slurm
from tests.workflow.test_nothing_lost import write_study

REASON = slurm.why_not()
pytestmark = pytest.mark.skipif(bool(REASON), reason=REASON)
# Accounting is off here, so the queue tells of jobs; and nothing is gained by waiting before it is asked.
PROFILE = """
executor: slurm
jobs: 4
slurm-status-command: squeue
slurm-init-seconds-before-status-checks: 1
seconds-between-status-checks: 2
latency-wait: 10
"""


def command(folder: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "smartcity_survey", "run", str(folder), *options]


def results(folder: Path) -> dict[str, bytes]:
    """What a run wrote, but for the logs and records that people are not shown."""
    reports = folder / "reports"
    files = (path for path in reports.rglob("*") if path.is_file())
    named = {path.relative_to(reports).as_posix(): path for path in files}
    return {name: path.read_bytes() for name, path in named.items() if not name.startswith("private/")}


def cancel_first(rule: str) -> None:
    """Cancel the job of a rule, by Slurm's own command, as soon as the queue has it."""
    end = time.monotonic() + 300
    while time.monotonic() < end:
        queue = subprocess.run(["squeue", "-h", "-o", "%i %k"], capture_output=True, text=True).stdout
        for line in queue.splitlines():
            number, _, comment = line.partition(" ")
            if rule in comment:
                subprocess.run(["scancel", number], check=True)
                return
        time.sleep(0.2)
    pytest.fail(f"the queue never had a job of {rule}")


def test_a_cancelled_run_goes_on_and_ends_with_the_bytes_of_a_local_one(tmp_path: Path) -> None:
    here, there, profile = tmp_path / "here", tmp_path / "there", tmp_path / "profile"
    for folder in (here, there):
        write_study(folder)
    profile.mkdir()
    (profile / "config.yaml").write_text(PROFILE, encoding="utf-8")
    local = subprocess.run(command(here), capture_output=True, encoding="utf-8")
    assert local.returncode == 0, local.stderr
    with slurm.slurm(tmp_path):
        by_slurm = command(there, "--profile", str(profile))
        with subprocess.Popen(by_slurm, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as run:
            cancel_first("clean")
            told, _ = run.communicate(timeout=400)
        assert run.returncode != 0, told.decode()
        assert not (there / "reports" / "report.html").exists()
        resumed = subprocess.run(by_slurm, capture_output=True, encoding="utf-8", timeout=900)
        assert resumed.returncode == 0, resumed.stderr
    assert "rule read:" not in resumed.stderr  # it had ended, and is not done twice
    assert results(there) == results(here)


def test_an_executor_that_is_not_installed_is_named(tmp_path: Path) -> None:
    write_study(tmp_path / "study")
    asked = subprocess.run(
        command(tmp_path / "study", "--executor", "no-such"),
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"LC_ALL": "C.UTF-8"},
    )
    assert asked.returncode != 0
    assert "pip install snakemake-executor-plugin-no-such" in asked.stderr.replace("\n", " ")
