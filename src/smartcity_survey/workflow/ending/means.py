"""What a run needs of the system, asked for before anything begins: Snakemake would end without a word."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from pathlib import Path

from smartcity_survey.errors import SurveyError

FILES = 40
"""Open files at a time: of Snakemake, its steps and the libraries these import, with room."""
_DISK = 2**16
"""Bytes that Snakemake keeps of a run, at least."""
MEMORY = 2**31
"""Bytes of addresses for a step: most of them are reserved by libraries, not used."""


def require_memory() -> None:
    """Refuse a limit of memory (`ulimit -v`) under which libraries wait for ever, or end without a word.

    Raises
    ------
    SurveyError
    """
    if sys.platform == "win32":
        return
    import resource

    allowed = resource.getrlimit(resource.RLIMIT_AS)[0]
    if allowed not in (resource.RLIM_INFINITY, -1) and allowed < MEMORY:
        raise SurveyError(
            "ulimit -v",
            "there is too little memory.",
            f"Allow {MEMORY // 1024} or more (KiB of addresses, most of which stay unused), or no limit.",
        )


def require_means(folder: Path) -> None:
    """Refuse to begin where no file can be written, or too few be open at a time.

    Raises
    ------
    SurveyError
        naming the folder that Snakemake writes to.
    OSError
        where too few files may be open.
    """
    from smartcity_survey.io import remove, write_bytes  # with pandas, which means memory

    trial = folder / ".snakemake" / "trial"
    write_bytes(bytes(_DISK), trial)
    remove(trial)
    with ExitStack() as opened:
        place = os.open(folder, os.O_RDONLY) if sys.platform != "win32" else os.dup(1)
        opened.callback(os.close, place)
        for _ in range(FILES):
            opened.callback(os.close, os.dup(place))
