from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.io import write_table
from smartcity_survey.report.contents import load_contents
from smartcity_survey.report.figures import FIGURES
from smartcity_survey.report.page import write_report
from smartcity_survey.report.wording import LANGUAGES
from smartcity_survey.study.config import Language
from tests.report.conftest import HOSTILE, MANIFEST, MakeSetting

PRINTED = {("table", "descriptives"): 12, ("figure", "pls_paths"): 5}


class Page(HTMLParser):
    """What a test asks of a page: its elements with their attributes, and whether all tags are closed."""

    VOID = frozenset({"meta", "link", "img", "br", "input"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def pages(
    reports: Path, setting: MakeSetting, tmp_path_factory: pytest.TempPathFactory
) -> dict[Language, str]:
    folder = tmp_path_factory.mktemp("pages")
    written: dict[Language, str] = {}
    for language in LANGUAGES:
        write_report(reports, MANIFEST, setting(language), folder / f"{language}.html", printed=PRINTED)
        written[language] = (folder / f"{language}.html").read_text(encoding="utf-8")
    return written


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_is_well_formed_and_in_its_language(pages: dict[Language, str], language: Language) -> None:
    page = Page(pages[language])
    assert page.open == []
    assert page.all("html") == [{"lang": language}]
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("language", LANGUAGES)
def test_contents_lead_to_every_table_and_figure(pages: dict[Language, str], language: Language) -> None:
    page = Page(pages[language])
    targets = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    hrefs = [attributes["href"] or "" for attributes in page.all("a")]
    links = {href.removeprefix("#") for href in hrefs if href.startswith("#")}
    assert links <= targets
    files = {href for href in hrefs if not href.startswith("#")}
    assert all(href.startswith(("tables/", "figures/")) for href in files - {"machine.json"})
    contents = load_contents()
    assert {f"{e.kind}-{e.name}" for kind in ("table", "figure") for e in contents.entries(kind)} <= links


def test_nothing_is_fetched_from_elsewhere(pages: dict[Language, str]) -> None:
    for html in pages.values():
        page = Page(html)
        assert [
            image["src"]
            for image in page.all("img")
            if not (image["src"] or "").startswith("data:image/svg+xml")
        ] == []
        assert page.all("script") == [{}]  # our own, in the page
        assert [link["href"] for link in page.all("link")] == ["data:,"]
        assert re.search(r"https?://|@import|url\(", re.sub(r'src="data:[^"]*"', "", html)) is None


def test_labels_are_shown_and_never_run(pages: dict[Language, str]) -> None:
    for html in pages.values():
        assert html.count("<script") == 1
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;quotes&#34;" in html
        assert HOSTILE not in html
    assert "<h1>A small &lt;study&gt;</h1>" in pages["en"]


def test_images_have_words_and_tables_have_scoped_headings(pages: dict[Language, str]) -> None:
    page = Page(pages["kk"])
    assert len(page.all("img")) == len(FIGURES)
    assert all(image["alt"] for image in page.all("img"))
    headings = page.all("th")
    assert headings
    assert {heading["scope"] for heading in headings} <= {"col", "row", "rowgroup"}
    labelled = {table["aria-labelledby"] for table in page.all("table")}
    assert labelled <= {attributes["id"] for _, attributes in page.elements if "id" in attributes}


def test_reconstruction_is_announced_first(pages: dict[Language, str]) -> None:
    body = pages["kk"].partition("<body>")[2]
    assert body.index("Қалпына келтірілген деректер") < body.index("<h1>")


def test_real_answers_have_no_banner(reports: Path, tmp_path: Path, setting: MakeSetting) -> None:
    write_report(reports, {**MANIFEST, "reconstruction": False}, setting("en"), tmp_path / "report.html")
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Reconstructed data" not in html
    assert "Table 1<" in html
    assert "Table S1" not in html


def test_verdicts_come_before_the_tables_and_methods_after(pages: dict[Language, str]) -> None:
    html = pages["ru"]
    order = [
        html.index(f'<section id="{section}"')
        for section in ("verdicts", "sample", "hypotheses", "methods", "criteria", "provenance")
    ]
    assert order == sorted(order)


def test_numbers_are_those_of_the_paper(pages: dict[Language, str]) -> None:
    assert '<h3 id="table-descriptives"><span>12-кесте</span> Балдардың' in pages["kk"]
    assert '<h3 id="figure-path"><span>Figure 5</span> The PLS-SEM model' in pages["en"]


def test_provenance_has_hashes_versions_and_config(pages: dict[Language, str]) -> None:
    for expected in ("0" * 64, "machine.json", "Шағын зерттеу"):
        assert expected in pages["en"]


def test_page_is_the_same_bytes_again(
    reports: Path, tmp_path: Path, setting: MakeSetting, pages: dict[Language, str]
) -> None:
    write_report(reports, MANIFEST, setting("kk"), tmp_path / "again.html", printed=PRINTED)
    assert (tmp_path / "again.html").read_text(encoding="utf-8") == pages["kk"]


def test_required_tables_that_are_missing_are_all_named(
    reports: Path, tmp_path: Path, setting: MakeSetting
) -> None:
    with pytest.raises(SurveyError) as caught:
        write_report(
            reports, MANIFEST, setting("en"), tmp_path / "r.html", required=["htmt", "no_such", "nor_this"]
        )
    assert [Path(problem.place).name for problem in caught.value.problems] == ["no_such.csv", "nor_this.csv"]
    assert not (tmp_path / "r.html").exists()


def test_absent_tables_and_figures_are_left_out(reports: Path, tmp_path: Path, setting: MakeSetting) -> None:
    """A run of nothing but the cleaning still has a report, and a file the plan does not know is named."""
    (tmp_path / "tables").mkdir()
    shutil.copy(reports / "tables" / "cleaning_log.csv", tmp_path / "tables")
    (tmp_path / "tables" / "waves.csv").write_text("wave,n\n2022,40\n", encoding="utf-8")
    write_report(tmp_path, MANIFEST, setting("en"), tmp_path / "report.html")
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert [attributes["id"] for attributes in page.all("h3")] == ["table-cleaning_log"]
    assert "tables/waves.csv" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_manifest_survives_json(
    reports: Path, tmp_path: Path, setting: MakeSetting, pages: dict[Language, str]
) -> None:
    """The page can be written again from the files of a run alone."""
    manifest = json.loads(json.dumps(MANIFEST, ensure_ascii=False))
    write_report(reports, manifest, setting("ru"), tmp_path / "report.html", printed=PRINTED)
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == pages["ru"]


def test_a_table_of_one_line_is_a_sentence_and_keeps_its_file(
    tables: dict[str, pd.DataFrame], tmp_path: Path, setting: MakeSetting
) -> None:
    """In the appendix; what the paper prints as a table stays one, and so does a table of two lines."""

    def shown(lines: int, name: str = "pls_quality") -> str:
        frame = pd.concat([tables[name].head(1)] * lines)
        write_table(frame, tmp_path / "tables" / f"{name}.csv")
        page = tmp_path / "report.html"
        write_report(tmp_path, MANIFEST, setting("en"), page, printed={("table", "model_summary"): 15})
        html = page.read_text(encoding="utf-8")
        return html[html.index(f'<figure class="sheet" aria-labelledby="table-{name}">') :].partition(
            "</figure>"
        )[0]

    one, two, printed = shown(1), shown(2), shown(1, "model_summary")
    assert "<table" not in one
    assert "lines: " not in one
    assert re.search(r'<p class="one-line">Use: .*R²: \.400', one)
    assert 'href="tables/pls_quality.csv" download' in one
    assert 'class="copy"' not in one
    assert "<table" in two
    assert "one-line" not in two
    assert "<table" in printed
    assert "one-line" not in printed
