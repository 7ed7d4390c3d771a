"""The audit's own page: the findings of the report's table, in every language, linked from the report."""

from __future__ import annotations

from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from smartcity_survey import audit
from smartcity_survey.audit.severity import CONTRADICTIONS
from smartcity_survey.io import read_table, write_table
from smartcity_survey.report.audit_page import write_audit_pages
from smartcity_survey.report.editions import write_editions
from smartcity_survey.study.codebook import Codebook
from tests.report.conftest import MANIFEST
from tests.report.test_editions import folder, study

__all__ = ["folder"]

PAPER = """
title: {en: A small paper, ru: Малая статья, kk: Шағын мақала}
n: 300
objects:
  c: {kind: table, number: 1, csv: "row,b,std_error,t,p\\nx,0.50,0.10,9.00,<0.001\\ny,0.2,0.1,2.0,0.046\\n"}
  d: {kind: table, number: 2, csv: "row,v\\na,1\\n"}
relations:
  - {kind: regression, coefficients: c}
"""
TITLES = {"en": "A small paper", "ru": "Малая статья", "kk": "Шағын мақала"}


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "print"
    path.mkdir()
    (path / "paper.yaml").write_text(PAPER, encoding="utf-8")
    return path


def findings(table: pd.DataFrame, language: str) -> list[str]:
    contradictions = {severity.value for severity in CONTRADICTIONS}
    return list(table[table["severity"].isin(contradictions)][f"explanation_{language}"])


def test_the_page_holds_the_findings_of_the_table_in_each_language(paper: Path, tmp_path: Path) -> None:
    write_table(audit.in_languages(paper), tmp_path / "audit.csv")
    table = read_table(tmp_path / "audit.csv")
    written = write_audit_pages(tmp_path, ("en", "ru", "kk"), table, str(paper))
    assert [Path(name).name for name in written] == ["audit.en.html", "audit.ru.html", "audit.kk.html"]
    for language, title in TITLES.items():
        page = unescape((tmp_path / f"audit.{language}.html").read_text("utf-8"))
        assert f'<html lang="{language}">' in page
        assert title in page
        told = findings(table, language)
        assert told
        assert all(explanation in page for explanation in told)
        # What no check reads is told too; digits were not tried one by one here, and no empty column says so.
        assert '<td class="number">1</td><td class="number">0</td></tr>' in page
        # The page can be sent as it is.
        assert "href=" not in page
        assert "src=" not in page


def test_pages_go_with_the_language_and_with_the_print(paper: Path, tmp_path: Path) -> None:
    table = audit.in_languages(paper)
    write_audit_pages(tmp_path, ("en", "ru"), table, str(paper))
    write_audit_pages(tmp_path, ("en",), table, str(paper))
    assert [path.name for path in tmp_path.glob("audit.*.html")] == ["audit.en.html"]
    assert write_audit_pages(tmp_path, ("en",), table, None) == []
    assert not list(tmp_path.glob("audit.*.html"))


def test_the_report_leads_to_the_page_of_its_language(
    folder: Path, small_codebook: Codebook, paper: Path
) -> None:
    config: Any = study(folder, small_codebook, "kk")
    config = config.model_copy(
        update={"data": config.data.model_copy(update={"published": paper.as_posix()})}
    )
    write_table(audit.in_languages(paper), folder / "reports/tables/audit.csv")
    written = write_editions(config, folder / "reports", MANIFEST)
    for language in ("en", "ru", "kk"):
        page = (folder / f"reports/report.{language}.html").read_text("utf-8")
        assert f'href="audit.{language}.html"' in page
        assert (folder / f"reports/audit.{language}.html").as_posix() in written
    assert 'href="audit.kk.html"' in (folder / "reports/report.html").read_text("utf-8")
    write_editions(study(folder, small_codebook, "kk"), folder / "reports", MANIFEST)
    assert not list((folder / "reports").glob("audit.*.html"))
    assert "audit.kk.html" not in (folder / "reports/report.html").read_text("utf-8")
