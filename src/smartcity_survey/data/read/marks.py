"""Rows that the survey tool marks as no answers of a respondent: tests, previews, spam, unfinished ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from smartcity_survey.data.read.cells import cell_text
from smartcity_survey.study.spelling import folded


def marks_of(cells: pd.DataFrame, marked: Mapping[str, Sequence[str | float]]) -> list[str]:
    """What marks each row, as `Status = Survey Preview`; an empty text where nothing does.

    Parameters
    ----------
    cells : a batch of rows. marked : column -> what it holds in such rows; an empty text is an empty cell.
    """
    marks = [""] * len(cells)
    for column, values in marked.items():
        meant = {folded(cell_text(value)) for value in values}
        for position, cell in enumerate(cells[column]):
            text = cell_text(cell)
            if not marks[position] and folded(text) in meant:
                marks[position] = f"{column} = {text or '(empty)'}"
    return marks
