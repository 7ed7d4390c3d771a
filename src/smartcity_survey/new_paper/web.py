"""Paragraphs and tables of a web page, as publishers lay out articles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from smartcity_survey.errors import SurveyError
from smartcity_survey.new_paper.document import Document, FoundTable, Paragraph, squeezed, table_of

_LEFT_OUT = {
    "script", "style", "noscript", "head", "nav", "template", "svg", "button", "select", "form", "iframe",
}  # fmt: skip
_BLOCKS = {
    "p", "div", "section", "article", "main", "aside", "header", "footer", "figure", "figcaption",
    "caption", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "dl", "dt", "dd", "blockquote",
    "body", "html", "pre", "td", "th", "tr", "hr", "center", "address", "details", "summary",
}  # fmt: skip
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_LIST = re.compile(
    r"\s*(?:\d+\.?\s*)?(references|bibliography|литература|список литературы|әдебиет\w*)\s*$", re.I
)
# Cells span at most so many others; a page may say anything.
_WIDEST = 200


def read_web(file: Path) -> Document:
    """Read a saved .html page; the list of references is left out.

    Raises
    ------
    SurveyError
        where nothing in the file can be read as a page.
    """
    from lxml import etree, html

    content = file.read_bytes()
    try:
        root = html.fromstring(content, parser=html.HTMLParser(encoding=_encoding(content)))
    except (etree.ParserError, ValueError, LookupError):
        raise SurveyError(str(file), "it is no web page.", "Save the page as .html and try again.") from None
    walk = _Walk()
    walk.enter(root)
    walk.end_block()
    return Document(tuple(walk.blocks))


def _encoding(content: bytes) -> str:
    match = re.search(rb"charset\s*=\s*[\"']?([\w-]+)", content[:4096])
    if match:
        return match[1].decode("ascii", "ignore")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1251"
    return "utf-8"


@dataclass(slots=True)
class _Walk:
    """Blocks so far, and the text of the one that is being read."""

    blocks: list[Paragraph | FoundTable] = field(default_factory=list)
    text: str = ""
    count: int = 0
    done: bool = False

    def enter(self, element: Any) -> None:
        """Read an element with all it holds."""
        tag = element.tag if isinstance(element.tag, str) else ""
        if not tag or tag in _LEFT_OUT:
            return
        if tag == "table" and not element.xpath(".//table") and (rows := list(_rows(element))):
            self._table(element, rows)
            return
        if tag == "br":
            self._say(" ")
            return
        block = tag in _BLOCKS
        if block:
            self.end_block()
        if not _is_citation(element):
            self._say(element.text)
            for child in element:
                self.enter(child)
                self._say(child.tail)
        if block:
            heading = self.text if tag in _HEADINGS else ""
            self.end_block()
            if heading and _LIST.fullmatch(heading):
                self.done = True

    def _table(self, element: Any, rows: list[list[str]]) -> None:
        self.end_block()
        captions = [" ".join(caption.itertext()) for caption in element.iterchildren("caption")]
        self.blocks.append(table_of(rows, f"after paragraph {self.count}", squeezed(" ".join(captions))))

    def _say(self, text: str | None) -> None:
        self.text += text or ""

    def end_block(self) -> None:
        """The text so far is a paragraph of its own."""
        text = squeezed(self.text)
        self.text = ""
        if text and not self.done:
            self.count += 1
            self.blocks.append(Paragraph(text, f"paragraph {self.count}"))


def _is_citation(element: Any) -> bool:
    """A raised number that leads to the list of references would stick to the number before it."""
    return element.tag == "sup" and element.find(".//a") is not None


def _rows(table: Any) -> Iterator[list[str]]:
    """Cells by column; a cell that spans several is repeated in each."""
    # Column to the text of a cell that began above, and the rows it still covers.
    hanging: dict[int, tuple[str, int]] = {}
    for row in table.iter("tr"):
        cells: list[str] = []
        begun: dict[int, tuple[str, int]] = {}
        for cell in row:
            if cell.tag not in {"td", "th"}:
                continue
            _let_down(hanging, cells)
            text, deep = _cell(cell), _span(cell, "rowspan")
            for _ in range(_span(cell, "colspan")):
                if deep > 1:
                    begun[len(cells)] = (text, deep - 1)
                cells.append(text)
        _let_down(hanging, cells)
        hanging |= begun
        if cells:
            yield cells


def _let_down(hanging: dict[int, tuple[str, int]], cells: list[str]) -> None:
    """Fill in cells that hang down from rows above, as far as they follow on."""
    while (found := hanging.pop(len(cells), None)) is not None:
        text, left = found
        if left > 1:
            hanging[len(cells)] = (text, left - 1)
        cells.append(text)


def _span(cell: Any, name: str) -> int:
    text = (cell.get(name) or "1").strip()
    return min(max(int(text), 1), _WIDEST) if text.isdigit() else 1


def _cell(cell: Any) -> str:
    """The text of a cell; line breaks part words."""
    return squeezed(_ordered(cell))


def _ordered(element: Any) -> str:
    text = element.text or ""
    for child in element:
        if isinstance(child.tag, str) and not _is_citation(child):
            text += (" " if child.tag in {*_BLOCKS, "br"} else "") + _ordered(child)
        text += child.tail or ""
    return text
