"""The chapter as a Word file: native tables, captions and cross-references as fields, vector figures."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import docx
from docx.oxml.ns import qn
from docx.shared import Cm, Length

from smartcity_survey.errors import SurveyError
from smartcity_survey.report.cells import Cell
from smartcity_survey.report.chapter import word_style
from smartcity_survey.report.chapter.archive import DATE, repeatable
from smartcity_survey.report.chapter.document import (
    Document,
    FigureBlock,
    Heading,
    ListOf,
    Paragraph,
    Run,
    TableBlock,
)
from smartcity_survey.report.chapter.layout import (
    caption,
    column_shares,
    fitted,
    kind_of,
    shown,
    stands_together,
)
from smartcity_survey.report.chapter.word_style import LOOKS, Look, style_id
from smartcity_survey.report.chapter.word_xml import (
    Element,
    add_vector,
    bookmarked,
    cell,
    element,
    field,
    field_mark,
    linked,
    paragraph,
    row,
    table,
    text_run,
)
from smartcity_survey.report.one_line import cell_text
from smartcity_survey.report.wording import Wording
from smartcity_survey.study.outputs import Style
from smartcity_survey.study.word_template import open_template, text_height, text_width, unusable

_BESIDE_FIGURE = Cm(4)
"""Height left on the page of a figure for its caption and notes."""
_PLACE = "config.yaml, report.word_template"
_STYLE_OF = {"body": "Body Text", "notice": "Notice", "reference": "Bibliography"}


def word_file(document: Document, wording: Wording, style: Style, template: str | None = None) -> bytes:
    """The chapter as the content of a .docx; the same chapter gives the same bytes.

    Parameters
    ----------
    template : a .docx whose styles, margins, headers and text come first; none: a document of our own.

    Raises
    ------
    SurveyError
        where the template cannot be read, or not be written into.
    """
    try:
        return _Writer(document, wording, style, template).content()
    except Exception as error:
        if template is None or isinstance(error, SurveyError):
            raise
        # Without the template the same chapter can be written, which every release is tested for.
        raise unusable(Path(template), _PLACE, error) from None


class _Writer:
    """Writes one document; keeps what has a number in Word: bookmarks and pictures."""

    def __init__(self, document: Document, wording: Wording, style: Style, template: str | None) -> None:
        self._document, self._wording, self._style = document, wording, style
        self._look: Look = LOOKS[style]
        self._docx = open_template(Path(template), _PLACE) if template else docx.Document()
        if template is None:
            word_style.apply(self._docx, self._look, style, document.language)
            word_style.head_and_foot(self._docx, document.running_head, style)
        word_style.add_missing(self._docx, self._look)
        self._numbers = {block.id: str(block.number) for block in document.numbered()}
        self._bookmarks = 0
        self._images = 0
        self._sections = 0
        self._body = self._docx.element.body

    def content(self) -> bytes:
        """Everything in its order."""
        self._title()
        for block in self._document.blocks:
            match block:
                case Heading():
                    self._heading(block)
                case Paragraph():
                    self._add(paragraph(self._id(_STYLE_OF[block.role]), self._runs(block.runs)))
                case ListOf():
                    self._list(block)
                case TableBlock():
                    self._table(block)
                case FigureBlock():
                    self._figure(block)
        self._properties()
        written = io.BytesIO()
        self._docx.save(written)
        return repeatable(written.getvalue())

    def _id(self, style: str) -> str:
        return style_id(self._docx, style)

    def _add(self, *elements: Element) -> None:
        """Append to the text; the properties of the last section stay at its end."""
        last = self._body.find(qn("w:sectPr"))
        for one in elements:
            if last is None:
                self._body.append(one)
            else:
                last.addprevious(one)

    def _title(self) -> None:
        self._add(
            paragraph(self._id("Title"), [text_run(self._document.title)]),
            paragraph(self._id("Subtitle"), [text_run(self._document.subtitle)]),
        )

    def _marked(self, name: str, content: Sequence[Element]) -> list[Element]:
        self._bookmarks += 1
        return bookmarked(self._bookmarks, name, content)

    def _heading(self, block: Heading) -> None:
        content = self._marked(toc_name(block.id), [text_run(block.text)])
        own = []
        if not self._sections:
            own.append(element("pageBreakBefore"))
        self._sections += 1
        if self._look.numbered and block.id == "section-references":
            own.append(element("numPr", element("ilvl", val="0"), element("numId", val="0")))
        self._add(paragraph(self._id(f"Heading {block.level}"), content, *own))

    def _runs(self, runs: Sequence[Run]) -> Iterator[Element]:
        for run in runs:
            if run.to:
                yield from field(f"REF {bookmark_name(run.to)} \\h", self._numbers[run.to])
            else:
                yield text_run(run.text, italic=run.italic, bold=run.bold)

    def _list(self, block: ListOf) -> None:
        """A list with its entries, so that it reads before Word renews it and adds the pages (F9)."""
        plain = element("ind", left="0", firstLine="0"), element("jc", val="center")
        title = [text_run(block.title, bold=True)]
        self._add(paragraph(self._id("Body Text"), title, element("keepNext"), *plain))
        sequence = self._wording.fill(f"chapter.sequence.{block.of}") if block.of != "heading" else ""
        told = f'TOC \\h \\z \\c "{sequence}"' if sequence else 'TOC \\o "1-2" \\h \\z \\u'
        style = self._id("Table of Figures" if sequence else "TOC 1")
        entries = self._document.of_kind(block.of)
        begin = field(told, "")[:3]  # up to its middle; what follows is shown until it is renewed
        for number, entry in enumerate(entries):
            text = shown(entry, self._wording, self._style)
            content: list[Element] = [linked(toc_name(entry.id), [text_run(text)])]
            if number == 0:
                content = begin + content
            if number == len(entries) - 1:
                content.append(field_mark("end"))
            self._add(paragraph(style, content))

    def _caption(self, block: TableBlock | FigureBlock, *own: Element) -> None:
        """`Table 1` and the title: the number is a field, with a bookmark for cross-references."""
        kind = kind_of(block)
        before, after, title = caption(kind, self._wording, self._style)
        sequence = self._wording[f"chapter.sequence.{kind}"]
        bold = self._style == "apa"
        counted = field(f"SEQ {sequence} \\* ARABIC", str(block.number), bold=bold)
        number = self._marked(bookmark_name(block.id), counted)
        content = [
            *([text_run(before, bold=bold)] if before else []),
            *number,
            text_run(after, bold=bold),
            text_run(title.format(title=block.title), italic=bold),
        ]
        self._add(paragraph(self._id("Caption"), self._marked(toc_name(block.id), content), *own))

    def _notes(self, block: TableBlock | FigureBlock) -> None:
        content = [
            text_run(f"{self._wording['chapter.note']} ", italic=True),
            text_run(" ".join(block.notes)),
        ]
        self._add(paragraph(self._id("Table Note"), content if block.notes else []))

    def _table(self, block: TableBlock) -> None:
        if block.table.headings:
            self._caption(block)
            self._add(self._rows(block))
        self._notes(block)

    def _rows(self, block: TableBlock) -> Element:
        own, style = block.table, self._id("Table Text")
        width = text_width(self._docx).twips
        shares = column_shares(own)
        widths = [round(width * share) for share in shares]
        aligned = ["right" if numeric else "left" for numeric in own.numeric]
        rule = self._style == "apa"

        def line(cells: Sequence[Cell], keep: bool) -> Element:
            return row(
                cell([text_run(fitted(cell_text(one), share))], width, style=style, align=align, keep=keep)
                for one, share, width, align in zip(cells, shares, widths, aligned, strict=True)
            )

        def across(text: str, keep: bool, *, italic: bool = True) -> Element:
            content = [text_run(text, italic=italic)]
            return row([cell(content, sum(widths), style=style, span=len(widths), keep=keep)])

        rows = [
            row(
                (
                    cell(
                        [text_run(fitted(text, share))], width, style=style, align=align, keep=True, rule=rule
                    )
                    for text, share, width, align in zip(own.headings, shares, widths, aligned, strict=True)
                ),
                header=True,
            )
        ]
        together = stands_together(own)
        for group in own.groups:
            if group.heading:
                rows.append(across(group.heading, keep=True))
            for number, cells in enumerate(group.lines):
                told = group.remarks[number] if group.remarks else ()
                rows.append(line(cells, keep=together or bool(told)))
                if told:
                    rows.append(across(" ".join(told), keep=together))
        return table(rows, widths, self._look.borders, block.title)

    def _figure(self, block: FigureBlock) -> None:
        if self._style == "apa":
            self._caption(block)
        self._picture(block)
        if self._style == "gost":
            self._caption(block, element("jc", val="center"))
        self._notes(block)

    def _picture(self, block: FigureBlock) -> None:
        holder = self._docx.add_paragraph(style=self._docx.styles["Caption"])
        form = holder.paragraph_format
        form.keep_with_next = True
        # A template's own captions may be indented; the width is that of the text.
        form.left_indent = form.right_indent = form.first_line_indent = Cm(0)
        form.line_spacing = 1.0  # of a fixed height, a line would cut the picture
        picture = holder.add_run().add_picture(str(block.png))
        room = text_height(self._docx) - _BESIDE_FIGURE
        scale = min(1.0, text_width(self._docx) / picture.width, room / picture.height)
        picture.width, picture.height = (
            Length(int(picture.width * scale)),
            Length(int(picture.height * scale)),
        )
        for side in ("distT", "distB", "distL", "distR"):
            picture._inline.set(side, "0")  # LibreOffice takes 3 mm for what is not said, beside the width
        self._images += 1
        described = picture._inline.docPr
        described.set("descr", block.alt)
        described.set("name", f"figure {self._images}")
        described.set("id", str(1000 + self._images))
        add_vector(self._docx, picture, block.svg.read_bytes(), self._images)

    def _properties(self) -> None:
        core = self._docx.core_properties
        core.title, core.subject = self._document.title, self._document.subtitle
        core.language = self._document.language
        core.author, core.last_modified_by, core.comments = "", "", ""
        core.created = core.modified = DATE.replace(tzinfo=None)
        core.revision = 1


def bookmark_name(id: str) -> str:
    """Bookmark of a number; Word takes letters, digits and underscores, 40 of them at most."""
    return id.replace("-", "_")[:40]


def toc_name(id: str) -> str:
    """Bookmark that a list of contents leads to."""
    return f"_Toc_{bookmark_name(id)}"[:40]
