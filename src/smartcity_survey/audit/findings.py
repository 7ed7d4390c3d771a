"""Judging every case, how serious each difference is, and where it stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from smartcity_survey.audit.case import Case, Judgement
from smartcity_survey.audit.finding import Finding
from smartcity_survey.audit.folding import folded
from smartcity_survey.audit.interval import Interval
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.printed import Address
from smartcity_survey.audit.reported import ANY_RULE
from smartcity_survey.audit.severity import Severity
from smartcity_survey.audit.slips import find_slip


def audit_cases(paper: Paper, cases: Sequence[Case]) -> list[Finding]:
    """Judge every case; findings come gravest first, and of these arithmetic before claims, in print order.

    Cases that a cell without a number keeps from being judged are left out: the cell is a finding itself.
    """
    touching: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        for address in case.addresses():
            touching[address].append(case)
    loose = replace(paper, rounding=ANY_RULE)
    found = [_finding(paper, loose, case, touching) for case in cases]
    kept = [finding for finding in found if finding.judgement.reason != "no_number"]
    return sorted(folded(paper, kept), key=lambda finding: (finding.severity.rank, finding.is_claim))


def _finding(paper: Paper, loose: Paper, case: Case, touching: dict[str, list[Case]]) -> Finding:
    judgement = case.judge(paper.read)
    if judgement.consistent is None:
        return Finding(case, judgement, Severity.UNREAD if judgement.unread else Severity.NOT_TESTABLE)
    if judgement.consistent:
        return Finding(case, judgement, Severity.NOTE if judgement.note else Severity.NONE)
    slip = find_slip(paper, case, touching) if case.check.arithmetic else None
    bears_on = _bears_on(paper, case, judgement)
    severity = Severity.INCONSISTENT
    if judgement.decisive or bears_on:
        severity = Severity.CHANGES_A_CONCLUSION
    elif case.check.arithmetic and case.judge(loose.read).consistent is not False:
        severity = Severity.ROUNDING
    elif judgement.slip or slip is not None:
        severity = Severity.TYPO
    return Finding(case, judgement, severity, slip, bears_on, _units(paper, case, judgement))


def _bears_on(paper: Paper, case: Case, judgement: Judgement) -> tuple[str, ...]:
    """Of the conclusions a claim names, those of the lines that fail; all where lines do not tell."""
    exceptions = [line for line, _ in judgement.details.get("exceptions", ())]
    lines = {line.line if isinstance(line, Address) else line for line in exceptions}
    own = tuple(
        name
        for name in case.bears_on
        if name in lines or str(paper.hypotheses.get(name, {}).get("source")) in lines
    )
    return own or case.bears_on


def _units(paper: Paper, case: Case, judgement: Judgement) -> float | None:
    terms, expected = case.terms(case.check.target), judgement.expected
    if len(terms) != 1 or not isinstance(expected, Interval):
        return None
    printed = paper.read(terms[0])
    if printed.value is None or not isinstance(terms[0], str) or terms[0] in paper.counts:
        return None
    away = max(expected.low - printed.value, printed.value - expected.high)
    return away / printed.unit if 0 < away < float("inf") else None
