"""Addresses: how relations and claims name printed numbers, `table_12:sliv,smob:mean`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from smartcity_survey.audit.headers import known_names
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.printed import TEXT, Address, Printed
from smartcity_survey.errors import SurveyError, counted

# One printed number, or a constant that is exactly so.
Term = str | float
# What stands where an address is asked for.
Spec = str | float | Sequence[str | float] | None
_FILTER = re.compile(r"\[(?P<column>[^=\]]+)=(?P<text>[^\]]*)\]")


def resolve(paper: Paper, spec: Spec, place: str, *, may_be_none: bool = False) -> tuple[Term, ...]:
    """All printed numbers an address (or a list of them) stands for, in that order.

    Blank cells are left out. An address without a column stands for the lines themselves. Filters may leave
    nothing where `may_be_none`.

    Raises
    ------
    SurveyError
        where an address leads nowhere; `place` says which relation has it.
    """
    if isinstance(spec, bool) or spec is None:
        raise SurveyError(place, f"`{spec}` is no address.", "Write one like table_12:sliv:mean.")
    if isinstance(spec, int | float):
        return (float(spec),)
    if not isinstance(spec, str):
        if not isinstance(spec, Sequence):
            raise SurveyError(place, f"`{spec}` is no address.", "Write one like table_12:sliv:mean.")
        return tuple(term for part in spec for term in resolve(paper, part, place, may_be_none=may_be_none))
    terms = _addresses(paper, spec, place)
    if not terms and not may_be_none:
        raise SurveyError(place, f"nothing is printed at `{spec}`.", "Correct the address.")
    return terms


def resolve_one(paper: Paper, spec: str | float | None, place: str) -> Term:
    """The single printed number at an address.

    Raises
    ------
    SurveyError
        where the address stands for none or for several.
    """
    terms = resolve(paper, spec, place)
    if len(terms) != 1:
        raise SurveyError(
            place, f"`{spec}` stands for {counted(len(terms), 'number')}.", "Name a single one."
        )
    return terms[0]


def _addresses(paper: Paper, spec: str, place: str) -> tuple[str, ...]:
    name, _, rest = spec.partition(":")
    if name not in paper.objects:
        found = f"`{spec}` names no table, figure or text."
        raise SurveyError(place, found, known_names(list(paper.objects), name))
    printed = paper.objects[name]
    line_part, column_part = _parts(printed, rest)
    lines = _lines(printed, line_part, spec, place)
    if not column_part and name != TEXT:
        return tuple(Address(name, line) for line in lines)
    columns = _columns(printed, column_part or "printed", spec, place)
    return tuple(
        printed.address(line, column)
        for line in lines
        for column in columns
        if (line, column) in printed.cells
    )


def _parts(printed: Printed, rest: str) -> tuple[str, str]:
    """Lines and columns of an address; a line's own name may hold a colon."""
    line, _, column = rest.rpartition(":")
    if rest in printed.lines:
        return rest, ""
    if line in printed.lines:
        return line, column
    line, _, column = rest.partition(":")
    return line, column


def _lines(printed: Printed, part: str, spec: str, place: str) -> list[str]:
    names = _FILTER.sub("", part)
    lines: list[str] = []
    for name in [names] if names in printed.lines else names.split(","):
        if name == "*":
            found = list(printed.body)
        elif name.endswith("/*"):
            found = [line for line in printed.body if printed.group_of(line) == name[:-2]]
        else:
            found = [line for line in printed.lines if line == name]
        if not found:
            raise SurveyError(
                place, f"`{spec}`: {printed.id} has no line `{name}`.", known_names(printed.lines, name)
            )
        lines += found
    for match in _FILTER.finditer(part):
        (column,), text = _columns(printed, match["column"], spec, place), match["text"]
        lines = [line for line in lines if printed.cells.get((line, column)) == text]
    return lines


def _columns(printed: Printed, part: str, spec: str, place: str) -> list[str]:
    if part == "*":
        return list(printed.number_columns)
    columns = [part] if printed.column(part) else part.split(",")
    found = {column: printed.column(column) for column in columns}
    for column, known in found.items():
        if known is None:
            problem = f"`{spec}`: {printed.id} has no column `{column}`."
            raise SurveyError(place, problem, known_names(printed.columns, column))
    return [known for known in found.values() if known is not None]
