"""Run a study through Snakemake and say in plain words what happened."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from typing import Any
from uuid import uuid4

from smartcity_survey.errors import ROOM, SurveyError
from smartcity_survey.messages import SPOKEN, translated
from smartcity_survey.report.chapter.files import asks_for_chapter, files_of
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import Language, read_config
from smartcity_survey.workflow.bars import run_command
from smartcity_survey.workflow.check_step import check_by
from smartcity_survey.workflow.ending.means import require_means
from smartcity_survey.workflow.forked_step import LISTENER, SERVER
from smartcity_survey.workflow.forks import can_fork, listening, snakemake
from smartcity_survey.workflow.hold import RUN, hold
from smartcity_survey.workflow.machines import PROFILE, Machines
from smartcity_survey.workflow.made_from import PARTS
from smartcity_survey.workflow.perform import AT_WORK, FINISHED
from smartcity_survey.workflow.progress import tell_problems
from smartcity_survey.workflow.snakefiles import snakefile
from smartcity_survey.workflow.unchanged import Origin, forget, remember, up_to_date

SNAKEFILE = snakefile()
LOGS = Path("reports", "private", "logs")
"""Of the steps, below the study's folder."""

# One BLAS thread per process: results are then the same bits on any number of cores, and two rules
# side by side do not fight over them.
_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    # Of arrays: glibc would give each back to the system, and be given the next one page by page.
    "MALLOC_MMAP_THRESHOLD_": str(2**25),
    "MALLOC_TRIM_THRESHOLD_": str(2**27),
    "PYTHONUTF8": "1",
    "MPLBACKEND": "Agg",
    # Packages that iterate over sets sum in another order each time, and so round otherwise.
    "PYTHONHASHSEED": "0",
}


def run_study(folder: Path, machines: Machines, language: Language = "en", *, chapter: bool = False) -> int:
    """Bring the reports of a study up to date; the exit code is Snakemake's.

    Parameters
    ----------
    machines : where its steps work.
    language : of what the run and its steps say.
    chapter : also write the results chapter of a study that asks for its page alone.

    Raises
    ------
    SurveyError
        where the study cannot be run: config, codebook or survey file have problems; where the executor
        of the steps is not installed.
    """
    run = uuid4().hex
    told = {RUN: run, SPOKEN: language, **({PROFILE: machines.profile} if machines.profile else {})}
    options = machines.options([*_ENVIRONMENT, *told])
    if not SNAKEFILE.is_file():
        raise SurveyError(str(SNAKEFILE), "no such file.", "Install the package again.")
    origin = _origin(folder, chapter)
    seen = None
    with suppress(OSError):  # of a file that cannot be read; the check tells of it
        seen = origin and origin.now()
    if origin is None:  # nobody knows what folder this is: nothing is written there
        check_by(None, folder)
    command = [
        *snakemake(forking=not machines.elsewhere),
        "all_with_chapter" if chapter else "all",
        *("--snakefile", str(SNAKEFILE), "--directory", str(folder), *options),
        # Snakemake's own lock outlives a killed run; ours does not.
        *("--nolock", "--rerun-incomplete"),
    ]
    before = _last_step(folder)

    with hold(folder, run) as descriptor:
        server = listening() if can_fork() and not machines.elsewhere else None

        def require() -> None:
            check_by(server, folder)
            require_means(folder)
            forget(folder)

        inherited: dict[str, Any] = {} if sys.platform == "win32" else {"pass_fds": [descriptor]}
        environment = machines.environment(os.environ) | cache_of(folder, os.environ) | _ENVIRONMENT | told
        if server:
            inherited["pass_fds"].append(server[0].fileno())
            environment |= {LISTENER: str(server[0].fileno()), SERVER: server[1]}
        ended = run_command(command, environment, require, **inherited)
        if ended == 0:  # what an earlier run, which did not end, had asked for in other parts
            rmtree(folder / PARTS, ignore_errors=True)
        if ended == 0 and origin and seen:
            remember(origin, seen)
    if ended == 0:
        idle = _last_step(folder) == before
        print(translated(up_to_date(folder, nothing_to_do=idle), language))
        # The command of the chapter lists its files itself.
        if not idle and not chapter and (beside := _beside_page(folder)):
            print(translated(f"Beside the page: {', '.join(beside)}", language))
    else:
        _tell_of_ended(folder, before, language)
        if machines.elsewhere:
            _tell_of_failures(folder, before)
        stopped = "The run stopped; what went wrong is above, the full story in reports/private/logs."
        print(translated(stopped, language), file=sys.stderr)
    return ended


def cache_of(folder: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Where packages keep what they use again, for a user without a home: nobody, or one of a container.

    Snakemake would end without a word. Nothing where the user's own folder can be written or made.
    """
    own = Path(given.get("XDG_CACHE_HOME") or Path(given.get("HOME", os.devnull), ".cache"))
    there = next(place for place in (own.absolute(), *own.absolute().parents) if place.exists())
    if there.is_dir() and os.access(there, os.W_OK):
        return {}
    return dict.fromkeys(("XDG_CACHE_HOME", "MPLCONFIGDIR"), str(folder.absolute() / ".snakemake" / "cache"))


def _beside_page(folder: Path) -> list[str]:
    """Files that the study asks for beside its page, of those that are there."""
    try:
        config = read_config(folder / "config.yaml")
        names = files_of(config, read_codebook(folder / config.data.codebook))
    except (SurveyError, OSError):
        return []
    return [name for name in names if (folder / "reports" / name).is_file()]


def _origin(folder: Path, chapter: bool) -> Origin | None:
    """The files that a study's config names; None where it cannot be read, as the check then says."""
    try:
        config = read_config(folder / "config.yaml")
    except (SurveyError, OSError):
        return None
    sources = (config.data, *config.waves.values())
    files = ("config.yaml", *(name for data in sources for name in (data.file, data.codebook)))
    folders = (config.data.published, config.study.bounds_in_use)
    return Origin(
        folder,
        chapter,
        tuple(filter(None, (*files, config.report.word_template))),
        tuple(filter(None, folders)),
        ("chapter",) if chapter or asks_for_chapter(config) else (),
    )


def _tell_of_ended(folder: Path, before: int, language: Language) -> None:
    """Steps that did not come to say how they ended, for somebody or the system ended them.

    Parameters
    ----------
    before : when a step last wrote its log before this run.
    """
    for log in sorted((folder / LOGS).glob("*.log")):
        if log.stat().st_mtime_ns > before and log.read_text(encoding="utf-8") == f"{AT_WORK}\n":
            ended = SurveyError(log.stem, "it was ended from outside.", ROOM)
            tell_problems(ended, language)


def _tell_of_failures(folder: Path, before: int) -> None:
    """What steps on other machines, whose lines nobody here has seen, wrote last where they failed.

    Parameters
    ----------
    before : when a step last wrote its log before this run.
    """
    for log in sorted((folder / LOGS).glob("*.log")):
        lines = log.read_text(encoding="utf-8").splitlines()
        if log.stat().st_mtime_ns > before and lines and lines[-1] not in (FINISHED, AT_WORK):
            print(f"  {log.stem}: {lines[-1]}", file=sys.stderr)


def _last_step(folder: Path) -> int:
    """When a rule last wrote its log; 0 where none ever did."""
    logs = (folder / LOGS).glob("*.log")
    return max((log.stat().st_mtime_ns for log in logs), default=0)
