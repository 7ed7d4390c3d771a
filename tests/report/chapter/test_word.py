"""The Word file, opened again: native tables with the right cells, fields, bookmarks, styles, same bytes."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import docx
import pypdfium2
import pytest
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from matplotlib import image

from smartcity_survey.errors import SurveyError
from smartcity_survey.report.chapter.document import Document, FigureBlock, TableBlock
from smartcity_survey.report.chapter.word import word_file
from smartcity_survey.report.one_line import cell_text
from smartcity_survey.report.wording import LANGUAGES, load_wording
from smartcity_survey.study.config import Language
from smartcity_survey.study.outputs import Style
from tests.report.chapter.conftest import Compose

STYLES: tuple[Style, ...] = ("apa", "gost")


@pytest.fixture(scope="session")
def written(compose_study: Compose) -> Any:
    """The small study's Word file in a language and style, written once: its document and its content."""

    @cache
    def write(language: Language, style: Style) -> tuple[Document, bytes]:
        document = compose_study(language, style)
        return document, word_file(document, load_wording(language), style)

    return write


def opened(content: bytes) -> Any:
    return docx.Document(io.BytesIO(content))


def texts(element: Any, tag: str) -> list[str]:
    return [one.text or "" for one in element.iter(qn(tag))]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_are_native_and_have_the_cells_of_the_chapter(
    written: Any, language: Language, style: Style
) -> None:
    document, content = written(language, style)
    blocks = [block for block in document.blocks if isinstance(block, TableBlock) and block.table.headings]
    tables = opened(content).tables
    assert len(tables) == len(blocks) > 15
    for block, table in zip(blocks, tables, strict=True):
        rows = [
            [re.sub("[\u00ad\u200b]", "", "".join(texts(cell, "w:t"))) for cell in row._tr.iter(qn("w:tc"))]
            for row in table.rows
        ]
        expected: list[list[str]] = [list(block.table.headings)]
        for group in block.table.groups:
            expected += [[group.heading]] if group.heading else []
            for number, line in enumerate(group.lines):
                expected.append([cell_text(one) for one in line])
                told = group.remarks[number] if group.remarks else ()
                expected += [[" ".join(told)]] if told else []
        assert rows == expected, block.id


def test_cells_are_the_numbers_of_the_stage_file(written: Any, tables: Any) -> None:
    document, content = written("en", "apa")
    ids = [block.id for block in document.blocks if isinstance(block, TableBlock) and block.table.headings]
    table = opened(content).tables[ids.index("table-pls_paths")]
    first = tables["pls_paths"].iloc[0]
    cells = [cell.text for cell in table.rows[1].cells]
    assert cells[:2] == ["Trust → Use", f"{first['estimate']:.3f}".lstrip("0")]
    assert cells[-1] == f"{first['vif']:.2f}"


def test_header_rows_repeat_and_no_row_is_divided(written: Any) -> None:
    _, content = written("ru", "gost")
    for table in opened(content).tables:
        first, *others = table._tbl.iter(qn("w:tr"))
        assert first.trPr.find(qn("w:tblHeader")) is not None
        assert all(row.trPr.find(qn("w:tblHeader")) is None for row in others)
        assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in (first, *others))


@pytest.mark.parametrize("language", LANGUAGES)
def test_captions_count_by_fields_and_cross_references_lead_to_them(written: Any, language: Language) -> None:
    document, content = written(language, "apa")
    body = opened(content).element.body
    instructions = [text.split() for text in texts(body, "w:instrText")]
    wording = load_wording(language)
    for kind, block_type in (("table", TableBlock), ("figure", FigureBlock)):
        counted = [
            words for words in instructions if words[:2] == ["SEQ", wording[f"chapter.sequence.{kind}"]]
        ]
        shown = [
            block
            for block in document.blocks
            if isinstance(block, block_type) and (kind == "figure" or block.table.headings)
        ]
        assert len(counted) == len(shown) > 0
    bookmarks = [one.get(qn("w:name")) for one in body.iter(qn("w:bookmarkStart"))]
    assert len(bookmarks) == len(set(bookmarks))
    assert all(len(name) <= 40 for name in bookmarks)
    numbers = [one.get(qn("w:id")) for one in body.iter(qn("w:bookmarkStart"))]
    assert numbers == [one.get(qn("w:id")) for one in body.iter(qn("w:bookmarkEnd"))] or set(numbers) == {
        one.get(qn("w:id")) for one in body.iter(qn("w:bookmarkEnd"))
    }
    referred = {words[1] for words in instructions if words[0] in ("REF", "PAGEREF")}
    anchors = {one.get(qn("w:anchor")) for one in body.iter(qn("w:hyperlink"))}
    assert referred
    assert referred | anchors <= set(bookmarks)


def test_what_a_field_shows_is_the_number_that_word_would_find(written: Any) -> None:
    document, content = written("kk", "gost")
    numbers = {block.id.replace("-", "_")[:40]: str(block.number) for block in document.numbered()}
    for begun, shown in _fields(opened(content).element.body):
        words = begun.split()
        if words[0] == "REF":
            assert shown == numbers[words[1]]


def _fields(body: Any) -> Iterator[tuple[str, str]]:
    """Instruction of each field within a paragraph, and what it shows."""
    for paragraph in body.iter(qn("w:p")):
        told, shown, part = "", "", ""
        for one in paragraph.iter(qn("w:fldChar"), qn("w:instrText"), qn("w:t")):
            if one.tag == qn("w:fldChar"):
                kind = one.get(qn("w:fldCharType"))
                if kind == "end" and part:
                    yield told, shown
                told, shown, part = ("", "", kind) if kind == "begin" else (told, shown, kind)
                part = "" if kind == "end" else part
            elif one.tag == qn("w:instrText"):
                told += one.text
            elif part == "separate":
                shown += one.text


def test_every_field_that_begins_ends(written: Any) -> None:
    _, content = written("en", "apa")
    kinds = [one.get(qn("w:fldCharType")) for one in opened(content).element.body.iter(qn("w:fldChar"))]
    assert kinds.count("begin") == kinds.count("separate") == kinds.count("end") > 0


def test_lists_show_their_entries_before_word_renews_them(written: Any) -> None:
    document, content = written("ru", "gost")
    paragraphs = opened(content).paragraphs
    for kind, style in (("heading", "toc 1"), ("table", "table of figures"), ("figure", "table of figures")):
        named = ["".join(texts(one._p, "w:t")) for one in paragraphs if one.style.name.lower() == style]
        for entry in document.of_kind(kind):
            title = getattr(entry, "title", "") or getattr(entry, "text", "")
            assert any(title in text for text in named), title
    told = " ".join(texts(opened(content).element.body, "w:instrText"))
    assert 'TOC \\o "1-2"' in told
    assert 'TOC \\h \\z \\c "Таблица"' in told
    assert 'TOC \\h \\z \\c "Рисунок"' in told


@pytest.mark.parametrize(
    ("language", "caption"),
    [
        ("en", r"^Table 1 – "),
        ("ru", r"^Таблица 1 – "),
        ("kk", r"^1-кесте – "),
    ],
)
def test_captions_by_gost(written: Any, language: Language, caption: str) -> None:
    _, content = written(language, "gost")
    captions = [
        "".join(texts(one._p, "w:t")) for one in opened(content).paragraphs if one.style.name == "Caption"
    ]
    assert any(re.match(caption, text) for text in captions)


def test_measures_of_gost(written: Any) -> None:
    _, content = written("kk", "gost")
    document = opened(content)
    section = document.sections[0]
    margins = section.left_margin, section.right_margin, section.top_margin, section.bottom_margin
    assert [round(margin.mm) for margin in margins] == [30, 15, 20, 20]
    body = document.styles["Body Text"]
    assert (body.font.name, body.font.size, body.paragraph_format.line_spacing) == (
        "Times New Roman",
        Pt(14),
        1.5,
    )
    assert "PAGE" in " ".join(texts(section.footer._element, "w:instrText"))
    heading = document.styles["Heading 1"].element.pPr
    assert heading.find(qn("w:numPr")) is not None
    assert document.styles.element.find(f".//{qn('w:lang')}").get(qn("w:val")) == "kk-KZ"


def test_apa_tables_have_rules_above_and_below_and_none_between(written: Any) -> None:
    _, content = written("en", "apa")
    for table in opened(content).tables:
        borders = table._tbl.tblPr.find(qn("w:tblBorders"))
        assert [one.tag for one in borders] == [qn("w:top"), qn("w:bottom")]


def test_figures_are_vectors_with_a_picture_for_programs_that_cannot_show_them(written: Any) -> None:
    document, content = written("en", "apa")
    figures = [block for block in document.blocks if isinstance(block, FigureBlock)]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        vectors = sorted(name for name in archive.namelist() if name.endswith(".svg"))
        pictures = [name for name in archive.namelist() if name.endswith(".png")]
        assert len(vectors) == len(pictures) == len(figures) > 0
        assert {archive.read(name) for name in vectors} == {block.svg.read_bytes() for block in figures}
        told = archive.read("word/document.xml").decode("utf-8")
    assert told.count("svgBlip") == len(figures)
    described = [one.get("descr") for one in opened(content).element.body.iter(qn("wp:docPr"))]
    assert described == [block.alt for block in figures]


def test_the_same_chapter_gives_the_same_bytes(written: Any, compose_study: Compose) -> None:
    _, content = written("kk", "apa")
    assert word_file(compose_study("kk", "apa"), load_wording("kk"), "apa") == content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2000, 1, 1, 0, 0, 0)}
        assert b"2000-01-01T00:00:00Z" in archive.read("docProps/core.xml")


def test_a_template_keeps_its_styles_margins_and_head(compose_study: Compose, tmp_path: Path) -> None:
    template = docx.Document()
    template.styles["Heading 1"].font.color.rgb = RGBColor(1, 2, 3)
    template.styles["Normal"].font.name = "Georgia"
    template.sections[0].left_margin = Cm(4)
    template.sections[0].header.paragraphs[0].text = "My university"
    template.add_paragraph("Title page")
    template.styles.element.remove(template.styles["Caption"].element)
    template.save(tmp_path / "my.docx")
    content = word_file(compose_study("ru", "gost"), load_wording("ru"), "gost", str(tmp_path / "my.docx"))
    document = opened(content)
    assert document.styles["Heading 1"].font.color.rgb == RGBColor(1, 2, 3)
    assert document.styles["Normal"].font.name == "Georgia"
    assert document.sections[0].left_margin.mm == pytest.approx(40, abs=0.1)
    assert document.sections[0].header.paragraphs[0].text == "My university"
    assert document.paragraphs[0].text == "Title page"
    assert {"Heading 1", "Caption", "Body Text", "Title"} <= {one.style.name for one in document.paragraphs}


TEMPLATES: Mapping[str, Callable[[Any], object]] = {
    "narrow": lambda section: (
        setattr(section, "left_margin", Cm(6)),
        setattr(section, "right_margin", Cm(3)),
    ),
    "gutter": lambda section: setattr(section, "gutter", Cm(2)),
    "A5": lambda section: (setattr(section, "page_width", Cm(14.8)), setattr(section, "page_height", Cm(21))),
    "two columns": lambda section: section._sectPr.find(qn("w:cols")).set(qn("w:num"), "2"),
    "no measures": lambda section: section._sectPr.remove(section._sectPr.find(qn("w:pgMar"))),
}
ROOM = {"narrow": 12.59, "gutter": 13.24, "A5": 8.45, "two columns": 6.985, "no measures": 16.51}
"""Width of the text in centimetres, counted by hand from python-docx's letter with margins of 3.175 cm."""


@pytest.mark.parametrize("measures", TEMPLATES)
def test_figures_fit_the_text_of_any_template(compose_study: Compose, tmp_path: Path, measures: str) -> None:
    template = docx.Document()
    TEMPLATES[measures](template.sections[0])
    template.styles["Caption"].paragraph_format.left_indent = Cm(1.25)
    template.save(tmp_path / "my.docx")
    content = word_file(compose_study(), load_wording("en"), "apa", str(tmp_path / "my.docx"))
    document = opened(content)
    section, figures = document.sections[-1], document.inline_shapes
    assert len(figures) > 2
    widest = max(figure.width for figure in figures)
    assert widest == pytest.approx(Cm(ROOM[measures]), abs=Cm(0.02))
    assert max(figure.height for figure in figures) <= (section.page_height or Cm(29.7)) - Cm(4)
    for figure in figures:
        # What is not said of the distance to the text, LibreOffice takes for 3 mm at each side.
        assert {figure._inline.get(side) for side in ("distT", "distB", "distL", "distR")} == {"0"}
        own = figure._inline.getparent().getparent().getparent().pPr.ind
        assert {own.get(qn("w:left")), own.get(qn("w:right"))} == {"0"}
    for table in document.tables:
        assert sum(cell.width for cell in table.rows[0].cells) <= widest + Cm(0.05)


def test_a_template_that_is_no_word_file_is_told(compose_study: Compose, tmp_path: Path) -> None:
    (tmp_path / "my.docx").write_text("no zip", encoding="utf-8")
    with pytest.raises(SurveyError, match=r"report.word_template.*my\.docx cannot be read as a Word file"):
        word_file(compose_study(), load_wording("en"), "apa", str(tmp_path / "my.docx"))


@pytest.mark.slow
@pytest.mark.parametrize("style", STYLES)
def test_libreoffice_shows_the_whole_file(written: Any, style: Style, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    document, content = written("kk", style)
    (tmp_path / "chapter.docx").write_bytes(content)
    subprocess.run(
        [
            office,
            f"-env:UserInstallation=file://{tmp_path}/office",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            str(tmp_path),
            str(tmp_path / "chapter.docx"),
        ],
        check=True,
        capture_output=True,
    )
    with pypdfium2.PdfDocument(tmp_path / "chapter.pdf") as pdf:
        pages = [page.get_textpage().get_text_range() for page in pdf]
    # Long words of headings may be divided by hyphens (\ufffe: one at the end of a line).
    text = re.sub(r"[\s\u00ad\u2010\ufffe-]+", "", " ".join(pages))
    for block in document.numbered():
        assert re.sub(r"[\s-]+", "", block.title) in text
    for block in document.blocks:
        if isinstance(block, TableBlock):
            for heading in block.table.headings:
                assert re.sub(r"[\s-]+", "", heading) in text
    assert "Error!" not in text
    if shutil.which("pdftoppm"):
        right = opened(content).sections[0].right_margin.inches
        subprocess.run(["pdftoppm", "-r", "50", "-png", "chapter.pdf", "page"], check=True, cwd=tmp_path)
        for page in sorted(tmp_path.glob("page-*.png")):
            ink = image.imread(page)[..., :3].mean(axis=2) < 0.8
            assert not ink[:, round(-50 * right) + 2 :].any(), f"{page.name}: beyond the right margin"
