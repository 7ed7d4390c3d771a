"""Cells that may be slips of the key, as sentences that name their rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from smartcity_survey.data.read.cells import Missing
from smartcity_survey.data.read.formulas import UNSTORED
from smartcity_survey.errors import counted
from smartcity_survey.new_wave.bands import OLDEST, far_values, is_age
from smartcity_survey.new_wave.columns import Column

SLIPS_SHOWN = 5


def none_elsewhere(columns: Sequence[Column], declared: Missing, listed: Collection[object]) -> Iterator[str]:
    """Codes that mean no answer in other columns of the file, as 99 among ages.

    Parameters
    ----------
    declared : what the file declares so in any column. listed : what the draft lists as no answer anywhere.
    """
    for column in columns:
        for number in sorted(set(column.counts) - set(column.answers)):
            row, cells = column.number_rows.get(number, 0), counted(column.counts[number], "cell")
            if number in listed:
                yield (
                    f"column {column.name!r}, row {row}: {number:g} ({cells}) means no answer in other "
                    "columns, and so here, for it stands under `missing_codes` in config.yaml. Correct one "
                    "of the two if it is an answer here."
                )
            elif declared.among(np.array([number])).any():
                yield (
                    f"column {column.name!r}, row {row}: {number:g} ({cells}) is declared as no answer in "
                    "other columns of the file. If it means none here too, write it under `missing_codes` "
                    "in config.yaml; as it is, it is taken for an answer."
                )


def far_in(columns: Sequence[Column], declared: Missing | None = None) -> Iterator[str]:
    """Numbers that may be slips of the key; those that the file declares as no answer are told elsewhere."""
    for column in columns:
        far = far_values(column)
        near = [number for number in column.counts if number not in far]
        for number in far:
            if declared and declared.among(np.array([number])).any():
                continue
            row, cells = column.number_rows.get(number, 0), counted(column.counts[number], "cell")
            if is_age(column) and number > OLDEST:
                yield (
                    f"column {column.name!r}, row {row}: {number:g} ({cells}) is nobody's age. Correct it "
                    "in the file, or write it under `missing_codes` in config.yaml if it means no answer; as "
                    "it is, it has a band of its own."
                )
            elif is_age(column):
                yield (
                    f"column {column.name!r}, row {row}: {number:g} ({cells}) is nobody's age. Correct it in "
                    "the file; as it is, it has a band of its own."
                )
            else:
                yield (
                    f"column {column.name!r}, row {row}: {number:g} ({cells}) lies far from all other "
                    f"answers, {min(near):g} to {max(near):g}. Correct it in the file if it is a slip; as it "
                    "is, it has a band of its own."
                )


def slips_in(columns: Sequence[Column]) -> Iterator[str]:
    """Texts beside codes, and numbers beside words, that mean no answer."""
    for column in columns:
        slips = {word: n for word, n in column.slips.items() if word != UNSTORED}
        for word, n in list(slips.items())[:SLIPS_SHOWN]:
            what = f"{word!r} ({counted(n, 'cell')}) is neither a number nor a known answer. "
            remedy = (
                "Correct it in the file, or write it under `missing_codes` in config.yaml if "
                "it means no answer."
            )
            if word in column.rows:
                yield f"column {column.name!r}, row {column.rows[word]}: {what}{remedy}"
            else:
                yield f"column {column.name!r}: {what}{remedy}"
