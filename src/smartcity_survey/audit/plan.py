"""From what is said about a paper's numbers to the cases to be judged."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from smartcity_survey.audit.case import Case
from smartcity_survey.audit.checks import PLANS
from smartcity_survey.audit.checks.arithmetic import plan_repeated_text
from smartcity_survey.audit.checks.references import plan_references
from smartcity_survey.audit.paper import Paper
from smartcity_survey.errors import SurveyError

# Keys every relation and claim may have, whatever its kind.
_COMMON = {"kind", "place", "says", "bears_on", "note"}


def plan(paper: Paper) -> list[Case]:
    """Every case the paper's relations, claims, references and repeated numbers give rise to.

    Raises
    ------
    SurveyError
        for an unknown kind or key, and for an address that leads nowhere; it names the relation.
    """
    cases: list[Case] = []
    for title, entries in (("relations", paper.relations), ("claims", paper.claims)):
        for number, entry in enumerate(entries, start=1):
            cases += _cases(paper, entry, f"{title}, no. {number} ({entry.get('kind')})")
    cases += plan_repeated_text(paper)
    cases += plan_references(paper)
    return cases


def _cases(paper: Paper, entry: Mapping[str, Any], place: str) -> Iterator[Case]:
    kind = entry.get("kind")
    if kind not in PLANS:
        raise SurveyError(place, "this kind is unknown.", f"Known are {', '.join(sorted(PLANS))}.")
    planner = PLANS[kind]
    # `is` is a word of Python's, so planners call it `is_`.
    options = {f"{key}_" if key == "is" else key: v for key, v in entry.items() if key not in _COMMON}
    try:
        inspect.signature(planner).bind(paper, place, **options)
    except TypeError as error:
        keys = [
            key.rstrip("_") for key in inspect.signature(planner).parameters if key not in {"paper", "place"}
        ]
        raise SurveyError(place, f"its keys do not fit: {error}.", f"Known are {', '.join(keys)}.") from None
    for case in planner(paper, place, **options):
        yield replace(
            case,
            place=entry.get("place", case.place),
            says=entry.get("says", case.says),
            bears_on=tuple(entry.get("bears_on", case.bears_on)),
        )
