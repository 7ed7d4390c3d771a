"""`make` sets up with uv where it is there and with pip otherwise, from the same locks with their hashes."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="needs make")

LOCKED = [
    f"install --require-hashes -r {lock}"
    for lock in ("requirements.lock", "requirements-test.lock", "requirements-reconstruct.lock")
]
OURS = "install --no-build-isolation --no-deps --editable ."
EXPECTED = [LOCKED[0], OURS, *LOCKED[1:]]


def script(path: Path, *lines: str) -> None:
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="utf-8")
    path.chmod(0o755)


PLACES = ["plain", "we\"ird' $HOME & {x} `id` Қала"]


@pytest.fixture(params=PLACES)
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """The project's files that `make setup-test` looks at, and stand-ins of python3 and pip that tell."""
    tmp_path /= request.param
    tmp_path.mkdir()
    for name in ("Makefile", "pyproject.toml", *(path.name for path in REPOSITORY.glob("*.lock"))):
        shutil.copy(REPOSITORY / name, tmp_path)
    tools = tmp_path / "tools"
    tools.mkdir()
    script(tmp_path / "python", 'shift 2; echo "pip $*" >> told')
    script(
        tools / "python3",
        # As `venv` does: an interpreter and its pip.
        'if [ "$2" = venv ]; then mkdir -p $3/bin; rm -f $3/bin/python; cp python $3/bin/python',
        "touch $3/bin/pip; fi",
    )
    for name in ("sh", "touch", "mkdir", "cp", "rm", "echo", "id", "make"):
        (tools / name).symlink_to(str(shutil.which(name)))
    return tmp_path


def told(folder: Path, *arguments: str, target: str = "setup-test") -> list[str]:
    """What the installer was called with, without what says where to and how loud."""
    finished = subprocess.run(
        ["make", target, *arguments],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "UV"))}
        | {"PATH": str(folder / "tools")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    lines = (folder / "told").read_text(encoding="utf-8").splitlines()
    (folder / "told").unlink()
    for option in (" --quiet", " --disable-pip-version-check", " --python .venv/bin/python"):
        lines = [line.replace(option, "") for line in lines]
    return lines


def with_uv(folder: Path) -> None:
    script(
        folder / "tools/uv",
        'if [ "$1" = venv ]; then mkdir -p .venv/bin; touch .venv/bin/python; fi',
        'echo "uv $*" >> told',
    )


def test_pip_installs_the_locks_where_there_is_no_uv(folder: Path) -> None:
    assert told(folder) == [f"pip {line}" for line in EXPECTED]


def test_uv_installs_the_same_locks_where_it_is_there(folder: Path) -> None:
    with_uv(folder)
    created, *installed = told(folder)
    assert created == "uv venv --allow-existing --python python3 .venv"
    assert installed == [f"uv pip {line}" for line in EXPECTED]


def test_uv_can_be_declined_and_an_environment_of_its_gets_its_pip(folder: Path) -> None:
    with_uv(folder)
    told(folder)
    assert not (folder / ".venv/bin/pip").exists()
    (folder / "requirements.lock").touch()
    os.utime(folder / "requirements.lock", (2**31, 2**31))
    assert f"pip {LOCKED[0]}" in told(folder, "UV=")


def test_a_package_is_added_by_what_made_the_environment(folder: Path) -> None:
    told(folder)
    assert told(folder, "WHAT=pyarrow", target="add") == ["pip install pyarrow"]
    with_uv(folder)
    assert told(folder, "WHAT=pyarrow", target="add") == ["uv pip install pyarrow"]


def test_nothing_is_installed_twice(folder: Path) -> None:
    told(folder)
    with pytest.raises(FileNotFoundError):
        told(folder)


def setup(folder: Path) -> str:
    finished = subprocess.run(
        ["make", "setup"],
        cwd=folder,
        env={"PATH": str(folder / "tools")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert finished.returncode != 0
    assert not (folder / "told").exists()
    return finished.stdout


def test_no_python_at_all_is_told_as_such(folder: Path) -> None:
    (folder / "tools/python3").unlink()
    assert "python3 is not there." in setup(folder)


def test_a_python_that_fits_is_named_where_the_usual_one_does_not(folder: Path) -> None:
    script(folder / "tools/python3", 'if [ "$1" = -c ]; then exit 1; fi; echo "Python 3.15.0"')
    script(folder / "tools/python3.12", "exit 0")
    said = setup(folder)
    assert "python3 is Python 3.15.0." in said
    assert "Try: make PYTHON=python3.12" in said


@pytest.mark.parametrize("uv", [False, True])
def test_a_python_too_old_is_refused_by_name(folder: Path, uv: bool) -> None:
    if uv:
        with_uv(folder)
    script(folder / "tools/python3", 'if [ "$1" = -c ]; then exit 1; fi; echo "Python 3.9.2"')
    finished = subprocess.run(
        ["make", "setup"],
        cwd=folder,
        env={"PATH": str(folder / "tools")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert finished.returncode != 0
    assert "Python 3.11 to 3.14 is needed; python3 is Python 3.9.2" in finished.stdout
    assert "None of them is here" in finished.stdout
    assert not (folder / "told").exists()
