"""Dummies of demographic variables, where they are controls of a regression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from smartcity_survey.data.demographics import demographic_codes, require_demographics
from smartcity_survey.errors import Category
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.quality.small_cells import hidden_cells
from smartcity_survey.study.codebook import Codebook

JOINED = "joined"
"""The category of those whose own ones are too small to be told apart."""


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
    smallest: int | None = None,
) -> Dummies:
    """Dummies of demographic variables, and the reference category of each.

    The largest category is the reference; who left the question out is a category of its own, so that nobody
    is lost. Categories that nobody chose have no dummy; of nobody there are none.

    smallest : where small cells are left out of the tables, the count that may be shown: categories whose
        counts are left out are one category then. Coefficients would tell these counts: they have seven
        digits, and answers are whole numbers. None: nothing is joined.

    Raises
    ------
    SurveyError
        where the codebook has no such variable.
    """
    require_demographics(controls, codebook, place)
    columns: dict[Category, Array] = {}
    references = {}
    for name in controls if len(answers) else ():
        codes = _joined(demographic_codes(answers[name], codebook, name), smallest)
        largest, *others = codes.value_counts().index
        references[name] = str(largest)
        for code in sorted(others, key=list(codes.cat.categories).index):
            columns[Category(name, str(code))] = (codes == code).to_numpy(dtype=np.float64)
    values = np.column_stack(list(columns.values())) if columns else np.empty((len(answers), 0))
    return Dummies(values, tuple(columns), references)


def _joined(codes: pd.Series[pd.CategoricalDtype], smallest: int | None) -> pd.Series[pd.CategoricalDtype]:
    """The codes with those categories made one whose counts the tables leave out."""
    if smallest is None:
        return codes
    counts = codes.value_counts(sort=False)
    hidden = counts.index[hidden_cells(np.asarray(counts, dtype=np.int64), smallest)]
    if not len(hidden):
        return codes
    order = [*(code for code in codes.cat.categories if code not in hidden), JOINED]
    return codes.astype(object).where(~codes.isin(hidden), JOINED).astype(pd.CategoricalDtype(order))
