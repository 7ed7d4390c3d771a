"""Describe: who answered, and how the items were answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from smartcity_survey.data.disclosure import protect
from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.cards import respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.design import EveryDesign, design_card
from smartcity_survey.stages.naming import naming
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.items.descriptives import Descriptives, describe
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_moments import describe_design
from smartcity_survey.study.codebook import Codebook, Demographic
from smartcity_survey.study.multiple_choice import column_of

SPSS_FORMULAS = "spss_bias_corrected"


@stage("demographics", "multiple_choice", "item_descriptives", "item_frequencies", hides=protect)
def describe_answers(answers: pd.DataFrame, codebook: Codebook, design: EveryDesign = None) -> StageResult:
    """Frequencies of demographic and multiple-choice answers; SPSS descriptives, frequencies of the items.

    design : weights, which percentages, means and deviations take and counts do not, and clusters.
    """
    weights = np.ones(len(answers)) if design is None else design.weights
    demographics = pd.DataFrame(
        [
            row
            for name, entry in codebook.demographics.items()
            for row in _frequencies(name, entry, answers, weights)
        ],
        columns=["variable", "code", "n", "percent", "valid_percent", "valid_n", "n_missing"],
    )
    items = list(codebook.items)
    descriptives = descriptives_frame(answers[items], "item", design)
    descriptives.insert(1, "construct", [codebook.items[item].construct_name for item in items])
    n = len(answers)
    gaps = bool(answers[items].isna().any(axis=None))
    of_items: Card = {"n": n, "missing": "each_item_by_its_answers"} if gaps else respondents(n)
    of_shares = design_card(design, errors=False)
    return StageResult(
        tables={
            "demographics": demographics,
            "multiple_choice": _multiple_choice(answers, codebook, weights),
            "item_descriptives": descriptives,
            "item_frequencies": _item_frequencies(answers[items], codebook, weights),
        },
        cards={
            "demographics": {
                "method": "counts",
                "n": n,
                "percent": "of_all_and_of_those_who_answered",
                "missing": "no_answer_is_a_category",
                **of_shares,
            },
            "multiple_choice": {
                "method": "counts",
                "n": n,
                "percent": "of_all_answers_and_of_those_who_chose",
                "missing": "each_item_by_its_answers",
                **of_shares,
            },
            "item_descriptives": {
                "method": SPSS_FORMULAS,
                "divisor": "n_minus_1",
                **of_items,
                **design_card(design, margins=True),
            },
            "item_frequencies": {"method": "counts", **of_items, **of_shares},
        },
    )


def descriptives_frame(columns: pd.DataFrame, key: str, design: SurveyDesign | None = None) -> pd.DataFrame:
    """SPSS descriptives, one row per column, of the answers given to it; `key` heads the column of names.

    design : weights and clusters of the rows.
    """

    def described(rows: pd.DataFrame) -> Descriptives:
        x = rows.to_numpy(dtype=np.float64)
        return (
            describe(x)
            if design is None
            else describe_design(x, design.subset(columns.index.isin(rows.index)))
        )

    names = list(columns.columns)
    with naming(names, "descriptives"):
        if not columns.isna().any(axis=None):
            return lines_of_descriptives(described(columns), names, key)
    lines = []
    for name in names:
        with naming([name], "descriptives"):
            lines.append(lines_of_descriptives(described(columns[[name]].dropna()), [name], key))
    return pd.concat(lines, ignore_index=True)


def lines_of_descriptives(found: Descriptives, names: Sequence[str], key: str) -> pd.DataFrame:
    """One row per column described, under the heads that SPSS has; `key` heads the column of names."""
    result = asdict(found)
    order = [
        "n",
        "minimum",
        "maximum",
        "mean",
        "se_mean",
        "sd",
        "skewness",
        "se_skewness",
        "kurtosis",
        "se_kurtosis",
    ]
    frame = pd.DataFrame({name: result[name] for name in order}, index=list(names))
    return frame.rename(columns={"minimum": "min", "maximum": "max"}).rename_axis(key).reset_index()


def _frequencies(
    name: str, entry: Demographic, answers: pd.DataFrame, weights: Array
) -> list[dict[str, Any]]:
    """Counts of respondents, and shares of their weights."""
    values = answers[name].to_numpy()
    groups: list[tuple[int, Any]] = [(code, values == code) for code in entry.categories]
    groups += [
        (position, (values >= band.minimum) & (values <= band.maximum))
        for position, band in enumerate(entry.bands, start=1)
    ]
    given = ~np.isnan(values)
    valid = int(given.sum())
    return [
        {
            "variable": name,
            "code": code,
            "n": int(chosen.sum()),
            "percent": _percent(weights, chosen, np.ones(len(values), dtype=bool)),
            "valid_percent": _percent(weights, chosen, given),
            "valid_n": valid,
            "n_missing": len(values) - valid,
        }
        for code, chosen in groups
    ]


def _percent(weights: Array, chosen: BoolArray, of: BoolArray) -> float:
    """Percentage that the weights of the rows chosen are of others'; nan of none."""
    whole = weights[of].sum()
    return float(100 * weights[chosen].sum() / whole) if whole else np.nan


def _multiple_choice(answers: pd.DataFrame, codebook: Codebook, weights: Array) -> pd.DataFrame:
    """Who chose which answers, as SPSS counts them: a case is a respondent who chose one answer or more."""
    rows = []
    for name, question in codebook.multiple_choice.items():
        chosen = (
            answers[[column_of(name, option) for option in question.labels]].to_numpy(dtype=np.float64) == 1
        )
        cases = chosen.any(axis=1)
        n_cases, n_answers = int(cases.sum()), weights @ chosen.sum(axis=1)
        for option, own in zip(question.labels, chosen.T, strict=True):
            rows.append(
                {
                    "question": name,
                    "chosen": option,
                    "n": int(own.sum()),
                    "percent_of_answers": 100 * weights[own].sum() / n_answers if n_answers else np.nan,
                    "percent_of_cases": _percent(weights, own, cases),
                    "n_cases": n_cases,
                    "n_without": len(answers) - n_cases,
                }
            )
    return pd.DataFrame(
        rows,
        columns=["question", "chosen", "n", "percent_of_answers", "percent_of_cases", "n_cases", "n_without"],
    )


def _item_frequencies(items: pd.DataFrame, codebook: Codebook, weights: Array) -> pd.DataFrame:
    rows = []
    for item in map(str, items.columns):
        scale = codebook.scale_of(item)
        if scale.continuous:
            continue
        values = items[item].to_numpy()
        given = ~np.isnan(values)
        for code in range(scale.minimum, scale.maximum + 1):
            chosen = values == code
            percent = _percent(weights, chosen, given)
            rows.append({"item": item, "code": code, "n": int(chosen.sum()), "percent": percent})
    return pd.DataFrame(rows, columns=["item", "code", "n", "percent"])
