"""The wheel, built and installed in an environment of its own, for the tests that run a study by it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

# What a shell needs; no `python`, as on a machine where only uv or pipx has one.
SHELLS = ("sh", "bash")


def call(*command: str | Path, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=os.environ | more,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def build(project: Path, out: Path, target: str) -> Path:
    """The distribution (`sdist` or `wheel`) that hatchling makes of a folder of the project."""
    built = call(sys.executable, "-m", "hatchling", "build", "-t", target, "-d", out, folder=project)
    assert built.returncode == 0, built.stderr
    [path] = out.glob("*.whl" if target == "wheel" else "*.tar.gz")
    return path


@dataclass(frozen=True)
class Environment:
    """An environment, in a folder whose name has a space, as homes and tool folders may have."""

    folder: Path

    @property
    def scripts(self) -> Path:
        return self.folder / ("Scripts" if sys.platform == "win32" else "bin")

    @property
    def python(self) -> Path:
        return self.scripts / "python"

    def install(self, *what: str | Path) -> None:
        pip = [sys.executable, "-m", "pip", "--python", self.python, "install"]
        if uv := shutil.which("uv"):
            pip = [uv, "pip", "install", "--python", self.python]
        done = call(*pip, "--quiet", *what, folder=self.folder)
        assert done.returncode == 0, done.stderr

    def borrow(self) -> None:
        """Let it import what the running environment has, so that nothing is fetched."""
        [library] = self.folder.rglob("site-packages")
        lent = [path for path in sys.path if path.endswith("site-packages")]
        (library / "borrowed.pth").write_text("\n".join(lent) + "\n", encoding="utf-8")

    def command(self, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
        """`smartcity-survey` with these arguments, on a machine without another Python."""
        path = self.folder / "shells"
        if not path.is_dir():
            path.mkdir()
            for shell in SHELLS:
                (path / shell).symlink_to(str(shutil.which(shell)))
        return call(self.scripts / "smartcity-survey", *arguments, folder=folder, PATH=str(path))


def create(folder: Path) -> Environment:
    made = call(sys.executable, "-m", "venv", "--without-pip", folder, folder=folder.parent)
    assert made.returncode == 0, made.stdout + made.stderr
    return Environment(folder)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(REPOSITORY, tmp_path_factory.mktemp("wheel"), "wheel")


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Environment:
    """The wheel, really installed; its packages are those of the running environment."""
    environment = create(tmp_path_factory.mktemp("installed") / "an environment")
    environment.install("--no-deps", "--no-index", wheel)
    environment.borrow()
    return environment
