"""A forked step does what `python script` does, and is never forked from code that has changed."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from smartcity_survey.workflow import forks
from smartcity_survey.workflow.forked_step import KILLED, SERVER

pytestmark = pytest.mark.skipif(not forks.can_fork(), reason="steps are forked on Linux alone")

TELL = """
import os, sys
print(*sys.argv, os.getcwd(), os.environ["TOLD"], sys.stdin.read(), __name__, sep="|")
print("pytest" in sys.modules, os.path.basename(sys.path[0]), file=sys.stderr)
"""
"""A script; modules of this test's own process are only in forks of it."""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in the place of the package."""
    folder = tmp_path / "package"
    (folder / "__pycache__").mkdir(parents=True)
    (folder / "module.py").write_text("a = 1\n", encoding="utf-8")
    monkeypatch.setattr(forks, "PACKAGE", folder)
    return folder


@pytest.fixture
def server(package: Path) -> Iterator[str]:
    with forks.serving(lambda: None) as name:
        yield name


def start(script: str, folder: Path, server: str, *arguments: str) -> subprocess.Popen[str]:
    path = folder / "кітап" / "a script.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(script, encoding="utf-8")
    return subprocess.Popen(
        [*forks.CLIENT, "кітап/a script.py", *arguments],
        cwd=folder,
        env=os.environ | {SERVER: server, "TOLD": "сөз", "PYTHONUTF8": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def done(script: str, folder: Path, server: str, *arguments: str) -> tuple[int, str, str]:
    process = start(script, folder, server, *arguments)
    out, err = process.communicate("given")
    return process.returncode, out.strip(), err.strip()


def test_a_forked_step_is_as_a_python_of_its_own(tmp_path: Path, server: str) -> None:
    forked = done(TELL, tmp_path, server, "more")
    alone = done(TELL, tmp_path, "nobody", "more")
    assert forked[:2] == alone[:2] == (0, f"кітап/a script.py|more|{tmp_path}|сөз|given|__main__")
    assert (forked[2], alone[2]) == ("True кітап", "False кітап")


@pytest.mark.parametrize(
    ("script", "code", "said"),
    [
        ("raise SystemExit(3)", 3, ""),
        ("raise SystemExit", 0, ""),
        ("raise SystemExit('a reason')", 1, "a reason"),
        ("1 / 0", 1, "ZeroDivisionError: division by zero"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", KILLED, ""),
    ],
)
def test_exit_codes_and_reasons_come_through(
    tmp_path: Path, server: str, script: str, code: int, said: str
) -> None:
    ended, out, err = done(script, tmp_path, server)
    assert (ended, out, err.split("\n")[-1]) == (code, "", said)


def test_no_step_is_forked_from_code_that_has_changed(tmp_path: Path, package: Path, server: str) -> None:
    (package / "__pycache__" / "module.pyc").write_text("", encoding="utf-8")
    assert done(TELL, tmp_path, server)[2].startswith("True")
    module = package / "module.py"
    times = module.stat()
    module.write_text("a = 2\n", encoding="utf-8")
    os.utime(module, ns=(times.st_atime_ns, times.st_mtime_ns))
    code, out, err = done(TELL, tmp_path, server)
    assert (code, err) == (0, "False кітап")
    assert out


@pytest.mark.parametrize("change", ["a new file", "a file less"])
def test_files_that_come_and_go_are_changes(tmp_path: Path, package: Path, server: str, change: str) -> None:
    if change == "a new file":
        (package / "more.yaml").touch()
    else:
        (package / "module.py").unlink()
    assert done(TELL, tmp_path, server)[2].startswith("False")


def test_steps_work_side_by_side_and_a_server_ends_with_its_run(tmp_path: Path, package: Path) -> None:
    waiting = "import os, sys; print(os.getpid(), flush=True); sys.stdin.read()"
    with forks.serving(lambda: None) as name:
        both = [start(waiting, tmp_path, name) for _ in range(2)]
        ids = [int(process.stdout.readline()) for process in both if process.stdout]
        assert len(set(ids)) == 2
        # What Ctrl-C sends to all of a run ends the step, and not the server before it.
        os.kill(ids[0], signal.SIGINT)
        assert both[0].wait() != 0
        assert "KeyboardInterrupt" in both[0].communicate()[1]
        # A step goes on where its run is gone, as it does without a server.
    assert both[1].communicate("")[0] == ""
    assert both[1].returncode == 0
    assert done(TELL, tmp_path, name)[2].startswith("False")


def test_a_step_that_has_begun_is_not_begun_again(tmp_path: Path, server: str) -> None:
    """Though it dies before it says how it went."""
    script = f"import os\nopen({str(tmp_path / 'begun')!r}, 'a').write('x')\nos._exit(0)"
    assert done(script, tmp_path, server)[0] == KILLED
    assert (tmp_path / "begun").read_text(encoding="utf-8") == "x"


def test_the_state_of_the_package_is_found_quickly() -> None:
    start_of_test = time.process_time()
    assert len(forks.state()) > 300
    assert time.process_time() - start_of_test < 0.5
    assert sys.executable in forks.CLIENT


@pytest.mark.parametrize("told", ["\n", ""])
def test_a_run_goes_on_where_there_can_be_no_server(told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps are then started as ever; nothing is where nobody is left to say that it may begin."""
    ran: list[tuple[str, bool]] = []

    def refused(*_: object) -> object:
        raise OSError("no such sockets here")

    monkeypatch.setattr(forks, "serving", refused)
    monkeypatch.setattr("snakemake.cli.main", lambda: ran.append((sys.executable, SERVER in os.environ)))
    monkeypatch.delenv(SERVER, raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO(told))
    before = sys.executable
    forks.main()
    assert ran == ([(before, False)] if told else [])
