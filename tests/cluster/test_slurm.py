"""A study run by Slurm: the same bytes as here; a run goes on after one of its jobs was cancelled."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from smartcity_survey.workflow.catalogue import stages
from smartcity_survey.workflow.made_from import PARTS as MADE_IN_PARTS
from tests.cluster import slurm
from tests.workflow.engine.test_parts import DRAWN, change
from tests.workflow.test_nothing_lost import write_study

REASON = slurm.why_not()
pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(REASON), reason=REASON)]
PARTS = 4
APART = ("private/", "machine.json")
FIRST = ("read", "clean", "describe", "components", "scores", "regression")
"""What the stages that are made in parts wait for."""
LAST = [name for name in (*stages(), "report") if name not in FIRST]
# Accounting is off here, so the queue tells of jobs. The plugin looks at them after so many seconds, and ten
# seconds later each time than the time before. A job has a Snakemake of its own to start: steps that take
# less than that share one, on as many cores as the machine has.
PROFILE = {
    "executor": "slurm",
    "jobs": PARTS,
    "cores": slurm.SLOTS,
    "slurm-status-command": "squeue",
    "slurm-init-seconds-before-status-checks": 5,
    "latency-wait": 10,
    "groups": [*(f"{name}=first" for name in FIRST), *(f"{name}=last" for name in LAST)],
}


def command(folder: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "smartcity_survey", "run", str(folder), *options]


def by_slurm(folder: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(folder, *options),
        env=os.environ | {"PYTHONPATH": str(slurm.APART), "LC_ALL": "C.UTF-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )


def results(folder: Path) -> dict[str, bytes]:
    """What a run wrote, but for what tells of the machine, and for logs and records."""
    reports = folder / "reports"
    files = (path for path in reports.rglob("*") if path.is_file())
    named = {path.relative_to(reports).as_posix(): path for path in files}
    return {name: path.read_bytes() for name, path in named.items() if not name.startswith(APART)}


def cancel(job: str) -> None:
    """Cancel a job, by Slurm's own command, as soon as the queue has it."""
    end = time.monotonic() + 900
    while time.monotonic() < end:
        queue = subprocess.run(["squeue", "-h", "-o", "%i %k"], capture_output=True, text=True).stdout
        for line in queue.splitlines():
            number, _, comment = line.partition(" ")
            if job in comment:
                subprocess.run(["scancel", number], check=True)
                return
        time.sleep(0.2)
    pytest.fail(f"the queue never had a job of {job}")


def test_a_cancelled_run_in_parts_goes_on_and_ends_with_the_bytes_of_a_local_one(tmp_path: Path) -> None:
    here, there, profile = tmp_path / "here", tmp_path / "there", tmp_path / "profile"
    for folder in (here, there):
        write_study(folder)
        change(folder, **DRAWN)
    profile.mkdir()
    (profile / "config.yaml").write_text(yaml.safe_dump(PROFILE), encoding="utf-8")
    local = subprocess.run(command(here), capture_output=True, encoding="utf-8")
    assert local.returncode == 0, local.stderr
    with slurm.slurm(tmp_path):
        asked = "--profile", str(profile), "--parts", str(PARTS)
        with by_slurm(there, *asked) as run:
            cancel("pls_2-of-4")
            told, _ = run.communicate(timeout=900)
        assert run.returncode != 0, told
        assert not (there / "reports" / "report.html").exists()
        with by_slurm(there, *asked) as run:
            told, _ = run.communicate(timeout=900)
        assert run.returncode == 0, told
    assert "rule read:" not in told  # it had ended, and is not done twice
    assert "2-of-4.npz" in told
    assert results(there) == results(here)
    assert not (there / MADE_IN_PARTS).exists()


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
