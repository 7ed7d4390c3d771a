"""Bars of a run on a terminal: one for the whole run, and below it one for each long step at work.

Snakemake finds a logger plugin only as a package of its own, at the top of the path and called
`snakemake_logger_plugin_...`; there is no entry point that a module of ours could register. Such a plugin
would not see the steps' own lines either, which go past it to the terminal. So the run reads all lines that
Snakemake and the steps write, draws the bars itself, and prints above them what is for people.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from smartcity_survey.errors import Problem
from smartcity_survey.messages import language_of_run, problem_in, translated
from smartcity_survey.study.config import Language
from smartcity_survey.workflow.ending import guard
from smartcity_survey.workflow.ending.signals import stopping
from smartcity_survey.workflow.progress import BARS, MARK, RUN, has_finished, told

_FOR_THE_RUN = re.compile(f"{MARK}.*\n".encode())


def run_command(
    command: Sequence[str],
    environment: Mapping[str, str],
    before: Callable[[], object] = lambda: None,
    **options: Any,
) -> int:
    """Run a command that tells of its steps; its exit code.

    Where stderr is no terminal its lines go there as they come, and nothing else does.

    Parameters
    ----------
    before : done while the command gets ready, which is told by a line that it may begin; if it raises, the
        command ends.
    options : further ones of `subprocess.Popen`.
    """
    console = Console(stderr=True)
    if not (sys.stderr.isatty() and console.is_interactive):
        with stopping("SIGTERM", "SIGHUP"), guarded(command, env=environment, **options) as process:
            _begin(process, before)
            return process.wait()
    read, write = os.pipe()
    told_bars = {**environment, BARS: "1"}
    with (
        stopping("SIGTERM", "SIGHUP"),
        Bars(console, language_of_run(environment)) as bars,
        os.fdopen(read, "rb", buffering=0) as lines,
        guarded(command, env=told_bars, stderr=write, **options) as process,
    ):
        os.close(write)
        _begin(process, before)
        for line in lines_of(lines.fileno()):
            bars.show(line)
        return process.wait()


def _begin(process: subprocess.Popen[bytes], before: Callable[[], object]) -> None:
    before()
    if process.stdin:
        with suppress(OSError), process.stdin as told_so:  # a command that has ended reads no more
            told_so.write(b"\n")


@contextmanager
def guarded(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends, with all that it has started, where the block or this process ends (`guard.py`).

    Windows has no groups of processes to end: there steps at work go on to their own end.
    """
    options["stdin"] = subprocess.PIPE
    if sys.platform == "win32":
        with subprocess.Popen(command, **options) as process:
            yield process
        return
    lifeline, held = os.pipe()
    with ExitStack() as at_the_end:
        with os.fdopen(lifeline, "rb"), os.fdopen(held, "wb") as ours:
            options["pass_fds"] = [*options.get("pass_fds", ()), lifeline]
            watched = [sys.executable, "-I", "-S", guard.__file__, str(lifeline), *command]
            process = subprocess.Popen(watched, start_new_session=True, **options)
            # Not before all are gone is the end told of.
            at_the_end.callback(process.wait)
            at_the_end.callback(os.close, os.dup(ours.fileno()))
        yield process


def lines_of(descriptor: int) -> Iterator[str]:
    """Lines of a pipe as they come, until all processes that write to it have ended.

    A line for the run is written in one piece, but others are not: it may stand within one of them.
    """
    pending = b""
    while received := os.read(descriptor, 65536):
        pending += received
        for line in _FOR_THE_RUN.findall(pending):
            yield line.decode("utf-8").rstrip()
        *whole, pending = _FOR_THE_RUN.sub(b"", pending).split(b"\n")
        yield from (line.decode("utf-8", "replace").rstrip("\r") for line in whole)
    if pending:
        yield pending.decode("utf-8", "replace")


class Bars:
    """Bars below the lines of a run; at its end they are gone and the lines are left."""

    def __init__(self, console: Console, language: Language = "en") -> None:
        self._language: Language = language
        self._console = console
        self._drawn = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._run: TaskID | None = None
        self._steps: dict[int, TaskID] = {}

    def __enter__(self) -> Bars:
        self._drawn.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._drawn.stop()

    def show(self, line: str) -> None:
        """Take a line of a run: move the bar it tells of, or print it."""
        bar = told(line)
        if isinstance(bar, Problem):
            self._console.out(problem_in(bar, self._language), highlight=False)
        elif bar is None:
            self._console.out(translated(line, self._language), highlight=False)
            if self._run is not None and has_finished(line):
                self._drawn.advance(self._run)
        elif bar.what == RUN:
            self._run = self._drawn.add_task(
                translated(RUN, self._language), total=bar.total, completed=bar.done
            )
        elif bar.done < bar.total:
            self._move(bar.process, bar.what, bar.done, bar.total)
        elif bar.process in self._steps:
            self._drawn.remove_task(self._steps.pop(bar.process))

    def _move(self, process: int, what: str, done: int, total: int) -> None:
        if process not in self._steps:
            self._steps[process] = self._drawn.add_task("", total=total)
        shown = translated(what, self._language)
        self._drawn.update(self._steps[process], description=shown, completed=done, total=total)


@contextmanager
def counting(words: Callable[[str], str]) -> Iterator[Callable[[int, int, str], None]]:
    """A function that shows how many of what are done; of 0 it prints a line instead.

    Parameters
    ----------
    words : puts a line into the language of the console.
    """
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        tasks: dict[str, TaskID] = {}

        def tell(done: int, total: int, english: str) -> None:
            what = words(english)
            if not total:
                progress.console.print(what, highlight=False)
                return
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=total)
            progress.update(tasks[what], completed=done)

        yield tell
