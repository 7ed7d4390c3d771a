"""What a table of hypotheses says in words of each: `Supported`, `Not supported`, in three languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from smartcity_survey.audit.address import Term
from smartcity_survey.audit.case import Case, Judgement, check
from smartcity_survey.audit.paper import Paper, Printed
from smartcity_survey.audit.reported import Reported

_COLUMN = "verdict"
_REJECTED = re.compile(
    r"(?:^|\s)(?:un|not\b|no\b|non|insignif|reject|fail|не\b|нет\b|отклон|отверг|опроверг|незнач|жоқ|"
    r"\w+[мбп][ае](?:ды|ді|й))",
    re.IGNORECASE,
)
_CONFIRMED = re.compile(
    r"(?:^|\s)(?:yes\b|support|accept|confirm|да\b|подтвер|прин|поддерж|раста|қабылда|иә\b)", re.IGNORECASE
)
# Neither one nor the other, or a verdict on the hypothesis that nothing is there.
_UNCLEAR = re.compile(r"partial|частич|ішінара|жартылай|null|[hн]\s*[0₀]|нулев|нөл|[/?]", re.IGNORECASE)
# With a mark beside it, p up to here may be called support.
_WIDEST = 0.10


def said_of(text: str) -> bool | None:
    """Whether words confirm a hypothesis; None where they say neither."""
    if _UNCLEAR.search(text):
        return None
    if _REJECTED.search(text):
        return False
    return True if _CONFIRMED.search(text) else None


@check("verdict", arithmetic=True, needs_numbers=False)
def supported_by_p(verdict: Reported, estimate: Reported, p: Reported, alpha: Reported) -> Judgement:
    """A hypothesis is supported only where p is below the level.

    One that is not supported may have a significant effect that runs against it: that is no contradiction,
    and is told.
    """
    confirmed, level = said_of(verdict.text), alpha.interval.low
    if not p.is_number:
        return Judgement(None, reason="no_number")
    if confirmed is None:
        return Judgement(None, reason="verdict_unread", unread=True)
    significant, insignificant = p.interval.high <= level, p.interval.low >= level
    if not confirmed:
        return Judgement(True) if insignificant else Judgement(None, reason="rejected_though_significant")
    if significant or not insignificant:
        return Judgement(True if significant else None, reason="" if significant else "at_the_level")
    if "*" in p.marks + estimate.marks and p.interval.low < _WIDEST:
        return Judgement(None, reason="at_the_level")
    return Judgement(False, decisive=True)


CHECKS = (supported_by_p,)


def verdict_cases(paper: Paper, printed: Printed, lines: Mapping[str, Mapping[str, Term]]) -> Iterator[Case]:
    """Words beside each line's p, where no relation says what its verdict must be."""
    stated = any(
        entry.get("kind") == "verdicts" and entry.get("table") == printed.id for entry in paper.relations
    )
    for line, cells in () if stated else lines.items():
        if (line, _COLUMN) in printed.cells and {"p", "estimate"} <= cells.keys():
            roles: dict[str, Term | tuple[Term, ...]] = {
                "verdict": printed.address(line, _COLUMN),
                "estimate": cells["estimate"],
                "p": cells["p"],
                "alpha": paper.alpha,
            }
            yield Case(supported_by_p, roles, bears_on=(line,))
