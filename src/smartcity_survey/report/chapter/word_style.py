"""The two looks of the Word file, APA 7 and GOST 7.32, and what is added to a template of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from smartcity_survey.report.chapter.word_xml import element, field
from smartcity_survey.study.outputs import Style
from smartcity_survey.study.word_template import BASE, HEADINGS, LISTS, PARAGRAPHS, text_width

LANGUAGES = MappingProxyType({"en": "en-US", "ru": "ru-RU", "kk": "kk-KZ"})
BLACK = RGBColor(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Look:
    """Measures of a style: points, centimetres, lines.

    Attributes
    ----------
    table_size : of the text in tables and their notes.
    margins : left, right, top, bottom.
    borders : sides of a table that have a line.
    numbered : whether sections are numbered.
    """

    font: str
    size: float
    table_size: float
    spacing: float
    indent: float
    margins: tuple[float, float, float, float]
    borders: tuple[str, ...]
    numbered: bool
    justified: bool


LOOKS: Mapping[Style, Look] = MappingProxyType(
    {
        "apa": Look(
            font="Times New Roman",
            size=12,
            table_size=9.5,
            spacing=1.5,
            indent=1.27,
            margins=(2.54, 2.54, 2.54, 2.54),
            borders=("top", "bottom"),
            numbered=False,
            justified=False,
        ),
        "gost": Look(
            font="Times New Roman",
            size=14,
            table_size=10,
            spacing=1.5,
            indent=1.25,
            margins=(3, 1.5, 2, 2),
            borders=("top", "bottom", "left", "right", "insideH", "insideV"),
            numbered=True,
            justified=True,
        ),
    }
)


def style_id(document: Any, name: str) -> str:
    """Id of a style, which is another in templates made in other languages."""
    found: str = document.styles[name].style_id
    return found


def add_missing(document: Any, look: Look) -> None:
    """Add the styles that a document lacks; those it has are left as they are."""
    there = {style.name for style in document.styles}
    if BASE not in there:
        _font(document.styles.add_style(BASE, WD_STYLE_TYPE.PARAGRAPH, builtin=True), look)
    for name in HEADINGS:
        if name not in there:
            style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=True)
            _font(style, look, bold=True)
    for name in (*PARAGRAPHS, *LISTS):
        if name in there:
            continue
        style = document.styles.add_style(
            name, WD_STYLE_TYPE.PARAGRAPH, builtin=not name.startswith(("Table T", "Table N", "Notice"))
        )
        style.base_style = document.styles[BASE]
        _paragraph(style, name, look)
    for name in LISTS:
        _list_tabs(document, document.styles[name])


def apply(document: Any, look: Look, style: Style, language: str) -> None:
    """Give a document of ours the whole look: page, fonts, headings, captions."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin, section.top_margin, section.bottom_margin = map(
        Cm, look.margins
    )
    normal = document.styles[BASE]
    _font(normal, look)
    normal.paragraph_format.space_after = Pt(0)
    for name in PARAGRAPHS:
        if name in {one.name for one in document.styles}:
            _paragraph(document.styles[name], name, look)
    centre = WD_ALIGN_PARAGRAPH.CENTER
    for name, size, align in (
        ("Title", look.size + 4, centre),
        ("Subtitle", look.size + 1, centre),
        ("Heading 1", look.size + 1, WD_ALIGN_PARAGRAPH.LEFT if style == "gost" else centre),
        ("Heading 2", look.size, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        one = document.styles[name]
        _font(one, look, size=size, bold=name != "Subtitle")
        form = one.paragraph_format
        form.alignment = align
        form.space_before, form.space_after = Pt(18 if name == "Heading 1" else 6), Pt(10)
        form.keep_with_next = True
        for border in one.element.pPr.findall(qn("w:pBdr")):
            one.element.pPr.remove(border)
    if look.numbered:
        _number_headings(document, look)
    _language(document, language)


def head_and_foot(document: Any, text: str, style: Style) -> None:
    """The running head and the number of the page: at the top by APA, at the foot by GOST."""
    section = document.sections[0]
    head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
    head.text = ""
    head.paragraph_format.tab_stops.add_tab_stop(text_width(document), WD_TAB_ALIGNMENT.RIGHT)
    for stop in list(head.style.paragraph_format.tab_stops):
        stop.alignment = WD_TAB_ALIGNMENT.CLEAR
    run = head.add_run(text if style == "gost" else f"{text}\t")
    run.font.size = Pt(9)
    if style == "gost":
        head.alignment = foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for piece in field("PAGE", "1"):
        (foot if style == "gost" else head)._p.append(piece)


def _paragraph(style: Any, name: str, look: Look) -> None:
    _font(style, look, size=look.table_size if name.startswith("Table ") else look.size)
    form = style.paragraph_format
    form.space_before, form.space_after = Pt(0), Pt(0)
    form.left_indent, form.first_line_indent = Cm(0), Cm(0)
    form.line_spacing = 1.0
    form.alignment = WD_ALIGN_PARAGRAPH.LEFT
    if name == "Body Text":
        form.line_spacing, form.first_line_indent = look.spacing, Cm(look.indent)
        if look.justified:
            form.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    elif name == "Caption":
        _font(style, look, size=look.size)
        form.space_before, form.space_after, form.keep_with_next = Pt(12), Pt(4), True
    elif name == "Table Text":
        form.space_before = form.space_after = Pt(1)
    elif name == "Table Note":
        form.space_before, form.space_after = Pt(3), Pt(14)
    elif name == "Notice":
        form.space_before, form.space_after = Pt(6), Pt(10)
        _frame(style)
    elif name == "Bibliography":
        form.left_indent, form.first_line_indent = Cm(1.27), Cm(-1.27)
        form.space_after = Pt(4)


def _frame(style: Any) -> None:
    """A line to the left, which sets a warning apart."""
    properties = style.element.get_or_add_pPr()
    line = element("left", val="single", sz="24", space="8", color="C04000")
    properties.append(element("pBdr", line))


def _font(style: Any, look: Look, *, size: float = 0, bold: bool = False, italic: bool = False) -> None:
    font = style.font
    font.name, font.size, font.bold, font.italic = look.font, Pt(size or look.size), bold, italic
    font.color.rgb = BLACK
    fonts = style.element.rPr.rFonts
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for part in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{part}"), look.font)


def _list_tabs(document: Any, style: Any) -> None:
    stops = style.paragraph_format.tab_stops
    if not len(stops):
        stops.add_tab_stop(text_width(document), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)


def _number_headings(document: Any, look: Look) -> None:
    """Sections numbered by Word itself: `1`, and `1.1` below."""
    numbering = document.part.numbering_part.element
    levels = []
    for level, text in ((0, "%1"), (1, "%1.%2")):
        levels.append(
            element(
                "lvl",
                element("start", val="1"),
                element("numFmt", val="decimal"),
                element("pStyle", val=style_id(document, f"Heading {level + 1}")),
                element("suff", val="space"),
                element("lvlText", val=text),
                element("lvlJc", val="left"),
                element("pPr", element("ind", left="0", firstLine=str(round(Cm(look.indent).twips)))),
                ilvl=str(level),
            )
        )
    abstract = element(
        "abstractNum", element("multiLevelType", val="multilevel"), *levels, abstractNumId="900"
    )
    first = numbering.find(qn("w:num"))
    if first is None:
        numbering.append(abstract)
    else:
        first.addprevious(abstract)
    numbering.append(element("num", element("abstractNumId", val="900"), numId="900"))
    for level in (0, 1):
        properties = document.styles[f"Heading {level + 1}"].element.get_or_add_pPr()
        properties.append(element("numPr", element("ilvl", val=str(level)), element("numId", val="900")))


def _language(document: Any, language: str) -> None:
    defaults = document.styles.element.find(qn("w:docDefaults"))
    run = defaults.find(qn("w:rPrDefault")).find(qn("w:rPr"))
    for old in run.findall(qn("w:lang")):
        run.remove(old)
    run.append(element("lang", val=LANGUAGES.get(language, language), bidi="ar-SA"))
