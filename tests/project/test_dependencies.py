"""What a rule depends on: held against Python's own reading of the imports, file by file and rule by rule."""

from __future__ import annotations

import ast
import os
import shutil
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from modulefinder import ModuleFinder
from pathlib import Path

import pytest

from smartcity_survey.workflow.catalogue import stages
from smartcity_survey.workflow.dependencies import Sources, imported_names, versions
from smartcity_survey.workflow.made_from import Step, origin, out_of_date, record
from tests.conftest import REPOSITORY

SOURCE = REPOSITORY / "src"
SCRIPTS = sorted((REPOSITORY / "rules/scripts").glob("*.py"))
FILES = sorted(
    path.relative_to(SOURCE).as_posix()
    for path in (SOURCE / "smartcity_survey").rglob("*")
    if path.is_file() and "__pycache__" not in path.parts
)


def names_by_ast(source: str, package: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = [*above, *([node.module] if node.module else [])]
            yield from (".".join([*base, alias.name]) for alias in node.names)


@pytest.mark.parametrize(
    "path", [*SCRIPTS, *(SOURCE / name for name in FILES if name.endswith(".py"))], ids=str
)
def test_import_statements_are_read_as_python_reads_them(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    name = path.relative_to(REPOSITORY if path in SCRIPTS else SOURCE).as_posix()
    expected = set(names_by_ast(source, Path(name).parent.as_posix().replace("/", ".")))
    assert set(imported_names(source, name)) >= expected


STATEMENTS = """
import a.b, c as d  # e
from f import (  # (g)
    h,  # )
    i as j,
)
from k import l, \\
    m
def n():
    from . import o
    from ..p.q import r; import s
try: import t
except ImportError: pass
from important import u
"""


def test_every_form_of_import_is_read() -> None:
    expected = set(names_by_ast(STATEMENTS, "smartcity_survey.report"))
    assert {"a.b", "c", "f.h", "f.i", "k.l", "k.m", "smartcity_survey.report.o", "s", "t"} < expected
    assert set(imported_names(STATEMENTS, "smartcity_survey/report/page.py")) == expected


def modules_by_finder(script: Path, module: str | None = None) -> set[str]:
    finder = ModuleFinder(path=[str(SOURCE)])
    finder.run_script(str(script))
    if module:
        finder.import_hook(module)
    files = (Path(module.__file__) for module in finder.modules.values() if module.__file__)
    return {file.relative_to(SOURCE).as_posix() for file in files if file.is_relative_to(SOURCE)}


def starts(rule: str, scripts: Path = REPOSITORY / "rules/scripts") -> tuple[Path | str, ...]:
    """What a rule's code begins with, its script in this folder."""
    if rule not in stages():
        return (scripts / f"{rule}.py",)
    return scripts / "stage.py", stages()[rule].module


@cache
def modules_of(rule: str) -> set[str]:
    stage = stages().get(rule)
    return modules_by_finder(starts(rule)[0], stage.module if stage else None)


RULES = [*stages(), "report", "chapter", "reconstruct"]


@pytest.mark.parametrize("rule", RULES)
def test_the_modules_of_a_rule_are_those_that_modulefinder_finds(rule: str) -> None:
    ours = {name for name in Sources().code_of(*starts(rule)) if name.endswith(".py")}
    assert ours == modules_of(rule) | {f"scripts/{starts(rule)[0].name}"}


def test_data_files_belong_to_the_packages_that_a_rule_imports() -> None:
    report = Sources().code_of(*starts("report"))
    folder = "smartcity_survey/report"
    locales = {f"{folder}/locale/{language}/page.yaml" for language in ("en", "ru", "kk")}
    layout = {f"{folder}/{name}" for name in ("page.css", "page.html.j2", "contents.yaml", "criteria.yaml")}
    assert locales | layout | {f"{folder}/style.mplstyle"} <= set(report)
    audit = Sources().code_of(*starts("audit"))
    locales = {f"smartcity_survey/audit/locale/{language}/rules.yaml" for language in ("en", "ru", "kk")}
    assert locales <= set(audit)
    pls = Sources().code_of(*starts("pls"))
    # The limits are a package of their own, so that they concern those alone who ask for one.
    limits = "smartcity_survey/study/limits/limits.yaml"
    assert {name for name in pls if not name.endswith(".py")} == {"smartcity_survey/py.typed", limits}
    for rule in ("read", "describe", "components", "sem"):
        assert limits not in Sources().code_of(*starts(rule)), rule
    assert not {name for name in report if name.startswith("smartcity_survey/new_wave/")}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package, and beside it a step for each script, recorded as up to date."""
    folder = tmp_path_factory.mktemp("copy")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(SOURCE / "smartcity_survey", folder / "smartcity_survey", ignore=ignored)
    shutil.copytree(REPOSITORY / "rules/scripts", folder / "scripts", ignore=ignored)
    return folder / "smartcity_survey"


ENTRANCES = {"cli.py", "workflow/run.py", "check/study.py", "new_wave/start.py"}
"""Modules that no rule uses: what starts a run, or comes before one."""


def of_every_folder() -> list[str]:
    """A module of each folder, and the entrances; which modules a rule has is tested above, for all."""
    names = [name for name in FILES if name.endswith(".py") and not name.endswith("__init__.py")]
    first = {name.rpartition("/")[0]: name for name in reversed(names)}
    return sorted({*first.values(), *(f"smartcity_survey/{name}" for name in ENTRANCES)})


def test_an_edit_of_a_file_has_the_rules_that_use_it_run_again_and_no_other(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    steps = [Step(rule, starts(rule, package.parent / "scripts"), {}, (), ()) for rule in RULES]
    for step in steps:
        record(step, origin(step, Sources(package)))
    assert out_of_date(steps, Sources(package)) == []
    depends = {rule: modules_of(rule) for rule in RULES}
    unused = set()
    for name in of_every_folder():
        file = package.parent / name
        content = file.read_bytes()
        file.write_bytes(content + b"\n")
        expected = {rule for rule, names in depends.items() if name in names}
        assert set(out_of_date(steps, Sources(package))) == expected, name
        file.write_bytes(content)
        if not expected:
            unused.add(name.removeprefix("smartcity_survey/"))
    assert out_of_date(steps, Sources(package)) == []
    assert unused >= ENTRANCES


def test_a_new_file_and_a_removed_one_are_seen(package: Path) -> None:
    script = package.parent / "scripts/report.py"
    before = Sources(package).code_of(script)
    (package / "messages/more.yaml").write_text("a: b\n", encoding="utf-8")  # of what runs say, not results
    assert Sources(package).code_of(script) == before
    added = package / "report/locale/en/more.yaml"
    added.write_text("a: b\n", encoding="utf-8")
    assert Sources(package).code_of(script) != before
    added.unlink()
    assert Sources(package).code_of(script) == before


def test_a_digest_follows_content_not_dates_or_line_ends(package: Path) -> None:
    pls, file = starts("pls", package.parent / "scripts"), package / "stats/pls/algorithm.py"
    before = Sources(package).code_of(*pls)
    content = file.read_bytes()
    file.write_bytes(content.replace(b"\n", b"\r\n"))
    os.utime(file, (1, 1))
    assert Sources(package).code_of(*pls) == before
    file.write_bytes(content.replace(b"def ", b"def  ", 1))
    os.utime(file, (1, 1))
    assert Sources(package).code_of(*pls) != before
    file.write_bytes(content)


def test_versions_are_those_of_what_the_package_requires() -> None:
    found = versions()
    assert {"numpy", "scipy", "pandas", "matplotlib", "pyyaml", "smartcity_survey"} <= set(found)
    assert {"pytest", "statsmodels", "jax"}.isdisjoint(found)


def test_packages_of_an_extra_are_recorded_where_they_are_used_and_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    used = {rule: extras for rule in RULES if (extras := Sources().extras_of(starts(rule)))}
    assert used == {"crosscheck": ("crosscheck",), "reconstruct": ("reconstruct",)}
    assert Sources().extras_of(*map(starts, RULES)) == ("crosscheck", "reconstruct")

    steps = [Step(rule, starts(rule), {}, (), ()) for rule in ("crosscheck", "pls")]
    checked, estimated = (origin(step)["packages"] for step in steps)
    assert {"statsmodels", "semopy", "factor-analyzer", "scikit-learn"} <= checked.keys()
    assert estimated == versions()

    def without_semopy(package: str) -> str:
        if package == "semopy":
            raise PackageNotFoundError(package)
        return version(package)

    monkeypatch.setattr("smartcity_survey.workflow.dependencies.version", without_semopy)
    versions.cache_clear()
    fewer = versions("crosscheck")
    versions.cache_clear()
    assert fewer == {name: found for name, found in checked.items() if name != "semopy"}


STEP = Step("pls", starts("pls"), {"a": {"x": 1, "y": 2}}, ("in.csv",), ("out.csv",))


@pytest.mark.parametrize(
    ("change", "same"),
    [
        (lambda: None, True),
        (lambda: Path("in.csv").write_text("2\n", encoding="utf-8"), False),
        (lambda: Path("in.csv").unlink(), False),
        (lambda: Path("out.csv").write_text("2\n", encoding="utf-8"), False),
        (lambda: Path("out.csv").unlink(), False),
        (lambda: Path("figure.svg").unlink(), False),
        (lambda: STEP.record.unlink(), False),
        (lambda: STEP.record.write_text("{", encoding="utf-8"), False),
        (lambda: os.utime("in.csv"), True),
    ],
)
def test_results_are_up_to_date_where_the_record_says_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: object, same: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("in.csv", "out.csv", "figure.svg"):
        Path(name).write_text("1\n", encoding="utf-8")
    record(STEP, origin(STEP), ["figure.svg"])
    change()  # type: ignore[operator]
    assert out_of_date([STEP]) == ([] if same else ["pls"])


@pytest.mark.parametrize(
    "step",
    [
        Step(STEP.rule, STEP.code, {"a": {"x": 1, "y": 3}}, STEP.inputs, STEP.outputs),
        # The order of constructs in the config is that of the lines of tables.
        Step(STEP.rule, STEP.code, {"a": {"y": 2, "x": 1}}, STEP.inputs, STEP.outputs),
        Step(STEP.rule, STEP.code, STEP.options, ("in.csv", "more.csv"), STEP.outputs),
        Step(STEP.rule, STEP.code, STEP.options, STEP.inputs, ("out.csv", "in.csv")),
    ],
)
def test_a_rule_that_is_written_otherwise_is_out_of_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: Step
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("in.csv", "out.csv", "more.csv"):
        Path(name).write_text("1\n", encoding="utf-8")
    record(STEP, origin(STEP))
    assert out_of_date([step]) == ["pls"]


def test_another_version_of_a_package_is_out_of_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("in.csv", "out.csv"):
        Path(name).write_text("1\n", encoding="utf-8")
    record(STEP, origin(STEP))
    newer = versions() | {"numpy": "99.0"}
    monkeypatch.setattr("smartcity_survey.workflow.made_from.versions", lambda: newer)
    assert out_of_date([STEP]) == ["pls"]
