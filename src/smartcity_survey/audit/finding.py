"""A judged case: how serious it is, and what goes with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from smartcity_survey.audit.case import Case, Judgement
from smartcity_survey.audit.slips import Slip


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


@dataclass(frozen=True, slots=True)
class Finding:
    """A case with its judgement, severity and, for a typo, the slip that explains it.

    Attributes
    ----------
    bears_on : conclusions that fall with it: of those that a claim names, the ones whose numbers fail.
    units : distance of the printed number from the nearest possible one, in units of its last digit.
    also : findings of the same contradiction, which are told with this one.
    """

    case: Case
    judgement: Judgement
    severity: Severity
    slip: Slip | None = None
    bears_on: tuple[str, ...] = ()
    units: float | None = None
    also: tuple[Finding, ...] = ()

    @property
    def is_claim(self) -> bool:
        """Whether a person judged what the text says; all else is arithmetic of printed numbers."""
        return bool(self.case.says)
