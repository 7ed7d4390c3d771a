"""Between Snakemake and the package: what makes a rule run again, and how a rule fails."""

from __future__ import annotations

import hashlib
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from smartcity_survey.errors import SurveyError

_PACKAGE = Path(__file__).parent


def code_digest(*parts: str) -> str:
    """Digest of the named modules and sub-packages (paths below the package).

    A rule that has it among its `params` runs again when that code changes, and not when a file is merely
    touched.
    """
    digest = hashlib.sha256()
    for part in sorted(parts):
        path = _PACKAGE / part
        files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        for file in files:
            if "__pycache__" not in file.parts:
                digest.update(file.relative_to(_PACKAGE).as_posix().encode())
                digest.update(file.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]


@contextmanager
def logged(log: str | Path) -> Iterator[None]:
    """Run a rule's work: warnings and errors go to its log, a SurveyError ends it without a traceback."""
    path = Path(log)
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            yield
            outcome = "done"
        except SurveyError as error:
            outcome = str(error)
        except BaseException:
            path.write_text(traceback.format_exc(), encoding="utf-8")
            raise
    if outcome == "done":
        print(f"  {path.stem}: done", file=sys.stderr)
    lines = [f"{warning.category.__name__}: {warning.message}" for warning in caught]
    path.write_text("\n".join([*lines, outcome]) + "\n", encoding="utf-8")
    if outcome != "done":
        print(outcome, file=sys.stderr)
        raise SystemExit(1)


@contextmanager
def progress_bar(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A line on a terminal that says how far a long step is; nothing where output goes to a file."""
    shown = sys.stderr.isatty()

    def show(done: int) -> None:
        if shown:
            print(f"\r{what}: {done:,} of {total:,}", end="", file=sys.stderr, flush=True)

    yield show
    if shown:
        print(file=sys.stderr)
