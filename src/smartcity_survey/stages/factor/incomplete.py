"""Item correlations of incomplete questionnaires, where the config asks for them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from smartcity_survey.io import Card, StageResult
from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.missing.normal_moments import em_moments


def item_correlations(answers: pd.DataFrame, everybody: pd.DataFrame | None) -> tuple[Array, int]:
    """Correlations (p, p) of the items of `answers`, and of how many respondents.

    answers : complete questionnaires, items alone. everybody : all, whose moments are estimated by EM then.
    """
    if everybody is None:
        return correlation(answers.to_numpy(dtype=np.float64)), len(answers)
    moments = em_moments(everybody[list(answers.columns)].to_numpy(dtype=np.float64))
    return moments.correlation, moments.n


def by_em(result: StageResult, n_complete: int, everybody: pd.DataFrame | None) -> StageResult:
    """The result, whose cards say of complete rows that EM took all answers, where that is so."""
    if everybody is None:
        return result
    told: Card = {"n_complete": n_complete, "missing": "em_normal"}
    cards: dict[str, Card] = {
        name: {**card, **told} if card.get("missing") == "complete_rows" else card
        for name, card in result.cards.items()
    }
    return StageResult(result.tables, cards, result.private)
