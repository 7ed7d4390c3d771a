"""What looks like a mistake in the answers but may be none: told, never acted upon."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from smartcity_survey.check.scales import by_scale
from smartcity_survey.data.read import Responses
from smartcity_survey.errors import Problem, counted
from smartcity_survey.study.codebook import RESPONDENT, Codebook
from smartcity_survey.study.config import CleaningSection

FEWEST_ANSWERS = 100
"""Answers to all items of a scale before a code nobody used means anything."""
MOST_UNANSWERED = 0.5
"""Share of the questionnaires that may lack an answer about the respondent before the file is doubted."""
FEWEST_QUESTIONS = 8
"""Questions before two people are unlikely to answer all of them alike."""


def suspicions(
    responses: Responses, codebook: Codebook, section: CleaningSection, path: Path
) -> Iterator[Problem]:
    """Ends of a scale that nobody used, questions that hardly anybody answered, the same answers twice."""
    yield from _unused_ends(responses, codebook, path)
    yield from _hardly_answered(responses, codebook, path)
    if "duplicate_answers" not in section.rules:
        yield from _same_answers(responses, codebook, path)


def _unused_ends(responses: Responses, codebook: Codebook, path: Path) -> Iterator[Problem]:
    for group in by_scale(responses.answers, codebook):
        scale, n = group.scale, len(group.items) * len(responses.answers)
        # Of numbers between the ends nobody need reach them.
        if scale.continuous:
            continue
        if n >= FEWEST_ANSWERS and (group.lowest > scale.minimum or group.highest < scale.maximum):
            yield Problem(
                f"{path}, {counted(len(group.items), 'item')} from {group.items[0]} to {group.items[-1]}",
                f"answers run from {group.lowest:g} to {group.highest:g}, the codebook's scale from "
                f"{scale.minimum} to {scale.maximum}.",
                "Check the scale: reverse items are recoded by its ends.",
            )


def _hardly_answered(responses: Responses, codebook: Codebook, path: Path) -> Iterator[Problem]:
    """Questions about the respondent: no rule looks at them, and merged cells hold one answer for all."""
    n = len(responses.answers)
    for question in codebook.demographics:
        missing = int(responses.answers[question].isna().sum())
        if missing > MOST_UNANSWERED * n:
            yield Problem(
                f"{path}, question {question}",
                f"{missing} of the {counted(n, 'questionnaire')} lack an answer to it.",
                "If it was answered, look at the file: merged cells and formulas without stored values are "
                "read as empty. Save it with a value in each cell.",
            )


def _same_answers(responses: Responses, codebook: Codebook, path: Path) -> Iterator[Problem]:
    questions = [*codebook.items, *codebook.demographics]
    if len(questions) < FEWEST_QUESTIONS:
        return
    answers = responses.answers[questions]
    items = answers[list(codebook.items)]
    varied = items.max(axis=1) > items.min(axis=1)
    same_person = responses.answers[RESPONDENT].duplicated()
    repeated = np.flatnonzero(answers.duplicated() & varied & ~same_person)
    if repeated.size:
        rows = ", ".join(str(responses.rows[position]) for position in repeated[:5])
        yield Problem(
            f"{path}, {'row' if repeated.size == 1 else 'rows'} {rows}{', ...' if repeated.size > 5 else ''}",
            f"{counted(repeated.size, 'questionnaire gives', 'questionnaires give')} the same answers to all "
            "questions as an earlier one.",
            "If they were entered twice, use the cleaning rule `duplicate_answers`.",
        )
