"""Tables of another shape than a row for each respondent and a column for each question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from smartcity_survey.errors import counted
from smartcity_survey.new_wave.columns import Column
from smartcity_survey.new_wave.guesses import Roles

MOST_COLUMNS = 8
"""Columns of a table with a row for each answer: respondent, question, answer and a few more."""
FEWEST_QUESTIONS = 3
EVEN = 0.9
"""Least share of the commonest question's rows that every other one has in such a table."""


def odd_shapes(survey: Path, columns: Sequence[Column], roles: Roles) -> Iterator[str]:
    """What a person should do with a table that is turned, or has a row for each answer."""
    n_rows = max((column.n_rows for column in columns), default=0)
    n_items = sum(len(group.columns) for group in roles.groups)
    if n_items > n_rows:
        yield (
            f"{survey}: {counted(n_items, 'column')} look like items, more than there are rows ({n_rows}). "
            "If the respondents stand in the columns, turn the table (in Excel: copy, paste special, "
            "transpose), and draft again in a new folder."
        )
    if roles.groups or len(columns) > MOST_COLUMNS:
        return
    for column in columns:
        n = [*column.words.values(), *column.counts.values()]
        respondents = [other for other in columns if other is not column and _stands_in(other, len(n))]
        if len(n) >= FEWEST_QUESTIONS and min(n) >= EVEN * max(n) > 1 and respondents:
            yield (
                f"{survey}: a row seems to be one answer: each of {len(n)} values of {column.name!r} "
                f"stands beside each of {respondents[0].name!r}. Make a table with a row for each "
                f"respondent and a column for each {column.name!r} (in Excel: a pivot table), and draft "
                "again in a new folder."
            )
            return


def _stands_in(column: Column, n_questions: int) -> bool:
    """Whether most values of a column, more than there are questions, stand in a row for each of these."""
    n = [*column.words.values(), *column.counts.values()]
    usual = sum(n_questions * EVEN <= own <= n_questions for own in n)
    return len(n) > n_questions and usual >= EVEN * len(n)
