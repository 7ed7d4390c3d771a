"""Audit: the paper's printed numbers against themselves, no data needed."""

from __future__ import annotations

import pandas as pd

from smartcity_survey import audit
from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.checks.printed import Names
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.needs import PrintedFolder, compares_with_print


@stage("audit", "audit_summary", asked_by=compares_with_print)
def audit_published(published: PrintedFolder, names: Names) -> StageResult:
    """Every check of the printed numbers, gravest finding first, and a count of findings by severity."""
    findings = audit.in_languages(published, names)
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
