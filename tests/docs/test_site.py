"""The site of the documentation: every page is in its navigation, and no page leads to another host."""

from __future__ import annotations

import runpy
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from tests.conftest import REPOSITORY
from tests.rooms import rooms

PAGES = runpy.run_path(str(REPOSITORY / "docs/site/pages.py"))
MKDOCS = REPOSITORY / ".venv-docs/bin/mkdocs"


def navigation() -> str:
    """The navigation as it is built."""
    config = SimpleNamespace(
        nav=yaml.safe_load((REPOSITORY / "mkdocs.yml").read_text(encoding="utf-8"))["nav"],
        docs_dir=str(REPOSITORY / "docs"),
    )
    return str(PAGES["on_config"](config).nav)


@pytest.fixture(autouse=True)
def in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)


def test_every_page_is_in_the_navigation_once() -> None:
    built = navigation()
    for file in (REPOSITORY / "docs").glob("*.md"):
        assert built.count(f"'{file.name}'") == 1, file


def test_a_page_that_nobody_named_stands_under_how_to(tmp_path: Path) -> None:
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text("# Title", encoding="utf-8")
    assert PAGES["unnamed"]([{"Home": "a.md"}], tmp_path) == ["b.md"]


def test_every_module_of_the_numeric_core_is_in_the_reference() -> None:
    text = "\n".join(text for _, text in PAGES["reference"]().values())
    for room in rooms():
        for module in room.glob("[!_]*.py"):
            assert f"::: smartcity_survey.stats.{room.name}.{module.stem}\n" in text


def test_every_module_of_the_reference_exists() -> None:
    for modules in PAGES["IMPORTED"].values():
        for module in modules:
            path = REPOSITORY / "src/smartcity_survey" / module.replace(".", "/")
            assert path.with_suffix(".py").is_file() or (path / "__init__.py").is_file(), module


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("index.html", '<script src="https://cdn.example.org/x.js"></script>'),
        ("index.html", "<img src=//images.example.org/x.png>"),
        ("index.html", '<a href="http://example.org">'),
        ("main.css", "@import url(https://fonts.example.org/css);"),
        ("main.css", "body { background: url('//example.org/x.png') }"),
    ],
)
def test_an_address_of_another_host_ends_the_build(tmp_path: Path, file: str, text: str) -> None:
    (tmp_path / file).write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=file):
        PAGES["on_post_build"](SimpleNamespace(site_dir=str(tmp_path)))


def test_names_of_formats_and_own_files_are_no_addresses(tmp_path: Path) -> None:
    page = '<svg xmlns="http://www.w3.org/2000/svg"><a href="../new-wave.html"> // no address </a>'
    (tmp_path / "index.html").write_text(page, encoding="utf-8")
    (tmp_path / "a.js").write_text('load("https://cdn.example.org/x.js")', encoding="utf-8")
    PAGES["on_post_build"](SimpleNamespace(site_dir=str(tmp_path)))
    assert (tmp_path / "a.js").read_text(encoding="utf-8") == 'load("")'


def as_markdown() -> Callable[[str], str]:
    """Without griffe, which only the environment of the site has."""
    code = (REPOSITORY / "docs/site/docstrings.py").read_text(encoding="utf-8")
    names: dict[str, Any] = {"__name__": "docstrings"}
    exec(code.replace("import griffe\n", "").replace("griffe.Extension", "object"), names)
    found: Callable[[str], str] = names["as_markdown"]
    return found


def test_docstrings_keep_their_words_and_get_lists_and_headings() -> None:
    docstring = """What * it < does.

    n : respondents. df : degrees of
        freedom.

    Raises
    ------
    SurveyError
        where `a_b` is wrong.

    >>> f(1)          # doctest: +SKIP
    """.replace("\n    ", "\n")
    assert as_markdown()(docstring).split("\n") == [
        r"What \* it &lt; does.",
        "",
        "",
        "- **n**: respondents.",
        "- **df**: degrees of",
        "    freedom.",
        "",
        "",
        "**Raises**",
        "",
        "",
        "- `SurveyError`:",
        "    where `a_b` is wrong.",
        "",
        "",
        "```python",
        ">>> f(1)".removeprefix(">>> "),
        "```",
        "",
    ]


def test_make_docs_hears_every_warning() -> None:
    """MkDocs counts no warning that `--quiet` has silenced: a broken link would pass."""
    text = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    (line,) = [line for line in text.splitlines() if "mkdocs build" in line]
    assert "--strict" in line
    assert "quiet" not in line
    assert "-q" not in line.split()


@pytest.mark.skipif(not MKDOCS.is_file(), reason="no tools for the site yet: run make docs")
def test_the_site_is_built_with_warnings_as_errors(tmp_path: Path) -> None:
    finished = subprocess.run(
        [str(MKDOCS), "build", "--strict", "--site-dir", str(tmp_path / "site")],
        cwd=REPOSITORY,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    terms = (tmp_path / "site/architecture.html").read_text(encoding="utf-8")
    assert 'href="#stage-regression"' in terms
    assert 'id="stage-regression"' in terms
    core = (tmp_path / "site/reference/stats-pls.html").read_text(encoding="utf-8")
    assert "Estimate a PLS path model from item correlations" in core
