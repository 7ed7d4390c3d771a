"""What has no solution, in words: why, and which items, constructs or people are at fault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from smartcity_survey.io import AT_FAULT, LIST_MARK, REFUSED, Card, split_names
from smartcity_survey.report.respondent_names import answer_to
from smartcity_survey.report.setting import Setting

LISTED = 8
"""Names at fault that are told; a log has all of them."""


def reason_text(
    reason: str, at_fault: object, setting: Setting, categories: Iterable[tuple[str, str]] = ()
) -> str:
    """Why something has no solution, with the names at fault in brackets.

    Parameters
    ----------
    at_fault : a cell or entry of that name: items by their names, constructs by their labels.
    categories : demographic questions and answers' codes at fault, told first.
    """
    words = setting.wording.value("reason", reason)
    names = [answer_to(variable, answer, setting) for variable, answer in categories]
    names += [setting.labels.constructs.get(name, name) for name in split_names(at_fault)]
    more = [f"+ {len(names) - LISTED}"] if len(names) > LISTED else []
    return f"{words} ({', '.join([*names[:LISTED], *more])})" if names else words


def refusals(card: Card, setting: Setting) -> Iterator[tuple[str, str]]:
    """Each part of a table that has no solution, as its card names it, and why in words."""
    refused = card.get(REFUSED, [])
    for line in refused if isinstance(refused, list) else ():
        categories = [(one["variable"], one["answer"]) for one in line.get("categories", ())]
        yield line["part"], reason_text(line["reason"], line[AT_FAULT], setting, categories)


def listed(named: object, setting: Setting) -> str:
    """Names and pairs of names (`name`, `with`) that a card lists, constructs by their labels."""
    lines = named if isinstance(named, list) else []
    return LIST_MARK.join(
        " – ".join(
            setting.labels.constructs.get(line[key], line[key]) for key in ("name", "with") if key in line
        )
        for line in lines
    )
