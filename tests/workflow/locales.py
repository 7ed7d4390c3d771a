"""Locales of the C library that a machine may lack; Debian's package `locales` has their sources."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path


def locale_environment(name: str, folder: Path) -> dict[str, str] | None:
    """What makes a program run in a locale such as `kk_KZ.UTF-8`; None where the machine cannot.

    A locale that is not installed is compiled into `folder`, if its source is there.
    """
    if shutil.which("locale") is None:
        return None
    listed = subprocess.run(["locale", "-a"], capture_output=True, encoding="utf-8", check=False).stdout
    if name.lower().replace("-", "") in listed.lower().replace("-", "").split():
        return {"LC_ALL": name}
    source, _, charset = name.partition(".")
    if shutil.which("localedef") is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    command = ["localedef", "--no-archive", "-i", source, "-f", charset, str(folder / name)]
    subprocess.run(command, capture_output=True, check=False)
    environment = {"LC_ALL": name, "LOCPATH": str(folder)}
    known = subprocess.run(
        ["locale", "decimal_point"],
        env=os.environ | environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return environment if known.stdout.strip() == "," else None
