"""Records of what results were made from, so that none is taken for up to date that is not.

Each rule has a record, `reports/private/made_from/<rule>.json`. Results without a record, or with one that
differs from what is there now, are out of date; the dates of files and Snakemake's memory play no part.
To make results again all the same, remove their record.
The records hold digests of respondents' files, some short enough to be guessed: they are not for sharing.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from smartcity_survey.io import read_json, remove, write_text
from smartcity_survey.places import require_places
from smartcity_survey.workflow.dependencies import Sources, Start, versions

RECORDS = Path("reports/private/made_from")
"""Where the records are, below the study's folder."""
PARTS = "reports/private/parts"
"""Where parts of draws are while a stage waits for them (`parts.py`). Results are the same without them."""


def digest_of(path: str) -> str | None:
    """SHA-256 of a file's content; None where there is no file."""
    file = Path(path)
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None


Digest = Callable[[str], str | None]


@dataclass(frozen=True)
class Step:
    """A rule of the workflow.

    Attributes
    ----------
    code : the script and the module whose code does its work, with all that they import.
    options : its `params`.
    inputs, outputs : the files it reads, and those it is known to write.
    """

    rule: str
    code: tuple[Start, ...]
    options: Mapping[str, Any]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    @property
    def record(self) -> Path:
        return RECORDS / f"{self.rule}.json"


def out_of_date(steps: Iterable[Step], sources: Sources | None = None) -> list[str]:
    """Rules whose results are not there as recorded, or were made from other things than those there now.

    Parameters
    ----------
    steps : their inputs and outputs are relative to the working directory.
    sources : the package's files as they are now.
    """
    sources, digest = sources or Sources(), cache(digest_of)
    return [step.rule for step in steps if not is_recorded(step, origin(step, sources, digest), digest)]


def origin(step: Step, sources: Sources | None = None, digest: Digest = digest_of) -> dict[str, Any]:
    """What a step's results are made from, if they are made now.

    Versions of packages are a part of it: another numpy may give other numbers, and the manifest names one.
    """
    sources = sources or Sources()
    return {
        "python": platform.python_version(),
        "packages": versions(*sources.extras_of(step.code)),
        "code": sources.code_of(*step.code),
        # In their own order: that of the constructs is that of the lines of tables.
        "options": dict(step.options),
        "inputs": {path: digest(path) for path in sorted(set(step.inputs)) if not path.startswith(PARTS)},
    }


def is_recorded(step: Step, made_from: Mapping[str, Any], digest: Digest = digest_of) -> bool:
    """Whether the results of a step are there as recorded, made from these things."""
    outputs = _recorded_outputs(step)
    if None in outputs.values() or not set(step.outputs) <= set(outputs) or not step.record.is_file():
        return False
    return step.record.read_text(encoding="utf-8") == _text(made_from, outputs, digest)


def remove_edited(step: Step) -> None:
    """Remove results that are not as the step's record says, for files that differ little are not rewritten.

    Where there is no record nothing is removed, nor is anything outside the folder of the records' results.

    Raises
    ------
    SurveyError
        where something else stands in the place of a result or of the record.
    """
    reports = Path(RECORDS.parts[0]).resolve()
    recorded_outputs = _recorded_outputs(step)
    require_places([step.record, *recorded_outputs])
    for path, recorded in recorded_outputs.items():
        if digest_of(path) != recorded and Path(path).resolve().is_relative_to(reports):
            remove(path)


def _recorded_outputs(step: Step) -> dict[str, str | None]:
    """Digests of a step's results by its record; empty where that is not there or cannot be read."""
    try:
        outputs = read_json(step.record)["outputs"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return outputs if isinstance(outputs, dict) else {}


def record(step: Step, made_from: Mapping[str, Any], further: Iterable[str] = ()) -> None:
    """Record what the results of a step were made from, and the results themselves.

    Parameters
    ----------
    further : files the step wrote beside its known outputs.
    """
    write_text(_text(made_from, {*step.outputs, *further}, digest_of), step.record)


def _text(made_from: Mapping[str, Any], outputs: Iterable[str], digest: Digest) -> str:
    content = {**made_from, "outputs": {path: digest(path) for path in sorted(set(outputs))}}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
