"""Bars on a terminal, one for each step at work and one for the run; plain lines everywhere else."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.messages import SPOKEN, problem_in
from smartcity_survey.workflow.bars import Bars, lines_of
from smartcity_survey.workflow.progress import (
    BARS,
    Bar,
    has_finished,
    progress_bar,
    tell,
    tell_problems,
    told,
)

if sys.platform != "win32":
    from tests.workflow.engine.terminal import on_terminal, screens

# Two steps at work side by side, one with a bar that ends early; a line for people that looks like markup.
STEP = """
import sys, time
from smartcity_survey.workflow.progress import progress_bar, say
rule, steps = sys.argv[1], int(sys.argv[2])
with progress_bar(f"draws of {rule}") as progress:
    for done in range(1, steps + 1):
        time.sleep(0.1)
        progress(done, 10)
say(f"  {rule}: done")
"""
SNAKEMAKE = """
import subprocess, sys
from smartcity_survey.workflow.progress import RUN, tell
tell(RUN, 0, 3)
print("  read: the same as before", file=sys.stderr, flush=True)
steps = [subprocess.Popen([sys.executable, sys.argv[1], *step]) for step in (("pls", "10"), ("groups", "6"))]
for step in steps:
    step.wait()
print("[bold]a note: " + "long " * 30, file=sys.stderr)
sys.exit(3)
"""
RUN_IT = """
import os, sys
from smartcity_survey.workflow.bars import run_command
sys.exit(run_command([sys.executable, *sys.argv[1:]], os.environ))
"""
NOTE = "[bold]a note: " + "long " * 30


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    for name, text in (("step", STEP), ("snakemake", SNAKEMAKE), ("run", RUN_IT)):
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    return [sys.executable, *(str(tmp_path / f"{name}.py") for name in ("run", "snakemake", "step"))]


@pytest.mark.skipif(sys.platform == "win32", reason="terminals as on Unix")
def test_bars_of_steps_side_by_side_stand_below_the_lines(command: list[str]) -> None:
    written, code = on_terminal(command, {})
    shown = list(screens(written))
    assert code == 3, written
    assert "\x1e" not in written
    # At the end the bars are gone, and every line for people stands there whole.
    *lines, note = (line for line in shown[-1] if line)
    assert sorted(lines) == ["  groups: done", "  pls: done", "  read: the same as before"]
    assert note == NOTE.rstrip()
    bar = re.compile(r"(draws of pls|draws of groups|the whole run) [━╸╺ ]+ +(\d+)/(\d+) +\d:\d\d:\d\d")
    seen = set()
    for screen in shown:
        below = [line for line in screen if line and not line.startswith(("  ", "[bold]"))]
        found = [bar.fullmatch(line) for line in below]
        assert all(found), screen
        seen.add(tuple(match[1] for match in found if match))
        assert all(int(match[2]) <= int(match[3]) for match in found if match)
    assert {"the whole run", "draws of pls", "draws of groups"} in map(set, seen)
    assert any("the whole run" in line and " 3/3 " in line for screen in shown for line in screen)


def test_elsewhere_there_are_plain_lines_alone(command: list[str]) -> None:
    # A program that colours its output where it is told to draws no bars there all the same.
    environment = os.environ | {"FORCE_COLOR": "1", "TTY_INTERACTIVE": "1"}
    finished = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, env=environment)
    assert finished.returncode == 3
    assert finished.stdout == ""
    first, *steps, note = finished.stderr.splitlines()
    assert first == "  read: the same as before"
    assert sorted(steps) == ["  groups: done", "  pls: done"]
    assert note == NOTE


def test_a_line_for_the_run_may_stand_within_another() -> None:
    read, write = os.pipe()
    bar = b'\x1e[7, "draws", 1, 2]\n'
    for piece in (b"one", bar, b"\ntw", bar[:9], bar[9:], b"o\xd0", b"\x96\r\nthree"):
        os.write(write, piece)
    os.close(write)
    found = list(lines_of(read))
    os.close(read)
    assert [line for line in found if not told(line)] == ["one", "twoЖ", "three"]
    assert [told(line) for line in found if told(line)] == [Bar(7, "draws", 1, 2)] * 2


@pytest.mark.skipif(sys.platform == "win32", reason="terminals as on Unix")
def test_a_terminal_that_cannot_move_its_cursor_gets_plain_lines(command: list[str]) -> None:
    written, _ = on_terminal(command, {"TERM": "dumb"})
    assert "the whole run" not in written
    assert "\x1b" not in written
    assert "  read: the same as before\r\n" in written


def test_a_step_tells_of_its_bar_only_where_its_run_draws_bars(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(BARS, raising=False)
    with progress_bar("draws") as progress:
        progress(1, 2)
    assert capsys.readouterr().err == ""
    monkeypatch.setenv(BARS, "1")
    with progress_bar("draws") as progress:
        progress(1, 2)
    *lines, _ = capsys.readouterr().err.split("\n")
    assert [told(line) for line in lines] == [
        Bar(os.getpid(), "draws", 1, 2),
        Bar(os.getpid(), "draws", 1, 1),
    ]


def test_a_step_whose_run_is_gone_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    os.close(read)
    monkeypatch.setenv(BARS, "1")
    gone = os.fdopen(write, "w", encoding="utf-8", buffering=1)
    monkeypatch.setattr(sys, "stderr", gone)
    tell("draws", 1, 2)
    monkeypatch.undo()
    with pytest.raises(BrokenPipeError):
        gone.close()


@pytest.mark.parametrize(
    ("line", "finished"),
    [
        ("  read: done", True),
        ("  pls_assessment: the same as before", True),
        ("read: done", False),
        ("  config.yaml, seed: done", False),
        ("  read: failed", False),
    ],
)
def test_lines_that_say_a_step_is_finished(line: str, finished: bool) -> None:
    assert has_finished(line) is finished
    assert told(line) is None


def test_a_problem_is_told_as_it_was_found_to_a_run_that_draws_bars(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever draws them puts it into the language of who looks; elsewhere it is a line in the run's."""
    problem = Problem("config.yaml, seed", "it is empty.", "Write something.")
    monkeypatch.delenv(BARS, raising=False)
    monkeypatch.setenv(SPOKEN, "ru")
    tell_problems(SurveyError.of([problem]))
    line = capsys.readouterr().err.rstrip("\n")
    assert line == problem_in(problem, "ru") != str(problem)
    assert told(line) is None
    monkeypatch.setenv(BARS, "1")
    tell_problems(SurveyError.of([problem, problem]))
    assert [told(line) for line in capsys.readouterr().err.split("\n") if line] == [problem, problem]
    tell_problems(SurveyError.of([problem]))
    with Bars(Console(file=(shown := io.StringIO())), "ru") as bars:
        bars.show(capsys.readouterr().err.rstrip("\n"))
    assert problem_in(problem, "ru") in shown.getvalue()
