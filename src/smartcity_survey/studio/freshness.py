"""Whether the report that stands there is the one that a run would write now."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from threading import Thread

from smartcity_survey.errors import SurveyError
from smartcity_survey.report.editions import PAGE
from smartcity_survey.studio.documents import Study
from smartcity_survey.studio.running import Runner
from smartcity_survey.workflow import unchanged


class Freshness:
    """The answer of `workflow/unchanged.py`, asked for beside the page: it reads every file of the study."""

    def __init__(self, study: Study, runner: Runner) -> None:
        self._study, self._runner = study, runner
        self._asked: tuple[int, ...] = ()
        self._answer: bool | None = None
        self._asking: Thread | None = None

    def is_old(self) -> bool:
        """Whether there is a report, and is known to be older than what it is made from.

        A change is known at the second look or so; while a run is at work nothing is told.
        """
        page = self._study.folder / "reports" / PAGE
        if self._runner.at_work or not page.is_file():
            self._answer = None
            return False
        now = self._stamp(page)
        busy = self._asking is not None and self._asking.is_alive()
        if now != self._asked and not busy:
            self._asked = now
            self._asking = Thread(target=self._ask, daemon=True)
            self._asking.start()
        return self._answer is False

    def _ask(self) -> None:
        command = [sys.executable, "-m", unchanged.__name__, str(self._study.folder)]
        self._answer = subprocess.run(command, capture_output=True, check=False).returncode == 0

    def _stamp(self, page: Path) -> tuple[int, ...]:
        """Changes whenever the answer may."""
        paths = [page, self._study.folder / unchanged.MEMORY]
        try:
            paths.append(self._study.folder / self._study.config().data.file)
        except SurveyError:  # of a config that cannot be read, which is told elsewhere
            return (*self._study.version(), -1)
        stamps = (path.stat().st_mtime_ns if path.is_file() else 0 for path in paths)
        return (*self._study.version(), *stamps)
