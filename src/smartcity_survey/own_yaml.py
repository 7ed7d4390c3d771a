"""Yaml files of the package itself, read by the C library where PyYAML has it: ten times as fast.

What people write is read by `parsing.py`, which tells what is wrong with it and where.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

_SAFE_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_own(file: Path) -> Any:
    """The content of a yaml file."""
    return parse_own(file.read_text(encoding="utf-8"))


def parse_own(text: str) -> Any:
    """The content of a yaml text."""
    return yaml.load(text, Loader=_SAFE_LOADER)
