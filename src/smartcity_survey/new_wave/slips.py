"""Cells that may be slips of the key, as sentences that name their rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from smartcity_survey.errors import counted
from smartcity_survey.new_wave.bands import OLDEST, far_values, is_age
from smartcity_survey.new_wave.columns import Column

SLIPS_SHOWN = 5


def far_in(columns: Sequence[Column]) -> Iterator[str]:
    """Numbers that may be slips of the key."""
    for column in columns:
        far = far_values(column)
        near = [number for number in column.counts if number not in far]
        for number in far:
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
        for word, n in list(column.slips.items())[:SLIPS_SHOWN]:
            what = f"{word!r} ({counted(n, 'cell')}) is neither a number nor a known answer. "
            remedy = (
                "Correct it in the file, or write it under `missing_codes` in config.yaml if "
                "it means no answer."
            )
            if word in column.rows:
                yield f"column {column.name!r}, row {column.rows[word]}: {what}{remedy}"
            else:
                yield f"column {column.name!r}: {what}{remedy}"
