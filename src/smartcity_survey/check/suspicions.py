"""What looks like a mistake in the answers but may be none: told, never acted upon."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from smartcity_survey.check.scales import by_scale
from smartcity_survey.data.read import Responses
from smartcity_survey.errors import Problem, counted
from smartcity_survey.stats.core.types import Array
from smartcity_survey.study.codebook import RESPONDENT, Codebook
from smartcity_survey.study.config import CleaningSection

FEWEST_ANSWERS = 100
"""Answers to all items of a scale before a code nobody used means anything."""
FEWEST_QUESTIONS = 8
"""Questions before two people are unlikely to answer all of them alike."""


def suspicions(
    responses: Responses, kept: pd.DataFrame, codebook: Codebook, section: CleaningSection, path: Path
) -> Iterator[Problem]:
    """Reverse items not marked, ends of a scale that nobody used, questionnaires with the same answers.

    Parameters
    ----------
    kept : answers that cleaning kept, reverse items recoded.
    """
    yield from _reversed(kept, codebook, path)
    yield from _unused_ends(responses, codebook, path)
    if "duplicate_answers" not in section.rules:
        yield from _same_answers(responses, codebook, path)


def reversed_items(x: Array) -> dict[int, float]:
    """Columns of x (n, p) that run against the others, with their correlation with the sum of the rest.

    The most negative item-rest correlation is taken first, and the item turned round in the sums of those
    that follow, so one reversed item does not make the others look reversed. Correlations within two standard
    errors of zero (Fisher 1915: 1 / sqrt(n) at zero) are left alone.
    """
    x = x - x.mean(axis=0)
    found: dict[int, float] = {}
    while True:
        rest = x.sum(axis=1, keepdims=True) - x
        length = np.linalg.norm(x, axis=0) * np.linalg.norm(rest, axis=0)
        r = np.divide((x * rest).sum(axis=0), length, out=np.zeros(x.shape[1]), where=length > 0)
        worst = int(r.argmin())
        if r[worst] >= -2 / np.sqrt(len(x)) or worst in found:
            return found
        found[worst] = float(r[worst])
        x[:, worst] *= -1


def _reversed(kept: pd.DataFrame, codebook: Codebook, path: Path) -> Iterator[Problem]:
    for construct in codebook.constructs:
        items = codebook.items_of(construct)
        x = kept[list(items)].dropna().to_numpy(dtype=np.float64)
        if len(items) < 2 or len(x) < 3:
            continue
        for position, r in reversed_items(x).items():
            item = items[position]
            marked = codebook.items[item].reverse
            yield Problem(
                f"{path}, column {item}",
                f"it runs against the other items of {construct} (item-rest correlation {r:.2f}).",
                "It is marked `reverse: true` in the codebook: is it?"
                if marked
                else "If it is worded the other way round, write `reverse: true` into the codebook.",
            )


def _unused_ends(responses: Responses, codebook: Codebook, path: Path) -> Iterator[Problem]:
    for group in by_scale(responses.answers, codebook):
        scale, n = group.scale, len(group.items) * len(responses.answers)
        if n >= FEWEST_ANSWERS and (group.lowest > scale.minimum or group.highest < scale.maximum):
            yield Problem(
                f"{path}, {counted(len(group.items), 'item')} from {group.items[0]} to {group.items[-1]}",
                f"answers run from {group.lowest:g} to {group.highest:g}, the codebook's scale from "
                f"{scale.minimum} to {scale.maximum}.",
                "Check the scale: reverse items are recoded by its ends.",
            )


def _same_answers(responses: Responses, codebook: Codebook, path: Path) -> Iterator[Problem]:
    questions = [*codebook.items, *codebook.demographics]
    if len(questions) < FEWEST_QUESTIONS:
        return
    answers = responses.answers[questions]
    varied = answers[list(codebook.items)].nunique(axis=1) > 1
    same_person = responses.answers[RESPONDENT].duplicated()
    repeated = np.flatnonzero(answers.duplicated() & varied & ~same_person)
    if repeated.size:
        rows = ", ".join(str(responses.rows[position]) for position in repeated[:5])
        yield Problem(
            f"{path}, rows {rows}{', ...' if repeated.size > 5 else ''}",
            f"{counted(repeated.size, 'questionnaire gives', 'questionnaires give')} the same answers to all "
            "questions as an earlier one.",
            "If they were entered twice, use the cleaning rule `duplicate_answers`.",
        )
