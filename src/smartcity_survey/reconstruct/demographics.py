"""Answers to the questions about the respondent, at a frequency table's printed counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
import pandas as pd
from scipy.stats import kruskal

from smartcity_survey.errors import SurveyError
from smartcity_survey.stats.core.types import Array

Counts = Mapping[str, Mapping[int, int]]
"""Question -> answer code -> respondents who gave it."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A printed count that cannot be true, and the count taken instead.

    Attributes
    ----------
    question, code : the cell of the frequency table.
    printed : count as printed.
    used : nearest count that its printed percentage allows.
    reason : why the printed count cannot be true.
    """

    question: str
    code: int
    printed: int
    used: int
    reason: str


def possible_counts(
    counts: Counts, percents: Mapping[str, Mapping[int, str]], n: int
) -> tuple[dict[str, dict[int, int]], tuple[Correction, ...]]:
    """The printed counts, made possible where they add up to more than n respondents.

    Only in a question whose counts exceed n, each count that contradicts its own percentage gives way to the
    nearest count that rounds to it.

    Parameters
    ----------
    percents : question -> answer code -> percentage of n as printed, such as `0.6`.

    Raises
    ------
    SurveyError
        where the counts still exceed n, or a percentage that has to decide allows no count.
    """
    possible = {question: dict(codes) for question, codes in counts.items()}
    corrections = []
    for question, codes in counts.items():
        total = sum(codes.values())
        if total <= n:
            continue
        for code, count in codes.items():
            used = _nearest_count(count, percents[question][code], n)
            if used is None:
                raise SurveyError(
                    f"frequencies of {question}, code {code}",
                    f"no count out of {n} rounds to {percents[question][code]} %.",
                    "Check the printed percentage.",
                )
            if used != count:
                reason = f"counts add up to {total} of {n}, and {count} is not {percents[question][code]} %"
                corrections.append(Correction(question, code, count, used, reason))
                possible[question][code] = used
    _require_room(possible, n)
    return possible, tuple(corrections)


def assign_categories(counts: Counts, n: int, rng: np.random.Generator) -> pd.DataFrame:
    """One column per question: its codes at the given counts in random order, unrelated to anything else.

    Respondents beyond a question's counts left it unanswered (NaN). Questions are shuffled one after the
    other in the given order.

    Returns
    -------
    Frame (n, questions) of floats.

    Raises
    ------
    SurveyError
        where a question's counts add up to more than n.
    """
    _require_room(counts, n)
    columns = {}
    for question, codes in counts.items():
        values = np.full(n, np.nan)
        given = np.repeat(list(codes.keys()), list(codes.values()))
        values[: given.size] = given
        columns[question] = rng.permutation(values)
    return pd.DataFrame(columns)


def unrelated_categories(counts: Counts, scores: Array, rng: np.random.Generator) -> pd.DataFrame:
    """`assign_categories`, drawn again where by chance a question goes with a score.

    A question is drawn again while a score (column of scores (n, c)) differs between its codes with a
    Kruskal-Wallis p below 5 % over the number of questions.
    """
    least = 0.05 / len(counts)
    columns = {}
    for question, codes in counts.items():
        related = True
        while related:
            column = assign_categories({question: codes}, len(scores), rng)[question]
            groups = [scores[column == code] for code in codes]
            related = bool((kruskal(*groups).pvalue < least).any())
        columns[question] = column
    return pd.DataFrame(columns)


def _require_room(counts: Counts, n: int) -> None:
    for question, codes in counts.items():
        total = sum(codes.values())
        if total > n:
            raise SurveyError(
                f"frequencies of {question}",
                f"{total} answers from {n} respondents.",
                "Check the counts and n; no file can have both.",
            )


def _nearest_count(count: int, percent: str, n: int) -> int | None:
    """The whole number nearest to `count` whose share of n rounds to `percent`; None where there is none."""
    decimals = len(percent.partition(".")[2])
    half_unit = 0.5 * 10.0**-decimals
    slack = 1e-9  # a share exactly between two printed values may round to either
    low = ceil((float(percent) - half_unit) / 100 * n - slack)
    high = floor((float(percent) + half_unit) / 100 * n + slack)
    return min(max(count, low), high) if low <= high else None
