"""What a verdict hinges on: the choice whose options differ most in the share that confirms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from smartcity_survey.io import join_names
from smartcity_survey.stages.evidence.curve_panel import NESTED, with_missing
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.evidence.specification_curve import choice_weights, option_shares

SAME = 1e-9
"""Shares nearer than this differ by rounding alone."""


def codes(labels: pd.DataFrame, choice: str) -> IntArray:
    """(S,): number of the option of a choice that each specification takes."""
    return np.asarray(labels[choice].cat.codes, dtype=np.int64)


def curve_weights(labels: pd.DataFrame) -> Array:
    """(S,): weights of specifications in which the options of every choice of `NESTED` count alike.

    Parameters
    ----------
    labels : one row per specification, one categorical column per choice.
    """
    nested = with_missing(NESTED, labels.columns)
    return choice_weights(np.column_stack([codes(labels, choice) for choice in nested]))


def hinges(labels: pd.DataFrame, confirmed: BoolArray, weights: Array) -> list[Mapping[str, Any]]:
    """For each of h hypotheses the choice whose options differ most in their weighted share confirmed.

    Parameters
    ----------
    labels : one row per specification, one categorical column per choice.
    confirmed : (S, h). weights : (S,).

    Returns
    -------
    `hinges_on`, the choice; `highest_option, share_highest, lowest_option, share_lowest`, its options with
    the largest and with the smallest share (several where they are equal) and these shares. Of choices that
    differ alike the outer one counts. Empty where no option differs from another.
    """
    nested = with_missing(NESTED, labels.columns)
    shares = {choice: option_shares(confirmed, codes(labels, choice), weights) for choice in nested}
    return [
        _hinge(labels, {choice: own[:, j] for choice, own in shares.items()})
        for j in range(confirmed.shape[1])
    ]


def _hinge(labels: pd.DataFrame, shares: Mapping[str, Array]) -> Mapping[str, Any]:
    ranges = {choice: float(np.ptp(own)) for choice, own in shares.items()}
    widest = max(ranges.values())
    if widest < SAME:
        none = {"hinges_on": "", "highest_option": "", "share_highest": np.nan}
        return {**none, "lowest_option": "", "share_lowest": np.nan}
    choice = next(name for name, width in ranges.items() if width > widest - SAME)
    own, options = shares[choice], labels[choice].cat.categories
    highest, lowest = own.max(), own.min()
    return {
        "hinges_on": choice,
        "highest_option": join_names(options[own > highest - SAME]),
        "share_highest": float(highest),
        "lowest_option": join_names(options[own < lowest + SAME]),
        "share_lowest": float(lowest),
    }
