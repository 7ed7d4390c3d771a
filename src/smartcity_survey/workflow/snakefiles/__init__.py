"""Where `Snakefile` and `rules/` are: at the top of a checkout; in an installed wheel, beside this file.

No step imports this package, so its data files (the rules, in a wheel) are none that a step depends on
(`dependencies.py`): what a rule says of its inputs and options is recorded by itself.
"""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def snakefile() -> Path:
    """The workflow's Snakefile; in a checkout, the one at its top."""
    installed = _HERE / "Snakefile"
    return installed if installed.is_file() else _HERE.parents[3] / "Snakefile"
