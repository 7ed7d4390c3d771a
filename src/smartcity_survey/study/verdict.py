"""When a claim counts as confirmed: one rule for every method, every specification and every adjusted p."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from smartcity_survey.stats.core.significance import below_level
from smartcity_survey.stats.core.types import Array, BoolArray

Verdict = Literal["confirmed", "not_confirmed", "no_solution"]
Sign = Literal["positive", "negative"]

DIRECTIONS = {"positive": 1.0, "negative": -1.0}
"""Claimed sign -> what turns an estimate that way."""


def judge(estimate: float, p: float, sign: Sign, alpha: float) -> Verdict:
    """The verdict on one claim: `confirmed` where `confirms` holds, else `not_confirmed`.

    An estimate or p that could not be computed (NaN) decides nothing: `no_solution`.
    """
    if math.isnan(estimate) or math.isnan(p):
        return "no_solution"
    found = confirms(np.array(estimate), np.array(p), np.array(DIRECTIONS[sign]), alpha)
    return "confirmed" if found else "not_confirmed"


def confirms(estimates: Array, p: Array, directions: Array, alpha: float) -> BoolArray:
    """Whether estimates point the way that was claimed, with a two-sided p below the level.

    Below by more than rounding, as `below_level` has it. An estimate of zero points nowhere, and NaN confirms
    nothing.

    Parameters
    ----------
    estimates, p : of any one shape.
    directions : 1 or -1 as claimed, of that shape or one that stretches to it.
    alpha : the two-sided level.
    """
    return np.asarray((estimates * directions > 0) & below_level(p, alpha))


def any_rejects(p: Array, alpha: float) -> bool:
    """Whether any of the tests with these p rejects what it tests, below the level as for `confirms`."""
    return bool(below_level(p, alpha).any())
