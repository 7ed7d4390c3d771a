"""Rotated loadings with small ones blanked, and reliability coefficients that follow from loadings."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence

from smartcity_survey.audit.address import Spec, Term, resolve, resolve_one
from smartcity_survey.audit.bound import Bound, bounded
from smartcity_survey.audit.case import Case, Judgement, Planner, applicable, check, identity
from smartcity_survey.audit.checks.eigenvalues import eigenvalue_cases
from smartcity_survey.audit.headers import COMPONENT
from smartcity_survey.audit.interval import Interval, image, total
from smartcity_survey.audit.layout import failing, layout_recognised
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.printed import Printed
from smartcity_survey.audit.reported import Reported
from smartcity_survey.audit.tables import column_of, columns_of, printed_table
from smartcity_survey.errors import SurveyError

ORTHOGONAL, OBLIQUE = "orthogonal", "oblique"
# A caption that names one of these rotations says that factors are correlated.
_OBLIQUE_ROTATION = re.compile(
    r"oblimin|promax|oblique|quartimin|geomin|облимин|промакс|косоугольн|қиғаш", re.IGNORECASE
)
# Communalities that are not the sum of squares in at least so many rows say so too.
_ROWS_OF_OBLIQUE = 3


@check("loading", arithmetic=True)
def loading_is_shown(loading: Reported, cut: Reported, *, most: float = 1.0) -> Judgement:
    """A printed loading is at least the size below which loadings are blanked, and at most 1."""
    allowed = Interval((cut.interval.low + cut.interval.high) / 2, most)
    return Judgement(allowed.meets(loading.interval.magnitude()), allowed)


@check("loadings")
def squares_within_one(loadings: tuple[Reported, ...]) -> Judgement:
    """Squared loadings of an item add up to its communality, at most 1."""
    squares = _sum_of_squares(loadings)
    return Judgement(squares.low <= 1.0, Interval(0.0, 1.0))


@identity("communality")
def communality(loadings: tuple[Interval, ...], blanks: Interval, cut: Interval) -> Interval:
    """A communality is the sum of squared loadings; each blank adds less than the square of the cut."""
    shown = _squares(loadings)
    return Interval(shown.low, shown.high + blanks.high * cut.high**2)


@check("pattern")
def pattern_within_one(pattern: tuple[Reported, ...], cut: Reported, *, blanks: int) -> Judgement:
    """However factors are correlated, a loading exceeds the sum of an item's others by at most 1."""
    range_ = _of_pattern([one.interval for one in pattern], blanks * cut.interval.high)
    return Judgement(range_.low <= 1.0, Interval(0.0, 1.0))


@identity("communality")
def communality_of_pattern(pattern: tuple[Interval, ...], blanks: Interval, cut: Interval) -> Interval:
    """With correlated factors a communality lies between what opposed and what equal factors give."""
    range_ = _of_pattern(pattern, blanks.high * cut.high)
    return Interval(range_.low, min(range_.high, 1.0))


def _of_pattern(pattern: Sequence[Interval], hidden: float) -> Interval:
    """Variance of a weighted sum of standardised factors whose correlations are unknown."""
    sizes = sorted((one.magnitude() for one in pattern), key=lambda size: size.low)
    most = sum(size.high for size in sizes) + hidden
    least = sizes[-1].low - sum(size.high for size in sizes[:-1]) - hidden
    return Interval(max(0.0, least) ** 2, most**2)


@check("components")
def number_of_components(components: Reported, *, columns: int, header: bool = False) -> Judgement:
    """The matrix has as many columns as there are components; a header may number that of the items too."""
    expected = Interval.exactly(columns)
    counted = header and Interval.exactly(columns + 1).meets(components.interval)
    return Judgement(counted or expected.meets(components.interval), expected)


@check("items")
def items_left_out(*, blank: Sequence[str], dropped: Sequence[str]) -> Judgement:
    """The items without a loading are those left out."""
    return Judgement(set(blank) == set(dropped), ", ".join(blank), printed=", ".join(dropped))


@check("loadings")
def variance_explained(
    loadings: tuple[Reported, ...],
    items: Reported,
    cut: Reported,
    low: Reported,
    high: Reported,
    *,
    blanks: int,
    bound: Bound,
) -> Judgement:
    """The explained share of variance lies between blanks at zero and blanks at the cut."""
    shown = _sum_of_squares(loadings)
    most = min(shown.high + blanks * cut.interval.high**2, items.interval.high)
    share = image(lambda a, p: a / p, Interval(shown.low, most), items.interval)
    words, implied = bound.words(low, high), f"{share.low:.1%} - {share.high:.1%}"
    allowed = bounded(low, high, bound)
    if allowed.low <= share.low and share.high <= allowed.high:
        return Judgement(True, words, printed=implied)
    if share.high < allowed.low or allowed.high < share.low:
        return Judgement(False, words, printed=implied)
    return Judgement(None, words, "variance_between", printed=implied)


@identity("ave")
def average_variance_extracted(loadings: tuple[Interval, ...]) -> Interval:
    """AVE is the mean of squared standardised loadings (Fornell & Larcker 1981)."""
    return _squares(loadings).scaled(1 / len(loadings))


@identity("cr")
def composite_reliability(loadings: tuple[Interval, ...]) -> Interval:
    """Composite reliability is (sum of loadings)^2 / ((sum)^2 + sum of (1 - loading^2)).

    Where signs differ, programs add the loadings as they are, and papers their sizes: both are allowed.
    """
    # Larger loadings of one sign only raise it.
    sizes = [loading.magnitude() for loading in loadings]
    expected = Interval(reliability_of([s.low for s in sizes]), reliability_of([s.high for s in sizes]))
    if all(loading.low >= 0 for loading in loadings) or all(loading.high <= 0 for loading in loadings):
        return expected
    summed, rest = total(loadings).magnitude(), Interval.exactly(float(len(loadings))) - _squares(loadings)
    signed = image(lambda true, error: true**2 / (true**2 + error), summed, rest.clipped(0.0))
    return Interval(min(expected.low, signed.low), max(expected.high, signed.high))


def reliability_of(loadings: Sequence[float]) -> float:
    """Composite reliability of standardised loadings (Joereskog 1971)."""
    true = sum(loadings) ** 2
    return float(true / (true + sum(1 - loading**2 for loading in loadings)))


def _squares(loadings: Sequence[Interval]) -> Interval:
    sizes = [loading.magnitude() for loading in loadings]
    return total(Interval(size.low**2, size.high**2) for size in sizes)


def _sum_of_squares(loadings: Sequence[Reported]) -> Interval:
    return _squares([loading.interval for loading in loadings])


COMPOSITES = (average_variance_extracted, composite_reliability)

CHECKS = (
    loading_is_shown,
    squares_within_one,
    communality,
    pattern_within_one,
    communality_of_pattern,
    number_of_components,
    items_left_out,
    variance_explained,
    *COMPOSITES,
)


def plan_loadings(
    paper: Paper,
    place: str,
    *,
    table: str,
    suppressed_below: str | float | None = None,
    components: str | float | None = None,
    header: str | float | None = None,
    dropped: Sequence[str] | None = None,
    rotation: str | None = None,
    columns: Sequence[str] | None = None,
) -> Iterator[Case]:
    """Printed loadings, communalities, columns and blank lines of a rotated matrix.

    Blanks are below `suppressed_below` in size; without it, below the smallest loading that is printed.
    `columns` names those of loadings where their headers are names; `header` is the last number over the
    columns; `rotation` is `orthogonal` or `oblique`, else as the caption or the communalities say.
    """
    printed = printed_table(paper, table, place)
    if rotation not in {None, ORTHOGONAL, OBLIQUE}:
        raise SurveyError(place, f"`rotation: {rotation}` is unknown.", f"Use {ORTHOGONAL} or {OBLIQUE}.")
    named = [column_of(printed, column, place) for column in columns or ()] or _components(printed)
    rows = {
        line: {column: term for column, term in columns_of(printed, line).items() if column in named}
        for line in printed.body
    }
    cut = _cut(paper, place, suppressed_below, rows, len(named))
    yield from _rows(paper, printed, rows, cut, len(named), rotation)
    if named and components is not None:
        stated = resolve_one(paper, components, place)
        yield Case(number_of_components, {"components": stated}, {"columns": len(named)})
    if named and header is not None:
        last = resolve_one(paper, header, place)
        yield Case(number_of_components, {"components": last}, {"columns": len(named), "header": True})
    if named and dropped is not None:
        blank = [line for line, loadings in rows.items() if not loadings]
        yield Case(items_left_out, {}, {"blank": blank, "dropped": list(map(str, dropped))}, place=table)


def _cut(
    paper: Paper,
    place: str,
    suppressed_below: str | float | None,
    rows: Mapping[str, Mapping[str, Term]],
    width: int,
) -> Term:
    """The size that loadings left blank are below; 0 where none is."""
    if suppressed_below is not None:
        return resolve_one(paper, suppressed_below, place)
    printed = [paper.read(term) for cells in rows.values() for term in cells.values()]
    sizes = [number.interval.magnitude().high for number in printed if number.is_number]
    return min(sizes) if sizes and any(0 < len(cells) < width for cells in rows.values()) else 0.0


def _rows(
    paper: Paper,
    printed: Printed,
    rows: Mapping[str, Mapping[str, Term]],
    cut: Term,
    width: int,
    rotation: str | None,
) -> Iterator[Case]:
    upright: list[Case] = []
    oblique: list[Case] = []
    sums: list[Case] = []
    for line, cells in rows.items():
        if not cells:
            continue
        loadings, blanks = tuple(cells.values()), width - len(cells)
        for loading in loadings:
            upright.append(Case(loading_is_shown, {"loading": loading, "cut": cut}))
            oblique.append(Case(loading_is_shown, {"loading": loading, "cut": cut}, {"most": math.inf}))
        upright.append(Case(squares_within_one, {"loadings": loadings}))
        oblique.append(Case(pattern_within_one, {"pattern": loadings, "cut": cut}, {"blanks": blanks}))
        if term := columns_of(printed, line).get("communality"):
            roles: dict[str, Term | tuple[Term, ...]] = {
                "cut": cut,
                "communality": term,
                "blanks": float(blanks),
            }
            sums += applicable((communality,), roles | {"loadings": loadings})
            oblique += applicable((communality_of_pattern,), roles | {"pattern": loadings})
    missed = len(failing(paper, sums))
    by_caption = rotation is None and bool(_OBLIQUE_ROTATION.search(printed.caption))
    by_sums = rotation is None and missed >= _ROWS_OF_OBLIQUE and missed > len(sums) / 2
    if rotation == OBLIQUE or by_caption or by_sums:
        yield from oblique
    else:
        yield from [*upright, *sums]
    if by_sums and not by_caption:
        yield Case(layout_recognised, {}, {"layout": OBLIQUE, "explained": missed}, place=printed.id)


def plan_variance_explained(
    paper: Paper,
    place: str,
    *,
    table: str,
    items: str | float,
    oblique: bool = False,
    **limits: str | float | Sequence[str | float],
) -> Iterator[Case]:
    """What printed loadings imply about the variance explained; the cut is that of the table's `loadings`.

    Without a bound, `table` is one of eigenvalues and percentages, which are checked against one another.
    """
    printed = printed_table(paper, table, place)
    if not limits:
        yield from eigenvalue_cases(paper, printed, resolve_one(paper, items, place), oblique=oblique)
        return
    cuts = [entry.get("suppressed_below") for entry in paper.relations if entry.get("table") == table]
    cut = next((one for one in cuts if isinstance(one, str | float | int)), None)
    cells = [columns_of(printed, line) for line in printed.body]
    columns = _components(printed)
    rows = {
        line: {column: term for column, term in columns_of(printed, line).items() if column in columns}
        for line in printed.body
    }
    shown: tuple[Term, ...] = tuple(line[c] for line in cells for c in columns if c in line)
    if not shown:
        return
    bound, low, high = Bound.read(paper, limits, place)
    yield Case(
        variance_explained,
        {
            "loadings": shown,
            "items": resolve_one(paper, items, place),
            "cut": _cut(paper, place, cut, rows, len(columns)),
            "low": low,
            "high": high,
        },
        {"blanks": len(printed.body) * len(columns) - len(shown), "bound": bound},
    )


def plan_composites(
    paper: Paper,
    place: str,
    *,
    loadings: Spec,
    ave: str | float | None = None,
    cr: str | float | None = None,
) -> Iterator[Case]:
    """AVE and composite reliability of one scale from its standardised loadings."""
    roles: dict[str, Term | tuple[Term, ...]] = {"loadings": resolve(paper, loadings, place)}
    roles |= {
        role: resolve_one(paper, spec, place) for role, spec in (("ave", ave), ("cr", cr)) if spec is not None
    }
    yield from applicable(COMPOSITES, roles)


def _components(printed: Printed) -> list[str]:
    return [column for column in printed.number_columns if column.startswith(COMPONENT)]


PLANS: dict[str, Planner] = {
    "loadings": plan_loadings,
    "variance_explained": plan_variance_explained,
    "composites": plan_composites,
}
