"""Rotated loadings with small ones blanked, and reliability coefficients that follow from loadings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from smartcity_survey.audit.address import Spec, Term, resolve, resolve_one
from smartcity_survey.audit.bound import Bound, bounded
from smartcity_survey.audit.case import Case, Judgement, Planner, applicable, check, identity
from smartcity_survey.audit.checks.eigenvalues import eigenvalue_cases
from smartcity_survey.audit.interval import Interval, image, total
from smartcity_survey.audit.paper import Paper, Printed
from smartcity_survey.audit.reported import Reported
from smartcity_survey.audit.tables import columns_of, printed_table

COMPONENT = "component_"


@identity("loading")
def loading_is_shown(cut: Interval) -> Interval:
    """A printed loading is at least the size below which loadings are blanked, and at most 1."""
    return Interval((cut.low + cut.high) / 2, 1.0)


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


@check("components")
def number_of_components(components: Reported, *, columns: int) -> Judgement:
    """The matrix has as many columns as there are components."""
    expected = Interval.exactly(columns)
    return Judgement(expected.meets(components.interval), expected)


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
    """Composite reliability is (sum of loadings)^2 / ((sum)^2 + sum of (1 - loading^2))."""
    # Larger loadings of one sign only raise it.
    sizes = [loading.magnitude() for loading in loadings]
    return Interval(reliability_of([s.low for s in sizes]), reliability_of([s.high for s in sizes]))


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
    suppressed_below: str | float = 0.0,
    components: str | float | None = None,
    dropped: Sequence[str] | None = None,
) -> Iterator[Case]:
    """Printed loadings, communalities, columns and blank lines of a rotated matrix."""
    printed = printed_table(paper, table, place)
    cut = resolve_one(paper, suppressed_below, place)
    columns = _components(printed)
    blank = []
    for line in printed.body:
        cells = columns_of(printed, line)
        loadings = tuple(cells[column] for column in columns if column in cells)
        if not loadings:
            blank.append(line)
            continue
        for loading in loadings:
            yield Case(loading_is_shown, {"loading": loading, "cut": cut})
        yield Case(squares_within_one, {"loadings": loadings})
        roles: dict[str, Term | tuple[Term, ...]] = {"loadings": loadings, "cut": cut}
        if "communality" in cells:
            roles |= {"communality": cells["communality"], "blanks": float(len(columns) - len(loadings))}
            yield from applicable((communality,), roles)
    if components is not None:
        yield Case(
            number_of_components,
            {"components": resolve_one(paper, components, place)},
            {"columns": len(columns)},
        )
    if dropped is not None:
        yield Case(items_left_out, {}, {"blank": blank, "dropped": list(dropped)}, place=table)


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
    cut = next((r.get("suppressed_below", 0.0) for r in paper.relations if r.get("table") == table), 0.0)
    cells = [columns_of(printed, line) for line in printed.body]
    columns = _components(printed)
    shown: tuple[Term, ...] = tuple(line[c] for line in cells for c in columns if c in line)
    bound, low, high = Bound.read(paper, limits, place)
    yield Case(
        variance_explained,
        {
            "loadings": shown,
            "items": resolve_one(paper, items, place),
            "cut": resolve_one(paper, cut, place),
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
