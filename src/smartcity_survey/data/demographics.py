"""Answers to questions about the respondent: as categories, and as numbers of a scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from smartcity_survey.errors import SurveyError
from smartcity_survey.stats.core.types import Array
from smartcity_survey.study.codebook import Codebook

NO_ANSWER = "no_answer"
"""The category of those who left a question out."""


def demographic_scale(column: pd.Series[float], codebook: Codebook, name: str) -> Array:
    """(n,): 0 and 1 for the first and second category, or 1, 2, ... for bands; NaN without an answer."""
    codes = demographic_codes(column, codebook, name).astype(str)
    values = {str(code): value for value, code in codes_of_scale(codebook, name).items()}
    return np.array([values.get(code, np.nan) for code in codes], dtype=np.float64)


def codes_of_scale(codebook: Codebook, name: str) -> dict[float, int]:
    """Value of `demographic_scale` -> the code of its category or band."""
    entry = codebook.demographics[name]
    codes = {float(position): code for position, code in enumerate(entry.categories or ())}
    return codes | {float(position): position for position in range(1, len(entry.bands) + 1)}


def require_demographics(names: Sequence[str], codebook: Codebook, place: str) -> None:
    """Refuse, with a SurveyError, variables that the codebook does not have."""
    unknown = [name for name in names if name not in codebook.demographics]
    if unknown:
        raise SurveyError(
            place,
            f"the codebook has no demographic variable {', '.join(unknown)}.",
            f"Choose from {', '.join(codebook.demographics) or 'none: it has no demographics'}.",
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
