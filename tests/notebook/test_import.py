"""Importing the package, declaring a model and asking what there is loads no table or numeric library."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import smartcity_survey as ss
from tests.conftest import REPOSITORY

PACKAGE = REPOSITORY / "src/smartcity_survey"
HEAVY = {"numpy", "pandas", "scipy", "matplotlib", "pydantic", "yaml", "snakemake", "importlib.metadata"}

DECLARED = """
dir(ss)
model = ss.Model({"trust": ["t1", "t2"], "use": ss.formative("u1", "u2")}, "trust -> use")
repr(model)
"""


def loaded_after(code: str) -> set[str]:
    """Modules that a fresh interpreter has loaded for some code."""
    script = f"import sys\nbefore = set(sys.modules)\n{code}\nprint(*(set(sys.modules) - before))"
    finished = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True
    )
    return set(finished.stdout.split())


@pytest.mark.parametrize("then", ["", DECLARED], ids=["import", "model"])
def test_nothing_heavy_is_loaded_until_something_is_read_or_fitted(then: str) -> None:
    loaded = loaded_after(f"import smartcity_survey as ss\n{then}")
    assert "smartcity_survey" in loaded
    assert loaded & HEAVY == set()


def test_what_is_asked_for_is_loaded() -> None:
    assert {"pandas", "numpy"} <= loaded_after("import smartcity_survey as ss\nss.fit_pls")


def test_every_name_offered_is_there_and_described() -> None:
    for name in ss.__all__:
        offered = getattr(ss, name)
        assert offered.__doc__, name
        assert name in dir(ss)
    assert ss.__version__.count(".") == 2
    with pytest.raises(AttributeError):
        _ = ss.fit_everything


def test_the_audit_is_a_package_and_its_view_a_function_whichever_comes_first() -> None:
    """`ss.audit` would be the one or the other, by what was imported before."""
    for first, second in (
        ("from smartcity_survey import audit", "ss.audit_paper"),
        ("ss.audit_paper", "from smartcity_survey import audit"),
    ):
        code = f"import smartcity_survey as ss\n{first}\n{second}\n"
        loaded_after(f"{code}from smartcity_survey import audit\naudit.run\nassert callable(ss.audit_paper)")
    modules = {path.stem for path in PACKAGE.iterdir()}
    assert modules.isdisjoint(ss.__all__), "a name of a module hides it"


def test_nothing_depends_on_the_notebook() -> None:
    for path in PACKAGE.rglob("*.py"):
        if "notebook" in path.parts or path == PACKAGE / "__init__.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = []
            if isinstance(node, ast.ImportFrom):
                modules = [f"{node.module}.{alias.name}" for alias in node.names]
            elif isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            assert not any("notebook" in module for module in modules), path


def test_what_the_package_offers_is_typed() -> None:
    """A checker sees every name through the stub, and `py.typed` says that it may look."""
    assert (PACKAGE / "py.typed").is_file()
    tree = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            module = Path(PACKAGE, *str(node.module).split(".")).with_suffix(".py")
            assert all(alias.asname == alias.name for alias in node.names)
            functions = {
                each.name: each
                for each in ast.parse(module.read_text(encoding="utf-8")).body
                if isinstance(each, ast.FunctionDef)
            }
            for alias in node.names:
                if alias.name in functions:
                    assert functions[alias.name].returns is not None
