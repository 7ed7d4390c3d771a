"""Questionnaires that came in but cannot be used: the rows that cleaning is there to exclude."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from smartcity_survey.data.read import RESPONDENT
from smartcity_survey.errors import SurveyError
from smartcity_survey.stats.core.types import Array

RETAINED = "retained"
"""Name of the column that is 1 for a usable questionnaire and 0 for a flawed one."""

NO_ANSWER = 9
"""Code that data entry gives a statement left blank on a form that is otherwise filled in."""

_SLIPS = (0, 6, 55, 44, 33)  # a stray key, the key beside 5, keys struck twice
_LATEST_RESUBMISSION = 15  # a form handed in twice comes back within so many questionnaires


@dataclass(frozen=True, slots=True)
class FlawCounts:
    """How many questionnaires of each kind of flaw came in.

    Attributes
    ----------
    blank_form : no statement answered.
    abandoned : nothing answered from some statement on (empty cells).
    skipped : one to a quarter of the statements left out here and there (code 9).
    out_of_range : one to three answers that are no code of the scale.
    duplicate_respondent : a usable questionnaire submitted a second time under the same identifier.
    """

    blank_form: int
    abandoned: int
    skipped: int
    out_of_range: int
    duplicate_respondent: int

    @property
    def total(self) -> int:
        return sum(getattr(self, field.name) for field in fields(self))


def add_flawed_rows(
    usable: pd.DataFrame, items: Sequence[str], counts: FlawCounts, rng: np.random.Generator
) -> pd.DataFrame:
    """Mix flawed questionnaires in between usable ones.

    Usable rows keep their order and their values; the first row is always one of them, and a duplicate
    follows the questionnaire it repeats. The answers a flawed form does have are drawn cell by cell from two
    usable ones, so it is as plausible as they are and like neither.

    Parameters
    ----------
    usable : one row per usable questionnaire: items and demographic columns, no identifier.
    items : names of the statements, in the questionnaire's order.

    Returns
    -------
    Frame of len(usable) + counts.total rows: `respondent` (R0001, ... in order of arrival), the columns of
    `usable`, and `retained`.

    Raises
    ------
    SurveyError
        where there are fewer than two usable rows to draw from.
    """
    if len(usable) < 2:
        raise SurveyError(
            "flawed questionnaires", f"{len(usable)} usable rows.", "At least two are needed to draw from."
        )
    n_rows = len(usable) + counts.total
    flawed_positions = np.sort(rng.choice(np.arange(1, n_rows), size=counts.total, replace=False))
    is_flawed = np.zeros(n_rows, dtype=bool)
    is_flawed[flawed_positions] = True
    kinds = np.repeat(
        [field.name for field in fields(counts)], [getattr(counts, field.name) for field in fields(counts)]
    )
    rng.shuffle(kinds)

    identifiers = [f"R{number:04d}" for number in range(1, n_rows + 1)]
    rows = np.full((n_rows, usable.shape[1]), np.nan)
    rows[~is_flawed] = usable.to_numpy(dtype=np.float64)
    item_columns = usable.columns.get_indexer(pd.Index(items))
    arrival = np.flatnonzero(~is_flawed)
    for position, kind in zip(flawed_positions, kinds, strict=True):
        if kind == "duplicate_respondent":
            earlier = arrival[arrival < position][-_LATEST_RESUBMISSION:]
            source = rng.choice(earlier)
            rows[position] = rows[source]
            identifiers[position] = identifiers[source]
        else:
            rows[position] = _mixture(rows[rng.choice(arrival, size=2, replace=False)], rng)
            rows[position, item_columns] = _spoil(rows[position, item_columns], str(kind), rng)

    mixed = pd.DataFrame(rows, columns=usable.columns)
    mixed.insert(0, RESPONDENT, identifiers)
    mixed[RETAINED] = (~is_flawed).astype(int)
    return mixed


def _mixture(donors: Array, rng: np.random.Generator) -> Array:
    mixed: Array = np.where(rng.random(donors.shape[1]) < 0.5, donors[0], donors[1])
    return mixed


def _spoil(answers: Array, kind: str, rng: np.random.Generator) -> Array:
    spoiled = answers.copy()
    p = answers.size
    if kind == "blank_form":
        spoiled[:] = np.nan
    elif kind == "abandoned":
        spoiled[rng.integers(1, p) :] = np.nan
    elif kind == "skipped":
        spoiled[rng.choice(p, size=rng.integers(1, max(2, p // 4 + 1)), replace=False)] = NO_ANSWER
    else:
        where = rng.choice(p, size=min(p, int(rng.integers(1, 4))), replace=False)
        spoiled[where] = rng.choice(_SLIPS, size=where.size)
    return spoiled
