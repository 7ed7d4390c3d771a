"""Memory and time that a step asks for where it works on a cluster: what was measured, and half as much more.

A step needs something however small the study is, and more with every answer (respondents times items); one
that draws also with every draw beyond those it was measured with. `measured.yaml` has what was measured; no
step imports this package, so none depends on that file. Nothing of a survey file is read before a step is
about to run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Protocol

from smartcity_survey.own_yaml import load_own
from smartcity_survey.study.config import Config
from smartcity_survey.workflow.catalogue import Catalogue, makers

MEASURED = Path(__file__).parent / "measured.yaml"
PART = "part"
"""The rule of a part of a stage's draws."""
SPARE = 1.5
_LEAST_MINUTES = 5
"""A limit that a busy machine could come near by chance serves nobody."""
_TEXT = (".csv", ".tsv", ".txt", ".tab")
_LEAST_BYTES = 0.25
"""Bytes of an answer in a file that is packed; fewer would be little but missing ones."""


@dataclass(frozen=True)
class Size:
    """A study's size. config : has the draws. items : of its codebook."""

    folder: Path
    config: Config
    items: int

    @cached_property
    def answers(self) -> float:
        """Answers at most, before the survey file is read: a text has a line for each respondent.

        In other files an answer takes a quarter of a byte at least, so that their studies are rather taken
        for larger than they are. A file that is not there counts as empty.
        """
        path = self.folder / self.config.data.file
        if not path.is_file():
            return 0.0
        if path.suffix.lower() in _TEXT:
            with path.open("rb") as file:
                lines = sum(part.count(b"\n") for part in iter(lambda: file.read(1 << 20), b""))
            return float(lines * self.items)
        return path.stat().st_size / _LEAST_BYTES


class Place(Protocol):
    """The wildcards of a job; of the rule `part` its stage and which part it is."""

    stage: str
    scatteritem: str


def resources_of(rule: str, size: Size) -> dict[str, Callable[[Place], int]]:
    """`mem_mb` and `runtime` (minutes) of a rule, as Snakemake's executors take them."""

    def memory(wildcards: Place) -> int:
        return math.ceil(SPARE * mib_of(wildcards.stage if rule == PART else rule, size))

    def runtime(wildcards: Place) -> int:
        if rule == PART:
            return minutes(seconds_of(wildcards.stage, size, int(wildcards.scatteritem.rpartition("-")[2])))
        return minutes(seconds_of(rule, size))

    return {"mem_mb": memory, "runtime": runtime}


def mib_of(rule: str, size: Size) -> float:
    """MiB that a rule was measured to need."""
    needs = _needs(rule)
    mib: float = needs["mib"] + needs["mib_per_million"] * size.answers / 1e6
    return mib


def seconds_of(rule: str, size: Size, parts: int = 1) -> float:
    """Processor seconds that a rule was measured to need, or one of the parts of its draws."""
    needs, more = _needs(rule), 1.0
    if draws := needs.get("draws"):
        section, key = draws["option"].split(".")
        # An option that is left empty draws nothing.
        drawn = getattr(getattr(size.config, section), key) or 0
        more = max(1.0, drawn / parts / draws["measured"])
    seconds: float = (needs["seconds"] + needs["seconds_per_million"] * size.answers / 1e6) * more
    return seconds


def threads_of(rule: str) -> int:
    """Cores that a rule makes use of."""
    threads: int = _needs(rule)["threads"]
    return threads


def urgency(catalogue: Catalogue) -> Mapping[str, int]:
    """Stage -> measured seconds until it and all that waits for it are done; the longest should begin first.

    Draws are taken as measured: a run plans its steps before it knows what a survey file holds.
    """
    names = [each.name for each in catalogue.stages()]
    waiting: dict[str, set[str]] = {name: set() for name in names}
    for name in names:
        for frame in catalogue.read_by(name):
            waiting[makers()[frame].name].add(name)

    @cache
    def seconds(name: str) -> int:
        after = max(map(seconds, waiting[name]), default=0)
        return int(_needs(name)["seconds"]) + after

    return {name: seconds(name) for name in names}


def minutes(seconds: float) -> int:
    """What is asked for, of what was measured."""
    return max(_LEAST_MINUTES, math.ceil(SPARE * seconds / 60))


def _needs(rule: str) -> Mapping[str, Any]:
    return {**_measured()["other"], **_measured().get(rule, {})}


@cache
def _measured() -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = load_own(MEASURED)
    return found
