"""Missing: how many answers there are none of, whose, and what complete cases leave out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from smartcity_survey.data.clean import clean_responses
from smartcity_survey.data.disclosure import protect
from smartcity_survey.io import Card, StageResult, join_names
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.needs import Asked
from smartcity_survey.stages.refusals import Refusals
from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.missing.mcar import little_mcar_test
from smartcity_survey.stats.missing.patterns import patterns_of
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import CleaningSection, Config
from smartcity_survey.study.model import Model

PATTERNS_SHOWN = 20
"""Patterns that are told, the most frequent first."""
TABLES = {
    "missing_summary": ["statistic", "value"],
    "missing_items": ["item", "construct", "n_missing", "percent"],
    "missing_respondents": ["n_unanswered", "n", "percent", "cumulative_percent"],
    "missing_patterns": ["unanswered", "n_unanswered", "n", "percent"],
}
"""Table -> columns; without a gap all but the first are empty."""


def people_answered(config: Config) -> bool:
    """Whether answers can be missing at all: a reconstruction is of whole questionnaires."""
    return not config.study.reconstruction


@stage(*TABLES, asked_by=people_answered, hides=protect, beside=("cleaning_log",))
def report_missing(
    responses: pd.DataFrame, codebook: Codebook, model: Asked, section: CleaningSection
) -> StageResult:
    """Answers missing by item, respondent and pattern, Little's test, and what complete cases leave out.

    Of the questionnaires that every rule but `missing_items` keeps, and of the model's items alone.
    """
    rules = tuple(rule for rule in section.rules if rule != "missing_items")
    kept = clean_responses(responses, codebook, section.model_copy(update={"rules": rules})).answers
    x = kept[list(model.items)].to_numpy(dtype=np.float64)
    gaps = np.isnan(x)
    refusals = Refusals(model.items)
    found: dict[str, Any] = {name: [] for name in TABLES}
    found["missing_summary"] = _summary(x, refusals)
    if gaps.any():
        found["missing_items"] = [
            (item, model.construct_of(item), int(n), 100 * n / len(x))
            for item, n in zip(model.items, gaps.sum(axis=0), strict=True)
        ]
        found["missing_respondents"] = _respondents(gaps.sum(axis=1))
        found["missing_patterns"] = _patterns(x, model)
    card: Card = {
        "method": "counts",
        "missing": "each_item_by_its_answers",
        "n": len(x),
        "items": len(model.items),
        "respondents": "kept_by_all_rules_but_missing_items",
    }
    tests: Card = {**card, "test": "little_mcar", "moments": "em_normal", **refusals.card()}
    return StageResult(
        tables={name: pd.DataFrame(found[name], columns=columns) for name, columns in TABLES.items()},
        cards={name: tests if name == "missing_summary" else card for name in TABLES},
    )


def _summary(x: Array, refusals: Refusals) -> list[tuple[str, float]]:
    """Counts and Little's test; one line where nothing is missing."""
    gaps = np.isnan(x)
    complete = int((~gaps.any(axis=1)).sum())
    if complete == len(x):
        return [("n_complete", complete)]
    lines: list[tuple[str, float]] = [
        ("n_answering", len(x)),
        ("n_complete", complete),
        ("n_incomplete", len(x) - complete),
        ("percent_incomplete", 100 * (1 - complete / len(x))),
        ("n_missing_answers", int(gaps.sum())),
        ("percent_missing_answers", 100 * float(gaps.mean())),
        ("n_patterns", len(patterns_of(x).counts)),
    ]
    test = refusals.attempt("little_mcar", lambda: little_mcar_test(x))
    if test is not None:
        lines += [("mcar_chi2", test.statistic), ("mcar_df", test.df), ("mcar_p", test.p)]
    return lines


def _respondents(unanswered: IntArray) -> list[tuple[int, int, float, float]]:
    """Respondents by how many items they left out."""
    numbers, counts = np.unique(unanswered, return_counts=True)
    percent = 100 * counts / counts.sum()
    return list(
        zip(numbers.tolist(), counts.tolist(), percent.tolist(), np.cumsum(percent).tolist(), strict=True)
    )


def _patterns(x: Array, model: Model) -> list[tuple[str, int, int, float]]:
    """The most frequent patterns by the items left out."""
    patterns = patterns_of(x)
    lines = []
    for answered, n in zip(patterns.answered, patterns.counts.tolist(), strict=True):
        left_out = [item for item, given in zip(model.items, answered, strict=True) if not given]
        lines.append((join_names(left_out) or "none", len(left_out), n, 100 * n / len(x)))
    return lines[:PATTERNS_SHOWN]
