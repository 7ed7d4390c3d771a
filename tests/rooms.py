"""Writes what the rooms of the numeric core re-export: `python -m tests.rooms`.

A room's `__init__.pyi` lists its public names; `lazy_loader` reads it and imports a module when it is asked
for one of its names, so that whoever imports one module of a room does not depend on the others.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import REPOSITORY

STATS = REPOSITORY / "src/smartcity_survey/stats"


def rooms() -> Iterator[Path]:
    """Folders of the numeric core."""
    yield from sorted(file.parent for file in STATS.glob("*/__init__.py"))


def public_names(module: Path) -> list[str]:
    """Functions, classes and constants that a module defines without an underscore before them."""
    names: list[str] = []
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            names += [target.id for target in node.targets if isinstance(target, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.append(node.target.id)
    return sorted({name for name in names if not name.startswith("_")})


def stub(room: Path) -> str:
    """What a room re-exports; constants stay with their modules, where two may have the same name."""
    lines = []
    for module in sorted(room.glob("*.py")):
        names = [name for name in public_names(module) if not name.isupper()]
        if module.stem != "__init__" and names:
            lines.append(f"from .{module.stem} import (\n")
            lines += [f"    {name} as {name},\n" for name in names]
            lines.append(")\n")
    return "".join(lines)


if __name__ == "__main__":
    for each in rooms():
        (each / "__init__.pyi").write_text(stub(each), encoding="utf-8")
