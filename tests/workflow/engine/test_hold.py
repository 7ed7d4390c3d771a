"""A study is held by one run, until its last process ends in whatever way."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.io import write_bytes
from smartcity_survey.workflow import run as runner
from smartcity_survey.workflow.hold import RUN, hold, step_at_work
from smartcity_survey.workflow.machines import Machines

HOLDER = """
import sys, time
from pathlib import Path
from smartcity_survey.workflow.hold import hold
with hold(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_second_run_is_told_of_the_first(tmp_path: Path) -> None:
    with hold(tmp_path), pytest.raises(SurveyError, match="another run is at work"), hold(tmp_path):
        pass
    with hold(tmp_path):
        pass


def test_a_killed_run_lets_go(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"held"
        with pytest.raises(SurveyError, match="another run is at work"), hold(tmp_path):
            pass
        holder.kill()
    with hold(tmp_path):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="descriptors are not inherited there")
def test_a_child_that_lives_on_keeps_the_hold(tmp_path: Path) -> None:
    with hold(tmp_path) as descriptor:
        child = subprocess.Popen(
            [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[descriptor]
        )
    with pytest.raises(SurveyError, match="another run is at work"), hold(tmp_path):
        pass
    child.communicate(b"\n")
    with hold(tmp_path):
        pass


STEP = """
import sys, time
from pathlib import Path
from smartcity_survey.workflow.hold import step_at_work
with step_at_work(Path(sys.argv[1])):
    print("at work", flush=True)
    time.sleep(600)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no locks to share there")
def test_a_run_is_told_of_a_step_that_outlived_its_run(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", STEP, str(tmp_path)], stdout=subprocess.PIPE) as step:
        assert step.stdout is not None
        assert step.stdout.readline().strip() == b"at work"
        try:
            with step_at_work(tmp_path):
                pass
            with pytest.raises(SurveyError, match="a step of an earlier run is still at work") as caught:
                hold(tmp_path).__enter__()
            if Path("/proc/locks").exists():
                assert f"(process {step.pid})" in str(caught.value)
        finally:
            step.kill()
    with hold(tmp_path):
        pass


def test_a_step_that_comes_after_a_later_run_began_does_not_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(RUN, "earlier")
    with hold(tmp_path, "earlier"), step_at_work(tmp_path), step_at_work(tmp_path):
        pass
    with (
        hold(tmp_path, "later"),
        pytest.raises(SurveyError, match="a later run has begun"),
        step_at_work(tmp_path),
    ):
        pass


def test_a_run_tells_its_steps_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def snakemake(_: object, environment: dict[str, str], *__: object, **___: object) -> int:
        monkeypatch.setenv(RUN, environment[RUN])
        with step_at_work(tmp_path):
            names.append(environment[RUN])
        return 0

    names: list[str] = []
    monkeypatch.setattr("smartcity_survey.check.check_study", lambda _: None)
    monkeypatch.setattr(runner, "run_command", snakemake)
    assert [runner.run_study(tmp_path, Machines(1)) for _ in range(2)] == [0, 0]
    assert len(set(names)) == 2


def test_half_written_files_of_a_killed_run_are_cleared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "reports" / "tables" / "table.csv"
    write_bytes(b"whole", table)

    def killed(self: Path, target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        write_bytes(b"half", table)
    assert len(list(table.parent.iterdir())) == 2
    with hold(tmp_path):
        assert [path.name for path in table.parent.iterdir()] == ["table.csv"]
    assert table.read_bytes() == b"whole"


@pytest.mark.skipif(sys.platform == "win32", reason="leave to read as on Unix")
def test_what_is_of_respondents_is_for_the_owner_alone(tmp_path: Path) -> None:
    private = tmp_path / "reports" / "private"
    before, after = private / "answers.csv", private / "logs" / "read.log"
    write_bytes(b"of an earlier version", before)
    private.chmod(0o755)
    with hold(tmp_path):
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
        write_bytes(b"", after)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (private, after.parent)} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in private.rglob("*") if path.is_file()} == {0o600}
