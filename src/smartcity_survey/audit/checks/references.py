"""Tables and figures: numbers without gaps, captions with contents, references that lead somewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from smartcity_survey.audit.case import Case, Judgement, check
from smartcity_survey.audit.paper import TEXT, Paper, Printed


@check("reference")
def reference_leads_there(
    *, kind: str | None, number: int | None, topics: Sequence[str], shown: Sequence[Printed]
) -> Judgement:
    """A reference names a table or figure that exists and shows what it is said to show."""
    named = [one for one in shown if number is None or (one.kind, one.number) == (kind, number)]
    right = [(one.kind, one.number) for one in shown if topics and set(topics) <= one.shows]
    details = {"topics": list(topics), "object": (kind, number), "elsewhere": right}
    if any(set(topics) <= one.shows for one in named):
        return Judgement(True, details=details)
    if not named:
        reason = "reference_to_nothing"
    elif number is None:
        reason = "announced_and_missing"
    else:
        reason = "reference_to_other_contents"
    return Judgement(False, reason=reason, details=details, slip=bool(right))


@check("object")
def numbered_without_gap(*, kind: str, number: int, found: bool) -> Judgement:
    """Tables (and figures) are numbered without gaps."""
    return Judgement(found, details={"object": (kind, number)})


@check("object")
def continued_under_its_number(*, kind: str, number: int, continued_as: int) -> Judgement:
    """The continued part of a table carries the table's number."""
    same = continued_as == number
    return Judgement(
        same, str(number), details={"object": (kind, number)}, slip=not same, printed=str(continued_as)
    )


@check("object")
def caption_has_contents(*, kind: str, number: int, filled: bool) -> Judgement:
    """Something is printed under a table's caption."""
    return Judgement(filled, details={"object": (kind, number)})


CHECKS = (
    reference_leads_there,
    numbered_without_gap,
    continued_under_its_number,
    caption_has_contents,
)


def plan_references(paper: Paper) -> Iterator[Case]:
    """All of a paper's captions, and every reference to them."""
    shown = [one for one in paper.objects.values() if one.id != TEXT and one.number is not None]
    for kind in dict.fromkeys(one.kind for one in shown):
        numbers = {one.number for one in shown if one.kind == kind and one.number is not None}
        for number in range(min(numbers), max(numbers) + 1):
            options = {"kind": kind, "number": number, "found": number in numbers}
            yield Case(numbered_without_gap, {}, options)
    for one in shown:
        if one.kind == "table":
            options = {"kind": one.kind, "number": one.number, "filled": bool(one.cells)}
            yield Case(caption_has_contents, {}, options, place=one.id)
        if one.continued_as is not None:
            options = {"kind": one.kind, "number": one.number, "continued_as": one.continued_as}
            yield Case(continued_under_its_number, {}, options, place=one.id)
    for reference in paper.references:
        options = {
            "kind": reference.get("kind"),
            "number": reference.get("number"),
            "topics": reference.get("topics") or [],
            "shown": shown,
        }
        yield Case(reference_leads_there, {}, options, place=reference["place"])
