"""Which studies lie below a folder, each real folder once; what might be taken for one is told."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from smartcity_survey.errors import SurveyError, reason_of

CONFIG = "config.yaml"
NOWHERE = "it leads to what is not there"
"""Of a link."""
NO_STUDIES = ("reports", "data")
"""Folders in which no studies are looked for; nor are they where a name begins with a dot."""


@dataclass(frozen=True, slots=True)
class Study:
    """One study of many.

    Attributes
    ----------
    name : its path below the folder that was named, with slashes; of that folder itself, its own name.
    folder : where it is.
    """

    name: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Below:
    """What lies below a folder.

    Attributes
    ----------
    studies : in the order of their names.
    left_out : a line on each folder that might be taken for a study, or for one of its own, and is not.
    """

    studies: tuple[Study, ...]
    left_out: tuple[str, ...]


@dataclass(slots=True)
class _Met:
    """What a walk met: studies; folders with a config that are within one, or where none is; links; and what
    could hold a study and cannot be read, with the reason."""

    studies: list[Path] = field(default_factory=list)
    within: list[tuple[Path, Path]] = field(default_factory=list)
    misplaced: list[tuple[Path, Path]] = field(default_factory=list)
    links: list[Path] = field(default_factory=list)
    unread: list[tuple[Path, str]] = field(default_factory=list)


def studies_below(folder: Path) -> Below:
    """Folders with a config below a folder, or the folder itself; what a study has below it belongs to it.

    Links are not walked into. One that leads to a study is that study, by the name of the link, unless the
    study is met without a link or by another one before.

    Raises
    ------
    SurveyError
        where there is none, or no such folder.
    """
    if not folder.is_dir():
        raise SurveyError(str(folder), "there is no such folder.", "Correct the path.")
    met = _Met()
    _walk(folder, met)
    taken = {path.resolve(): path for path in sorted(met.studies)}
    told = [*_followed(folder, sorted(met.links), taken)]
    told += (f"Not run: {_name(path, folder)}, which cannot be read: {reason}" for path, reason in met.unread)
    for path, study in met.within:
        if path.resolve() not in taken:
            told.append(f"Not run: {_name(path, folder)}, which lies within the study {_name(study, folder)}")
    for path, place in met.misplaced:
        if path.resolve() not in taken:
            told.append(
                f"Not run: {_name(path, folder)}, as no studies are looked for in {_name(place, folder)}"
            )
    if not taken:
        raise SurveyError(
            str(folder),
            "no folder in it holds a config.yaml.",
            "Name a folder that holds studies; `smartcity-survey new-wave` drafts one.",
        )
    return Below(tuple(Study(_name(path, folder), path) for path in sorted(taken.values())), tuple(told))


def _followed(folder: Path, links: list[Path], taken: dict[Path, Path]) -> Iterator[str]:
    """Take the studies that links lead to; a line on each link that is not followed where it seems to matter.

    taken : real folder of a study -> what it is called by.
    """
    base = folder.resolve()
    for link in links:
        real, name = link.resolve(), _name(link, folder)
        if base.is_relative_to(real):
            yield f"Not followed: {name}, a link to the folder itself or to one above it"
        elif real in taken:
            yield f"Not followed: {name}, a link to {_name(taken[real], folder)}, which is run by that name"
        elif (real / CONFIG).is_file():
            taken[real] = link
        elif not real.is_relative_to(base):
            yield f"Not followed: {name}, a link to a folder that is no study itself"


def _walk(folder: Path, met: _Met) -> None:
    try:
        if stat.S_ISREG((folder / CONFIG).stat().st_mode):
            met.studies.append(folder)
            met.within += ((path, folder) for path in _configured(folder))
            return
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    except FileNotFoundError:
        if (folder / CONFIG).is_symlink():
            met.unread.append((folder / CONFIG, NOWHERE))
    except OSError as error:
        met.unread.append((folder / CONFIG, reason_of(error)))
        return
    try:
        inside = sorted(folder.iterdir())
    except OSError as error:
        met.unread.append((folder, reason_of(error)))
        return
    real = folder.resolve()
    for below in inside:
        if below.name.startswith("."):
            continue
        if below.is_symlink() and not below.exists():
            if below.name != CONFIG:
                met.unread.append((below, NOWHERE))
        elif not below.is_dir():
            continue
        elif below.resolve() != real / below.name:  # a junction of Windows is no link by name
            met.links.append(below)
        elif below.name in NO_STUDIES:
            met.misplaced += ((path, below) for path in _configured(below, itself=True))
        else:
            _walk(below, met)


def _configured(folder: Path, *, itself: bool = False) -> Iterator[Path]:
    """Folders with a config within a folder, none of them by a link."""
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if CONFIG in files and (itself or Path(place) != folder):
            yield Path(place)


def _name(path: Path, folder: Path) -> str:
    own = path.relative_to(folder).as_posix()
    return folder.resolve().name if own == "." else own
