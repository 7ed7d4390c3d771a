"""Sentences about contradictions that several checks see: a passage, a mix-up, arrows, a missing table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smartcity_survey.audit.checks.arithmetic import repeated_value
from smartcity_survey.audit.checks.frequencies import shares_of_whole_counts
from smartcity_survey.audit.checks.hypotheses import direction_as_hypothesised
from smartcity_survey.audit.finding import Finding
from smartcity_survey.audit.joint import smallest_n
from smartcity_survey.audit.printed import TEXT, Address

if TYPE_CHECKING:
    from smartcity_survey.audit.messages import Wording

# So many numbers that differ are told in one sentence as a series.
_SERIES = 3


def text_of(finding: Finding) -> str:
    """The key of the sentence for this outcome; empty where the usual one serves."""
    check, judgement = finding.case.check, finding.judgement
    if judgement.consistent is False and check is repeated_value and _in_text(finding):
        return "series" if series(finding) else "repeated_in_text"
    return judgement.reason


def extra_sentences(wording: Wording, finding: Finding) -> Iterator[str]:
    """What the other checks of the same contradiction add."""
    reasons, told = wording.locale["reasons"], [finding]
    if text_of(finding) == "series":
        told = series(finding)
        pairs = [
            reasons["pair"].format(
                printed=wording.cell(one.case.terms("copy")[0]),
                what=wording.said_of(one.case.terms("copy")[0]),  # type: ignore[arg-type]
                original=wording.cell(one.case.terms("original")[0]),
            )
            for one in told
        ]
        yield ", ".join(pairs) + "."
    shares = [one for one in (finding, *finding.also) if one.case.check is shares_of_whole_counts]
    if shares:
        told = [*told, *shares]
        yield from _sizes(wording, shares[0])
    if finding.case.check is direction_as_hypothesised and finding.also:
        told = [finding, *finding.also]
        lines = [wording.style.line(cell) for one in told for cell in one.case.cells()[:1]]
        yield reasons["same_arrows"].format(lines=wording.all_of(lines))
    left = [one for one in finding.also if one not in told]
    if left:
        here = wording.place(finding)
        places = [place for place in dict.fromkeys(map(wording.place, left)) if place not in here]
        if places:
            yield reasons["also"].format(places="; ".join(places))


def _sizes(wording: Wording, shares: Finding) -> Iterator[str]:
    reasons = wording.locale["reasons"]
    found = smallest_n(wording.paper, shares.case)
    n = wording.cell(shares.case.terms("n")[0])
    if found is None:
        yield reasons["no_n"].format(n=n)
    else:
        yield reasons["smallest_n"].format(smallest=found[0], count=found[1], n=n)


def series(finding: Finding) -> list[Finding]:
    """Numbers of the text that differ from one table; none where they are too few to be told as a series."""
    if finding.case.check is not repeated_value:
        return []
    copies = [one for one in (finding, *finding.also) if one.case.check is repeated_value and _in_text(one)]
    return copies if len(copies) >= _SERIES else []


def _in_text(finding: Finding) -> bool:
    copy = finding.case.terms("copy")[0]
    return isinstance(copy, Address) and copy.object == TEXT
