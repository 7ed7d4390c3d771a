"""Item correlations of incomplete or weighted questionnaires, where the config asks for them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.design import design_card
from smartcity_survey.stats.core.correlations import correlation, weighted_correlation
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.missing.normal_moments import em_moments
from smartcity_survey.stats.sampling.survey_design import SurveyDesign, effective_size


def item_correlations(
    answers: pd.DataFrame, everybody: pd.DataFrame | None, design: SurveyDesign | None = None
) -> tuple[Array, int]:
    """Correlations (p, p) of the items of `answers`, and of how many respondents.

    answers : complete questionnaires, items alone. everybody : all, whose moments are estimated by EM then.
    design : weights, by which respondents count; their number then is the effective one (Kish), rounded.
    """
    x = answers.to_numpy(dtype=np.float64)
    if design is not None:
        return weighted_correlation(x, design.weights), round(effective_size(design.weights))
    if everybody is None:
        return correlation(x), len(answers)
    moments = em_moments(everybody[list(answers.columns)].to_numpy(dtype=np.float64))
    return moments.correlation, moments.n


def by_weights(result: StageResult, n: int, design: SurveyDesign | None) -> StageResult:
    """The result, whose cards say of weighted answers that they are, and of how many respondents.

    n : respondents; the cards had their effective number.
    """
    if design is None:
        return result
    cards: dict[str, Card] = {
        name: {**card, "n": n, "n_effective": card["n"], **design_card(design)} if "n" in card else card
        for name, card in result.cards.items()
    }
    tables = {name: _of_effective_n(table) for name, table in result.tables.items()}
    return StageResult(tables, cards, result.private)


def _of_effective_n(table: pd.DataFrame) -> pd.DataFrame:
    """A table whose line `n` is told to be the effective number, which it was computed with."""
    if "statistic" not in table:
        return table
    return table.assign(statistic=table["statistic"].replace({"n": "effective_n"}))


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
