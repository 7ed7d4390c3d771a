"""The Word template of the chapter: opened, and held to what the chapter needs of it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from docx.shared import Cm, Length, Twips

from smartcity_survey.errors import Problem, SurveyError

BASE = "Normal"
"""The style that those of the chapter are based on."""
HEADINGS = ("Title", "Subtitle", "Heading 1", "Heading 2")
PARAGRAPHS = ("Body Text", "Caption", "Table Text", "Table Note", "Notice", "Bibliography")
"""Styles of paragraphs beside headings and titles; those a template lacks are added to it."""
LISTS = ("TOC 1", "Table of Figures")
LEAST_WIDTH, LEAST_HEIGHT = Cm(4), Cm(8)
"""Of the text: narrower, a table has no room for its numbers; lower, a figure none beside its caption."""

_CONTENT_TYPES = "[Content_Types].xml"
_DOCUMENT = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_OTHER_KINDS = re.compile(
    rb"application/vnd\.(?:openxmlformats-officedocument\.wordprocessingml\.template"
    rb"|ms-word\.(?:document\.macroEnabled|template\.macroEnabledTemplate))\.main\+xml"
)
"""What .dotx, .docm and .dotm call their text; else they are as a .docx."""


def open_template(path: Path, place: str) -> Any:
    """The template as a document of python-docx; of .dotx, .docm and .dotm the same without macros.

    Parameters
    ----------
    place : the key of the config that names it, for errors.

    Raises
    ------
    SurveyError
        where it is no Word file, or one that the chapter cannot be written into.
    """
    import docx

    try:
        document = docx.Document(io.BytesIO(_as_docx(path.read_bytes())))
        if document.element.body is None:
            raise KeyError("w:body")
        _without_macros(document)
        problems = tuple(_shortcomings(document, path.name, place))
    except Exception as error:
        # Not `from error`: what a parser of XML raises cannot be handed from one process to another.
        raise unusable(path, place, error) from None
    if problems:
        raise SurveyError.of(problems)
    return document


def unusable(path: Path, place: str, error: Exception) -> SurveyError:
    """What a library cannot do with a template, as a problem of the template."""
    return SurveyError(
        place,
        f"{path.name} cannot be read as a Word file ({type(error).__name__}).",
        "Open it in Word or LibreOffice and save it as .docx, or leave the key empty.",
    )


def _as_docx(content: bytes) -> bytes:
    """A template or a document with macros, called a plain document."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        types = archive.read(_CONTENT_TYPES)
        if not _OTHER_KINDS.search(types):
            return content
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as plain:
            for name in archive.namelist():
                part = archive.read(name)
                plain.writestr(name, _OTHER_KINDS.sub(_DOCUMENT, part) if name == _CONTENT_TYPES else part)
    return written.getvalue()


def _without_macros(document: Any) -> None:
    """Leave macros out: Word opens no .docx that has them."""
    relations = document.part.rels
    for key, relation in list(relations.items()):
        if relation.reltype.endswith(("/vbaProject", "/keyMapCustomizations")):
            del relations[key]


def _shortcomings(document: Any, name: str, place: str) -> Iterator[Problem]:
    """Why the chapter cannot be written into a document that can be read."""
    kinds: dict[str, Any] = {}
    for style in document.styles:
        kinds.setdefault(style.name, style.type)
    for needed in (BASE, *HEADINGS, *PARAGRAPHS, *LISTS):
        if kinds.get(needed, WD_STYLE_TYPE.PARAGRAPH) != WD_STYLE_TYPE.PARAGRAPH:
            yield Problem(
                place,
                f"style {needed} of {name} is no style of paragraphs, as the chapter needs it.",
                "Rename or delete the style in Word or LibreOffice; one that is not there is added.",
            )
    wide, high = text_width(document), text_height(document)
    remedy = "Make its margins smaller, or its page larger."
    if wide < LEAST_WIDTH:
        yield Problem(
            place,
            f"the text of the last section of {name} is {wide.cm:.1f} cm wide; "
            f"the chapter needs {LEAST_WIDTH.cm:.0f} cm.",
            remedy,
        )
    if high < LEAST_HEIGHT:
        yield Problem(
            place,
            f"the text of the last section of {name} is {high.cm:.1f} cm high; "
            f"the chapter needs {LEAST_HEIGHT.cm:.0f} cm.",
            remedy,
        )


def text_width(document: Any) -> Length:
    """Width of a column of text in the last section: what margins, gutter and other columns leave."""
    section = _last_section(document)
    if section is None:
        return Length(Cm(21) - 2 * _or_usual(None))
    sides = [_or_usual(section.left_margin), _or_usual(section.right_margin), section.gutter or 0]
    columns = section._sectPr.find(qn("w:cols"))
    number = int(columns.get(qn("w:num"), "1")) if columns is not None else 1
    between = Twips(int(columns.get(qn("w:space"), "720"))) if columns is not None else 0
    width = (section.page_width or Cm(21)) - sum(sides) - (number - 1) * between
    return Length(int(width / number))


def text_height(document: Any) -> Length:
    """Height between the margins of the last section."""
    section = _last_section(document)
    if section is None:
        return Length(Cm(29.7) - 2 * _or_usual(None))
    sides = _or_usual(section.top_margin), _or_usual(section.bottom_margin)
    return Length((section.page_height or Cm(29.7)) - sum(map(abs, sides)))


def _last_section(document: Any) -> Any:
    """The section that the chapter is written into; None where the file does not say any."""
    sections = document.sections
    return sections[-1] if len(sections) else None


def _or_usual(margin: Length | None) -> Length:
    """A margin, or what Word takes where a file does not say."""
    return Cm(2.54) if margin is None else margin
