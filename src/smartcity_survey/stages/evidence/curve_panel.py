"""A specification curve as a figure needs it: sorted estimates above, the choices behind each below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from smartcity_survey.io import split_names
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray

MEASUREMENT_CHOICES = ("items", "exclusion", "coding", "score")
FAILED_CHOICES = (*MEASUREMENT_CHOICES, "estimator")
CHOICES = (*FAILED_CHOICES, "controls")
"""Columns of `specification_curve` that say what was chosen."""
MISSING = "missing"
"""The choice of what becomes of missing answers, a column of studies that have some and a choice; after the
coding, which decides what can become of them."""
COMPLETE = "complete"
NESTED = ("score", "estimator", "coding", "items", "exclusion", "controls")
"""Choices from the outermost to the innermost: how constructs are scored decides which estimators there are,
and both decide which codings."""


def with_missing(choices: Sequence[str], columns: Iterable[str]) -> tuple[str, ...]:
    """The choices, `MISSING` after the coding where it is a column."""
    if MISSING not in columns:
        return tuple(choices)
    at = choices.index("coding") + 1
    return (*choices[:at], MISSING, *choices[at:])


ALL = "all"
"""Controls in a panel where they come in no other combination."""


@dataclass(frozen=True, slots=True)
class CurvePanel:
    """One hypothesis' curve over S specifications, sorted by estimate, with m options of all choices.

    specification : (S,), row of each in the hypothesis' part of `specification_curve`.
    estimate, std_error : (S,). confirmed : (S,). weight : (S,), in all shares.
    options : (m,) pairs of choice and option, choice by choice.
    chosen : (m, S), whether the specification takes the option.
    """

    specification: IntArray
    estimate: Array
    std_error: Array
    confirmed: BoolArray
    weight: Array
    options: tuple[tuple[str, str], ...]
    chosen: BoolArray


def curve_panel(
    curve: pd.DataFrame, hypothesis: str, choices: tuple[str, ...], largest: int | None = None
) -> CurvePanel:
    """The panel of one hypothesis.

    Parameters
    ----------
    curve : the stage file `specification_curve`.
    choices : its columns to be shown, from top to bottom. Combined controls (a list of names) count as each
        where they come in many combinations, and as `ALL` where in one.
    largest : specifications to keep at most, evenly spaced along the curve; none: all.
    """
    own = curve[curve["hypothesis"] == hypothesis].reset_index(drop=True)
    order = np.argsort(own["estimate"].to_numpy(), kind="stable")
    if largest is not None and len(order) > largest:
        order = order[np.linspace(0, len(order) - 1, largest).round().astype(np.int64)]
    sorted_rows = own.iloc[order]
    options: list[tuple[str, str]] = []
    chosen: list[BoolArray] = []
    for choice in choices:
        codes, texts = pd.factorize(own[choice].astype(str))
        parts = [split_names(text) for text in texts]
        if len({part for text in parts for part in text}) >= len(texts):
            parts = [[text if len(part) == 1 else ALL] for text, part in zip(texts, parts, strict=True)]
        for option in dict.fromkeys(part for text in parts for part in text):
            options.append((choice, option))
            chosen.append(np.array([option in part for part in parts], dtype=bool)[codes[order]])
    return CurvePanel(
        specification=order,
        estimate=sorted_rows["estimate"].to_numpy(dtype=np.float64),
        std_error=sorted_rows["std_error"].to_numpy(dtype=np.float64),
        confirmed=sorted_rows["confirmed"].to_numpy(dtype=np.bool_),
        weight=sorted_rows["weight"].to_numpy(dtype=np.float64),
        options=tuple(options),
        chosen=np.array(chosen, dtype=bool),
    )
