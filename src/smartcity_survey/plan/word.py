"""The questionnaire on paper: a Word file with boxes to tick, and a page for whoever enters the answers."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from smartcity_survey.plan.questionnaire import Choice, Group, Question, Questionnaire, plain, words
from smartcity_survey.plan.words import plan_words
from smartcity_survey.report.chapter.archive import DATE, repeatable
from smartcity_survey.report.chapter.word_style import LANGUAGES
from smartcity_survey.report.chapter.word_xml import element, field, text_run
from smartcity_survey.study.config import Language

BOX = "☐"
MOST_COLUMNS = 7
"""Answers side by side with their words; more of them have their codes above."""
WIDTH = 17.0
"""Centimetres between the margins."""
_GREY = RGBColor(0x61, 0x6E, 0x7C)
_TOGETHER = 2
"""Lines of a table that stay with its head."""
_HEAD, _SMALLEST = 8, 6
"""Points of a table's head; less where the longest word would not fit its column and be broken."""
_LETTER, _MARGINS, _POINTS = 0.66, 0.38, 28.35
"""Width of a bold letter over its size; both margins of a cell in centimetres; points in a centimetre."""
_SHORT = 60
"""Letters of all answers together that stand on one line."""


def word_questionnaire(
    form: Questionnaire, title: str, language: Language, cluster: str | None = None
) -> bytes:
    """The content of a .docx in one language; the same form gives the same bytes.

    Parameters
    ----------
    cluster : column of the cluster, which stands at the top; none: people are asked one by one.
    """
    return _Paper(form, title, language, cluster).content()


class _Paper:
    def __init__(self, form: Questionnaire, title: str, language: Language, cluster: str | None) -> None:
        self._form, self._title, self._language, self._cluster = form, title, language, cluster
        self._words = plan_words(language)
        self._docx: Any = docx.Document()
        self._numbers = {question.key: n for n, question in zip(count(1), form.questions, strict=False)}

    def content(self) -> bytes:
        self._page()
        self._docx.add_paragraph(self._title, style="Title")
        self._docx.add_paragraph(self._said("instruction")).paragraph_format.space_after = Pt(6)
        if self._cluster is not None:
            self._docx.add_paragraph(f"{self._said('cluster')}: {'_' * 30}")
        headed = ""
        for group in self._form.groups:
            heading = self._heading(group)
            if heading != headed:
                self._docx.add_paragraph(heading, style="Heading 1")
                headed = heading
            if group.scale and group.questions[0].kind == "select_one" and len(group.questions) > 1:
                self._matrix(group)
            else:
                for question in group.questions:
                    self._single(question)
        self._docx.add_paragraph(self._said("thanks")).paragraph_format.space_before = Pt(14)
        self._key()
        properties = self._docx.core_properties
        properties.title, properties.author, properties.comments = self._title, "", ""
        properties.created = properties.modified = DATE.replace(tzinfo=None)
        properties.language = self._language
        written = io.BytesIO()
        self._docx.save(written)
        return repeatable(written.getvalue())

    def _said(self, key: str, **values: str) -> str:
        return self._words[f"questionnaire.{key}"].format(**values)

    def _text(self, question: Question) -> str:
        return plain(words(question.label, self._language, question.key))

    def _choice(self, question: Question, choice: Choice) -> str:
        return plain(words(choice.label, self._language, f"{question.key}.{choice.name}"))

    def _heading(self, group: Group) -> str:
        if group.label is not None:
            return plain(words(group.label, self._language, f"constructs.{group.path[-1]}"))
        of_items = group.questions[0].key.startswith("items.")
        return self._said("statements" if of_items else "about")

    def _page(self) -> None:
        section = self._docx.sections[0]
        section.orientation = WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2)
        for name, size in (("Normal", 10), ("Title", 16), ("Heading 1", 12)):
            style = self._docx.styles[name]
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for kind in list(fonts.attrib):
                del fonts.attrib[kind]
            for script in ("ascii", "hAnsi", "cs", "eastAsia"):
                fonts.set(qn(f"w:{script}"), "Arial")
            style.font.size, style.font.color.rgb = Pt(size), RGBColor(0, 0, 0)
            style.paragraph_format.space_after = Pt(4)
        normal = self._docx.styles["Normal"].element.get_or_add_rPr()
        normal.append(element("lang", val=LANGUAGES[self._language], eastAsia=LANGUAGES[self._language]))
        title = self._docx.styles["Title"].element
        for border in title.iter(qn("w:pBdr")):
            border.getparent().remove(border)
            break
        self._docx.styles["Title"].font.bold = True
        self._docx.styles["Heading 1"].paragraph_format.space_before = Pt(12)
        self._docx.styles["Heading 1"].paragraph_format.keep_with_next = True
        foot = section.footer.paragraphs[0]
        foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
        for part in self._foot():
            foot._p.append(part)

    def _foot(self) -> Iterator[Any]:
        codes = {"{page}": "PAGE", "{pages}": "NUMPAGES"}
        for part in re.split(r"({pages?})", self._words["questionnaire.page"]):
            if part in codes:
                yield from field(codes[part], "1")
            elif part:
                yield text_run(part)

    def _matrix(self, group: Group) -> None:
        """Statements down, answers across."""
        choices = group.scale
        first = group.questions[0]
        worded = len(choices) <= MOST_COLUMNS
        if not worded:
            ends = [one for one in choices if self._choice(first, one) != one.name]
            line = "; ".join(f"{one.name} – {self._choice(first, one)}" for one in ends)
            if line:
                self._docx.add_paragraph(line).paragraph_format.keep_with_next = True
        column = min(2.2, (WIDTH - 6.0) / len(choices)) if worded else min(1.0, 9.0 / len(choices))
        widths = [0.9, WIDTH - 0.9 - column * len(choices), *[column] * len(choices)]
        table = self._table(widths)
        heads = [self._said("number"), self._said("statement")]
        heads += [self._choice(first, one) if worded else one.name for one in choices]
        longest = max(map(len, " ".join(heads[2:]).split()), default=1)
        size = max(_SMALLEST, min(_HEAD, (column - _MARGINS) * _POINTS / (_LETTER * longest)))
        self._row(table, widths, heads, head=True, centred=2, keep=True, size=round(2 * size) / 2)
        for position, question in enumerate(group.questions):
            cells = [str(self._numbers[question.key]), self._text(question), *[BOX] * len(choices)]
            self._row(table, widths, cells, centred=2, keep=position < _TOGETHER)

    def _single(self, question: Question) -> None:
        """A question with its answers below it."""
        line = self._docx.add_paragraph()
        line.paragraph_format.keep_with_next = True
        line.paragraph_format.space_before = Pt(6)
        line.add_run(f"{self._numbers[question.key]}. {self._text(question)}").bold = True
        if question.kind == "select_multiple":
            line.add_run(f" {self._said('several')}").font.color.rgb = _GREY
        if not question.choices:
            self._written(question)
            return
        answers = [f"{BOX} {self._choice(question, one)}" for one in question.choices]
        # What belongs to one answer is not torn apart.
        joined = ["\u00a0".join(answer.split(" ")) for answer in answers]
        if sum(map(len, answers)) <= _SHORT:
            self._docx.add_paragraph("      ".join(joined))
            return
        for position, answer in enumerate(answers):
            paragraph = self._docx.add_paragraph(answer)
            paragraph.paragraph_format.left_indent = Cm(0.5)
            paragraph.paragraph_format.space_after = Pt(1)
            paragraph.paragraph_format.keep_with_next = position < len(answers) - 1

    def _written(self, question: Question) -> None:
        line = self._docx.add_paragraph("____________  " if question.kind != "date" else "____ – __ – __  ")
        line.add_run(self._said("between", low=question.low, high=question.high)).font.color.rgb = _GREY

    def _key(self) -> None:
        """Which column each answer belongs into, with its codes."""
        heading = self._docx.add_paragraph(self._said("key"), style="Heading 1")
        heading.paragraph_format.page_break_before = True
        self._docx.add_paragraph(self._said("key_note"))
        widths = [1.5, 4.5, WIDTH - 6.0]
        table = self._table(widths)
        self._row(table, widths, [self._said(key) for key in ("number", "column", "codes")], head=True)
        if self._cluster is not None:
            self._row(table, widths, ["", self._cluster, self._said("cluster")])
        for numbers, names, codes in self._columns():
            self._row(table, widths, [numbers, names, codes])

    def _columns(self) -> Iterator[tuple[str, str, str]]:
        """Questions in a row that have the same answers share a line."""
        runs: list[tuple[str, list[Question]]] = []
        for question in self._form.questions:
            codes = self._codes(question)
            if runs and runs[-1][0] == codes:
                runs[-1][1].append(question)
            else:
                runs.append((codes, [question]))
        for codes, run in runs:
            first, last = self._numbers[run[0].key], self._numbers[run[-1].key]
            number = str(first) if first == last else f"{first}–{last}"
            yield number, ", ".join(question.name for question in run), codes

    def _codes(self, question: Question) -> str:
        if question.choices:
            words = [(one.name, self._choice(question, one)) for one in question.choices]
            return "; ".join(code if code == label else f"{code} = {label}" for code, label in words)
        kind = {"integer": "whole", "decimal": "decimal", "date": "date"}[question.kind]
        return f"{self._said(kind)} {self._said('between', low=question.low, high=question.high)}"

    def _table(self, widths: Sequence[float]) -> Any:
        table = self._docx.add_table(rows=0, cols=len(widths), style="Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Cm(width)
        return table

    def _row(
        self,
        table: Any,
        widths: Sequence[float],
        texts: Sequence[str],
        *,
        head: bool = False,
        centred: int = 99,
        keep: bool = False,
        size: float | None = None,
    ) -> None:
        row = table.add_row()
        properties = row._tr.get_or_add_trPr()
        properties.append(element("cantSplit"))
        if head:
            properties.append(element("tblHeader"))
        for position, (cell, width, text) in enumerate(zip(row.cells, widths, texts, strict=True)):
            cell.width = Cm(width)
            paragraph = cell.paragraphs[0]
            run = paragraph.add_run(text)
            paragraph.paragraph_format.space_after = Pt(1)
            paragraph.paragraph_format.space_before = Pt(1)
            paragraph.paragraph_format.keep_with_next = keep
            run.bold = head
            run.font.size = Pt(13 if text == BOX else (size or _HEAD) if head else 9.5)
            if position >= centred:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
