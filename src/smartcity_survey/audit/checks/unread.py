"""What was entered and takes part in no check: columns, cells, relations, and the nearest known names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from smartcity_survey.audit.case import Case, Judgement, check
from smartcity_survey.audit.checks.groups import NUMBERED
from smartcity_survey.audit.headers import COMPONENT, KNOWN, canonical, is_known, nearest_column
from smartcity_survey.audit.matrix import variables_of
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.printed import Printed
from smartcity_survey.audit.reported import Reported, read_number, repaired

# Columns that checks know and that hold words.
_WORDS = frozenset({"verdict"})


@check("column")
def unread_column(*, column: str, nearest: str, twice: bool = False) -> Judgement:
    """A column has a name that no check of its table knows, or another column's."""
    return _unread("unread_column_twice" if twice else "unread_column", column=column, nearest=nearest)


@check("cells", needs_numbers=False)
def unread_cell(cells: tuple[Reported, ...]) -> Judgement:
    """Cells of a column of numbers hold none."""
    meant = [(cell.text, repaired(cell.text)) for cell in cells]
    named = [f"{text} ({number}?)" if number else text for text, number in meant]
    return _unread("unread_cell", named=", ".join(named))


@check("key")
def unread_key(*, column: str, nearest: str, taken: bool) -> Judgement:
    """A relation names a column that its table does not have."""
    return _unread("unread_key_taken" if taken else "unread_key", column=column, nearest=nearest)


@check("relation")
def unread_relation(*, relation: str, columns: Sequence[str]) -> Judgement:
    """A relation or claim that gives nothing to check."""
    return _unread("unread_relation", relation=relation, columns=", ".join(columns))


def _unread(reason: str, **details: str) -> Judgement:
    return Judgement(None, reason=reason, details=details, unread=True)


CHECKS = (unread_column, unread_cell, unread_key, unread_relation)


def plan_unread(paper: Paper, cases: Sequence[Case]) -> Iterator[Case]:
    """Columns that a table of a known family should not have, and cells that are no numbers."""
    used = {(term.object, term.column) for case in cases for term in case.cells()}
    for printed in paper.objects.values():
        words = _columns_of_words(printed)
        for column in printed.number_columns:
            if column not in words and (printed.id, column) not in used and _is_unknown(printed, column):
                header = printed.headers.get(column, column)
                options: dict[str, object] = {"column": header}
                options["nearest"] = nearest_column(header, printed.family)
                options["twice"] = canonical(header, printed.family) in set(printed.number_columns) - {column}
                yield Case(unread_column, {}, options, place=printed.id)
        for column in printed.number_columns:
            if column not in words and (found := _unreadable(printed, column)):
                yield Case(unread_cell, {"cells": tuple(printed.address(line, column) for line in found)})


def _is_unknown(printed: Printed, column: str) -> bool:
    known = KNOWN.get(printed.family)
    if known is None or column in known or column.startswith(COMPONENT):
        return False
    if printed.family == "matrix":
        return column not in variables_of(printed)
    return not (printed.family == "groups" and NUMBERED.fullmatch(column))


def _columns_of_words(printed: Printed) -> set[str]:
    """Columns that no check reads and whose cells are words throughout: labels that nobody declared."""
    return {
        column
        for column in printed.number_columns
        if (not is_known(column) or column in _WORDS)
        and not any(any(letter.isdigit() for letter in text) for text in _texts(printed, column))
    }


def _texts(printed: Printed, column: str) -> list[str]:
    return [text for (_, name), text in printed.cells.items() if name == column]


def _unreadable(printed: Printed, column: str) -> list[str]:
    return [
        line
        for line in printed.lines
        if (text := printed.cells.get((line, column))) is not None and not read_number(text).is_number
    ]
