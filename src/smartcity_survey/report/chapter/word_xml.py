"""WordprocessingML that python-docx has no words for: fields, bookmarks, tables, vector pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

Element = Any
"""An element of lxml; python-docx gives its own no public type."""

_SVG = "{96DAC541-7B7A-43D3-8B79-37D633B846F1}"
"""The extension by which Word finds the vector form of a picture."""


def element(tag: str, *children: Element, **attributes: str) -> Element:
    """`<w:tag w:attribute="...">` with its children."""
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    for child in children:
        made.append(child)
    return made


def text_run(text: str, *, italic: bool = False, bold: bool = False) -> Element:
    """A run of text; a line break stands for each `\\n`."""
    run = element("r")
    if italic or bold:
        run.append(element("rPr", *([element("b")] if bold else []), *([element("i")] if italic else [])))
    for number, line in enumerate(text.split("\n")):
        if number:
            run.append(element("br"))
        piece = element("t")
        piece.text = line
        piece.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        run.append(piece)
    return run


def field(instruction: str, shown: str, *, bold: bool = False) -> list[Element]:
    """A field that Word computes anew when asked, and what it shows until then."""
    told = element("instrText")
    told.text = f" {instruction} "
    told.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    form = [element("rPr", element("b"))] if bold else []
    return [
        field_mark("begin", *deepcopy(form)),
        element("r", *deepcopy(form), told),
        field_mark("separate", *deepcopy(form)),
        text_run(shown, bold=bold),
        field_mark("end", *deepcopy(form)),
    ]


def field_mark(kind: str, *form: Element) -> Element:
    """Begin, middle or end of a field."""
    return element("r", *form, element("fldChar", fldCharType=kind))


def bookmarked(number: int, name: str, content: Iterable[Element]) -> list[Element]:
    """Elements between the marks of a bookmark."""
    return [
        element("bookmarkStart", id=str(number), name=name),
        *content,
        element("bookmarkEnd", id=str(number)),
    ]


def linked(anchor: str, content: Iterable[Element]) -> Element:
    """Elements that lead to a bookmark when clicked."""
    return element("hyperlink", *content, anchor=anchor, history="1")


def paragraph(style: str, content: Iterable[Element], *properties: Element) -> Element:
    """A paragraph in a style, by the style's id."""
    return element("p", element("pPr", element("pStyle", val=style), *properties), *content)


def cell(
    content: Sequence[Element],
    width: int,
    *,
    style: str,
    align: str = "left",
    span: int = 1,
    keep: bool = False,
    rule: bool = False,
) -> Element:
    """A cell of a table with one paragraph.

    Parameters
    ----------
    width : in twentieths of a point.
    keep : on one page with the paragraph that follows.
    rule : with a line below.
    """
    own = [element("tcW", w=str(width), type="dxa")]
    if span > 1:
        own.append(element("gridSpan", val=str(span)))
    if rule:
        own.append(element("tcBorders", element("bottom", val="single", sz="4", space="0", color="000000")))
    properties = ([element("keepNext")] if keep else []) + [element("jc", val=align)]
    return element("tc", element("tcPr", *own), paragraph(style, content, *properties))


def row(cells: Iterable[Element], *, header: bool = False) -> Element:
    """A row that no page break divides; a header row is repeated on every page."""
    own = [element("cantSplit")] + ([element("tblHeader")] if header else [])
    return element("tr", element("trPr", *own), *cells)


def table(rows: Iterable[Element], widths: Sequence[int], borders: Sequence[str], title: str) -> Element:
    """A table over the whole width of the text.

    Parameters
    ----------
    borders : sides that have a line: top, bottom, left, right, insideH, insideV.
    title : what screen readers call it.
    """
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    lines = [
        element(side, val="single", sz="8" if len(borders) == 2 else "4", space="0", color="000000")
        for side in sides
        if side in borders
    ]
    own = [
        element("tblW", w="5000", type="pct"),
        element("tblBorders", *lines),
        element("tblLayout", type="fixed"),
        element(
            "tblCellMar",
            element("left", w="60", type="dxa"),
            element("right", w="60", type="dxa"),
        ),
        element("tblCaption", val=title),
    ]
    grid = element("tblGrid", *(element("gridCol", w=str(width)) for width in widths))
    return element("tbl", element("tblPr", *own), grid, *rows)


def add_vector(document: Any, picture: Any, svg: bytes, number: int) -> None:
    """Give an inline picture its vector form; programs that cannot show it show the picture."""
    name = PackURI(f"/word/media/figure{number}.svg")
    part = Part(name, "image/svg+xml", svg, document.part.package)
    relation = document.part.relate_to(part, RELATIONSHIP_TYPE.IMAGE)
    extension = parse_xml(
        f'<a:extLst {nsdecls("a")}><a:ext uri="{_SVG}">'
        '<asvg:svgBlip xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main" '
        f'{nsdecls("r")} r:embed="{relation}"/></a:ext></a:extLst>'
    )
    picture._inline.graphic.graphicData.pic.blipFill.blip.append(extension)
