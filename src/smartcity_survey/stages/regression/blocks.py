"""Hierarchical regression: who the respondents are first, then what the constructs add."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from smartcity_survey.errors import Category, SurveyError
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.regression.ols_blocks import BlockStep, hierarchical_ols
from smartcity_survey.study.codebook import Codebook

CONSTANT = "constant"
DEMOGRAPHICS = "demographics"
CONSTRUCTS = "constructs"
NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True, eq=False)
class Dummies:
    """Dummies of demographic variables.

    values : (n, d). categories : (d,), the answer each stands for.
    references : variable -> code of the answer that it is compared with.
    """

    values: Array
    categories: tuple[Category, ...]
    references: Mapping[str, str]


def demographic_dummies(
    answers: pd.DataFrame,
    codebook: Codebook,
    controls: Sequence[str],
    place: str = "config.yaml, regression.controls",
) -> Dummies:
    """Dummies of demographic variables, and the reference category of each.

    The largest category is the reference; who left the question out is a category of its own, so that nobody
    is lost. Categories that nobody chose have no dummy.

    Raises
    ------
    SurveyError
        where the codebook has no such variable.
    """
    require_demographics(controls, codebook, place)
    columns: dict[Category, Array] = {}
    references = {}
    for name in controls:
        codes = demographic_codes(answers[name], codebook, name)
        largest, *others = codes.value_counts().index
        references[name] = str(largest)
        for code in sorted(others, key=list(codes.cat.categories).index):
            columns[Category(name, str(code))] = (codes == code).to_numpy(dtype=np.float64)
    values = np.column_stack(list(columns.values())) if columns else np.empty((len(answers), 0))
    return Dummies(values, tuple(columns), references)


def require_demographics(names: Sequence[str], codebook: Codebook, place: str) -> None:
    """Refuse, with a SurveyError, variables that the codebook does not have."""
    unknown = [name for name in names if name not in codebook.demographics]
    if unknown:
        raise SurveyError(
            place,
            f"the codebook has no demographic variable {', '.join(unknown)}.",
            f"Choose from {', '.join(codebook.demographics) or 'none: it has no demographics'}.",
        )


def hierarchical_tables(
    y: Array, predictors: pd.DataFrame, dummies: Dummies, level: float
) -> dict[str, pd.DataFrame]:
    """Summary and coefficients of the growing model of one outcome y (n,)."""
    x = np.column_stack([dummies.values, predictors.to_numpy(dtype=np.float64)])
    first = len(dummies.categories)
    blocks = {DEMOGRAPHICS: range(first), CONSTRUCTS: range(first, x.shape[1])}
    entered = {name: block for name, block in blocks.items() if len(block)}
    steps = hierarchical_ols(y, x, list(entered.values()), level)
    terms = [*dummies.categories, *map(str, predictors.columns)]
    return {
        "hierarchical_blocks": pd.DataFrame(
            [_summary(block, step) for block, step in zip(entered, steps, strict=True)]
        ),
        "hierarchical_coefficients": pd.concat(
            [
                _coefficients(block, step, terms, dummies.references)
                for block, step in zip(entered, steps, strict=True)
            ],
            ignore_index=True,
        ),
    }


def _summary(block: str, step: BlockStep) -> dict[str, object]:
    return {
        "block": block,
        "r": step.fit.r,
        "r2": step.fit.r2,
        "adj_r2": step.fit.adj_r2,
        "std_error_estimate": step.fit.std_error_estimate,
        "r2_change": step.r2_change,
        "f_change": step.f_change.statistic,
        "df_1": step.f_change.df_numerator,
        "df_2": step.f_change.df_denominator,
        "p_change": step.f_change.p,
        "n": step.fit.n,
    }


def _coefficients(
    block: str, step: BlockStep, terms: Sequence[str], references: Mapping[str, str]
) -> pd.DataFrame:
    fit = step.fit
    entered = [CONSTANT, *(terms[position] for position in step.predictors)]
    return pd.DataFrame(
        {
            "block": block,
            "term": [term.variable if isinstance(term, Category) else term for term in entered],
            "answer": [term.answer if isinstance(term, Category) else "" for term in entered],
            "reference": [
                references[term.variable] if isinstance(term, Category) else "" for term in entered
            ],
            "b": fit.coef,
            "std_error": fit.std_err,
            "beta": np.concatenate([[np.nan], fit.beta]),
            "t": fit.t,
            "p": fit.p,
            "ci_low": fit.ci_low,
            "ci_high": fit.ci_high,
            "vif": np.concatenate([[np.nan], fit.vif]),
        }
    )


def demographic_codes(
    column: pd.Series[float], codebook: Codebook, name: str
) -> pd.Series[pd.CategoricalDtype]:
    """Category codes as text; bands count from 1, as in the table of demographics."""
    entry = codebook.demographics[name]
    values = column.to_numpy(dtype=np.float64)
    codes = np.full(len(values), NO_ANSWER, dtype=object)
    groups = [(code, values == code) for code in entry.categories]
    groups += [
        (position, (values >= band.minimum) & (values <= band.maximum))
        for position, band in enumerate(entry.bands, start=1)
    ]
    for code, chosen in groups:
        codes[chosen] = str(code)
    order = [str(code) for code, _ in groups] + [NO_ANSWER]
    return pd.Series(pd.Categorical(codes, categories=order, ordered=True)).cat.remove_unused_categories()
