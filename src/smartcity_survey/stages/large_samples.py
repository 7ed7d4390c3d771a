"""Tests that say nothing of a large sample: the p of chi-square tests of what no population is exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from smartcity_survey.io import Card, StageResult
from smartcity_survey.stats.core.dealt import LARGEST
from smartcity_survey.stats.regression.residual_tests import SHAPIRO_LIMIT

UNTESTED_BEYOND = "untested_beyond"
"""Key of an estimator card: the sample has more respondents, and p of its chi-square tests is empty."""

TESTS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "adequacy": {"value": ("bartlett_p",)},
        "missing_summary": {"value": ("mcar_p",)},
        "cfa_fit": {"value": ("p", "satorra_bentler_p", "yuan_bentler_p")},
        "sem_fit": {"value": ("p", "satorra_bentler_p", "yuan_bentler_p", "restrictions_p")},
        "cfa_dwls_fit": {"value": ("p",)},
        "regression_diagnostics": {"p": ("breusch_pagan_koenker", "jarque_bera", "white")},
        "factor_solutions": {"p": ()},
        "measurement_models": {"p": (), "p_change": ()},
        "esem_fit": {"p": (), "p_change": ()},
        "invariance": {"p": (), "p_change": ()},
        "ordinal_invariance": {"p": (), "p_change": ()},
        "wave_invariance": {"p": (), "p_change": ()},
    }
)
"""Table -> column with a p -> the statistics whose lines have it; none named: all lines."""


def without_tests(result: StageResult) -> StageResult:
    """The result without the p of chi-square tests in tables of more than `LARGEST` respondents.

    Of so many, a test of exact fit (independence, normality, equality) rejects whatever a model misses, be it
    far too little to matter. Chi-square itself stays: indices that tell how much is missed are made of it.
    The cards of these tables say so.
    """
    tables, cards = dict(result.tables), dict(result.cards)
    for name in TESTS.keys() & tables.keys():
        n, frame = cards.get(name, {}).get("n"), tables[name].copy()
        if not isinstance(n, int) or n <= LARGEST:
            continue
        for column, statistics in TESTS[name].items():
            if column in frame:
                frame.loc[frame["statistic"].isin(statistics) if statistics else frame.index, column] = np.nan
        if not frame.equals(tables[name]):
            tables[name], cards[name] = frame, {**cards[name], UNTESTED_BEYOND: LARGEST}
    return replace(result, tables=tables, cards=cards)


def shapiro_card(n: int) -> Card:
    """What the card of a table with Shapiro and Wilk's test says where that is not computed."""
    return {"shapiro_up_to": SHAPIRO_LIMIT} if n > SHAPIRO_LIMIT else {}
