"""Cells as codes: numbers, numbers written as text, and answers written out in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from smartcity_survey.codebook import Codebook, Label
from smartcity_survey.stats.types import Array


@dataclass(frozen=True, slots=True)
class Codes:
    """A column as numbers.

    Attributes
    ----------
    values : (n,), NaN where the cell is empty or `unreadable`.
    n_labels : cells that held the wording of an answer instead of its code.
    unreadable : position and text of the cells that are neither.
    """

    values: Array
    n_labels: int
    unreadable: tuple[tuple[int, str], ...]


def read_codes(column: pd.Series, wordings: Mapping[str, int], decimal: str) -> Codes:
    """Read a column of cells; `wordings` maps an answer's wording (casefolded) to its code."""
    if pd.api.types.is_numeric_dtype(column):
        return Codes(column.to_numpy(dtype=np.float64, na_value=np.nan), 0, ())
    texts = column.map(_text)
    empty = (texts == "").to_numpy()
    plain = texts.str.replace(decimal, ".", regex=False) if decimal != "." else texts
    values = np.array(pd.to_numeric(plain.where(~empty), errors="coerce"), dtype=np.float64)
    values[np.isinf(values)] = np.nan
    words = np.flatnonzero(np.isnan(values) & ~empty)
    codes = [wordings.get(texts.iloc[row].casefold()) for row in words]
    for row, code in zip(words, codes, strict=True):
        if code is not None:
            values[row] = code
    unreadable = [(int(row), texts.iloc[row]) for row, code in zip(words, codes, strict=True) if code is None]
    return Codes(values, len(words) - len(unreadable), tuple(unreadable))


def wordings_of(name: str, codebook: Codebook) -> dict[str, int]:
    """Every wording of every answer to an item or demographic question, casefolded, to its code."""
    if name in codebook.items:
        answers: Mapping[int, Label] = codebook.scale_of(name).answers
    else:
        answers = codebook.demographics[name].categories
    return {
        wording.strip().casefold(): code
        for code, label in answers.items()
        for wording in ([label] if isinstance(label, str) else label.values())
    }


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    return str(value).strip()
