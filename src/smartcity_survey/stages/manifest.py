"""Manifest: what a run was made from, so that it can be made again."""

from __future__ import annotations

import hashlib
import platform
from pathlib import Path
from typing import Any

from smartcity_survey.study.config import Config


def build_manifest(config: Config, inputs: list[str], code: str, packages: dict[str, str]) -> dict[str, Any]:
    """Inputs with their SHA-256, versions, code, seed and the config; no times and no machine names.

    Parameters
    ----------
    inputs : files the run read, relative to the study's folder.
    code : digest of the modules and data files that all rules together depend on.
    packages : versions of the packages they depend on.
    """
    return {
        "reconstruction": config.study.reconstruction,
        "seed": config.seed,
        "inputs": {path: hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in sorted(inputs)},
        "python": platform.python_version(),
        "packages": dict(packages),
        "code": code,
        # No step reads the plan of the wave to come.
        "config": config.model_dump(mode="json", by_alias=True, exclude={"plan"}),
    }
