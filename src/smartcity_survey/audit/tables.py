"""Looking up a paper's tables, their lines and the numbers printed in them."""

from __future__ import annotations

from collections.abc import Sequence

from smartcity_survey.audit.address import Term
from smartcity_survey.audit.paper import Paper, Printed
from smartcity_survey.errors import SurveyError


def printed_table(paper: Paper, name: str, place: str) -> Printed:
    """A table by its name in `objects`.

    Raises
    ------
    SurveyError
        where there is none, or nothing is printed in it.
    """
    if name not in paper.objects:
        raise SurveyError(place, f"there is no table `{name}`.", f"Known are {', '.join(paper.objects)}.")
    if not paper.objects[name].lines:
        raise SurveyError(place, f"nothing is printed in `{name}`.", "Give it a file, or leave it out here.")
    return paper.objects[name]


def columns_of(table: Printed, line: str) -> dict[str, Term]:
    """Column name to the address of each number that is printed in a line."""
    return {
        column: table.address(line, column)
        for column in table.number_columns
        if (line, column) in table.cells
    }


def lines_of(terms: Sequence[Term]) -> list[str]:
    """Names of the lines that numbers stand in; empty for constants."""
    return [term.split(":")[1] if isinstance(term, str) else "" for term in terms]


def numbers_of(paper: Paper, table: Printed, line: str) -> dict[str, Term]:
    """As `columns_of`, without cells that hold words: `ns`, `***`, a dash."""
    return {column: term for column, term in columns_of(table, line).items() if paper.read(term).is_number}
