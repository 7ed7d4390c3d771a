"""Tables and figures: numbers without gaps, captions with contents, references that lead somewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from smartcity_survey.audit.case import Case, Judgement, check
from smartcity_survey.audit.headers import known_names
from smartcity_survey.audit.paper import Paper, numbered
from smartcity_survey.audit.printed import TEXT, Printed
from smartcity_survey.audit.reading import texts
from smartcity_survey.errors import SurveyError

_KEYS = ("place", "kind", "number", "topics", "says", "note")
_MANY = 1000


@check("reference")
def reference_leads_there(
    *,
    kind: str | None,
    number: int | str | None,
    topics: Sequence[str],
    shown: Sequence[Printed],
    entered: bool = True,
) -> Judgement:
    """A reference names a table or figure that exists and shows what it is said to show."""
    named = [one for one in shown if number is None or (one.kind, one.number) == (kind, number)]
    right = [(one.kind, one.number) for one in shown if topics and set(topics) <= one.shows]
    details = {"topics": list(topics), "object": (kind, number), "elsewhere": right}
    if any(set(topics) <= one.shows for one in named):
        return Judgement(True, details=details)
    if not named and not entered:
        return Judgement(None, reason="reference_not_entered", details=details)
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
def number_of_its_own(*, kind: str, number: int | str, captions: Sequence[str]) -> Judgement:
    """Two tables (or figures) with different captions have different numbers."""
    details = {"object": (kind, number), "captions": list(captions)}
    return Judgement(len(captions) < 2, details=details)


@check("object")
def continued_under_its_number(*, kind: str, number: int | str, continued_as: int | str) -> Judgement:
    """The continued part of a table carries the table's number."""
    same = continued_as == number
    return Judgement(
        same, str(number), details={"object": (kind, number)}, slip=not same, printed=str(continued_as)
    )


@check("object")
def caption_has_contents(*, kind: str, number: int | str, filled: bool) -> Judgement:
    """Something is printed under a table's caption."""
    return Judgement(filled, details={"object": (kind, number)})


CHECKS = (
    reference_leads_there,
    numbered_without_gap,
    number_of_its_own,
    continued_under_its_number,
    caption_has_contents,
)


def plan_references(paper: Paper) -> Iterator[Case]:
    """All of a paper's captions, and every reference to them.

    Numbering is checked where all objects of a kind are said to be entered (`complete`).
    """
    shown = [one for one in paper.objects.values() if one.id != TEXT and one.number is not None]
    for kind in dict.fromkeys(one.kind for one in shown):
        own = [one for one in shown if one.kind == kind]
        numbers = {one.number for one in own if isinstance(one.number, int)}
        # A number of a thousand is a slip that its own neighbours would tell; it has no gaps to list.
        if kind in paper.complete and numbers and max(numbers) - min(numbers) < _MANY:
            for number in range(min(numbers), max(numbers) + 1):
                options = {"kind": kind, "number": number, "found": number in numbers}
                yield Case(numbered_without_gap, {}, options)
        for repeated in dict.fromkeys(one.number for one in own):
            captions = [one.caption for one in own if one.number == repeated and one.caption]
            different = list(dict.fromkeys(captions))
            if len(captions) > 1 or len(different) > 1:
                yield Case(number_of_its_own, {}, {"kind": kind, "number": repeated, "captions": different})
    for one in shown:
        if one.kind == "table":
            options = {"kind": one.kind, "number": one.number, "filled": bool(one.cells)}
            yield Case(caption_has_contents, {}, options, place=one.id)
        if one.continued_as is not None:
            options = {"kind": one.kind, "number": one.number, "continued_as": one.continued_as}
            yield Case(continued_under_its_number, {}, options, place=one.id)
    for i, reference in enumerate(paper.references, start=1):
        if unknown := [key for key in reference if key not in _KEYS]:
            raise SurveyError(
                f"references, no. {i}", f"unknown key `{unknown[0]}`.", known_names(_KEYS, unknown[0])
            )
        kind_named = None if reference.get("kind") is None else str(reference["kind"])
        number_named = numbered(reference.get("number"))
        entered = {one.number for one in shown if one.kind == kind_named}
        options = {
            "kind": kind_named,
            "number": number_named,
            "topics": texts(reference.get("topics"), f"references, no. {i}, topics"),
            "shown": shown,
            "entered": number_named is None or kind_named in paper.complete or number_named in entered,
        }
        yield Case(
            reference_leads_there, {}, options, place=str(reference.get("place") or f"references, no. {i}")
        )
