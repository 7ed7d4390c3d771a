"""Tables of the bundled study in Russian and Kazakh: no raw name, no English word, the language's numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from smartcity_survey.audit.paper import read_paper
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import Language
from tests.conftest import REPOSITORY
from tests.report.conftest import REPORTS

PACKAGES = {"factor", "analyzer", "semopy", "statsmodels", "pingouin", "lavaan", "seminr"}
SYMBOLS = {"dULS", "PLSc", "predict"}
"""Index of Q² in PLSpredict, and measures that are called so everywhere."""

ADDRESSES = re.compile(r"\b[a-z]+_[a-z_]+\b|\b[a-z]+/\d+\b|, value\b")
"""Names of code or of a file's line: `bartlett_df`, `age/1`."""


class Cells(HTMLParser):
    """The cells of every table, each with what its table is called and the heading of its column."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.cells: list[tuple[str, str]] = []
        self.table, self.text = "", ""
        self.inside = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.table = dict(attrs).get("aria-labelledby") or ""
        if tag in ("td", "th"):
            self.inside, self.text = 1, ""
        elif self.inside and tag in ("li", "p"):
            self.text += " "

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self.inside:
            self.inside = 0
            self.cells.append((self.table, " ".join(self.text.replace("\u00ad", "").split())))


@pytest.fixture(scope="module", params=["ru", "kk"])
def cells(request: pytest.FixtureRequest, bundled_pages: Mapping[Language, Path]) -> list[tuple[str, str]]:
    found = Cells(bundled_pages[request.param].read_text(encoding="utf-8")).cells
    assert len(found) > 5000
    assert {"table-audit", "table-reproduction", "verdicts-title"} <= {table for table, _ in found}
    return found


def files_of_witnesses() -> set[str]:
    return set(pd.read_csv(REPORTS / "tables/witness_paths.csv")["witness"])


def test_no_raw_name_stands_in_a_table(cells: list[tuple[str, str]]) -> None:
    paper = read_paper(REPOSITORY / "data/published")
    codebook = read_codebook(REPOSITORY / "data/codebook.yaml")
    raw = {*paper.names, *codebook.constructs, *codebook.demographics} - {"age"}
    named = re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, sorted(raw)))})(?![\w.])")
    allowed = files_of_witnesses() | {"factor_analyzer"}
    found = {
        (table, match)
        for table, text in cells
        for match in (*named.findall(text), *ADDRESSES.findall(text))
        if match not in allowed
    }
    assert found == set()


def test_no_english_word_stands_in_a_table(cells: list[tuple[str, str]]) -> None:
    """Abbreviations, names of people, packages, files and options are the same everywhere."""
    limits = (REPOSITORY / "docs/limits.md").read_text(encoding="utf-8")
    people = set(re.findall(r"[A-Z][a-z]+", limits)) | {"Cook", "Craig", "Meade", "Dunn", "Hull"}
    people |= set(re.findall(r"[A-Z][a-z]+", " ".join(t for table, t in cells if table == "table-careless")))
    options = re.compile(r"\b[a-z]+\.[a-z_]+\b|\[\w+\]")
    allowed = (
        people | PACKAGES | SYMBOLS | {part for name in files_of_witnesses() for part in name.split("_")}
    )
    found = {
        (table, word)
        for table, text in cells
        for word in re.findall(r"[A-Za-z]{3,}", options.sub("", text))
        if not word.isupper() and word not in allowed
    }
    assert found == set()


def test_numbers_have_the_comma_and_the_minus_of_the_language(cells: list[tuple[str, str]]) -> None:
    points = {(table, text) for table, text in cells if re.search(r"(?<![\w.])\d*\.\d", text)}
    hyphens = {(table, text) for table, text in cells if re.search(r"(?<![\w)])-[\d,]", text)}
    spans = {(table, text) for table, text in cells if " - " in text}
    assert (points, hyphens, spans) == (set(), set(), set())
