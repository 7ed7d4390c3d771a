"""Names of files that a run cannot use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from smartcity_survey.errors import Problem
from smartcity_survey.study.config import Config

WILDCARD = re.compile(r"\{\s*\w+\s*(,[^{}]*)?\}")
"""What Snakemake reads as a wildcard in the name of an input file; it knows no way to write such a name."""


def name_problems(config: Config, folder: Path) -> Iterator[Problem]:
    """Names of the study's files that Snakemake would read as patterns."""
    named = {
        "data.file": config.data.file,
        "data.codebook": config.data.codebook,
        "data.published": config.data.published,
        "study.bounds": config.study.bounds_in_use,
        "report.word_template": config.report.word_template,
    }
    for name, wave in config.waves.items():
        named |= {f"waves.{name}.file": wave.file, f"waves.{name}.codebook": wave.codebook}
    for key, given in named.items():
        inside = (
            Path(folder, given).glob("*.*") if key in ("data.published", "study.bounds") and given else ()
        )
        for path in (given, *(str(Path(str(given), file.name)) for file in inside)):
            found = WILDCARD.search(path or "")
            if found:
                yield Problem(
                    f"{folder / 'config.yaml'}, {key}",
                    f"the name {path!r} holds {found[0]}, which Snakemake takes for a wildcard.",
                    "Rename the file without braces.",
                )
