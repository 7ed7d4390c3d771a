"""Columns that say how respondents were drawn, and what is wrong with them: weights and clusters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from smartcity_survey.data.read.cells import rows_text
from smartcity_survey.errors import Problem
from smartcity_survey.stats.core.types import Array
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import DataSection


def misnamed(codebook: Codebook, section: DataSection, path: Path) -> Iterator[Problem]:
    """Columns of weights or clusters that hold answers: weights to any question, clusters to an item.

    Districts, schools and the like may well be a question about the respondent and a cluster.
    """
    heads = {" ".join(head.split()): name for name, head in codebook.columns().items()}
    answers = {**heads, **{head: head for head in codebook.choice_columns()}}
    for key, column in (("weight", section.weight), ("cluster", section.cluster)):
        head = " ".join((column or "").split())
        name = answers.get(head)
        if name is None or (key == "cluster" and name in codebook.demographics):
            continue
        yield Problem(
            f"{path}, column {column}",
            f"`data.{key}` names it, but the codebook has it as answers to {name}.",
            f"Name another column under `data.{key}`, or leave the key out.",
        )


def weight_problems(
    unreadable: Mapping[str, Sequence[int]], weights: Array, rows: Sequence[int], decimal: str, place: str
) -> Iterator[Problem]:
    """Weights that are no numbers, and rows whose weight is empty, zero or negative.

    Parameters
    ----------
    unreadable : text -> rows that hold it. weights : of all `rows`. place : file and column, `{rows}` in it.
    """
    known = {row for found in unreadable.values() for row in found}
    if known:
        first, other = next(iter(unreadable)), "," if decimal == "." else "."
        more = f" (and {len(unreadable) - 1} others like it)" if len(unreadable) > 1 else ""
        number = first.replace(other, "", 1).isdigit()
        yield Problem(
            place.format(rows=rows_text(sorted(known))),
            f"{first[:60]!r} is no number{more}.",
            f"Set `data.decimal: '{other}'` if that is the decimal mark."
            if number
            else "Write every weight as a number above 0, without a unit, or leave out `data.weight`.",
        )
    bad = [row for row, weight in zip(rows, weights, strict=True) if not weight > 0 and row not in known]
    if bad:
        yield Problem(
            place.format(rows=rows_text(bad)),
            "the sampling weight is empty, zero or negative.",
            "Give every questionnaire a weight above 0, or leave out `data.weight`.",
        )


def without_cluster(names: pd.Series, path: Path) -> list[Problem]:
    """Questionnaires that belong to no cluster; names of clusters, by row."""
    bad = names.index[names == ""].tolist()
    if not bad:
        return []
    return [
        Problem(
            f"{path}, {rows_text(bad)}, column {names.name}",
            "the questionnaire belongs to no cluster.",
            "Name the school or mahalla of every questionnaire, or leave out `data.cluster`.",
        )
    ]
