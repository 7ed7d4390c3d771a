"""Paragraphs and tables of a Word document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from smartcity_survey.errors import SurveyError
from smartcity_survey.new_paper.document import DAMAGED, Document, FoundTable, Paragraph, squeezed, table_of

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SPOKEN = {f"{_W}tab": " ", f"{_W}br": " ", f"{_W}cr": " ", f"{_W}noBreakHyphen": "-"}


def read_word(file: Path) -> Document:
    """Read a .docx: text as it stands with all changes accepted, tables cell by cell.

    Raises
    ------
    SurveyError
        where the file is no Word document.
    """
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    try:
        document = docx.Document(str(file))
        blocks = list(_blocks(document))
    except (PackageNotFoundError, *DAMAGED):
        raise SurveyError(str(file), "it is no Word document.", "Save it as .docx and try again.") from None
    return Document(tuple(blocks))


def _blocks(document: Any) -> Iterator[Paragraph | FoundTable]:
    count = 0
    for element in document.element.body.iter(f"{_W}p", f"{_W}tbl"):
        if any(parent.tag == f"{_W}tbl" for parent in element.iterancestors()):
            continue
        if element.tag == f"{_W}tbl":
            yield table_of(list(_rows(element)), f"after paragraph {count}")
            continue
        text = _text(element)
        if text:
            count += 1
            yield Paragraph(text, f"paragraph {count}")


def _rows(table: Any) -> Iterator[list[str]]:
    """Cells by column of the grid; a merged cell is repeated in every cell that it covers."""
    above: list[str] = []
    for row in table.iterchildren(f"{_W}tr"):
        cells: list[str] = []
        for cell in row.iterchildren(f"{_W}tc"):
            span, merge = cell.find(f"{_W}tcPr/{_W}gridSpan"), cell.find(f"{_W}tcPr/{_W}vMerge")
            width = int(span.get(f"{_W}val") or 1) if span is not None else 1
            text = " ".join(filter(None, map(_text, cell.iter(f"{_W}p"))))
            if merge is not None and merge.get(f"{_W}val") != "restart" and not text:
                text = above[len(cells)] if len(cells) < len(above) else ""
            cells += [text] * width
        above = cells
        yield cells


def _text(paragraph: Any) -> str:
    parts = (
        element.text or "" if element.tag == f"{_W}t" else _SPOKEN[element.tag]
        for element in paragraph.iter(f"{_W}t", *_SPOKEN)
    )
    return squeezed("".join(parts))
