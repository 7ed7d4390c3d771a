"""Printed numbers that a problem is not posed from: told, and refused where they look like a slip."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from smartcity_survey.audit.headers import nearest
from smartcity_survey.audit.matrix import variables_of
from smartcity_survey.audit.paper import Paper, Printed
from smartcity_survey.errors import Problem, SurveyError

if TYPE_CHECKING:
    from smartcity_survey.reconstruct.published import PublishedProblem

TOPICS = (
    "adequacy",
    "descriptives",
    "correlations",
    "rotated_loadings",
    "model_summary",
    "durbin_watson",
    "anova",
    "coefficients",
)
"""What a table `shows`, for its numbers to be read."""
_BY_NAME = {
    "descriptives",
    "correlations",
    "rotated_loadings",
    "coefficients",
}  # their lines are items or constructs
_SLIP = 0.8  # likeness of two names, from which the one is taken for the other misspelt


def require_no_slip(
    paper: Paper, used: Collection[str], known: Sequence[str], aside: Collection[str] = ()
) -> None:
    """Refuse tables of which nothing is read though they say that it should be, and misspelt names.

    Parameters
    ----------
    used : addresses of the cells that are read. known : items and constructs. aside : tables of regressions
        that the model has not.

    Raises
    ------
    SurveyError
        which names every such table and line.
    """
    complaints = [
        problem
        for table in _tables(paper)
        for problem in _slips(paper, table, used, known, table.id in aside)
    ]
    if complaints:
        raise SurveyError.of(complaints)


def require_spelt(paper: Paper, table: Printed, known: Sequence[str]) -> None:
    """Refuse a table of items with a line that is an item misspelt.

    Parameters
    ----------
    known : items.

    Raises
    ------
    SurveyError
        which names every such line.
    """
    if complaints := list(_misspelt(paper, table, (), known)):
        raise SurveyError.of(complaints)


def _slips(
    paper: Paper, table: Printed, used: Collection[str], known: Sequence[str], aside: bool
) -> Iterator[Problem]:
    place = f"paper.yaml, {table.id}"
    for topic in sorted(table.shows - set(TOPICS)):
        if meant := nearest(topic, TOPICS, _SLIP):
            yield Problem(
                place,
                f"`shows: {topic}` is not read.",
                f"Known are {', '.join(TOPICS)}. The nearest is {meant}.",
            )
    if not table.shows & set(TOPICS):
        return
    misspelt = list(_misspelt(paper, table, used, known)) if table.shows & _BY_NAME else []
    yield from misspelt
    if not misspelt and not aside and not any(place in used for place in _numbers(paper, table)):
        yield Problem(
            place,
            f"it shows {', '.join(sorted(table.shows & set(TOPICS)))}, but none of its numbers is read.",
            f"Its lines are {', '.join(table.lines) or 'none'}, its columns {', '.join(table.columns)}: name "
            "them as in data/published/README.md, and lines as in the codebook or under `names`.",
        )


def _misspelt(paper: Paper, table: Printed, used: Collection[str], known: Sequence[str]) -> Iterator[Problem]:
    """Lines without a number that is read, whose name is almost one that is known."""
    for line in table.lines:
        name = paper.names.get(line, line)
        printed = [table.address(line, column) for column in table.columns if (line, column) in table.cells]
        if name in known or not printed or any(place in used for place in printed):
            continue
        # A printed name stands for one of the pipeline; either may be misspelt.
        if meant := nearest(name, known, _SLIP) or nearest(
            line, [one for one in paper.names if one not in table.lines], _SLIP
        ):
            found = f"`{line}` ({name})" if name != line else f"`{line}`"
            yield Problem(
                f"{table.id}:{line}",
                f"{found} is no item or construct, so none of its numbers is read.",
                f"If {meant} is meant, write that here or under `names` in paper.yaml.",
            )


def left_aside(paper: Paper, published: PublishedProblem) -> Iterator[str]:
    """A line for every table with how many of its numbers are used, and which are not."""
    used, n = published.used, published.problem.design.n
    for table in _tables(paper):
        numbers = _numbers(paper, table)
        taken = [place for place in numbers if place in used]
        if not numbers or not (taken or table.shows & set(TOPICS)):
            continue
        line = f"{table.id}: {len(taken)} of {len(numbers)} printed numbers used"
        aside = [*_without(numbers, taken, 0), *_without(numbers, taken, 1)]
        yield f"{line}; none of {', '.join(f'`{name}`' for name in aside)}" if aside else line
        if table.id in published.aside:
            yield published.aside[table.id]
        for address, text in _unread(paper, table):
            yield f"{address}: `{text}` is read as no number"
        for address, text in _of_others(paper, table, n):
            yield f"{address}: {text} respondents; all numbers are taken to be of {n}"
    if rest := [table.id for table in _tables(paper) if not table.shows & set(TOPICS)]:
        yield f"not read, as `shows` names none of {', '.join(TOPICS)}: {', '.join(rest)}"


def _without(numbers: dict[str, tuple[str, str]], taken: Sequence[str], at: int) -> list[str]:
    """Lines (`at` 0) or columns (1) with numbers of which none is used."""
    used = {numbers[place][at] for place in taken}
    return [name for name in dict.fromkeys(cell[at] for cell in numbers.values()) if name not in used]


def _tables(paper: Paper) -> Iterable[Printed]:
    return (table for table in paper.objects.values() if table.cells and table.kind == "table")


def _numbers(paper: Paper, table: Printed) -> dict[str, tuple[str, str]]:
    """Addresses of the numbers of a table, but a matrix's diagonal, with line and column."""
    square = variables_of(table) if "correlations" in table.shows else {}
    return {
        table.address(line, column): (line, column)
        for line, column in table.cells
        if column in table.number_columns
        and paper.read(table.address(line, column)).is_number
        and not (column in square and line in table.body and square[column] == table.body.index(line))
    }


def _unread(paper: Paper, table: Printed) -> Iterator[tuple[str, str]]:
    for (line, column), text in table.cells.items():
        place = table.address(line, column)
        if column in table.number_columns and not paper.read(place).is_number:
            yield place, text


def _of_others(paper: Paper, table: Printed, n: int) -> Iterator[tuple[str, str]]:
    """Numbers of respondents that are not the paper's."""
    for (line, column), text in table.cells.items():
        found = paper.read(table.address(line, column)).value
        if "descriptives" in table.shows and column == "n" and found is not None and found != n:
            yield table.address(line, column), text
