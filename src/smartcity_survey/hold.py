"""One run at a time in a study's folder, and no trace of runs that were killed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from smartcity_survey.errors import SurveyError
from smartcity_survey.io import PARTIAL


@contextmanager
def hold(folder: Path) -> Iterator[int]:
    """Hold a study for this run alone and clear away what a killed one left half-written.

    The operating system lets go of the hold when the last process that has it ends, however it ends; a child
    process that is given the descriptor has it too.

    Yields
    ------
    The descriptor of the hold.

    Raises
    ------
    SurveyError
        where another run is at work.
    """
    reports = folder / "reports"
    place = reports / "private" / "run.lock"
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("a", encoding="utf-8") as file:
        if not _lock(file.fileno()):
            raise SurveyError(
                str(folder), "another run is at work in this folder.", "Wait for its end, or end it."
            )
        for left in reports.rglob(f".*{PARTIAL}"):
            left.unlink(missing_ok=True)
        yield file.fileno()


def _lock(descriptor: int) -> bool:
    """Lock a file without waiting; whether that worked."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
