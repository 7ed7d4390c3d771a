"""SPSS's table of correlations, which prints r, p and n of each pair below one another, as two matrices."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from smartcity_survey.audit.headers import bare
from smartcity_survey.new_paper.document import FoundTable

_R = re.compile(r"pearsoncorrelation|корреляцияпирсона|пирсонкорреляциясы")
_P = re.compile(r"sig(?P<en>\d)tailed|зна?ч\D*(?P<ru>\d)?.*сторон.*|мәнділік\D*(?P<kk>\d)?.*жақты")
_ONE_SIDED = re.compile(r"одностор|біржақты")


@dataclass(frozen=True, slots=True)
class Correlations:
    """Parts of one printed table: matrices of r and p, and what they are of.

    Attributes
    ----------
    r, p : the matrices. n : the number of cases, where all pairs have the same. tails : of p.
    """

    r: FoundTable
    p: FoundTable
    n: str
    tails: int


def correlations_of(found: FoundTable) -> Correlations | None:
    """The matrices of a table as SPSS lays it out; None for any other.

    Its lines name a variable and then a statistic: `Pearson Correlation`, `Sig. (2-tailed)`, `N`. Tables with
    further statistics (covariances), and those whose n differ by pair, are left as they are.
    """
    if len(found.rows) < 3 or len(found.rows[0]) < 3:
        return None
    header, *body = found.rows
    parts: dict[str, list[tuple[str, ...]]] = {"r": [], "p": [], "n": []}
    tails, variable = 2, ""
    for row in body:
        variable = row[0] or variable
        name = bare(row[1])
        if _R.fullmatch(name):
            parts["r"].append((variable, *row[2:]))
        elif match := _P.fullmatch(name):
            sides = match["en"] or match["ru"] or match["kk"] or ("1" if _ONE_SIDED.search(name) else "2")
            tails = int(sides)
            parts["p"].append((variable, *row[2:]))
        elif name == "n":
            parts["n"].append(row[2:])
        else:
            return None
    sizes = {text for row in parts["n"] for text in row if text}
    if len(parts["r"]) < 2 or len(parts["p"]) != len(parts["r"]) or len(sizes) > 1:
        return None
    names = ("", *header[2:])
    r, p = (replace(found, rows=(names, *_rows(parts[part]))) for part in ("r", "p"))
    # Both keep the one caption: they are one table in print.
    return Correlations(r, p, next(iter(sizes), ""), tails)


def _rows(lines: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(line) for line in lines)
