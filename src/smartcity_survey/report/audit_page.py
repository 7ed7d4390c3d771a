"""The audit of the paper's printed numbers as a page of its own, to be sent to an author or an editor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from smartcity_survey.audit.covered import covered
from smartcity_survey.audit.outcome import Line, Outcome, coverage_in
from smartcity_survey.audit.paper import read_paper
from smartcity_survey.audit.plan import settled
from smartcity_survey.audit.severity import Severity
from smartcity_survey.audit.show import as_html
from smartcity_survey.io import remove, write_text
from smartcity_survey.report.cells import records
from smartcity_survey.report.tables import in_language
from smartcity_survey.report.wording import LANGUAGES
from smartcity_survey.study.config import Language


def audit_page(language: str) -> str:
    """Name of the page in a language, beside the report."""
    return f"audit.{language}.html"


def write_audit_pages(
    reports: Path, languages: Sequence[Language], audit: pd.DataFrame | None, published: str | None
) -> list[str]:
    """Write the page in every language of the study; returns the files written.

    Findings are those of the audit's table, which the report shows too; they come from print alone, so that
    they tell nothing of any respondent. Pages of languages that the study has no more, and those of a study
    that compares with no print, are removed.

    Parameters
    ----------
    audit : the table `audit`, in every language. published : the paper's `paper.yaml` or its folder.
    """
    asked = languages if audit is not None and published else ()
    for language in set(LANGUAGES) - set(asked):
        remove(reports / audit_page(language))
    if audit is None or not published:
        return []
    paper, cases = settled(read_paper(Path(published)))
    coverage = list(covered(paper, cases, with_power=False))
    written = []
    for language in languages:
        title, named = coverage_in(paper, coverage, language)
        lines = tuple(_lines(in_language(audit, language)))
        outcome = Outcome(Path(published), title or Path(published).name, language, lines, named)
        write_text(as_html([outcome]), reports / audit_page(language))
        written.append((reports / audit_page(language)).as_posix())
    return written


def _lines(audit: pd.DataFrame) -> Iterator[Line]:
    for row in records(audit):
        consistent, units = row["consistent"], row["units"]
        yield Line(
            check=str(row["check"]),
            severity=Severity(_text(row["severity"])),
            is_claim=row["basis"] == "claim",
            consistent=None if pd.isna(consistent) else str(consistent) == "True",
            place=_text(row["place"]),
            printed=_text(row["printed"]),
            expected=_text(row["expected"]),
            units=None if pd.isna(units) else float(units),
            explanation=_text(row["explanation"]),
        )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
