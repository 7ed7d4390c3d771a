"""Whether a run would find everything as the last one left it, asked before anything large is imported.

After a run that ended well, `.snakemake/smartcity_survey.json` has digests of all that its results depend on,
and of the results. Where all of them are the same, there is nothing to do. This says less than the records of
the steps (`made_from.py`), which say which of them are out of date, and it is never asked to: wherever
anything is other than it was, be it a file that no step reads, Snakemake and the records decide. So the whole
package counts as code, a reinstalled package as another one, and what stands in `reports`, as results.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smartcity_survey.errors import SurveyError
from smartcity_survey.workflow.hold import hold
from smartcity_survey.workflow.snakefiles import snakefile

MEMORY = Path(".snakemake/smartcity_survey.json")
"""Below the study's folder; lost with Snakemake's own memory, when nothing is taken for unchanged."""
PACKAGE = Path(__file__).parents[1]
RECORDS = Path("reports/private/made_from")
CARDS = "reports/cards/"

Digests = dict[str, str]


def up_to_date(folder: Path, *, nothing_to_do: bool = True) -> str:
    """What a run says that ended well."""
    note = " (nothing to do: no input, option or code has changed)" if nothing_to_do else ""
    return f"Up to date: {(folder / 'reports' / 'report.html').as_posix()}{note}"


def is_unchanged(folder: Path, *, chapter: bool = False, code: Digests | None = None) -> bool:
    """Whether the last run of a study left nothing for this one to do; of anything doubtful, False.

    Parameters
    ----------
    chapter : whether the results chapter is asked for as well.
    code : digests of the package's files (`code_now`), for who asks of many studies.
    """
    try:
        memory = json.loads((folder / MEMORY).read_text(encoding="utf-8"))
        with hold(folder):
            origin = Origin(folder, chapter, tuple(memory["files"]), tuple(memory["folders"]), ())
            return bool(memory == _memory(origin.now(code), origin, _results(folder)))
    # A problem, as of a folder in a file's place, is for the run to tell.
    except (OSError, ValueError, KeyError, TypeError, SurveyError):
        return False


@dataclass(frozen=True)
class Seen:
    """What a run's results depend on, at one moment.

    Attributes
    ----------
    digests : of every file. stamps : what the system changes of a file whenever its content changes.
    environment : Python, where it looks for packages, and which it finds there.
    """

    digests: Digests
    stamps: dict[str, tuple[int, ...]]
    environment: dict[str, Any]


@dataclass(frozen=True)
class Origin:
    """Where a study's results come from.

    Attributes
    ----------
    folder : the study's.
    chapter : whether the results chapter is asked for as well.
    files, folders : written by people, relative to the study's; of a folder all files below it count.
    steps : those that the study has beside its report and the stages that the report waits for.
    """

    folder: Path
    chapter: bool
    files: tuple[str, ...]
    folders: tuple[str, ...]
    steps: tuple[str, ...]

    def now(self, code: Digests | None = None) -> Seen:
        """All of it as it is now; `code` : digests of the package's files, where they are known."""
        paths = {name: self.folder / name for name in self.files}
        for given in map(Path, self.folders):
            there = self.folder / given
            paths |= {(given / path.relative_to(there)).as_posix(): path for path in _below(there)}
        paths |= _code() if code is None else {}
        stamps: dict[str, tuple[int, ...]] = {}
        for name, path in paths.items():
            with suppress(OSError):
                its = path.stat()
                stamps[name] = (its.st_ino, its.st_size, its.st_mtime_ns, its.st_ctime_ns)
        return Seen(_digests(paths.items()) | (code or {}), stamps, _environment())


def code_now() -> Digests:
    """Digests of the package's files as they are now."""
    return _digests(_code().items())


def _code() -> dict[str, Path]:
    start = snakefile()
    paths = (*_below(PACKAGE), start, *_below(start.parent / "rules"))
    return {path.as_posix(): path for path in paths}


def forget(folder: Path) -> None:
    """Take nothing for unchanged until a run has ended well."""
    (folder / MEMORY).unlink(missing_ok=True)


def remember(origin: Origin, before: Seen) -> None:
    """Note after a run that ended well what its results depend on; nothing if anything is in doubt.

    Parameters
    ----------
    before : all of it, before the run began.
    """
    # A memory is of use, but never worth a run that ended well.
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        after, results = origin.now(), _results(origin.folder)
        known = after.digests | {f"reports/{name}": digest for name, digest in results.items()}
        # What a step read or wrote may have been another file, if only for a moment.
        if after == before and all(known.get(name) == digest for name, digest in _recorded(origin)):
            memory = json.dumps(_memory(after, origin, results), indent=1, ensure_ascii=False)
            (origin.folder / MEMORY).parent.mkdir(exist_ok=True)
            (origin.folder / MEMORY).write_text(memory, encoding="utf-8")


def _recorded(origin: Origin) -> Iterator[tuple[str, str]]:
    """Files that the study's steps read or wrote, with their digests, by the records (`made_from.py`)."""

    def record(step: str) -> Any:
        return json.loads((origin.folder / RECORDS / f"{step}.json").read_text(encoding="utf-8"))

    # The report waits for the card of every stage that the study has.
    cards = (Path(name) for name in record("report")["inputs"] if name.startswith(CARDS))
    for step in ("report", *origin.steps, *(card.stem for card in cards)):
        own = record(step)
        yield from own["inputs"].items()
        yield from own["outputs"].items()


def _memory(seen: Seen, origin: Origin, results: Digests) -> dict[str, Any]:
    return {
        "files": list(origin.files),
        "folders": list(origin.folders),
        "chapter": origin.chapter,
        "environment": seen.environment,
        "inputs_and_code": _digest(json.dumps(sorted(seen.digests.items())).encode()),
        "results": _digest(json.dumps(sorted(results.items())).encode()),
    }


def _environment() -> dict[str, Any]:
    """Python and the packages that it finds; one that was installed anew counts as another one.

    The folder of the script that was started, or in which somebody started it, is no part of it: a page asks
    from elsewhere (by `python -m`) for what a run on a terminal left.
    """
    places = sys.path if sys.flags.safe_path else sys.path[1:]
    found = []
    for place in map(Path, places):
        with suppress(OSError):
            infos = (path for path in place.iterdir() if path.suffix in (".dist-info", ".egg-info", ".pth"))
            found += [(path.as_posix(), path.stat().st_mtime_ns) for path in infos]
    return {"python": sys.version, "path": list(places), "packages": sorted(map(list, found))}


def _results(folder: Path) -> Digests:
    """Digest of each file of the reports, but of logs and locks."""
    reports = folder / "reports"
    names = {path.relative_to(reports).as_posix(): path for path in _below(reports)}
    counted = (
        item
        for item in names.items()
        if not item[0].startswith("private/logs/") and not item[0].endswith(".lock")
    )
    return _digests(counted)


def _below(folder: Path) -> Iterator[Path]:
    """Files in a folder and in those below it, but Python's own."""
    return (path for path in folder.rglob("*") if "__pycache__" not in path.parts and path.is_file())


def _digests(paths: Iterable[tuple[str, Path]]) -> Digests:
    return {name: _digest(path.read_bytes()) if path.is_file() else "" for name, path in paths}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":  # asked by the page, which is another program than a run: its modules are others
    asked = Path(sys.argv[1])
    sys.exit(0 if is_unchanged(asked) or is_unchanged(asked, chapter=True) else 1)
