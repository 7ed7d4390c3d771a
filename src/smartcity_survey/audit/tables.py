"""Looking up a paper's tables, their lines and the numbers printed in them."""

from __future__ import annotations

from collections.abc import Sequence

from smartcity_survey.audit.address import Term
from smartcity_survey.audit.headers import known_names
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.printed import Address, Printed
from smartcity_survey.errors import SurveyError


def printed_table(paper: Paper, name: str, place: str) -> Printed:
    """A table by its name in `objects`.

    Raises
    ------
    SurveyError
        where there is none, or nothing is printed in it.
    """
    if name not in paper.objects:
        raise SurveyError(place, f"there is no table `{name}`.", known_names(list(paper.objects), name))
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
    return [term.line if isinstance(term, Address) else "" for term in terms]


def places_of(terms: Sequence[Term]) -> list[str]:
    """Addresses of the lines that numbers stand in, which tell rows of several tables apart."""
    return [Address(term.object, term.line) if isinstance(term, Address) else "" for term in terms]


def column_of(table: Printed, name: str, place: str) -> str:
    """A column by its name here or its header as printed.

    Raises
    ------
    SurveyError
        where the table has none; the nearest is named.
    """
    if (found := table.column(name)) is None:
        raise SurveyError(place, f"{table.id} has no column `{name}`.", known_names(table.columns, name))
    return found


def numbers_of(paper: Paper, table: Printed, line: str) -> dict[str, Term]:
    """As `columns_of`, without cells that hold words: `ns`, `***`, a dash."""
    return {column: term for column, term in columns_of(table, line).items() if paper.read(term).is_number}
