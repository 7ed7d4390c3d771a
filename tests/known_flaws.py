"""Asks by pip-audit whether a flaw is known of a locked version; says so where nobody could be asked."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
LOCKS = (
    "requirements.lock",
    "requirements-test.lock",
    "requirements-reconstruct.lock",
    "requirements-docs.lock",
)
OPTIONS = ("--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json")


def told(lock: str, output: str, errors: str) -> tuple[str, bool]:
    """What is said of a lock, and whether a flaw is known.

    output, errors : what pip-audit wrote. It calls packages that its index does not know free of flaws.
    """
    try:
        packages = json.loads(output)["dependencies"]
    except (ValueError, KeyError):
        *_, last = ["no reason is given", *filter(None, map(str.strip, errors.splitlines()))]
        return f"{lock}: not looked up: {last[:200]}", False
    asked = [one for one in packages if "skip_reason" not in one]
    lines = [f"{lock}: {len(asked)} of {len(packages)} packages looked up."]
    if not asked:
        lines.append(
            "The index of packages that can be reached from here knows of no flaws: ask another one."
        )
    flaws = [(one["name"], one["version"], flaw) for one in asked for flaw in one["vulns"]]
    for name, version, flaw in flaws:
        mended = ", ".join(flaw["fix_versions"]) or "no version yet"
        lines.append(f"  {name} {version}: {flaw['id']}, mended in {mended}")
    return "\n".join(lines), bool(flaws)


def main() -> int:
    """Ask for each lock; 1 where a flaw is known."""
    flawed = False
    for lock in LOCKS:
        command = [sys.executable, "-m", "pip_audit", *OPTIONS, "-r", str(REPOSITORY / lock)]
        asked = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        said, flaw = told(lock, asked.stdout, asked.stderr)
        print(said)
        flawed |= flaw
    return int(flawed)


if __name__ == "__main__":
    sys.exit(main())
