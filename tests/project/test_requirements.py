"""What is required, what is locked and what is imported are the same packages."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, packages_distributions, requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import REPOSITORY
from tests.known_flaws import told

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
HARD = PROJECT["project"]["dependencies"]
EXTRAS = PROJECT["project"]["optional-dependencies"]
# `make` builds the package without fetching more: what builds it is locked beside what it needs.
USED = [*HARD, *PROJECT["build-system"]["requires"], "editables"]
LOCKS = {
    "requirements.lock": [*USED, *EXTRAS["crosscheck"]],
    "requirements-test.lock": [*USED, *EXTRAS["crosscheck"], *EXTRAS["studio"], *EXTRAS["test"]],
    "requirements-studio.lock": [*USED, *EXTRAS["studio"]],
    "requirements-reconstruct.lock": [*USED, *EXTRAS["reconstruct"]],
}


def pins(lock: str) -> list[Requirement]:
    """Each package with its version, and the machines that it is for."""
    text = (REPOSITORY / lock).read_text(encoding="utf-8")
    return [Requirement(line) for line in re.findall(r"^([\w.-]+==.+?) \\$", text, re.MULTILINE)]


def version_of(pin: Requirement) -> str:
    [exact] = pin.specifier
    return exact.version


def pinned_here(lock: str) -> dict[str, str]:
    """Package -> version on a machine such as this one."""
    return {pin.name: version_of(pin) for pin in pins(lock) if pin.marker is None or pin.marker.evaluate()}


def normal(names: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(name).name) for name in names}


def test_every_extra_is_in_a_lock() -> None:
    locked = [line for lines in LOCKS.values() for line in lines]
    assert {line for lines in EXTRAS.values() for line in lines} <= set(locked)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_every_requirement_in_a_version_it_admits(lock: str) -> None:
    for requirement in map(Requirement, LOCKS[lock]):
        found = [version_of(pin) for pin in pins(lock) if pin.name == canonicalize_name(requirement.name)]
        assert found, requirement.name
        assert all(map(requirement.specifier.contains, found)), requirement.name


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_what_its_packages_require(lock: str) -> None:
    pinned, looked_at = pinned_here(lock), 0
    for package in pinned:
        try:
            needed = [Requirement(line) for line in requires(package) or []]
        except PackageNotFoundError:
            continue  # An extra need not be installed.
        if version(package) != pinned[package]:
            continue  # Another version may require something else.
        looked_at += 1
        for requirement in needed:
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                name = canonicalize_name(requirement.name)
                assert name in pinned, f"{package} needs {name}"
                assert requirement.specifier.contains(pinned[name], prereleases=True), f"{package}: {name}"
    assert looked_at > 50


def test_locks_agree_on_the_versions_they_share() -> None:
    first, *others = ({(pin.name, version_of(pin)) for pin in pins(lock)} for lock in LOCKS)
    for other in others:
        assert first <= other


def test_pythons_are_the_same_wherever_they_are_said() -> None:
    """pyproject.toml, what `make` takes and what the README says."""
    classifiers = [line.rpartition(" ")[2] for line in PROJECT["project"]["classifiers"]]
    first, last = classifiers[0], classifiers[-1]
    above = f"3.{int(last.partition('.')[2]) + 1}"
    assert PROJECT["project"]["requires-python"] == f">={first},<{above}"
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    assert f"Python {first} to {last} is needed" in makefile
    assert f"({first.replace('.', ', ')}) <= sys.version_info[:2] <= ({last.replace('.', ', ')})" in makefile
    assert all(f"python{version}" in makefile for version in classifiers)
    assert f"Python {first} to {last}" in (REPOSITORY / "README.md").read_text(encoding="utf-8")


def test_make_lock_writes_every_lock_and_no_address_of_an_index() -> None:
    rule = subprocess.run(
        ["make", "--dry-run", "lock"], cwd=REPOSITORY, capture_output=True, encoding="utf-8", check=True
    ).stdout
    tracked = subprocess.run(
        ["git", "ls-files", "*.lock"], cwd=REPOSITORY, capture_output=True, encoding="utf-8", check=True
    ).stdout.split()
    assert sorted(re.findall(r"--output-file (\S+\.lock)", rule)) == sorted(tracked)
    for line in rule.splitlines():
        if "--output-file" in line:
            assert {"--universal", "--no-header", "--no-annotate", "--no-emit-index-url"} <= set(line.split())
            assert "--generate-hashes" in line or "build/versions.txt" in line
    for lock in tracked:
        assert "://" not in (REPOSITORY / lock).read_text(encoding="utf-8"), lock


FLAWED = {"name": "b", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}
SKIPPED = {"name": "a", "skip_reason": "not found"}


def test_a_known_flaw_is_told_and_what_was_not_looked_up_is_not_called_sound() -> None:
    said, flaw = told("x.lock", json.dumps({"dependencies": [SKIPPED, FLAWED]}), "")
    assert flaw
    assert "1 of 2 packages looked up" in said
    assert "b 1: CVE-1, mended in 2" in said
    said, flaw = told("x.lock", json.dumps({"dependencies": [SKIPPED]}), "")
    assert not flaw
    assert "0 of 1 packages looked up" in said
    assert "knows of no flaws" in said
    assert told("x.lock", "", "Traceback\nConnectionError: nowhere\n") == (
        "x.lock: not looked up: ConnectionError: nowhere",
        False,
    )


def foreign(path: Path) -> Iterator[tuple[str, bool]]:
    """Top-level names of other packages that a module imports, and whether within a function."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inner = {id(n) for f in ast.walk(tree) if isinstance(f, ast.FunctionDef) for n in ast.walk(f)}
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        for top in {name.partition(".")[0] for name in names} - {"smartcity_survey", "__future__"}:
            if top not in sys.stdlib_module_names:
                yield top, id(node) in inner


def imported() -> dict[str, set[tuple[str, bool]]]:
    """Distribution -> the modules that import it, and whether within a function."""
    source = REPOSITORY / "src/smartcity_survey"
    owners = packages_distributions()
    found: dict[str, set[tuple[str, bool]]] = {}
    for path in source.rglob("*.py"):
        for top, inner in foreign(path):
            for owner in set(owners.get(top, [top])):
                place = (path.relative_to(source).as_posix(), inner)
                found.setdefault(canonicalize_name(owner), set()).add(place)
    return found


def test_what_every_user_must_install_is_what_the_package_imports() -> None:
    by_name = {"openpyxl", "snakemake"}  # pandas opens workbooks by the one, the other runs the rules
    parts = {"markupsafe", "pydantic-core"}  # of jinja2 and pydantic, in the versions that these ask for
    extras = ("crosscheck", "reconstruct", "parquet", "studio")
    optional = normal([line for extra in extras for line in EXTRAS[extra]])
    assert set(imported()) - optional - parts | by_name == normal(HARD)


def test_packages_of_an_extra_are_imported_where_a_user_without_them_never_comes() -> None:
    found = imported()
    for package in normal(EXTRAS["crosscheck"]) & set(found):
        assert found[package] == {("stages/checks/crosscheck.py", True)}, package
    for package in normal(EXTRAS["parquet"]):
        assert package not in found, f"{package} is named where a survey needs it, and imported nowhere"
    for package in normal(EXTRAS["studio"]) & set(found):
        assert all(place.startswith("studio/") for place, _ in found[package]), package
    for package in normal(EXTRAS["reconstruct"]) & set(found):
        assert all(place.startswith(("bounds/", "reconstruct/")) for place, _ in found[package]), package
