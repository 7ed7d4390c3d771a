"""The files a script's results depend on: what it imports of this package, and the data files beside that."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path, PurePosixPath
from typing import Any

PACKAGE = Path(__file__).parents[1]
_SPOKEN = "smartcity_survey/messages"
"""What a run says, in each language: no result holds a word of it."""

Start = Path | str
"""Where code begins: a script, or the full name of a module of the package."""

# Ten times as fast as `ast`, for which each rule would have to wait; a test holds the two against each other.
_IMPORT = re.compile(
    r"(?:^|[;:])[ \t]*"
    r"(?:from[ \t]+(?P<base>[.\w]+)[ \t]+import[ \t]*(?P<names>\((?:[^)#]|#[^\n]*)*\)|(?:[^\n\\;]|\\\n)+)"
    r"|import[ \t]+(?P<modules>(?:[^\n\\;]|\\\n)+))",
    re.MULTILINE,
)


class Sources:
    """The package's files as they are now: each is read once, however many scripts depend on it.

    A file of the package is called after the folder that the package is in:
    `smartcity_survey/stats/pls/algorithm.py`.
    """

    def __init__(self, package: Path = PACKAGE) -> None:
        self._above = package.parent
        files = (file for file in package.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
        self._files = {file.relative_to(self._above).as_posix() for file in files}
        self._data = {
            name: inner
            for name in self._files
            if not name.endswith((".py", ".pyi")) and (inner := self._package_of(name)) != _SPOKEN
        }
        self._digests: dict[str, str] = {}
        self._names: dict[str, frozenset[str]] = {}
        self._modules: dict[str, tuple[str, ...]] = {}

    def code_of(self, *starts: Start) -> dict[str, str]:
        """Digest of every file of ours that can have a say in what a step computes.

        These are the scripts and modules of the package that it starts from; the modules of the package that
        they import, at the top or within functions, and those that these import, and so on; the `__init__` of
        each package on the way; and the data files of these packages: whatever is not Python in the folder of
        a package or in a folder below it that is no package itself (locales, layouts, templates, styles).

        Returns
        -------
        dict
            name (`scripts/stage.py`, `smartcity_survey/stats/pls/model.py`) -> 16 hexadecimal digits, in
            the order of the names. A file that is merely touched, or has other line ends, keeps its digest.
        """
        scripts = {f"scripts/{start.name}": _content(start) for start in starts if isinstance(start, Path)}
        modules, _ = self._reached_from(starts)
        data = {name for name, package in self._data.items() if f"{package}/__init__.py" in modules}
        code = {name: self._digest(name) for name in modules | data}
        return dict(sorted([*code.items(), *((name, _digest(own)) for name, own in scripts.items())]))

    def digest_of(self, steps: Iterable[tuple[Start, ...]]) -> str:
        """One digest of the code of several steps."""
        code = {item for starts in steps for item in self.code_of(*starts).items()}
        return _digest(repr(sorted(code)).encode())

    def extras_of(self, *steps: tuple[Start, ...]) -> tuple[str, ...]:
        """Extras that steps make use of: a module they depend on imports a package of theirs."""
        names = frozenset().union(*(names for _, names in map(self._reached_from, steps)))
        imported = {_normal(name.partition(".")[0]) for name in names}
        used = (extra for extra, packages in requirements().items() if imported & packages.keys())
        return tuple(sorted({*used} - {""}))

    def _reached_from(self, starts: tuple[Start, ...]) -> tuple[set[str], frozenset[str]]:
        """Modules of ours that files import by themselves or through others, and all names they import."""
        names = frozenset().union(*map(self._named_in, starts))
        modules: set[str] = set()
        waiting = set(self._modules_of(names))
        while waiting := waiting - modules:
            modules |= waiting
            found = frozenset().union(*map(self._imported_by, waiting))
            names, waiting = names | found, set(self._modules_of(found))
        return modules, names

    def _named_in(self, start: Start) -> frozenset[str]:
        """Full names that a script imports; of a module its own."""
        if isinstance(start, str):
            return frozenset({start})
        return frozenset(imported_names(_content(start).decode(), f"scripts/{start.name}"))

    def _digest(self, name: str) -> str:
        if name not in self._digests:
            self._digests[name] = _digest(_content(self._above / name))
        return self._digests[name]

    def _imported_by(self, name: str) -> frozenset[str]:
        if name not in self._names:
            source = _content(self._above / name).decode()
            self._names[name] = frozenset(imported_names(source, name))
        return self._names[name]

    def _modules_of(self, full_names: Iterable[str]) -> Iterator[str]:
        """The modules that imports of full names run: each package on the way, and the last part."""
        for name in full_names:
            if name not in self._modules:
                parts = name.split(".")
                places = ("/".join(parts[:n]) for n in range(1, len(parts) + 1))
                files = (file for place in places for file in (f"{place}.py", f"{place}/__init__.py"))
                self._modules[name] = tuple(file for file in files if file in self._files)
            yield from self._modules[name]

    def _package_of(self, name: str) -> str:
        """The innermost package that a data file is in."""
        folders = (folder.as_posix() for folder in PurePosixPath(name).parents)
        return next(folder for folder in folders if f"{folder}/__init__.py" in self._files)


@cache
def present() -> Sources:
    """The package's files as they were when this process, or the one it is a fork of, first asked."""
    return Sources()


def imported_names(source: str, name: str) -> Iterator[str]:
    """Full names that a file's import statements may mean: `from a import b` may mean `a.b`."""
    for statement in _IMPORT.finditer(source):
        if statement["modules"]:
            yield from (part.split()[0] for part in statement["modules"].split(",") if part.strip(" \\\n"))
            continue
        base = statement["base"].lstrip(".")
        if level := len(statement["base"]) - len(base):
            here = PurePosixPath(name).parents[level - 1]
            base = ".".join([*here.parts, *([base] if base else [])])
        parts = re.sub(r"#[^\n]*|[()\\]", " ", statement["names"]).split(",")
        yield from (f"{base}.{part.split()[0]}" for part in parts if part.strip())


def code_of_rule(script: Path, options: Mapping[str, Any]) -> tuple[Start, ...]:
    """What a rule's code begins with: its script, and the module of its stage, if it is one."""
    return (script, options["module"]) if "module" in options else (script,)


@cache
def requirements() -> dict[str, dict[str, str]]:
    """Packages that this one requires, by extra (what every user needs: ``), as normal name -> name."""
    found: dict[str, dict[str, str]] = {"": {}}
    for line in requires("smartcity_survey") or []:
        name = re.split(r"[^\w.-]", line, maxsplit=1)[0]
        extra = re.search(r"""extra == ['"]([\w.-]+)""", line)
        found.setdefault(extra[1] if extra else "", {})[_normal(name)] = name
    return found


@cache
def versions(*extras: str) -> dict[str, str]:
    """Version of this package, of each one it requires, and of those of the extras that are installed."""
    found = {"smartcity_survey": version("smartcity_survey")}
    hard = set(requirements()[""].values())
    for name in sorted(hard.union(*(requirements()[extra].values() for extra in extras))):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            if name in hard:
                raise
    return found


def _normal(name: str) -> str:
    """A package's name as it is imported, if the two are alike at all."""
    return re.sub(r"[-_.]+", "_", name).lower()


def _content(file: Path) -> bytes:
    return file.read_bytes().replace(b"\r\n", b"\n")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
