"""What the layout promises: a pure numeric core, no addresses, no unsafe loading, UTF-8 at every open."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from yaml.constructor import SafeConstructor

from smartcity_survey.own_yaml import _SAFE_LOADER
from tests.conftest import REPOSITORY
from tests.rooms import STATS, rooms, stub

PACKAGE = REPOSITORY / "src/smartcity_survey"


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("path", sorted((PACKAGE / "stats").rglob("*.py")), ids=lambda path: path.stem)
def test_the_numeric_core_needs_numpy_and_scipy_alone(path: Path) -> None:
    foreign = {
        name
        for name in imports(path)
        if not name.startswith("smartcity_survey.stats")
        and name.split(".")[0]
        not in {"numpy", "scipy", "lazy_loader", "__future__", "collections", "concurrent"}
        and name
        not in {"contextlib", "dataclasses", "enum", "functools", "itertools", "math", "os", "typing"}
    }
    assert not foreign


def test_gpl_oracles_are_never_imported_by_the_package() -> None:
    found = [
        path.name for path in PACKAGE.rglob("*.py") for name in imports(path) if name.startswith("seminr")
    ]
    assert found == []


def test_nothing_is_unpickled_and_yaml_is_loaded_safely() -> None:
    for path in PACKAGE.rglob("*.py"):
        assert "pickle" not in set(imports(path)), path
        loads = re.findall(r"yaml\.(load|full_load|unsafe_load)\(([^)]*)", path.read_text(encoding="utf-8"))
        safe = ("_PlainLoader", "_FastLoader", "_SAFE_LOADER")
        assert all(any(loader in arguments for loader in safe) for _, arguments in loads), path
    assert issubclass(_SAFE_LOADER, SafeConstructor)


def test_every_text_file_is_opened_as_utf8() -> None:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr not in {"open", "read_text"} or not isinstance(
                node.func.value, ast.Name | ast.BinOp
            ):
                continue
            binary = any(isinstance(a, ast.Constant) and "b" in str(a.value) for a in node.args)
            named = any(keyword.arg == "encoding" for keyword in node.keywords)
            ours = node.func.attr == "read_text" and len(node.args) == 2  # Paper.read_text
            # A ZipFile, a reader of PDF and a descriptor, which open bytes; a page, which a browser opens.
            packed = getattr(node.func.value, "id", "") in {"archive", "PDF", "os", "webbrowser"}
            assert binary or named or ours or packed, f"{path}, line {node.lineno}"


def test_lock_files_carry_hashes_and_no_addresses() -> None:
    for lock in REPOSITORY.rglob("requirements*.lock"):
        if ".venv" in lock.parts:
            continue
        text = lock.read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text
        pinned = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
        assert all("==" in line for line in pinned)


def test_files_are_short_enough_to_read() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "*.py", "src/*/locale/*"],
        cwd=REPOSITORY,
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout.split()
    long = {
        name: n for name in tracked if (n := len((REPOSITORY / name).read_text("utf-8").splitlines())) > 400
    }
    assert long == {}


@pytest.mark.parametrize("room", list(rooms()), ids=lambda room: room.name)
def test_rooms_of_the_numeric_core_re_export_their_public_names(room: Path) -> None:
    assert (room / "__init__.pyi").read_text(encoding="utf-8") == stub(room), "run python -m tests.rooms"
    package = importlib.import_module(f"smartcity_survey.stats.{room.name}")
    assert all(getattr(package, name) is not None for name in package.__all__)
    modules = {module.stem for module in room.glob("*.py")}
    assert modules.isdisjoint(package.__all__), "a name of a module hides it"


def test_no_module_of_the_package_takes_names_from_a_room() -> None:
    """They would depend on more than they use, and what they use would not be seen (`dependencies.py`)."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module in {
                f"smartcity_survey.stats.{room.name}" for room in rooms()
            }:
                assert all((STATS / node.module.split(".")[2] / f"{a.name}.py").is_file() for a in node.names)


def test_the_rooms_of_the_numeric_core_stand_in_an_order() -> None:
    """No circle: each room builds on rooms before it."""
    above = {
        room.name: {
            name.split(".")[2]
            for module in room.glob("*.py")
            for name in imports(module)
            if name.startswith("smartcity_survey.stats.")
        }
        - {room.name}
        for room in rooms()
    }
    assert next(iter(TopologicalSorter(above).static_order())) == "core"


def test_a_folder_has_at_most_twenty_modules() -> None:
    folders = ["src/smartcity_survey/stats", "tests/stats"]
    tracked = subprocess.run(
        ["git", "ls-files", *folders], cwd=REPOSITORY, capture_output=True, encoding="utf-8", check=True
    ).stdout.split()
    counts = Counter(str(Path(name).parent) for name in tracked if name.endswith(".py"))
    assert {folder: n for folder, n in counts.items() if n > 20} == {}


# Who may know whom: a room imports from those named, itself, `stats`, and the modules that all share.
ROOMS = {
    "study": {"audit"},
    "data": {"study"},
    "audit": set(),
    "new_paper": {"audit"},
    "reconstruct": {"study", "data", "audit"},
    "stages": {"study", "data", "audit"},
    "stream": {"study", "data", "stages"},
    "notebook": {"study", "data", "audit", "stages", "report"},
    "report": {"study", "data", "stages", "audit", "workflow"},
    "plan": {"study", "data", "report"},
    "check": {"study", "data", "audit", "stages", "reconstruct"},  # of the last what a study prints alone
}


@pytest.mark.parametrize("room", ROOMS)
def test_data_flows_one_way(room: str) -> None:
    everybody = {
        "adding",
        "cell_text",
        "errors",
        "hand_yaml",
        "io",
        "libraries",
        "locales",
        "own_yaml",
        "parsing",
        "processes",
        "stats",
        room,
    }
    known = {
        name.split(".")[1]
        for path in (PACKAGE / room).rglob("*.py")
        for name in imports(path)
        if name.startswith("smartcity_survey.")
    }
    assert known <= ROOMS[room] | everybody
