"""Word templates: what the chapter can be written into is taken, everything else is refused before a run."""

from __future__ import annotations

import io
import pickle
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from docx.shared import Cm

from smartcity_survey.check.template import template_problems
from smartcity_survey.errors import SurveyError
from smartcity_survey.messages import LANGUAGES, translated
from smartcity_survey.report.chapter.document import Document, Heading, Paragraph, runs_of
from smartcity_survey.report.chapter.word import word_file
from smartcity_survey.report.wording import load_wording
from smartcity_survey.study.config import Config
from smartcity_survey.study.word_template import open_template

CHAPTER = Document(
    "en", "Study", "Results", "Study",
    (Heading("section-references", 1, "References"), Paragraph(runs_of("Words of *one* kind."), "notice")),
)  # fmt: skip
STYLES = (
    b'<?xml version="1.0"?><w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>'
)
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
Change = Callable[[Any], object]


def made(change: Change | None = None, parts: Mapping[str, bytes | Callable[[bytes], bytes]] = {}) -> bytes:
    """A template of python-docx, changed as a document or part by part."""
    document, first, second = docx.Document(), io.BytesIO(), io.BytesIO()
    document.add_paragraph("My university")
    if change:
        change(document)
    document.save(first)
    with zipfile.ZipFile(first) as old, zipfile.ZipFile(second, "w") as new:
        for name in old.namelist():
            part = parts.get(name, old.read(name))
            new.writestr(name, part(old.read(name)) if callable(part) else part)
    return second.getvalue()


def called(kind: str) -> bytes:
    """A file whose text is called by another type, as .dotx, .docm and .dotm do."""
    return made(parts={"[Content_Types].xml": lambda part: part.replace(MAIN.encode(), kind.encode())})


def other_kind(name: str, kind: WD_STYLE_TYPE) -> Change:
    def change(document: Any) -> None:
        if name in {style.name for style in document.styles}:
            document.styles[name].delete()
        document.styles.add_style(name, kind)

    return change


def margins(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.left_margin, section.right_margin = Cm(8), Cm(4), Cm(5)


def flat(document: Any) -> None:
    document.sections[0].page_height = Cm(6)


def no_section(document: Any) -> None:
    body = document.element.body
    body.remove(body.find(qn("w:sectPr")))


TAKEN = {
    "plain": made(),
    "no styles": made(parts={"word/styles.xml": STYLES}),
    "without Normal": made(lambda document: document.styles["Normal"].delete()),
    "without Caption": made(lambda document: document.styles["Caption"].delete()),
    "dotx": called("application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"),
    "docm": called("application/vnd.ms-word.document.macroEnabled.main+xml"),
    "dotm": called("application/vnd.ms-word.template.macroEnabledTemplate.main+xml"),
    "no section": made(no_section),
}
REFUSED = {
    "broken text": (made(parts={"word/document.xml": b"<w:document><oops"}), "cannot be read as a Word file"),
    "broken styles": (made(parts={"word/styles.xml": b"<w:styles"}), "cannot be read as a Word file"),
    "no body": (
        made(parts={"word/document.xml": STYLES.replace(b"styles", b"document")}),
        "cannot be read as a Word file",
    ),
    "odd measure": (
        made(parts={"word/document.xml": lambda part: re.sub(rb'w:w="\d+"', b'w:w="wide"', part)}),
        "cannot be read as a Word file",
    ),
    "Caption of characters": (made(other_kind("Caption", WD_STYLE_TYPE.CHARACTER)), "style Caption of my"),
    "Table Text of tables": (made(other_kind("Table Text", WD_STYLE_TYPE.TABLE)), "style Table Text of my"),
    "Normal of characters": (made(other_kind("Normal", WD_STYLE_TYPE.CHARACTER)), "style Normal of my"),
    "margins beyond the page": (made(margins), "my.docx is -1.0 cm wide"),
    "page too low": (made(flat), "my.docx is 0.9 cm high"),
    "no zip": (b"no zip", "my.docx is no Word file"),
}  # fmt: skip


def config(content: dict[str, Any]) -> Config:
    return Config.model_validate(
        content | {"report": {"outputs": ["html", "docx"], "word_template": "my.docx"}}
    )


@pytest.mark.parametrize("case", TAKEN)
def test_a_template_that_only_lacks_something_is_taken(
    case: str, config_content: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "my.docx").write_bytes(TAKEN[case])
    assert not list(template_problems(config(config_content), tmp_path))
    for style in ("apa", "gost"):
        content = word_file(CHAPTER, load_wording("en"), style, str(tmp_path / "my.docx"))
        document = docx.Document(io.BytesIO(content))
        texts = [paragraph.text for paragraph in document.paragraphs]
        assert texts[0] == "My university"
        assert "Words of one kind." in texts
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert MAIN.encode() in archive.read("[Content_Types].xml")


@pytest.mark.parametrize("case", REFUSED)
def test_a_template_that_the_chapter_cannot_stand_in_is_refused_by_check(
    case: str, config_content: dict[str, Any], tmp_path: Path
) -> None:
    content, told = REFUSED[case]
    (tmp_path / "my.docx").write_bytes(content)
    (problem,) = template_problems(config(config_content), tmp_path)
    assert told in problem.found
    assert problem.place == f"{tmp_path / 'config.yaml'}, report.word_template"
    assert problem.remedy
    for language in LANGUAGES:
        for words in (problem.found, problem.remedy):
            assert language == "en" or translated(words, language) != words
    # A file changed after the check: the chapter tells the same, from whatever process it is written in.
    with pytest.raises(SurveyError, match=r"report\.word_template") as raised:
        word_file(CHAPTER, load_wording("en"), "apa", str(tmp_path / "my.docx"))
    assert str(pickle.loads(pickle.dumps(raised.value))) == str(raised.value)
    assert raised.value.__cause__ is None


def test_macros_are_left_out(tmp_path: Path) -> None:
    """Word opens no .docx that has macros."""
    relation = (
        b'<Relationship Id="rId99" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" '
        b'Target="vbaProject.bin"/></Relationships>'
    )
    content = io.BytesIO(
        made(
            parts={
                "word/_rels/document.xml.rels": lambda part: part.replace(b"</Relationships>", relation),
                "[Content_Types].xml": lambda part: part.replace(
                    MAIN.encode(), b"application/vnd.ms-word.document.macroEnabled.main+xml"
                ).replace(b"</Types>", b'<Default Extension="bin" ContentType="x/y"/></Types>'),
            }
        )
    )
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"macros")
    (tmp_path / "my.docm").write_bytes(content.getvalue())
    written = word_file(CHAPTER, load_wording("en"), "apa", str(tmp_path / "my.docm"))
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        assert not any("vba" in name for name in archive.namelist())
    assert open_template(tmp_path / "my.docm", "key").paragraphs[0].text == "My university"


def test_what_fails_while_writing_is_told_of_the_template(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever else a template may be like, a run ends with its name and never with a traceback."""
    (tmp_path / "my.docx").write_bytes(TAKEN["plain"])

    def fails(*_: object) -> None:
        raise KeyError("no such thing")

    monkeypatch.setattr("smartcity_survey.report.chapter.word.word_style.add_missing", fails)
    with pytest.raises(SurveyError, match=r"my\.docx cannot be read as a Word file \(KeyError\)"):
        word_file(CHAPTER, load_wording("en"), "apa", str(tmp_path / "my.docx"))
