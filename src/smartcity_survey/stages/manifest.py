"""Manifest: what a run was made from, so that it can be made again."""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from smartcity_survey.config import Config

PACKAGES = (
    "smartcity_survey",
    "numpy",
    "scipy",
    "pandas",
    "pyreadstat",
    "matplotlib",
    "statsmodels",
    "factor_analyzer",
    "semopy",
    "scikit-learn",
    "snakemake",
)


def build_manifest(config: Config, inputs: list[str]) -> dict[str, Any]:
    """Inputs with their SHA-256, versions, seed and the whole config; no times and no machine names.

    Parameters
    ----------
    inputs : files the run read, relative to the study's folder.
    """
    return {
        "reconstruction": config.study.reconstruction,
        "seed": config.seed,
        "inputs": {path: hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in sorted(inputs)},
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "config": config.model_dump(mode="json", by_alias=True),
    }
