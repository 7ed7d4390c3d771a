"""What the site adds to the pages in docs/, the reference from the package itself; what it must not hold.

MkDocs calls these functions while it builds.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SOURCES = Path("src")
PACKAGE = SOURCES / "smartcity_survey"
IMPORTED = {
    "A study in a notebook": ["workflow.study", "io", "errors"],
    "Config and codebook": ["study.config", "study.codebook", "study.model"],
    "Reading answers": ["data.read.survey", "data.clean"],
    "Check and new wave": ["check.study", "new_wave.start"],
    "Audit": ["audit", "audit.findings"],
    "Reconstruction": ["reconstruct"],
    "Declaring stages": ["stages.declare", "stages.needs", "workflow.catalogue"],
}
"""Title of a page -> modules beside the numeric core that a user or contributor imports."""

_ADDRESS = re.compile(r"""(?:https?:)?//[a-z0-9-]+(?:\.[a-z0-9-]+)+[^\s"'`)<>]*""", re.IGNORECASE)
_OURS = re.compile(r"(?:https?:)?//(?:www\.)?w3\.org/")
"""Names of formats; nothing is fetched from there."""
_FETCHED = re.compile(r"(?:url\(|@import)\s*[\"']?\s*(?:https?:)?//[^\s)]*", re.IGNORECASE)
_SCRIPTED = re.compile(r"https?://(?!(?:www\.)?w3\.org)[a-z][^\s\"'`)<>]*", re.IGNORECASE)


def rooms() -> Iterator[Path]:
    """Folders of the numeric core."""
    yield from sorted(file.parent for file in (PACKAGE / "stats").glob("*/__init__.py"))


def reference() -> dict[str, tuple[str, str]]:
    """Page -> its title and text, of the whole reference."""
    pages = {}
    for room in rooms():
        about = ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8"))) or ""
        modules = [f"stats.{room.name}.{file.stem}" for file in sorted(room.glob("[!_]*.py"))]
        pages[f"reference/stats-{room.name}.md"] = (f"stats.{room.name}", _page(about, modules))
    for title, modules in IMPORTED.items():
        pages[f"reference/{title.lower().replace(' ', '-')}.md"] = (title, _page("", modules))
    return pages


def _page(about: str, modules: list[str]) -> str:
    return "\n\n".join([about, *(f"::: smartcity_survey.{module}" for module in modules)]) + "\n"


def unnamed(nav: list[Any], docs: Path) -> list[str]:
    """Pages of docs/ that the navigation does not name."""
    named = str(nav)
    return [file.name for file in sorted(docs.glob("*.md")) if f"'{file.name}'" not in named]


def on_config(config: Any) -> Any:
    """Pages that the navigation does not name stand under "How to"; the reference comes last."""
    how_to = next(part["How to"] for part in config.nav if "How to" in part)
    how_to += unnamed(config.nav, Path(config.docs_dir))
    titles = {title: page for page, (title, _) in reference().items()}
    config.nav.append({"Reference": [{title: page} for title, page in titles.items()]})
    return config


def on_files(files: Any, config: Any) -> Any:
    """The pages of the reference."""
    from mkdocs.structure.files import File

    for page, (title, text) in reference().items():
        files.append(File.generated(config, page, content=f"# {title}\n\n{text}"))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """A page without parts, such as one long table, has the whole width."""
    if "\n## " not in markdown and "::: " not in markdown and "--8<--" not in markdown:
        page.meta.setdefault("hide", ["toc", "navigation"])
    return markdown


def addresses(text: str) -> list[str]:
    """Addresses of other hosts, which a reader's browser might ask."""
    return [found for found in _ADDRESS.findall(text) if not _OURS.match(found)]


def on_post_build(config: Any) -> None:
    """Nothing on the site leads to another host.

    The theme names hosts in its notes, and in its scripts for extras that the site does not use; their
    addresses are taken out.

    Raises
    ------
    ValueError
        where a page or a style sheet holds an address: the reader's browser would tell that host who reads.
    """
    site = Path(config.site_dir)
    for name in (
        "assets/javascripts/*.map",
        "assets/javascripts/*/*.map",
        "assets/**/*.css.map",
        "sitemap.*",
    ):
        for file in site.glob(name):
            file.unlink()
    found: dict[str, list[str]] = {}
    for file in (*site.rglob("*.css"), *site.rglob("*.js")):
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".css" and _FETCHED.search(text):
            found[str(file.relative_to(site))] = _FETCHED.findall(text)
        file.write_text(_SCRIPTED.sub("", text), encoding="utf-8")
    found |= {
        str(file.relative_to(site)): own
        for file in sorted(site.rglob("*"))
        if file.suffix in {".html", ".css", ".xml", ".json", ".svg"}
        and (own := addresses(file.read_text(encoding="utf-8")))
    }
    if found:
        raise ValueError(f"addresses of other hosts on the site: {found}")
