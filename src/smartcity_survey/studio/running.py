"""The analysis as a process beside the page: begun, watched and stopped from any page of the study."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, Thread

from smartcity_survey.errors import Problem
from smartcity_survey.workflow.bars import lines_of
from smartcity_survey.workflow.progress import BARS, RUN, Bar, has_finished, told

_KEPT_LINES = 400
_PATIENCE = 20
"""Seconds after which a run that was asked to stop is ended."""


@dataclass(slots=True)
class Shown:
    """How far a run is.

    lines : for people, the last ones, and problems; in English, which each page puts into its language.
    whole : of the whole run. steps : bars of steps at work, by process.
    ended : exit code; None while it works and where none was begun. stopped : whether somebody stopped it.
    """

    lines: deque[str | Problem] = field(default_factory=lambda: deque(maxlen=_KEPT_LINES))
    whole: Bar | None = None
    steps: dict[int, Bar] = field(default_factory=dict)
    ended: int | None = None
    stopped: bool = False


class Runner:
    """One run at a time of one study."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shown = Shown()
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = Lock()

    @property
    def at_work(self) -> bool:
        """Whether a run that this page began is at work."""
        return self._process is not None and self.shown.ended is None

    def begin(self) -> None:
        """Begin a run unless one is at work; it speaks English, as pages in several languages may look."""
        with self._lock:
            if self.at_work:
                return
            self.shown = Shown()
            program = [sys.executable, "-m", "smartcity_survey"]
            command = [*program, "--language", "en", "run", str(self.folder)]
            read, write = os.pipe()
            self._process = subprocess.Popen(
                command,
                stdout=write,
                stderr=write,
                stdin=subprocess.DEVNULL,
                env={**os.environ, BARS: "1"},
                start_new_session=True,
            )
            os.close(write)
            Thread(target=self._watch, args=(read, self._process, self.shown), daemon=True).start()

    def stop(self, *, wait: bool = False) -> None:
        """Ask the run to end; one that does not is ended after a while.

        wait : until it has ended, before whoever began it ends.
        """
        with self._lock:
            if self._process is None or not self.at_work:
                return
            self.shown.stopped = True
            self._signal(signal.SIGTERM)
            ending = Thread(target=self._end, args=(self._process,), daemon=True)
            ending.start()
        if wait:
            ending.join()

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)

    def _signal(self, number: int) -> None:
        if self._process is None:
            return
        if sys.platform == "win32":
            self._process.terminate()
            return
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return

    @staticmethod
    def _watch(read: int, process: subprocess.Popen[bytes], shown: Shown) -> None:
        with os.fdopen(read, "rb", buffering=0) as pipe:
            for line in lines_of(pipe.fileno()):
                bar = told(line)
                if bar is None or isinstance(bar, Problem):
                    shown.lines.append(line if bar is None else bar)
                elif bar.what == RUN:
                    shown.whole = bar
                elif bar.done < bar.total:
                    shown.steps[bar.process] = bar
                else:
                    shown.steps.pop(bar.process, None)
                if bar is None and shown.whole is not None and has_finished(line):
                    shown.whole = shown.whole._replace(done=shown.whole.done + 1)
        shown.steps.clear()
        shown.ended = process.wait()
