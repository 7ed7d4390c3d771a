"""Bounds that a text puts on its numbers: above, at least, below, at most, between."""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import Enum
from typing import Any

from smartcity_survey.audit.address import Term, resolve, resolve_one
from smartcity_survey.audit.interval import Interval
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.reported import Reported
from smartcity_survey.errors import SurveyError, counted


class Bound(Enum):
    """How a claim bounds numbers."""

    ABOVE = "above"
    AT_LEAST = "at_least"
    BELOW = "below"
    AT_MOST = "at_most"
    BETWEEN = "between"

    @property
    def strict(self) -> bool:
        """Whether the bound itself is outside."""
        return self in {Bound.ABOVE, Bound.BELOW}

    def words(self, low: Reported, high: Reported) -> str:
        """The bound as a reader sees it, `> 0.50`."""
        if self is Bound.BETWEEN:
            return f"{low.text} - {high.text}"
        sign = {Bound.ABOVE: ">", Bound.AT_LEAST: "≥", Bound.BELOW: "<", Bound.AT_MOST: "≤"}[self]
        return f"{sign} {low.text if self in {Bound.ABOVE, Bound.AT_LEAST} else high.text}"

    @classmethod
    def read(cls, paper: Paper, limits: Mapping[str, Any], place: str) -> tuple[Bound, Term, Term]:
        """The bound, its lower and its upper end (infinite where open)."""
        if len(limits) != 1 or next(iter(limits)) not in {bound.value for bound in cls}:
            known = ", ".join(bound.value for bound in cls)
            raise SurveyError(
                place, f"one bound is needed, found {', '.join(limits) or 'none'}.", f"Use one of {known}."
            )
        (name, limit), *_ = limits.items()
        bound = cls(name)
        if bound is cls.BETWEEN:
            ends = resolve(paper, limit, place)
            if len(ends) != 2:
                found = f"`between` has {counted(len(ends), 'number')}."
                raise SurveyError(place, found, "Give the lower limit and the upper one.")
            return bound, *ends
        end = resolve_one(paper, limit, place)
        return (bound, end, math.inf) if bound in {cls.ABOVE, cls.AT_LEAST} else (bound, -math.inf, end)


def bounded(low: Reported, high: Reported, bound: Bound) -> Interval:
    """What a bound allows. A limit that a text names is meant exactly, not as a rounded number."""
    ends = (low.value or 0.0, high.value or 0.0)
    if bound.strict:
        ends = (math.nextafter(ends[0], math.inf), math.nextafter(ends[1], -math.inf))
    return Interval(*ends)
