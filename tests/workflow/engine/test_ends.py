"""A run ends well: whatever ends it, nothing stays at work, and what is said is one sentence."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.workflow.hold import hold
from tests.workflow.test_nothing_lost import write_study

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and groups of processes as on Unix")

# A command that starts a process in a group of its own making, as Snakemake starts steps by a shell, and both
# tell who they are.
WORKER = """
import os, subprocess, sys, time
from pathlib import Path
if len(sys.argv) == 2:
    below = subprocess.Popen([sys.executable, "-I", "-S", __file__, sys.argv[1], "below"])
    Path(sys.argv[1]).write_text(f"{os.getpid()} {below.pid}")
time.sleep(600)
"""
RUN = """
import os, sys
from smartcity_survey import cli
from smartcity_survey.workflow.bars import run_command
@cli.app.command()
def work(worker: str, told: str):
    raise SystemExit(run_command([sys.executable, "-I", "-S", worker, told], os.environ))
cli.main()
"""


def is_at_work(process: int) -> bool:
    try:
        os.kill(process, 0)
        state = Path(f"/proc/{process}/stat")
        return not state.is_file() or state.read_text(encoding="utf-8").rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


def wait_until(holds: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return holds()


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A run whose command and step are at work, and the ids of these."""
    worker, told = tmp_path / "worker.py", tmp_path / "told"
    worker.write_text(WORKER, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "-c", RUN, "work", str(worker), str(told)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    ) as run:
        assert wait_until(lambda: told.is_file() and bool(told.read_text()))
        processes = [int(one) for one in told.read_text().split()]
        yield run, processes
        for process in processes:
            if is_at_work(process):
                os.kill(process, signal.SIGKILL)
        run.kill()


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whoever_asks_for_the_end_gets_one_sentence(
    at_work: tuple[subprocess.Popen[str], list[int]], asked: signal.Signals
) -> None:
    run, processes = at_work
    os.kill(run.pid, asked)
    said, wrong = run.communicate(timeout=20)
    assert (said, wrong) == ("", "Stopped; what was finished stays as it is.\n")
    assert run.returncode == 128 + asked
    # Not only soon: the end is not told of before.
    assert [one for one in processes if is_at_work(one)] == []


@pytest.mark.parametrize("whole_group", [False, True], ids=["command", "its group"])
def test_a_killed_run_leaves_nothing_at_work(
    at_work: tuple[subprocess.Popen[str], list[int]], whole_group: bool
) -> None:
    run, processes = at_work
    (os.killpg if whole_group else os.kill)(run.pid, signal.SIGKILL)
    assert wait_until(lambda: not any(map(is_at_work, processes)))


def test_what_is_told_not_to_hang_up_does_not(tmp_path: Path) -> None:
    """As under nohup."""
    script = (
        "import os, signal\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "from smartcity_survey.workflow.ending.signals import stopping\n"
        "with stopping('SIGHUP'):\n"
        "    os.kill(os.getpid(), signal.SIGHUP)\n"
        "print('on')\n"
    )
    assert subprocess.check_output([sys.executable, "-c", script], encoding="utf-8") == "on\n"


def test_a_command_that_ends_is_told_by_its_code(tmp_path: Path) -> None:
    from smartcity_survey.workflow.bars import run_command

    assert run_command([sys.executable, "-c", "raise SystemExit(3)"], os.environ) == 3
    killed = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert run_command([sys.executable, "-c", killed], os.environ) == 128 + signal.SIGKILL


@pytest.mark.parametrize("refused", [False, True])
def test_a_command_gets_ready_and_begins_when_it_may(tmp_path: Path, refused: bool) -> None:
    """What stands in the way of a run is found while Snakemake is imported; it then never begins."""
    from smartcity_survey.workflow.bars import run_command

    ready, begun = tmp_path / "ready", tmp_path / "begun"
    command = (
        "import pathlib, sys\n"
        f"pathlib.Path({str(ready)!r}).touch()\n"
        f"sys.stdin.readline() and pathlib.Path({str(begun)!r}).touch()"
    )

    def before() -> None:
        assert wait_until(ready.is_file)
        assert not begun.is_file()
        if refused:
            raise SurveyError("survey.csv", "is empty.", "Fill it.")

    with pytest.raises(SurveyError) if refused else nullcontext():
        assert run_command([sys.executable, "-c", command], os.environ, before) == 0
    assert begun.is_file() != refused


def test_a_second_run_is_told_the_process_of_the_first(tmp_path: Path) -> None:
    with (
        hold(tmp_path),
        pytest.raises(SurveyError, match=rf"or end it \(process {os.getpid()}\)\."),
        hold(tmp_path),
    ):
        pass


def limited(folder: Path, shell: str) -> subprocess.CompletedProcess[str]:
    """The command `run` of a small study in a shell with a limit."""
    write_study(folder)
    command = f'{shell}; exec "$0" -m smartcity_survey --language en run "$1"'
    return subprocess.run(
        ["sh", "-c", command, sys.executable, str(folder)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("shell", "sentence"),
    [
        ("ulimit -v 400000", "ulimit -v: there is too little memory. Allow 2097152 or more"),
        ("ulimit -n 16", "too many files are open. Run again when it is given; what is finished stays."),
        ("ulimit -f 8", ".snakemake/trial: it cannot be written: it is larger than files may be here."),
    ],
)
def test_what_the_system_does_not_give_is_told_before_anything_begins(
    tmp_path: Path, shell: str, sentence: str
) -> None:
    ended = limited(tmp_path / "study", shell)
    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert sentence in line
    assert not (tmp_path / "study/reports/tables").exists()
