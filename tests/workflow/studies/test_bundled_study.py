"""The committed reports are what the committed data and code give."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.project.test_processors import NEHALEM
from tests.workflow.locales import locale_environment
from tests.workflow.place import IDLE
from tests.workflow.test_nothing_lost import digests, run

COMMITTED = REPOSITORY / "reports"


def write_bundled(folder: Path) -> None:
    shutil.copytree(REPOSITORY / "data", folder / "data")
    shutil.copyfile(REPOSITORY / "config.yaml", folder / "config.yaml")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled study run from nothing in a folder of its own."""
    folder = tmp_path_factory.mktemp("bundled") / "study"
    write_bundled(folder)
    run(folder, cores=2)
    return folder / "reports"


def test_a_second_run_ends_before_anything_is_imported(fresh: Path) -> None:
    command = [sys.executable, "-c", IDLE]
    done = subprocess.run(command, cwd=fresh.parent, capture_output=True, encoding="utf-8", check=True)
    said = done.stdout.splitlines()
    assert "nothing to do" in said[0]
    assert said[-1] == "[]"


def tracked(pattern: str) -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", f"reports/{pattern}"],
        cwd=REPOSITORY,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return [Path(name).relative_to("reports") for name in listing.stdout.splitlines()]


def test_committed_reports_are_the_bytes_of_a_fresh_run(fresh: Path) -> None:
    """On whatever processor and by whatever Python: after `make` on a clean clone git has nothing to tell."""
    names = tracked("")
    assert {Path("report.html"), Path("manifest.json"), Path("figures/path.png")} < set(names)
    assert len(names) > 150
    assert [name for name in names if (COMMITTED / name).read_bytes() != (fresh / name).read_bytes()] == []


def test_no_table_is_missing_from_the_committed_ones(fresh: Path) -> None:
    ignored = subprocess.run(
        ["git", "check-ignore", "--stdin"],
        input="\n".join(f"reports/{path.relative_to(fresh).as_posix()}" for path in fresh.rglob("*.csv")),
        cwd=REPOSITORY,
        capture_output=True,
        encoding="utf-8",
        check=False,
    ).stdout.splitlines()
    made = {f"reports/{path.relative_to(fresh).as_posix()}" for path in fresh.rglob("tables/*.csv")}
    assert made - set(ignored) == {f"reports/{name.as_posix()}" for name in tracked("tables/*.csv")}


def test_another_run_gives_the_same_bytes(fresh: Path, tmp_path: Path) -> None:
    """Elsewhere, in another language and time zone, on a core of an older processor, from read-only files."""
    folder = tmp_path / "менің зерттеуім 2"
    write_bundled(folder)
    inputs = [path for path in folder.rglob("*") if path.is_file()]
    for path in inputs:
        path.chmod(0o444)
    spoken = locale_environment("kk_KZ.UTF-8", tmp_path / "locales") or {"LC_ALL": "C"}
    run(folder, cores=1, TZ="Asia/Almaty", PYTHONHASHSEED="7", **spoken, **NEHALEM)
    first, second = digests(fresh.parent), digests(folder)
    assert [name for name in sorted({*first, *second}) if first.get(name) != second.get(name)] == []
    assert {"report.html", "manifest.json", "figures/path.png", "tables/pls_paths.csv"} <= set(first)
