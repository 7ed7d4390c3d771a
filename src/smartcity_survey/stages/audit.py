"""Audit: the paper's printed numbers against themselves, no data needed."""

from __future__ import annotations

import pandas as pd

from smartcity_survey import audit
from smartcity_survey.io import Card, StageResult
from smartcity_survey.study.config import Language


def audit_published(published: str, language: Language) -> StageResult:
    """Every check of the printed numbers, gravest finding first, and a count of findings by severity."""
    findings = audit.run(published, language)
    severity = findings["severity"].replace("", "none")
    counts = severity.value_counts().rename_axis("severity").reset_index(name="n_checks")
    card: Card = {
        "method": "rounding_intervals",
        "checks": len(findings),
        "inconsistent": int((~findings["consistent"].fillna(True)).sum()),
    }
    return StageResult(
        tables={"audit": findings, "audit_summary": pd.DataFrame(counts)},
        cards={"audit": card, "audit_summary": card},
    )
