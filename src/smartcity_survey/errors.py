"""Errors that tell a user what is wrong, where, and what to do about it."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


def counts(**of: int) -> str:
    """Several counts in a row, by noun: `counts(respondent=20, item=1)` is `20 respondents, 1 item`."""
    return ", ".join(counted(n, noun) for noun, n in of.items())


def counted(n: float, one: str, many: str = "") -> str:
    """A number with the noun that it counts: `1 cell`, `2 cells`; `many` where the plural has no plain s."""
    return f"{n} {one}" if n == 1 else f"{n} {many or one + 's'}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the input.

    Attributes
    ----------
    place : file, row, column, item or key where it was found.
    found : what was found there.
    remedy : what the user can do.
    about : the construct it concerns, where it concerns one alone.
    """

    place: str
    found: str
    remedy: str
    about: str = ""

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

    def __reduce__(self) -> tuple[Any, ...]:
        """How it comes from one process to another: by default with the wrong arguments, and breaks both."""
        return SurveyError.of, (self.problems,)


class Gathered:
    """Problems of parts that are read one after another, told together."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []

    @contextmanager
    def part(self) -> Iterator[None]:
        """What is wrong within is kept, and what follows is read all the same."""
        try:
            yield
        except SurveyError as error:
            self._problems += error.problems

    def tell(self) -> None:
        """Raise the problems, each once.

        Raises
        ------
        SurveyError
            where there is one.
        """
        if self._problems:
            raise SurveyError.of(list(dict.fromkeys(self._problems)))


class Category(str):
    """A name at fault that is an answer to a demographic question, as a dummy of a regression stands for it.

    As text, which messages show, it is `variable: answer`.

    Attributes
    ----------
    variable, answer : the question and the code of the answer.
    """

    __slots__ = ("answer", "variable")

    def __new__(cls, variable: str, answer: str) -> Category:
        category = super().__new__(cls, f"{variable}: {answer}")
        category.variable, category.answer = variable, answer
        return category

    def __reduce__(self) -> tuple[Any, ...]:
        """As that of `SurveyError`."""
        return Category, (self.variable, self.answer)

    variable: str
    answer: str


class NoSolution(SurveyError):
    """What the answers do not admit, though nothing is wrong with the files.

    Attributes
    ----------
    reason : a code, which reports put into the reader's language.
    names : items, constructs or categories (`Category`) at fault; may be empty.
    """

    def __init__(self, reason: str, names: Sequence[str], problems: Sequence[Problem]) -> None:
        first, *_ = problems
        super().__init__(first.place, first.found, first.remedy)
        self.problems = tuple(problems)
        self.args = ("\n".join(str(problem) for problem in problems),)
        self.reason = reason
        self.names = tuple(names)

    def __reduce__(self) -> tuple[Any, ...]:
        """As that of `SurveyError`."""
        return NoSolution, (self.reason, self.names, self.problems)


_REASONS = {
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.ENOENT: "no such file or folder",
    errno.EEXIST: "it is there already",
    errno.EISDIR: "it is a folder",
    errno.ENOTDIR: "a folder of its path is a file",
    errno.ENOSPC: "no space is left on the disk",
    errno.EROFS: "the disk can only be read",
    errno.ENAMETOOLONG: "its name is too long",
    errno.EBUSY: "another program uses it",
    errno.EIO: "the disk does not answer",
    errno.EMFILE: "too many files are open",
    errno.ENFILE: "too many files are open",
    errno.ELOOP: "its links go round in a circle",
    errno.EFBIG: "it is larger than files may be here",
    errno.EDQUOT: "no more space is allotted on the disk",
    errno.ENOMEM: "there is too little memory",
    errno.EAGAIN: "the system has no room for another process",
}
"""What a system's common errors mean: its own words are in whatever language it speaks."""


def reason_of(error: OSError) -> str:
    """Why a file cannot be used, in words of which the messages have translations."""
    return _REASONS.get(error.errno or 0, "") or error.strerror or str(error)


def refused_by_system(error: OSError | MemoryError | BrokenExecutor, place: str) -> SurveyError:
    """What the system did not give or took away, as a problem of the place that needed it.

    place : where the error names no file.
    """
    if isinstance(error, BrokenExecutor):
        return SurveyError(place, "a process of it was ended from outside.", ROOM)
    if isinstance(error, MemoryError):
        return SurveyError(place, "there is too little memory.", ROOM)
    where = error.filename if isinstance(error.filename, str) else place
    return SurveyError(where, f"{reason_of(error)}.", "Run again when it is given; what is finished stays.")


ROOM = "End other programs, or run with fewer cores; what is finished stays."
"""What to do where memory runs out: the system then ends processes, or gives none."""
