"""How a package is added to the environment that this program runs in."""

from __future__ import annotations

import shlex
import sys
from importlib.util import find_spec


def how_to_add(package: str) -> str:
    """The command that installs a package beside this program; uv makes environments without pip."""
    python = shlex.quote(sys.executable)
    if find_spec("pip") is None:
        return f"uv pip install --python {python} {shlex.quote(package)}"
    return f"{python} -m pip install {shlex.quote(package)}"
