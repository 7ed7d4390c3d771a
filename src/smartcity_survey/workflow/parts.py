"""Parts of a stage's draws, each a job of its own, whose numbers the stage takes in place of drawing.

A part is a file of numbers that says what they were made from, as the record of the stage does
(`made_from.py`). The stage takes them where it would make them from the same things, and draws what is
missing itself: so no part can be stale, and results do not depend on how many there are. Parts are gone as
soon as the stage has ended, and its record does not know of them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.lib.npyio import NpzFile

from smartcity_survey.errors import NoSolution
from smartcity_survey.io import write_bytes
from smartcity_survey.stages.declare import Stage
from smartcity_survey.stages.needs import Files
from smartcity_survey.stages.parts import InParts, Made, Unit
from smartcity_survey.stats.core.draws import Made as Numbers
from smartcity_survey.workflow.stage_job import arguments_of

_MADE_FROM, _NAMES = "made_from", "names"


def write_part(
    stage: Stage,
    inputs: Mapping[str, Files],
    params: Mapping[str, Any],
    item: str | None,
    made_from: Mapping[str, Any],
    path: str | Path,
) -> None:
    """Make the units of one part, and write them.

    Parameters
    ----------
    inputs, params : of the stage's rule.
    item : which part, as Snakemake counts them: `2-of-4`; None of an empty one.
    made_from : what the stage's results are made from (`made_from.origin`).
    """
    made = {}
    if item is not None:
        number, _, parts = item.partition("-of-")
        with suppress(NoSolution):  # the stage tells of it
            units = units_of_stage(stage, arguments_of(stage, inputs, params))
            made = {name: make() for name, make in islice(units, int(number) - 1, None, int(parts))}
    _write(made, made_from, path)


def units_of_stage(stage: Stage, arguments: Mapping[str, Any]) -> Iterator[Unit]:
    """All that parts may make of a stage."""
    for need in stage.needs.values():
        if isinstance(need, InParts):
            yield from need.units(arguments)


def made_in(paths: Iterable[str | Path], made_from: Mapping[str, Any]) -> Made:
    """What parts have made from these things; others are left aside."""
    units = {
        str(name): (numbers, unit)
        for numbers in (_opened(path, made_from) for path in paths)
        if numbers is not None
        for unit, name in enumerate(numbers[_NAMES])
    }

    def made(name: str) -> Numbers | None:
        if name not in units:
            return None
        numbers, unit = units[name]
        return tuple(numbers[key] for key in numbers if key.startswith(f"{unit}/"))

    return made


def _write(made: Mapping[str, Numbers], made_from: Mapping[str, Any], path: str | Path) -> None:
    head: dict[str, Any] = {
        _MADE_FROM: np.array(_digest(made_from)),
        _NAMES: np.array([*made], dtype=np.str_),
    }
    arrays: dict[str, Any] = {
        f"{unit}/{position}": array
        for unit, numbers in enumerate(made.values())
        for position, array in enumerate(numbers)
    }
    content = BytesIO()
    np.savez(content, **head, **arrays)
    write_bytes(content.getvalue(), path)


def _opened(path: str | Path, made_from: Mapping[str, Any]) -> NpzFile | None:
    """A part's file where it was made from these things."""
    try:
        numbers: NpzFile = np.load(path, allow_pickle=False)
        return numbers if str(numbers[_MADE_FROM]) == _digest(made_from) else None
    except (OSError, ValueError, KeyError, BadZipFile):
        return None


def _digest(made_from: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(made_from, ensure_ascii=False).encode()).hexdigest()
