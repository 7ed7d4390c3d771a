"""Ways to judge a printed number that several checks share."""

from __future__ import annotations

import math
from collections.abc import Sequence

from smartcity_survey.audit.case import Judgement
from smartcity_survey.audit.interval import Interval
from smartcity_survey.audit.reported import Reported


def judged(printed: Reported, expected: Interval, alpha: Reported | None = None) -> Judgement:
    """Whether a number meets what is expected; with `alpha`, whether it stands on the other side of that."""
    if _is_anything(expected):
        return Judgement(None, reason="not_finite")
    consistent = expected.meets(printed.interval)
    if consistent or alpha is None:
        return Judgement(consistent, expected)
    sides = (expected, printed.interval)
    turned = any(
        one.below(alpha.interval) and alpha.interval.below(other) for one, other in (sides, sides[::-1])
    )
    return Judgement(False, expected, decisive=turned)


def judged_size(printed: Reported, size: Interval) -> Judgement:
    """Whether a number has an expected size, whatever its sign."""
    if _is_anything(size):
        return Judgement(None, reason="not_finite")
    size = Interval(max(size.low, 0.0), size.high)
    expected = -size if (printed.value or 0.0) < 0 else size
    return Judgement(expected.meets(printed.interval), expected)


def judged_by_one(printed: Reported, allowed: Sequence[Interval]) -> Judgement:
    """Whether a number meets one of several conventions; where none, the nearest is expected."""
    allowed = [one for one in allowed if not _is_anything(one)]
    if not allowed:
        return Judgement(None, reason="not_finite")
    meeting = [one for one in allowed if one.meets(printed.interval)]
    if meeting:
        return Judgement(True, meeting[0])
    value = printed.value or 0.0
    nearest = min(allowed, key=lambda one: max(one.low - value, value - one.high))
    return Judgement(False, nearest)


def hull(parts: Sequence[Interval]) -> Interval:
    """The smallest interval that holds all of them."""
    return Interval(min(part.low for part in parts), max(part.high for part in parts))


def _is_anything(expected: Interval) -> bool:
    """Whether the other numbers have no value for this one, such as the root of a negative number."""
    return math.isinf(expected.low) and math.isinf(expected.high)
