"""Errors that tell a user what is wrong, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the input.

    Attributes
    ----------
    place : file, row, column, item or key where it was found.
    found : what was found there.
    remedy : what the user can do.
    """

    place: str
    found: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.found} {self.remedy}"


class SurveyError(Exception):
    """One or several problems with what the user gave; all of them are listed at once."""

    def __init__(self, place: str, found: str, remedy: str) -> None:
        self.problems: tuple[Problem, ...] = (Problem(place, found, remedy),)
        super().__init__(str(self.problems[0]))

    @classmethod
    def of(cls, problems: Sequence[Problem]) -> SurveyError:
        """One error that lists every problem, in the order they were found."""
        first, *_ = problems
        error = cls(first.place, first.found, first.remedy)
        error.problems = tuple(problems)
        error.args = ("\n".join(str(problem) for problem in problems),)
        return error
