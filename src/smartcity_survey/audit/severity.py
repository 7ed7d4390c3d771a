"""How serious a finding is."""

from __future__ import annotations

from enum import Enum


class Severity(Enum):
    """How serious a finding is, the gravest first; those from `unread` on contradict nothing."""

    CHANGES_A_CONCLUSION = "changes_a_conclusion"
    INCONSISTENT = "inconsistent"
    TYPO = "typo"
    ROUNDING = "rounding"
    UNREAD = "unread"
    NOT_TESTABLE = "not_testable"
    NOTE = "note"
    NONE = ""

    @property
    def rank(self) -> int:
        """0 is the gravest."""
        return list(Severity).index(self)


CONTRADICTIONS = (
    Severity.CHANGES_A_CONCLUSION,
    Severity.INCONSISTENT,
    Severity.TYPO,
    Severity.ROUNDING,
)
"""Those where printed numbers contradict one another or what is said of them."""
