"""Nothing leaves the machine, and nothing that a file says is executed."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

PACKAGE = REPOSITORY / "src/smartcity_survey"
MODULES = [*sorted(PACKAGE.rglob("*.py")), *sorted((REPOSITORY / "rules").rglob("*.py"))]

NETWORK = {
    "aiohttp",
    "ftplib",
    "http",
    "httpx",
    "requests",
    "smtplib",
    "socket",
    "ssl",
    "urllib",
    "webbrowser",
}
UNSAFE = {"dill", "joblib", "marshal", "pickle", "shelve"}
# Who speaks to the run's own server of steps, through a socket of this machine that has no address.
LOCAL = {"forks.py", "forked_step.py"}
# Who may start other programs, all of them Python's own interpreter.
STARTERS = {"running.py", "bars.py", "step.py", "freshness.py", "sav_file.py", "spv.py"}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    return names


def called(path: Path) -> set[str]:
    """Plain names and attributes that are called."""
    calls = (node.func for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))
    return {ast.unparse(function) for function in calls}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_no_module_opens_the_network_or_unpacks_code(path: Path) -> None:
    local = path.name in LOCAL
    # The studio listens on this computer: tests/studio/test_guard.py says to whom.
    page = {"socket", "http", "urllib", "shiny", "starlette", "uvicorn", "webbrowser"}
    allowed = page if path.parent.name == "studio" else {"socket"} if local else set()
    assert not imported(path) & (NETWORK - allowed | UNSAFE)
    assert not local or set(re.findall(r"AF_\w+", path.read_text("utf-8"))) == {"AF_UNIX"}
    assert not called(path) & {"eval", "exec", "compile", "__import__", "os.system", "yaml.unsafe_load"}
    assert not {name for name in called(path) if name.endswith(("read_pickle", "to_pickle"))}
    assert ("subprocess" in imported(path)) <= (path.name in STARTERS)
