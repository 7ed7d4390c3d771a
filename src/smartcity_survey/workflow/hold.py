"""One run at a time in a study's folder, and no trace of runs that were killed.

A step is a process of its own, which goes on where the run that started it is killed. Each step holds
`reports/private/steps.lock` together with the others of its run; a run begins only where no step holds it,
and writes its name there, by which a step of an earlier run that comes late knows that it is not wanted.
Windows has no locks to share: there a step that was at work already when its run was killed is not noticed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from smartcity_survey.errors import SurveyError
from smartcity_survey.places import PARTIAL, for_the_owner_alone, require_places

RUN = "SMARTCITY_SURVEY_RUN"
"""Environment variable that tells a step the name of its run."""


@contextmanager
def hold(folder: Path, run: str = "") -> Iterator[int]:
    """Hold a study for this run alone and clear away what a killed one left half-written.

    The operating system lets go of the hold when the last process that has it ends, however it ends; a child
    process that is given the descriptor has it too.

    Parameters
    ----------
    folder : the study's.
    run : the run's name, which its steps have in their environment as `RUN`.

    Yields
    ------
    The descriptor of the hold.

    Raises
    ------
    SurveyError
        where another run is at work, or a step of an earlier one; where a folder stands in a lock's place.
    """
    reports = folder / "reports"
    place = reports / "private" / "run.lock"
    require_places([place, _steps(folder)])
    place.parent.mkdir(parents=True, exist_ok=True)
    for_the_owner_alone(place.parent)
    with place.open("a+", encoding="utf-8") as file:
        if not _lock(file.fileno()):
            file.seek(0)
            raise SurveyError(
                str(folder), "another run is at work in this folder.", _or_end(file.read().split())
            )
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        _begin(folder, run)
        for left in reports.rglob(f".*{PARTIAL}"):
            if not left.is_dir():
                left.unlink(missing_ok=True)
        try:
            yield file.fileno()
        finally:
            for_the_owner_alone(place.parent)


@contextmanager
def step_at_work(folder: Path) -> Iterator[None]:
    """Keep later runs from beginning while a step is at work; any number of steps may be.

    Raises
    ------
    SurveyError
        where a later run than the step's has begun, and where a folder stands in the lock's place.
    """
    place = _steps(folder)
    require_places([place])
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("a+", encoding="utf-8") as file:
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_SH)
        file.seek(0)
        if RUN in os.environ and file.read() != os.environ[RUN]:
            raise SurveyError(
                str(folder.resolve()),
                "a later run has begun in this folder; this step belongs to an earlier one.",
                "Nothing is to be done: the later run does the work.",
            )
        yield


def _steps(folder: Path) -> Path:
    return folder / "reports" / "private" / "steps.lock"


def _begin(folder: Path, run: str) -> None:
    """Write the run's name where its steps look for it, unless a step of an earlier run is at work."""
    place = _steps(folder)
    with place.open("a", encoding="utf-8") as file:
        if sys.platform != "win32" and not _lock(file.fileno()):
            raise SurveyError(
                str(folder),
                "a step of an earlier run is still at work in this folder.",
                _or_end(_holders(place)),
            )
        file.truncate(0)
        file.write(run)


def _or_end(processes: Sequence[object]) -> str:
    found = ", ".join(map(str, processes))
    return f"Wait for its end, or end it{f' (process {found})' if found else ''}."


def _holders(place: Path) -> list[int]:
    """Processes that hold a file, as far as the system tells (Linux does); see proc_locks(5)."""
    try:
        lines = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    except OSError:
        return []
    # 1: FLOCK  ADVISORY  READ 4711 08:01:131 0 EOF; a process of another container is 0.
    held = [line.split() for line in lines if " FLOCK " in line and "->" not in line]
    inode = str(place.stat().st_ino)
    return sorted({int(words[4]) for words in held if words[5].split(":")[2] == inode and int(words[4]) > 0})


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
