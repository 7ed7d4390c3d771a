"""Writes docs/architecture.md: `python -m tests.docs.architecture`.

What stands above the mark in that file is written by hand; everything below it is derived from the package.
"""

from __future__ import annotations

import ast
import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from smartcity_survey.locales import LANGUAGES
from smartcity_survey.parsing import Section
from smartcity_survey.report.contents import load_contents
from smartcity_survey.report.figures import FIGURES
from smartcity_survey.report.wording import Wording, load_wording
from smartcity_survey.stages.declare import Stage
from smartcity_survey.stages.needs import Bar, Claimed, Need, Option, Options
from smartcity_survey.study.codebook import Codebook, read_codebook
from smartcity_survey.study.config import Config, read_config
from smartcity_survey.workflow.catalogue import stages
from tests.conftest import REPOSITORY
from tests.rooms import public_names, rooms

PAGE = REPOSITORY / "docs/architecture.md"
MARK = "<!-- From here on: written by python -m tests.docs.architecture -->\n"
PACKAGE = REPOSITORY / "src/smartcity_survey"
SAMPLES = (REPOSITORY / "reports/tables", REPOSITORY / "tests/report/study/tables")
"""Folders that hold tables, for the names of their columns: the bundled study's, and one of every table."""
PAPER = REPOSITORY / "data/published/paper.yaml"
IN_WORDS = ("statistic", "quantity", "test", "coefficient", "index")
"""Columns whose codes are terms that a reader looks for."""


_LANGUAGE = re.compile(f"_(?:{'|'.join(LANGUAGES)})$")


def page() -> str:
    """The whole page: its text as it stands, and everything below the mark anew."""
    text = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    derived = [*_printed(), *_terms(), *_stages(), *_folders()]
    return text + MARK + "\n" + "\n".join(derived) + "\n"


def path_of(module: str) -> str:
    """The file of a module, below the package."""
    return module.removeprefix("smartcity_survey.").replace(".", "/") + ".py"


def maker(table: str) -> Stage:
    """The stage that makes a table or a respondent-level frame."""
    return next(each for each in stages().values() if table in (*each.every_table(), *each.private))


def _about(file: Path) -> str:
    """The first sentence or line of a module's docstring."""
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return text.partition("\n\n")[0].replace("\n", " ")


def _stage_link(own: Stage) -> str:
    return f"[{own.name}](#stage-{own.name})"


# The paper's tables and figures.


def _printed() -> Iterator[str]:
    yield "## The printed tables and figures\n"
    yield "The numbers are those of the dissertation. A table or figure of the report takes the number of the"
    yield "printed one.\n"
    yield "| printed | what it shows | in the report | stage | module |\n|---|---|---|---|---|"
    for shown in yaml.safe_load(PAPER.read_text(encoding="utf-8"))["objects"].values():
        number = f"**{shown['kind'].title()} {shown['number']}**"
        again = shown.get("continued_as")
        if again:
            number += f" (goes on as {shown['kind'].title()} {again})"
        yield f"| {number} | {shown['caption']} | {_recomputed(shown)} |"
    yield ""


def _recomputed(shown: Mapping[str, Any]) -> str:
    """Where a printed object is computed again: file, stage and module."""
    entries = [
        entry
        for entry in load_contents().entries(shown["kind"])
        if entry.topic and entry.topic in shown["shows"]
    ]
    if shown["kind"] == "figure" and entries:
        own = FIGURES[entries[0].name]
        tables = [need.rpartition("/")[2] for need in own.needs]
        return (
            f"figure `{entries[0].name}` | {_links(map(maker, tables))} | "
            f"`{path_of(own.draw.__module__)}` draws {_codes(tables)}"
        )
    file = shown.get("recomputed_in", {}).get("file") or next((f"{entry.name}.csv" for entry in entries), "")
    if not file:
        return "not computed: the survey did not ask | |"
    own_stage = maker(file.removesuffix(".csv"))
    return f"`{file}` | {_stage_link(own_stage)} | `{path_of(own_stage.module)}`"


def _links(found: Iterable[Stage]) -> str:
    return ", ".join(_stage_link(each) for each in {each.name: each for each in found}.values())


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


# Terms.


def _terms() -> Iterator[str]:
    yield "## Terms\n"
    yield "A term of a table is its title, the heading of a column, or a line in words. Behind it stand the"
    yield "table with its stage, the stage's module, the module of the numeric core that has something of"
    yield "this name, and the section of the report that shows the table. A term of the numeric core is a"
    yield "public function or record. Files are below `src/smartcity_survey/`.\n"
    by_letter: dict[str, list[str]] = defaultdict(list)
    for term, where in sorted(_places().items(), key=lambda item: (_plain(item[0]), item[0])):
        letter = _plain(term)[:1].upper()
        by_letter[
            letter if letter.isascii() and letter.isalpha() else "Signs, numbers and Greek letters"
        ].append(f"| {term} | {'; '.join(sorted(where))} |")
    for letter, lines in sorted(by_letter.items(), key=lambda item: (len(item[0]) == 1, item[0])):
        yield f"### {letter}\n\n| term | where |\n|---|---|"
        yield from lines
        yield ""


def _plain(term: str) -> str:
    return re.sub(r"[^\w]", "", term).lower()


def _places() -> dict[str, set[str]]:
    """Term -> tables with their stages, or functions with their files."""
    wording = load_wording("en")
    found: dict[str, set[str]] = defaultdict(set)
    for own in stages().values():
        for table in own.every_table():
            for term, column in _terms_of(table, wording):
                found[term.replace("|", "\\|")].add(_place(table, column, own, wording))
    for room in rooms():
        for module in sorted(room.glob("[!_]*.py")):
            for name in public_names(module):
                if not name.isupper():
                    found[f"`{name}`"].add(f"`{module.relative_to(PACKAGE).as_posix()}`")
    return found


def _place(table: str, name: str, own: Stage, wording: Wording) -> str:
    """Where a term of a table is: table, stage, modules and section of the report."""
    core = [f"stats/{module}" for module, names in _names_of_core().items() if name in names]
    ours = {path.replace(".", "/") + ".py" for path in _numeric(own)}
    modules = [path_of(own.module), *(path for path in core if path in ours)]
    section = next(
        (plan.id for plan in load_contents().sections for entry in plan.entries if entry.name == table), None
    )
    shown = f"report: {wording[f'sections.{section}.title']}" if section else "not in the report"
    return f"table `{table}` of {_stage_link(own)} ({_codes(modules)}; {shown})"


@cache
def _names_of_core() -> dict[str, set[str]]:
    """Module of the numeric core -> its functions and the fields of its records."""
    found = {}
    for room in rooms():
        for module in sorted(room.glob("[!_]*.py")):
            tree = ast.parse(module.read_text(encoding="utf-8"))
            fields = {
                node.target.id
                for node in ast.walk(tree)
                if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
            }
            functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
            found[f"{room.name}/{module.name}"] = fields | functions
    return found


def _terms_of(table: str, wording: Wording) -> Iterator[tuple[str, str]]:
    """Title, headings and lines in words of a table, each with what it is called in files."""
    if f"tables.{table}.title" in wording:
        yield wording[f"tables.{table}.title"], table
    for column, codes in _columns(table).items():
        for key in (f"columns.{table}.{column}", f"columns.{column}"):
            if key in wording:
                yield wording[key], column
                break
        if column in IN_WORDS:
            yield from ((wording.value(column, code), code) for code in codes if wording.knows(column, code))


def _columns(table: str) -> dict[str, set[str]]:
    """Column -> its codes where they are terms, in the tables at hand and in the plan of the report."""
    found: dict[str, set[str]] = {
        column: set()
        for entry in load_contents().entries("table")
        if entry.name == table
        for column in entry.columns
    }
    for folder in SAMPLES:
        file = folder / f"{table}.csv"
        if file.is_file():
            for line in _lines(file):
                for head, value in line.items():
                    # A column in words stands once for each language.
                    column = _LANGUAGE.sub("", head)
                    found.setdefault(column, set())
                    if column in IN_WORDS:
                        found[column].add(value)
    return found


def _lines(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        yield from csv.DictReader(opened)


# Stages.


def _stages() -> Iterator[str]:
    config = read_config(REPOSITORY / "config.yaml")
    yield "## The stages\n"
    yield "Files are below `src/smartcity_survey/`; the rule of each stage has its name (`rules/stage.smk`)."
    yield "What a stage reads are results of other stages, in the bundled study.\n"
    for own in sorted(stages().values(), key=lambda each: each.name):
        yield f"### Stage {own.name}\n\n{own.about}\n"
        yield f"- module: `{path_of(own.module)}`"
        yield from _line("reads", dict.fromkeys(_reads(own, config)))
        yield from _line("tables", own.every_table())
        yield from _line("of single respondents", own.private)
        yield from _line("options", _options(own, config))
        yield from _line("numbers from", _numeric(own))
        yield ""


def _line(title: str, names: Iterable[str]) -> Iterator[str]:
    shown = _codes(names)
    if shown:
        yield f"- {title}: {shown}"


def _reads(own: Stage, config: Config) -> Iterator[str]:
    for need in own.needs.values():
        yield from need.frames(config)


def _options(own: Stage, config: Config) -> dict[str, None]:
    """Keys of the config that a stage depends on."""
    found = dict.fromkeys(key for need in own.needs.values() for key in _keys(need, config))
    return found | ({"disclosure": None} if own.hides else {})


def _keys(need: Need, config: Config) -> Iterator[str]:
    if isinstance(need, Option):
        yield need.key
    elif isinstance(need, Options):
        section = next(name for name, value in config if type(value) is need.section)
        yield from (f"{section}.{key}" for key in need.only) if need.only else (section,)
    elif isinstance(need, Claimed):
        yield from ("model", "codebook")
    elif not isinstance(need, Bar):
        looked_at: list[str] = []
        watched: Any = _Watched(config, "", looked_at)
        need.files(watched)
        need.options(watched, _Watched(_codebook(config.data.codebook), "codebook", looked_at))
        yield from looked_at


class _Watched:
    """A config, or a part of it, that notes which keys are looked at."""

    def __init__(self, own: Any, name: str, looked_at: list[str]) -> None:
        self._own, self._name, self._looked_at = own, name, looked_at

    def __getattr__(self, key: str) -> Any:
        found = getattr(self._own, key)
        if key == "model_dump":
            return self._dump
        if isinstance(self._own, Config) and isinstance(found, Section):
            return _Watched(found, key, self._looked_at)
        codebook = self._name == "codebook"
        self._looked_at.append(self._name if codebook else f"{self._name}.{key}".removeprefix("."))
        return found

    def _dump(self, include: Iterable[str] = (), **options: Any) -> Any:
        named = [f"{self._name}.{key}".removeprefix(".") for key in sorted(include)]
        self._looked_at += named or [self._name]
        return self._own.model_dump(include=set(include) or None, **options)


def _numeric(own: Stage) -> tuple[str, ...]:
    """Modules of the numeric core that a stage's module takes functions from."""
    return _taken_by(own.module)


@cache
def _taken_by(stage: str) -> tuple[str, ...]:
    tree = ast.parse((PACKAGE / path_of(stage)).read_text(encoding="utf-8"))
    found = sorted(
        node.module.removeprefix("smartcity_survey.")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("smartcity_survey.stats.")
        and not str(node.module).endswith((".types", ".errors"))
    )
    return tuple(found)


@cache
def _codebook(path: str) -> Codebook:
    return read_codebook(REPOSITORY / path)


# Folders.


def _folders() -> Iterator[str]:
    yield "## The folders of the package\n"
    yield "Below `src/smartcity_survey/`; what a folder's `__init__.py` says of it.\n"
    yield "| folder | what it holds |\n|---|---|"
    for file in sorted(PACKAGE.rglob("__init__.py")):
        if file.parent != PACKAGE:
            yield f"| `{file.parent.relative_to(PACKAGE).as_posix()}/` | {_about(file)} |"
    yield "\n### Modules of the numeric core\n\n| module | what it computes |\n|---|---|"
    for room in rooms():
        for module in sorted(room.glob("[!_]*.py")):
            yield f"| `{module.relative_to(PACKAGE).as_posix()}` | {_about(module)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
