"""Square tables of correlations: which cell belongs to which pair, and what the diagonal holds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from smartcity_survey.audit.paper import Paper, Printed

# `1`, `1.`, `(1)`, `[1]`: the variable of that line.
_NUMBER = re.compile(r"[\[(]?([0-9]{1,2})[\])]?\.?")


_NUMBERED = re.compile(r"^\d{1,2}[._)\s]+(?=\D)")


def unnumbered(name: str) -> str:
    """A variable's name in whichever table: `1._Trust` is `trust`."""
    return _NUMBERED.sub("", name).strip("._ ").casefold()


@dataclass(frozen=True, slots=True)
class Square:
    """A printed matrix of k variables.

    Attributes
    ----------
    names : variables, by the lines of the table.
    lower, upper : (i, j) with i > j to the address of the pair's cell below and above the diagonal.
    diagonal : i to the address of a cell on the diagonal.
    mirrored : both halves are printed and hold the same numbers.
    """

    names: tuple[str, ...]
    lower: Mapping[tuple[int, int], str]
    upper: Mapping[tuple[int, int], str]
    diagonal: Mapping[int, str]
    mirrored: bool

    @property
    def pairs(self) -> Mapping[tuple[int, int], str]:
        """The half that holds the correlations: the lower one, where anything stands there.

        Where the halves differ, the upper one holds something else (p-values, HTMT).
        """
        if not self.lower:
            return self.upper
        return {**self.upper, **self.lower} if self.mirrored else self.lower


def variables_of(printed: Printed) -> dict[str, int]:
    """Columns of a square table to the line of the same variable; other columns are no part of the matrix."""
    lines = printed.body
    columns: dict[str, int] = {}
    for column in printed.number_columns:
        header = printed.headers.get(column, column)
        if header in lines:
            columns[column] = lines.index(header)
        elif (number := _NUMBER.fullmatch(header)) and 1 <= int(number[1]) <= len(lines):
            columns[column] = int(number[1]) - 1
    return columns


def read_square(paper: Paper, printed: Printed) -> Square:
    """Cells of a square table by pair; columns bear the names of the lines, or their numbers `1`, `2` ...

    Lines without a column (and columns without a line, such as `mean`) are no part of the matrix, except
    that the last line of a lower half needs no column of its own.
    """
    lines = printed.body
    columns = variables_of(printed)
    lower: dict[tuple[int, int], str] = {}
    upper: dict[tuple[int, int], str] = {}
    diagonal: dict[int, str] = {}
    for i, line in enumerate(lines):
        for column, j in columns.items():
            address = printed.address(line, column)
            if (line, column) not in printed.cells or not paper.read(address).is_number:
                continue
            if i == j:
                diagonal[i] = address
            elif i > j:
                lower[i, j] = address
            else:
                upper[j, i] = address
    both = [(lower[pair], upper[pair]) for pair in lower.keys() & upper.keys()]
    alike = Counter(paper.read(one).interval.meets(paper.read(other).interval) for one, other in sorted(both))
    return Square(lines, lower, upper, diagonal, mirrored=not both or alike[True] > alike[False])
