"""Hierarchical regression: who the respondents are first, then what the constructs add."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from smartcity_survey.data.dummies import Dummies
from smartcity_survey.errors import Category
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.regression.ols_blocks import BlockStep, hierarchical_ols
from smartcity_survey.study.codebook import CONSTANT

DEMOGRAPHICS = "demographics"
CONSTRUCTS = "constructs"


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
