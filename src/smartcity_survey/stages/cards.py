"""What estimator cards have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from smartcity_survey.io import CORRECTED, INADMISSIBLE, Card, StageResult, join_names
from smartcity_survey.stats.core.dealt import GROUPS, LARGEST
from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.study.config import PlsSection
from smartcity_survey.study.missing_answers import Pls
from smartcity_survey.study.model import Model

MODES = {"reflective": "A", "mode_a": "A", "mode_b": "B", "sum_score": "sum_score"}
"""Modes of the config, as papers call them."""


def gradient_at_end(size: float, tolerance: float) -> float:
    """A gradient where a search ended: one digit, not below a hundredth of the tolerance.

    What is smaller, and further digits, are rounding: another on every processor.
    """
    return float(f"{max(size, tolerance / 100):.0e}")


NORMAL: Card = {"errors_and_tests": "normal_theory"}
"""Of stages that take answers for normal, whatever `cfa.estimator` says."""


def respondents(n: int) -> Card:
    """How many answered, and the rule for gaps: incomplete rows are left out whole, nothing is filled in."""
    return {"n": n, "missing": "complete_rows"}


def moderator_bands(demographics: Mapping[str, Array]) -> Card:
    """That a demographic moderator (n,) of three bands or more counts by their numbers; NaN is no answer.

    Of two categories or bands any two numbers are the same score once they are standardised.
    """
    several = any(np.unique(values[~np.isnan(values)]).size > 2 for values in demographics.values())
    return {"moderator_bands": "scored_by_number"} if several else {}


def resampled(n: int) -> Card:
    """What is drawn, permuted or linearised in place of n respondents, where they are many."""
    return {} if n <= LARGEST else {"random_groups": GROUPS}


def full_information(n: int, n_complete: int) -> Card:
    """How many answered, how many of them all items, and that every answer given is used as it is."""
    return {
        "n": n,
        "n_complete": n_complete,
        "missing": "full_information",
        "standard_errors": "sandwich_observed",
    }


def of_incomplete_rows(result: StageResult, missing: Pls, n_complete: int | None = None) -> StageResult:
    """The result, whose cards say of complete rows what became of the gaps, where there were any.

    n_complete : complete rows, where all rows were taken as they are.
    """
    if missing not in ("mean_replacement", "pairwise"):
        return result
    told: Card = {"missing": missing}
    if missing == "pairwise" and n_complete is not None:
        told = {**told, "n_complete": n_complete}
    cards: dict[str, Card] = {
        name: {**card, **told} if card.get("missing") == "complete_rows" else card
        for name, card in result.cards.items()
    }
    return StageResult(result.tables, cards, result.private)


def single_items(model: Model) -> Card:
    """Constructs of a single item, where there are any."""
    return {"single_items": join_names(model.single)} if model.single else {}


def left_out(model: Model) -> Card:
    """Constructs of a single item that a method leaves out, where there are any."""
    return {"single_left_out": join_names(model.single)} if model.single else {}


def corrections(
    continuity: tuple[float, float], pairs: Sequence[tuple[int, int]], items: Sequence[str]
) -> Card:
    """What was added to empty cells of polychoric correlations, where anything was, and to which pairs."""
    if not any(continuity):
        return {}
    two_by_two, larger = continuity
    named: list[dict[str, Any]] = [{"name": items[i], "with": items[j]} for i, j in pairs]
    return {
        "continuity_two_by_two": two_by_two,
        "continuity_larger": larger,
        "corrected": len(pairs),
        **({CORRECTED: named} if named else {}),
    }


def inadmissible(model: Model, heywood: IntArray, factor_corr: Array) -> Card:
    """Who is at fault in a factor solution that describes no population: items, and pairs of constructs.

    Where the correlations of constructs are impossible together only, it is all of these.
    """
    beyond = np.argwhere(np.triu(np.abs(factor_corr) >= 1, 1))
    items: list[dict[str, Any]] = [{"name": model.items[item]} for item in heywood]
    pairs = [{"name": model.names[first], "with": model.names[second]} for first, second in beyond]
    return {INADMISSIBLE: [*items, *pairs] or [{"name": name} for name in model.names]}


def pls_estimator(model: Model, section: PlsSection) -> Card:
    """How constructs are scored and when the iteration ends."""
    modes = dict.fromkeys(MODES[construct.mode] for construct in model.constructs)
    return {
        "method": "pls_path_model",
        "mode": ", ".join(modes),
        "scheme": section.scheme,
        "scaling": "items_and_scores_unit_variance",
        "tolerance": section.tolerance,
        "max_iterations": section.max_iterations,
        **single_items(model),
    }
