"""PDF, workbook and LaTeX, opened again; and which files a study's outputs ask for."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pypdf
import pytest
from pydantic import ValidationError

from smartcity_survey.report.chapter.document import TableBlock
from smartcity_survey.report.chapter.files import (
    asks_for_chapter,
    chapter_outputs,
    every_file,
    files_of,
    languages_of,
)
from smartcity_survey.report.chapter.latex import escaped, latex_file
from smartcity_survey.report.chapter.pdf import _source, pdf_file
from smartcity_survey.report.chapter.whole import whole_tables
from smartcity_survey.report.chapter.workbook import number_format, workbook_file
from smartcity_survey.report.wording import LANGUAGES, load_wording
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import Config, Language
from smartcity_survey.study.outputs import Style
from tests.report.chapter.conftest import MANIFEST_OF_CHAPTER, Compose, Tables, config
from tests.report.conftest import CARD, HOSTILE, MakeSetting

KAZAKH = set("әғқңөұүһі")
STYLES: tuple[Style, ...] = ("apa", "gost")


def pdf(compose_study: Compose, figures: Any, language: Language, style: Style) -> bytes:
    folder = next(iter(figures.values())).parent
    return pdf_file(compose_study(language, style), load_wording(language), style, folder)


@pytest.mark.parametrize("style", STYLES)
def test_the_pdf_has_every_kazakh_letter_as_text(compose_study: Compose, figures: Any, style: Style) -> None:
    content = pdf(compose_study, figures, "kk", style)
    reader = pypdf.PdfReader(io.BytesIO(content))
    text = " ".join(page.extract_text() for page in reader.pages)
    assert set(text.lower()) >= KAZAKH
    assert "\ufffd" not in text
    document = compose_study("kk", style)
    bare = re.sub(r"\s+|-", "", text)
    for block in document.numbered():
        assert re.sub(r"\s+|-", "", block.title) in bare
    assert content == pdf(compose_study, figures, "kk", style)
    fonts = {font for page in reader.pages for font in _fonts(page)}
    assert fonts <= {"LibertinusSerif", "DejaVuSerif", "DejaVuSans"}


def _fonts(page: Any) -> set[str]:
    resources = page["/Resources"]
    found = resources["/Font"].values() if "/Font" in resources else ()
    return {one.get_object()["/BaseFont"].split("+")[-1].split("-")[0] for one in found}


def test_the_pdf_has_contents_with_pages_a_running_head_and_an_outline(
    compose_study: Compose, figures: Any
) -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf(compose_study, figures, "ru", "gost")))
    wording = load_wording("ru")
    pages = [page.extract_text() for page in reader.pages]
    head = wording.fill("chapter.running_head", title="Малое")
    assert all(head in text for text in pages)
    titles = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    assert wording["chapter.hypotheses.title"] in " ".join(titles)
    entry = next(entry for entry in reader.outline if wording["chapter.hypotheses.title"] in entry.title)
    page = reader.get_destination_page_number(entry) + 1
    told = re.sub(r"[\s.]+", " ", " ".join(pages[:3]))
    assert re.search(rf"\d+ {wording['chapter.hypotheses.title']} {page}\b", told)
    assert reader.metadata is not None
    assert reader.metadata.title == "Малое"


@pytest.fixture(scope="module")
def books(tables: Tables, setting: MakeSetting) -> dict[str, bytes]:
    cards = dict.fromkeys(tables, CARD)
    return {
        language: workbook_file(
            whole_tables(tables, cards, setting(language)), MANIFEST_OF_CHAPTER, setting(language)
        )
        for language in LANGUAGES
    }


def test_the_workbook_has_a_sheet_for_each_table_with_numbers_at_full_precision(
    books: dict[str, bytes], tables: Tables, setting: MakeSetting
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(books["en"]))
    shown = dict(whole_tables(tables, {}, setting("en")))
    assert book.sheetnames[1:] == [entry.name[:31] for entry in shown]
    sheet = book["pls_paths"]
    header = [cell.value for cell in sheet[3]]
    first = dict(zip(header, sheet[4], strict=True))
    expected = tables["pls_paths"].iloc[0]
    assert first["Path"].value == "Trust → Use"
    assert first["Estimate"].value == expected["estimate"]
    assert isinstance(first["Estimate"].value, float)
    assert first["Estimate"].number_format == "0.000"
    assert [first[f"Interval, {end} end"].value for end in ("lower", "upper")] == [
        expected["ci_low"],
        expected["ci_high"],
    ]
    log = book["cleaning_log"]
    assert [cell.value for cell in log["C"][3:6]] == list(tables["cleaning_log"]["n_remaining"][:3])
    assert all(isinstance(cell.value, int) for cell in log["C"][3:6])


def test_numbers_of_the_workbook_are_those_of_the_stage_file(books: dict[str, bytes], tables: Tables) -> None:
    """Whatever the language: a matrix, number for number."""
    for content in books.values():
        sheet = openpyxl.load_workbook(io.BytesIO(content))["rotated_loadings"]
        frame = tables["rotated_loadings"]
        components = [name for name in frame.columns if name.startswith("component_")]
        read = [
            [cell.value for cell in row[1 : 1 + len(components)]]
            for row in sheet.iter_rows(4, 3 + len(frame))
        ]
        np.testing.assert_array_equal(np.array(read, dtype=float), frame[components].to_numpy(dtype=float))


def test_the_workbook_repeats_says_what_it_is_and_computes_nothing(
    books: dict[str, bytes], tables: Tables, setting: MakeSetting
) -> None:
    cards = dict.fromkeys(tables, CARD)
    assert (
        workbook_file(whole_tables(tables, cards, setting("kk")), MANIFEST_OF_CHAPTER, setting("kk"))
        == books["kk"]
    )
    for language in LANGUAGES:
        book = openpyxl.load_workbook(io.BytesIO(books[language]))
        wording = load_wording(language)
        front = [cell.value for row in book.worksheets[0].iter_rows() for cell in row]
        assert wording["page.reconstruction"] in front
        for sheet in book.worksheets[1:]:
            values = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
            assert all(cell.data_type != "f" for cell in values)
            assert wording["chapter.reconstructed"] in [cell.value for cell in values]
    links = [
        cell.hyperlink
        for row in openpyxl.load_workbook(io.BytesIO(books["en"])).worksheets[0]
        for cell in row
    ]
    places = [link.location for link in links if link is not None]
    assert len(places) > 50
    assert all(place and place.startswith("'") for place in places)
    texts = [
        c.value
        for row in openpyxl.load_workbook(io.BytesIO(books["en"]))["item_msa"].iter_rows()
        for c in row
    ]
    assert f"T1 {HOSTILE}" in texts


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("ratio:3", "0.000"),
        ("count", "#,##0"),
        ("share:0", "0%"),
        ("power:2", "0.00E+00"),
        ("compact", "General"),
    ],
)
def test_number_formats(name: str, form: str) -> None:
    assert number_format(name) == form


@pytest.mark.parametrize("language", LANGUAGES)
def test_latex_has_every_table_and_nothing_unescaped(
    tables: Tables, setting: MakeSetting, language: Language
) -> None:
    text = latex_file(whole_tables(tables, {}, setting(language)), MANIFEST_OF_CHAPTER, setting(language))
    shown = list(whole_tables(tables, {}, setting(language)))
    assert text.count(r"\begin{longtable}") == text.count(r"\end{longtable}") == len(shown)
    assert text.count(r"\toprule") == 2 * len(shown)
    body = text.partition(r"\begin{document}")[2]
    assert not re.search(
        r"(?<!\\)[#_$](?![{\w-]*\})",
        re.sub(r"\\label\{[^}]*\}|\\ensuremath\{[^}]*\}*|^%.*$", "", body, flags=re.MULTILINE),
    )
    plain = re.sub(r"(?<!\\)%.*", "", text).replace(r"\{", "").replace(r"\}", "")
    assert plain.count("{") == plain.count("}")
    assert not set(body) & set("βχ²−→≥≤⁻✓\u202f")


def test_what_means_something_to_latex_is_escaped() -> None:
    assert escaped("50% of a_b & #1 [x] β² −.05") == (
        r"50\% of a\_b \& \#1 {[}x{]} \ensuremath{\beta}\ensuremath{^{2}} \ensuremath{-}.05"
    )


def test_letters_that_latex_has_none_of_are_numbers_that_every_engine_reads() -> None:
    assert escaped("H4 (Gender: ≠)") == r"H4 (Gender: \ensuremath{\neq{}})"
    assert escaped("Trust 😀") == r"Trust \codepoint{1F600}"
    assert escaped("₸") == r"\codepoint{20B8}"
    assert escaped("Әә Ққ Ёё é “a” – 5 €").replace("--", "–") == "Әә Ққ Ёё é ``a'' – 5 €"


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
@pytest.mark.parametrize("language", LANGUAGES)
def test_pdflatex_compiles_the_file_whatever_the_labels(
    tables: Tables, setting: MakeSetting, tmp_path: Path, language: Language
) -> None:
    there = setting(language)
    strange = "Trust 😀 in {{ city }} ≠ “עברית مرحبا” 50% & #1 <b> \\" + "x" * 120
    labels = replace(there.labels, constructs=dict.fromkeys(there.labels.constructs, strange))
    there = replace(there, labels=labels)
    few = {name: tables[name] for name in ("pls_paths", "reliability", "htmt", "hypotheses")}
    text = latex_file(whole_tables(few, {}, there), MANIFEST_OF_CHAPTER, there)
    (tmp_path / "tables.tex").write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "tables.tex"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "tables.pdf").stat().st_size > 10_000


def of(outputs: tuple[str, ...]) -> Config:
    return Config.model_validate(config(report={"outputs": outputs}))


def test_outputs_choose_the_files(small_codebook: Codebook) -> None:
    assert files_of(of(("html",)), small_codebook) == {}
    assert not asks_for_chapter(of(("html",)))
    assert set(files_of(of(("html", "docx", "tex")), small_codebook)) == {
        *("chapter.en.docx", "chapter.ru.docx", "chapter.kk.docx", "tables.tex")
    }
    assert chapter_outputs(of(("html", "pdf"))) == ("pdf",)
    assert chapter_outputs(of(("html",))) == ("docx", "pdf", "xlsx", "tex")
    assert set(files_of(of(("html",)), small_codebook, chapter_outputs(of(("html",))))) == set(every_file())


def test_a_language_without_labels_has_no_chapter(small_codebook: Codebook) -> None:
    study = {"title": {"en": "A study", "kk": "Зерттеу"}}
    told = Config.model_validate(config(study=study))
    assert languages_of(told, small_codebook) == ("en", "kk")
    items = {
        name: item.model_copy(update={"label": {"en": "x"}}) for name, item in small_codebook.items.items()
    }
    assert languages_of(told, small_codebook.model_copy(update={"items": items})) == ("en",)


def test_the_page_is_always_an_output() -> None:
    with pytest.raises(ValidationError, match="name `html` among the `outputs` too"):
        of(("docx",))


def test_disclosed_cells_stay_hidden(tables: Tables, setting: MakeSetting) -> None:
    hidden = {**tables, "careless": tables["careless"].assign(n_flagged=np.nan)}
    cards = {"careless": {"hidden_below": 5}}
    sheet = openpyxl.load_workbook(
        io.BytesIO(
            workbook_file(whole_tables(hidden, cards, setting("en")), MANIFEST_OF_CHAPTER, setting("en"))
        )
    )["careless"]
    column = [cell.value for cell in sheet[3]].index("Flagged") + 1
    read = [sheet.cell(row, column).value for row in range(4, 4 + len(hidden["careless"]))]
    assert read == [load_wording("en")["page.hidden_mark"]] * len(read)


@pytest.mark.parametrize(
    ("language", "continued"),
    [
        ("en", "Table {} (continued)"),
        ("ru", "Продолжение таблицы {}"),
        ("kk", "{}-кестенің жалғасы"),
    ],
)
def test_a_table_over_several_pages_is_named_again_as_gost_asks(
    compose_study: Compose, tables: Tables, figures: Any, language: Language, continued: str
) -> None:
    """On every page but its first, above the headings; a chapter in APA style has no such line."""
    long = pd.concat([tables["rotated_loadings"]] * 16, ignore_index=True)
    folder = next(iter(figures.values())).parent

    def pages(style: Style, **more: Any) -> tuple[int, list[str]]:
        document = compose_study(language, style, **more)
        number = next(block.number for block in document.numbered() if block.id == "table-rotated_loadings")
        content = pdf_file(document, load_wording(language), style, folder)
        return int(number), [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]

    number, texts = pages("gost", changed={"rotated_loadings": long})
    line = re.compile(rf"(?<!\d){re.escape(continued.format(number))}")  # not that of table 17
    begun = [found.start() if (found := line.search(text)) else -1 for text in texts]
    named = [at for at, start in enumerate(begun) if start >= 0]
    assert len(named) >= 2
    assert named == list(range(named[0], named[0] + len(named)))
    assert all(len(line.findall(texts[at])) == 1 for at in named)
    assert all(begun[at] < texts[at].index("T1") for at in named if "T1" in texts[at])
    caption = load_wording(language)["chapter.caption.table_gost"].partition("{title}")[0].strip()
    every = re.escape(continued).replace(r"\{\}", r"(\d+)")
    for found in {found for text in texts for found in re.findall(every, text)}:
        own = re.compile(rf"(?<!\d){re.escape(caption.format(number=found))}")
        begins = max(at for at, text in enumerate(texts) if own.search(text))  # before it, the list of tables
        again = re.compile(rf"(?<!\d){re.escape(continued.format(found))}")
        goes_on = [at for at, text in enumerate(texts) if again.search(text)]
        assert goes_on[0] == begins + 1, f"table {found} is named again where it begins"
    if language == "ru":
        _, apa = pages("apa", changed={"rotated_loadings": long})
        assert not re.search(every, " ".join(apa))


def test_a_short_table_stands_on_one_page_of_the_pdf(compose_study: Compose, tables: Tables) -> None:
    long = pd.concat([tables["rotated_loadings"]] * 2)
    document = compose_study("en", "apa", changed={"rotated_loadings": long})
    source = "\n".join(_source(document, load_wording("en"), "apa"))
    together = dict(re.findall(r'#data\(<([\w-]+)>, "[^"]*", (true|false)', source))
    tables = [
        block for block in document.numbered() if isinstance(block, TableBlock) and block.table.headings
    ]
    lines = {block.id: sum(len(group.lines) for group in block.table.groups) for block in tables}
    assert together == {name: "true" if n <= 12 else "false" for name, n in lines.items()}
    assert set(together.values()) == {"true", "false"}
    assert "breakable: not together" in source
