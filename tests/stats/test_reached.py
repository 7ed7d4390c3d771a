"""What the numeric core offers, the rest of the package uses: nothing lives for its tests alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import REPOSITORY
from tests.rooms import STATS, public_names, rooms

SOURCE = REPOSITORY / "src"
Name = tuple[str, str]
"""A module and a name at its top level."""


def module_of(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def defined(statement: ast.stmt) -> set[str]:
    """Names that a statement at the top level of a module gives a value."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    targets = (
        statement.targets
        if isinstance(statement, ast.Assign)
        else [statement.target]
        if isinstance(statement, ast.AnnAssign)
        else []
    )
    return {target.id for target in targets if isinstance(target, ast.Name)}


TREES = {
    module_of(path): ast.parse(path.read_text(encoding="utf-8"))
    for path in (SOURCE / "smartcity_survey").rglob("*.py")
}
CORE = {module_of(path) for path in STATS.rglob("*.py")}
# A room re-exports the names of its modules.
RE_EXPORTED = {
    (module_of(room / "__init__.py"), name): (module_of(path), name)
    for room in rooms()
    for path in room.glob("*.py")
    for name in public_names(path)
}


def meanings(tree: ast.Module, module: str) -> tuple[dict[str, Name], dict[str, str]]:
    """What the module's identifiers stand for: names of modules of the package, and modules themselves."""
    names = {name: (module, name) for statement in tree.body for name in defined(statement)}
    modules = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or node.module is None:
            continue
        for alias in node.names:
            one, called = (node.module, alias.name), alias.asname or alias.name
            if ".".join(one) in TREES:
                modules[called] = ".".join(one)
            else:
                names[called] = RE_EXPORTED.get(one, one)
    return names, modules


def uses(statement: ast.stmt, names: dict[str, Name], modules: dict[str, str]) -> Iterator[Name]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and node.id in names:
            yield names[node.id]
        elif (
            isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules
        ):
            one = (modules[node.value.id], node.attr)
            yield RE_EXPORTED.get(one, one)


def reached() -> set[Name]:
    """Names that modules outside the core use, and whatever those use in turn."""
    within: dict[Name, set[Name]] = {}
    waiting: set[Name] = set()
    for module, tree in TREES.items():
        known = meanings(tree, module)
        for statement in tree.body:
            used = set(uses(statement, *known))
            if module not in CORE:
                waiting |= used
            for name in defined(statement):
                within.setdefault((module, name), set()).update(used)
    found: set[Name] = set()
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= within.get(name, set()) - found
    return found


def test_every_name_of_the_core_is_used_outside_it() -> None:
    """By a stage, a report or a check, be it through other functions of the core."""
    offered = {(module_of(path), name) for path in STATS.rglob("*.py") for name in public_names(path)}
    assert len(offered) > 300
    assert sorted(offered - reached()) == []


def test_every_method_of_the_core_is_called_somewhere() -> None:
    """By its name: which class an attribute belongs to is not known before the program runs."""
    read = {
        node.attr for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, ast.Attribute)
    }
    unread = [
        f"{module}.{record.name}.{method.name}"
        for module in sorted(CORE)
        for record in TREES[module].body
        if isinstance(record, ast.ClassDef)
        for method in record.body
        if isinstance(method, ast.FunctionDef) and not method.name.startswith("_") and method.name not in read
    ]
    assert unread == []
