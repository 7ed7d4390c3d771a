"""Ordinary layouts that a table does not name: which of several readings all of its numbers agree with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from smartcity_survey.audit.case import Case, Judgement, check
from smartcity_survey.audit.paper import Paper

# Where a layout leaves some differences, it must explain so many and leave so many times fewer.
_FEW, _TIMES_FEWER = 3, 4


@check("layout")
def layout_recognised(*, layout: str, explained: int = 0, number: str = "") -> Judgement:
    """A table's numbers agree with one another only in a layout that it does not name."""
    return Judgement(
        True,
        reason=f"layout_{layout}",
        details={"explained": str(explained), "number": number},
        note=True,
    )


CHECKS = (layout_recognised,)


def failing(paper: Paper, cases: Sequence[Case]) -> list[Case]:
    """Cases whose numbers contradict one another."""
    return [case for case in cases if case.judge(paper.read).consistent is False]


def recognised(
    paper: Paper,
    table: str,
    readings: Sequence[tuple[str, Sequence[Case]]],
    *,
    number: str = "",
    evident: bool = False,
) -> Iterator[Case]:
    """The cases of the first reading that explains all numbers, with a note where it is not the usual one.

    Parameters
    ----------
    readings : name of a layout and its cases, the usual one first. Where none explains all numbers the usual
        one stands, unless it explains not even half of what another one does.
    """
    missed = [len(failing(paper, cases)) for _, cases in readings]
    best = min(range(len(readings)), key=lambda i: missed[i])
    usual, found = missed[0], missed[best]
    if found and not evident and (usual < _FEW or found > usual / _TIMES_FEWER):
        best = 0
    yield from readings[best][1]
    if best:
        options = {"layout": readings[best][0], "explained": missed[0] - missed[best], "number": number}
        yield Case(layout_recognised, {}, options, place=table)
