"""A matrix of correlations: possible at all, the same in both halves, p and stars as r and n imply."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from smartcity_survey.audit.address import Term, resolve_one
from smartcity_survey.audit.case import Case, Judgement, Planner, applicable, check, identity
from smartcity_survey.audit.checks.adequacy import p_of_correlation, tail_of_correlation
from smartcity_survey.audit.checks.arithmetic import same_value
from smartcity_survey.audit.interval import Interval, image
from smartcity_survey.audit.matrix import Square, read_square
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.reported import Reported
from smartcity_survey.audit.tables import printed_table
from smartcity_survey.errors import SurveyError

# Stars as journals use them, where the paper does not say.
LEVELS = {"*": 0.05, "**": 0.01, "***": 0.001}
# More rounds of projection change nothing that three digits show.
_ROUNDS = 200
_SLACK = 1e-9


@identity("correlation")
def correlation_in_range() -> Interval:
    """A correlation lies between -1 and 1."""
    return Interval(-1.0, 1.0)


@check("correlations")
def possible_correlations(
    correlations: tuple[Reported, ...], *, pairs: Sequence[tuple[int, int]], names: Sequence[str]
) -> Judgement:
    """Some sample has these correlations: within rounding, their matrix is positive semidefinite.

    An impossible matrix is proved so by a vector v with v'Rv < 0 for every R within rounding; the variables
    named are those that v weights most. Correlations that are not printed may be anything.
    """
    k = len(names)
    low, high = -np.ones((k, k)), np.ones((k, k))
    for (i, j), number in zip(pairs, correlations, strict=True):
        low[i, j] = low[j, i] = max(number.interval.low, -1.0)
        high[i, j] = high[j, i] = min(number.interval.high, 1.0)
    np.fill_diagonal(low, 1.0)
    vector = impossible_direction(low, high)
    if vector is None:
        return Judgement(True)
    smallest = float(np.linalg.eigvalsh((low + high) / 2)[0])
    order = np.argsort(-np.abs(vector))
    heavy = [names[i] for i in order[: max(3, int(np.sum(np.abs(vector) > 0.3)))]]
    details = {"which": ", ".join(heavy), "smallest": f"{smallest:.3f}"}
    return Judgement(False, details=details)


def impossible_direction(low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """A vector v with v'Rv < 0 for every symmetric R from `low` to `high` (k, k), None where none is found.

    Alternating projections onto the box and the positive semidefinite matrices: where they meet, a possible
    matrix is found; where they do not, the smallest eigenvector soon is such a v.
    """
    current = (low + high) / 2
    for _ in range(_ROUNDS):
        values, vectors = np.linalg.eigh(current)
        if values[0] >= -_SLACK:
            return None
        direction: NDArray[np.float64] = vectors[:, 0]
        weights = np.outer(direction, direction)
        if np.sum(np.where(weights > 0, high, low) * weights) < -_SLACK:
            return direction
        projected = (vectors * np.maximum(values, 0.0)) @ vectors.T
        current = np.clip(projected, low, high)
    return None


@check("r")
def starred_correlation(
    r: Reported, n: Reported, tails: Reported, *, levels: Mapping[str, float]
) -> Judgement:
    """A correlation carries the stars of the smallest level that its p is below."""
    p = image(tail_of_correlation, r.interval.magnitude().clipped(0.0, 1.0), n.interval, tails.interval)
    possible = [mark for mark, low, high in _bands(levels) if p.low < high and low <= p.high]
    return Judgement(r.marks in possible, " / ".join(mark or "–" for mark in possible))


def _bands(levels: Mapping[str, float]) -> Iterator[tuple[str, float, float]]:
    """Each mark with the p-values it stands for, the mark of none last."""
    ordered = sorted(levels.items(), key=lambda item: item[1])
    edges = [0.0, *(level for _, level in ordered)]
    for (mark, level), below in zip(ordered, edges, strict=False):
        yield mark, below, level
    yield "", edges[-1], np.inf


CHECKS = (correlation_in_range, possible_correlations, starred_correlation)


def plan_correlations(
    paper: Paper,
    place: str,
    *,
    table: str,
    n: str | float | None = None,
    p: str | None = None,
    stars: Mapping[str, float] | None = None,
    tails: float = 2,
    deletion: str = "listwise",
) -> Iterator[Case]:
    """A correlation matrix: in range, possible at all, both halves alike, stars and p from r and n."""
    if deletion not in {"listwise", "pairwise"}:
        raise SurveyError(place, f"`deletion: {deletion}` is unknown.", "Use listwise or pairwise.")
    square = read_square(paper, printed_table(paper, table, place))
    if not square.pairs:
        raise SurveyError(
            place,
            f"{table} has no column that is named like one of its lines.",
            "Name lines and columns alike, or the columns 1, 2, 3 in the order of the lines.",
        )
    yield from matrix_cases(square, possible=deletion == "listwise")
    sample = n if n is not None else paper.n
    if sample is None:
        return
    size = resolve_one(paper, sample, place)
    yield from _stars(paper, square, size, stars, tails, place)
    if p is not None:
        beside = read_square(paper, printed_table(paper, p, place)).pairs
        for pair, address in square.pairs.items():
            if pair in beside:
                roles: dict[str, Term] = {"r": address, "n": size, "p": beside[pair]}
                yield from applicable((p_of_correlation,), roles | {"tails": tails, "alpha": paper.alpha})


def matrix_cases(square: Square, *, possible: bool = True) -> Iterator[Case]:
    """What holds for any matrix of correlations; with `possible`, of one sample of complete cases."""
    for address in square.pairs.values():
        yield Case(correlation_in_range, {"correlation": address})
    if square.mirrored:
        for pair in sorted(square.lower.keys() & square.upper.keys()):
            yield Case(same_value, {"values": (square.lower[pair], square.upper[pair])})
    if possible and len(square.names) > 2 and len(square.pairs) > 2:
        members = sorted({i for pair in square.pairs for i in pair})
        place = {member: index for index, member in enumerate(members)}
        pairs = sorted(square.pairs)
        options = {
            "pairs": [(place[i], place[j]) for i, j in pairs],
            "names": [square.names[i] for i in members],
        }
        yield Case(possible_correlations, {"correlations": tuple(square.pairs[p] for p in pairs)}, options)


def _stars(
    paper: Paper, square: Square, n: Term, stars: Mapping[str, float] | None, tails: float, place: str
) -> Iterator[Case]:
    """Marks of the matrix; the usual levels of the stars it uses, where none are given."""
    if stars is not None and not all(isinstance(level, int | float) for level in stars.values()):
        raise SurveyError(place, "`stars` has a level that is no number.", 'Write {"*": 0.05, "**": 0.01}.')
    marks = {paper.read(address).marks for address in square.pairs.values()}
    used = max((len(mark) for mark in marks if set(mark) == {"*"}), default=0)
    levels = stars or dict(itertools.islice(LEVELS.items(), used))
    if not levels or not marks & levels.keys():
        return
    for address in square.pairs.values():
        if not set(paper.read(address).marks) - {"*"}:
            yield Case(starred_correlation, {"r": address, "n": n, "tails": tails}, {"levels": levels})


PLANS: dict[str, Planner] = {"correlations": plan_correlations}
