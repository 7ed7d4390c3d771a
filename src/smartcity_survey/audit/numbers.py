"""What other numbers allow, written with the digits that the printed number has."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from smartcity_survey.audit.interval import Interval
from smartcity_survey.audit.reported import Reported


def in_words(expected: Interval, beside: Sequence[Reported], sentences: Mapping[str, str]) -> str:
    """`0.637 to 0.638`, or `at least 3`; in percent where the printed numbers are."""
    percent = any(number.percent for number in beside)
    decimals = max((number.decimals for number in beside), default=2) - (2 if percent else 0)
    ends = [
        written(end * (100 if percent else 1), decimals) + ("%" if percent else "")
        for end in (expected.low, expected.high)
    ]
    if ends[0] == ends[1]:
        return ends[0]
    if math.isinf(expected.low):
        return sentences["at_most"].format(high=ends[1])
    if math.isinf(expected.high):
        return sentences["at_least"].format(low=ends[0])
    return sentences["from_to"].format(low=ends[0], high=ends[1])


def written(value: float, decimals: int) -> str:
    """A number with so many decimals, one more where it is not round."""
    decimals = min(decimals, 20)
    if not math.isfinite(value):
        return str(value)
    if value != 0 and abs(value) < 10.0 ** -(decimals + 1):
        return f"{value:.1e}"
    shown = max(decimals if math.isclose(value, round(value, decimals)) else decimals + 1, 0)
    return f"{value:.{shown}f}"
