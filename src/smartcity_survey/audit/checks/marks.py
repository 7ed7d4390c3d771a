"""Stars on coefficients of a table that prints p beside them, by the levels that journals use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from smartcity_survey.audit.address import Term
from smartcity_survey.audit.case import Case
from smartcity_survey.audit.checks.hypotheses import starred_by_p
from smartcity_survey.audit.layout import failing
from smartcity_survey.audit.paper import Paper

# Psychology and most journals; economics.
LEVELS: Sequence[Mapping[str, float]] = (
    {"*": 0.05, "**": 0.01, "***": 0.001},
    {"*": 0.10, "**": 0.05, "***": 0.01},
)
# Stars mean what these levels say where so many carry them rightly and so few do not.
_AGREEING, _ASTRAY = 2, 1


def star_cases(paper: Paper, lines: Sequence[Mapping[str, Term]], columns: Sequence[str]) -> Iterator[Case]:
    """Whether each coefficient carries the stars of its p, where nobody says what stars stand for.

    Levels are believed that explain all stars of a column, else the usual ones if a single star is astray
    among several that are not. Otherwise stars mean something else here, and are not checked.
    """
    for column in columns:
        pairs = [(cells[column], cells["p"]) for cells in lines if {column, "p"} <= cells.keys()]
        used = {paper.read(estimate).marks for estimate, _ in pairs} - {""}
        if not used or not used <= LEVELS[0].keys():
            continue
        readings = [
            [
                Case(starred_by_p, {"estimate": one, "p": p, "below": levels[mark]}, {"mark": mark})
                for mark in sorted(used)
                for one, p in pairs
            ]
            for levels in LEVELS
        ]
        astray = [{case.roles["estimate"] for case in failing(paper, cases)} for cases in readings]
        right = {one for one, _ in pairs if paper.read(one).marks} - astray[0]
        if not all(astray):
            yield from readings[[bool(found) for found in astray].index(False)]
        elif len(astray[0]) <= _ASTRAY and len(right) >= _AGREEING:
            yield from readings[0]


def told_of_stars(paper: Paper, table: str) -> bool:
    """Whether a relation says what the stars of a table stand for."""
    return any(
        entry.get("kind") == "stars" and str(entry.get("of")).startswith(f"{table}:")
        for entry in paper.relations
    )
