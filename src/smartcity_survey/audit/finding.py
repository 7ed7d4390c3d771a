"""A judged case: how serious it is, and what goes with it."""

from __future__ import annotations

from dataclasses import dataclass

from smartcity_survey.audit.case import Case, Judgement
from smartcity_survey.audit.severity import Severity
from smartcity_survey.audit.slips import Slip


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
