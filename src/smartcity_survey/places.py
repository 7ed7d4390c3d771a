"""Places of files: what may stand there, and names of files that are being written."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from smartcity_survey.errors import Problem, SurveyError

PARTIAL = ".partial"
"""Ending of files that are being written; what a killed process leaves, the next run removes."""


def require_places(paths: Iterable[str | Path]) -> None:
    """Refuse to use files where something else stands: a folder, a device, or a file in place of a folder.

    Raises
    ------
    SurveyError
        listing each of them once, in the order of the paths.
    """
    problems = {}
    for path in map(Path, paths):
        for place in (path, *path.parents):
            if place.is_dir() if place == path else place.exists() and not place.is_dir():
                found, wanted = ("folder", "file") if place == path else ("file", "folder")
                problems[place] = Problem(
                    place.as_posix(),
                    f"a {found} stands where a {wanted} of this name should be.",
                    f"Move the {found} elsewhere, or remove it, and try again.",
                )
            elif place == path and place.exists() and not place.is_file():
                problems[place] = Problem(
                    place.as_posix(),
                    "it is no file but a device or a pipe.",
                    "Give the name of a file: what is written takes the place of what stands there.",
                )
    if problems:
        raise SurveyError.of(list(problems.values()))


def for_the_owner_alone(folder: Path) -> None:
    """Take from everybody else the leave to read a folder and what is in it, where the system knows of leave.

    What belongs to somebody else stays as it is.
    """
    for path in (folder, *folder.rglob("*")):
        with suppress(OSError):
            path.chmod(0o700 if path.is_dir() else 0o600)
