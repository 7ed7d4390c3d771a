"""Memory and time that a step asks for where it works on a cluster: what was measured, and half as much more.

A step needs something however small the study is, and more with every answer (respondents times items); one
that draws also with every draw beyond those it was measured with. `measured.yaml` has what was measured; no
step imports this package, so none depends on that file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from smartcity_survey.own_yaml import load_own
from smartcity_survey.study.config import Config

MEASURED = Path(__file__).parent / "measured.yaml"
_SPARE = 1.5
_LEAST_MINUTES = 5
"""A limit that a busy machine could come near by chance serves nobody."""
_TEXT = (".csv", ".tsv", ".txt", ".tab")
_LEAST_BYTES = 0.25
"""Bytes of an answer in a file that is packed; fewer would be little but missing ones."""


@dataclass(frozen=True, slots=True)
class Size:
    """A study's size: its answers at most, and its config, which has the draws."""

    answers: float
    config: Config


def size_of(folder: Path, config: Config, items: int) -> Size:
    """The size of a study, before its survey file is read: a text has a line for each respondent.

    In other files an answer takes a quarter of a byte at least, so that their studies are rather taken for
    larger than they are. A file that is not there counts as empty.
    """
    path = folder / config.data.file
    if not path.is_file():
        return Size(0.0, config)
    if path.suffix.lower() in _TEXT:
        with path.open("rb") as file:
            lines = sum(part.count(b"\n") for part in iter(lambda: file.read(1 << 20), b""))
        return Size(float(lines * items), config)
    return Size(path.stat().st_size / _LEAST_BYTES, config)


def resources_of(rule: str, size: Size) -> dict[str, int]:
    """`mem_mb` and `runtime` (minutes) of a rule, as Snakemake's executors take them."""
    needs = {**_measured()["other"], **_measured().get(rule, {})}
    more = 1.0
    if draws := needs.get("draws"):
        section, key = draws["option"].split(".")
        # An option that is left empty draws nothing.
        more = max(1.0, (getattr(getattr(size.config, section), key) or 0) / draws["measured"])
    millions = size.answers / 1e6
    seconds = (needs["seconds"] + needs["seconds_per_million"] * millions) * more
    memory = needs["mib"] + needs["mib_per_million"] * millions
    return {
        "mem_mb": math.ceil(_SPARE * memory),
        "runtime": max(_LEAST_MINUTES, math.ceil(_SPARE * seconds / 60)),
    }


@cache
def _measured() -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = load_own(MEASURED)
    return found
