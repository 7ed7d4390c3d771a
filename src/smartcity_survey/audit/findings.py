"""Judging every case, how serious each difference is, and where it stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from smartcity_survey.audit.case import Case, Judgement
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.slips import Slip, find_slip


class Severity(Enum):
    """How serious a finding is, the gravest first."""

    CHANGES_A_CONCLUSION = "changes_a_conclusion"
    INCONSISTENT = "inconsistent"
    TYPO = "typo"
    NOT_TESTABLE = "not_testable"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A case with its judgement, severity and, for a typo, the slip that explains it."""

    case: Case
    judgement: Judgement
    severity: Severity
    slip: Slip | None = None


def audit_cases(paper: Paper, cases: Sequence[Case]) -> list[Finding]:
    """Judge every case; findings come gravest first, in print order within one severity."""
    touching: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        for address in case.addresses():
            touching[address].append(case)
    findings = [_finding(paper, case, touching) for case in cases]
    order = list(Severity)
    return sorted(findings, key=lambda finding: order.index(finding.severity))


def _finding(paper: Paper, case: Case, touching: dict[str, list[Case]]) -> Finding:
    judgement = case.judge(paper.read)
    if judgement.consistent is None:
        return Finding(case, judgement, Severity.NOT_TESTABLE)
    if judgement.consistent:
        return Finding(case, judgement, Severity.NONE)
    slip = find_slip(paper, case, touching) if case.check.arithmetic else None
    if judgement.decisive or case.bears_on:
        return Finding(case, judgement, Severity.CHANGES_A_CONCLUSION, slip)
    typo = judgement.slip or slip is not None
    return Finding(case, judgement, Severity.TYPO if typo else Severity.INCONSISTENT, slip)
