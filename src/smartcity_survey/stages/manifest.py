"""Manifest: what a run was made from, so that it can be made again; apart from it, by which versions."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smartcity_survey.study.config import Config


def build_manifest(config: Config, inputs: list[str], code: str) -> dict[str, Any]:
    """Inputs with their SHA-256, code, seed and the config: the same wherever the study is run.

    Parameters
    ----------
    inputs : files the run read, relative to the study's folder.
    code : digest of the modules and data files that all rules together depend on.
    """
    return {
        "reconstruction": config.study.reconstruction,
        "seed": config.seed,
        "inputs": {path: hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in sorted(inputs)},
        "code": code,
        # No step reads the plan of the wave to come.
        "config": config.model_dump(mode="json", by_alias=True, exclude={"plan"}),
    }


def build_machine(packages: Mapping[str, str], profile: str = "") -> dict[str, Any]:
    """What may be another elsewhere: versions, and where Snakemake was told to work.

    Parameters
    ----------
    packages : versions of the packages that the rules depend on.
    profile : of Snakemake, where one was given.
    """
    return {
        "python": platform.python_version(),
        "packages": dict(packages),
        **({"profile": profile} if profile else {}),
    }
