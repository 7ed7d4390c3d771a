"""A measurement model in one table: loadings, and each construct's alpha, rho_A, CR and AVE."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from smartcity_survey.audit.address import Term
from smartcity_survey.audit.case import Case, Judgement, Planner, applicable, check, identity
from smartcity_survey.audit.checks.arithmetic import same_value
from smartcity_survey.audit.checks.loadings import (
    average_variance_extracted,
    composite_reliability,
    reliability_of,
)
from smartcity_survey.audit.interval import Interval, image
from smartcity_survey.audit.paper import Paper, Printed
from smartcity_survey.audit.reported import Reported
from smartcity_survey.audit.tables import numbers_of, printed_table
from smartcity_survey.errors import SurveyError

# Statistics of a construct, not of an item.
OF_CONSTRUCT = ("alpha", "rho_a", "cr", "ave", "sqrt_ave", "items", "mean_r")

# How far alpha may be above composite reliability, by the smallest loading. Of 4000 simulated constructs of
# 3-8 items, scored by PLS against a weak outcome, none with loadings of .6 or more was .025 above, one in a
# thousand with loadings of .5 or more was .03 above, and none with loadings of .4 or more .15.
_ABOVE = ((0.6, 0.02), (0.4, 0.15))
_ABOVE_UNSEEN = 0.03
# Alpha of raw answers lies below that of standardised ones where variances differ: by up to 0.06 there.
_BELOW = 0.10


@identity("loading")
def loading_in_range() -> Interval:
    """A standardised loading lies between -1 and 1."""
    return Interval(-1.0, 1.0)


@identity("sqrt_ave")
def root_of_ave(ave: Interval) -> Interval:
    """The root of AVE, as the Fornell-Larcker criterion compares it."""
    return image(np.sqrt, ave.clipped(0.0))


@identity("cr")
def composite_within_ave(ave: Interval, items: Interval) -> Interval:
    """AVE and the number of items limit composite reliability.

    With k loadings from 0 to 1 and AVE = A their sum is at least kA and at most k sqrt(A), so composite
    reliability lies between kA^2/(kA^2 + 1 - A) and kA/(kA + 1 - A).
    """
    share = ave.clipped(0.0, 1.0)
    low = image(lambda a, k: k * a * a / (k * a * a + 1 - a), share, items).low
    high = image(lambda a, k: k * a / (k * a + 1 - a), share, items).high
    return Interval(low, high)


@check("alpha", arithmetic=True)
def alpha_from_loadings(alpha: Reported, loadings: tuple[Reported, ...]) -> Judgement:
    """Alpha is at most the composite reliability of the loadings, and at least what they alone account for.

    The items' correlations sum up to at least (sum of loadings)^2 =: S, so alpha of k standardised items is
    at least k/(k - 1) (1 - k/S) (Cronbach 1951). Raw alpha may leave these bounds by little; that is told,
    and no contradiction.
    """
    sizes = [loading.interval.magnitude() for loading in loadings]
    k = len(sizes)
    least = max(sum(size.low for size in sizes) ** 2, 1e-12)
    low = k / (k - 1) * (1 - k / least)
    high = reliability_of([min(size.high, 1.0) for size in sizes])
    smallest = min(size.low for size in sizes)
    above = next((margin for least, margin in _ABOVE if smallest >= least), 1.0)
    return _near(alpha, Interval(low, high), above, "alpha_near_loadings")


@check("alpha")
def alpha_within_composite(alpha: Reported, cr: Reported) -> Judgement:
    """Alpha is at most composite reliability, where both are of one factor's items."""
    return _near(alpha, Interval.at_most(cr.interval.high), _ABOVE_UNSEEN, "alpha_near_composite")


@check("rho_a")
def order_of_reliabilities(rho_a: Reported, alpha: Reported, cr: Reported) -> Judgement:
    """rho_A lies between alpha and composite reliability as a rule (Dijkstra & Henseler 2015); no law."""
    between = Interval(alpha.interval.low, cr.interval.high)
    if between.meets(rho_a.interval):
        return Judgement(True, between)
    return Judgement(None, between, reason="unusual_order")


@identity("alpha")
def alpha_of_standardised(mean_r: Interval, items: Interval) -> Interval:
    """Alpha of standardised items is k r/(1 + (k - 1) r), with r the mean correlation of the items."""
    return image(lambda r, k: k * r / (1 + (k - 1) * r), mean_r, items)


def _near(alpha: Reported, allowed: Interval, above: float, reason: str) -> Judgement:
    if allowed.meets(alpha.interval):
        return Judgement(True, allowed)
    wide = Interval(allowed.low - _BELOW, allowed.high + above)
    return Judgement(None, allowed, reason) if wide.meets(alpha.interval) else Judgement(False, allowed)


FROM_LOADINGS = (average_variance_extracted, composite_reliability)
OF_SCALE = (root_of_ave, composite_within_ave, order_of_reliabilities)

CHECKS = (
    loading_in_range,
    root_of_ave,
    composite_within_ave,
    alpha_from_loadings,
    alpha_within_composite,
    order_of_reliabilities,
)


@dataclass(slots=True)
class Construct:
    """A construct's loadings and statistics, by address; `printed` has all cells of a statistic."""

    loadings: list[Term] = field(default_factory=list)
    printed: dict[str, list[Term]] = field(default_factory=dict)
    statistics: dict[str, Term] = field(default_factory=dict)


def constructs_of(paper: Paper, printed: Printed) -> dict[str, Construct]:
    """Constructs of a table of loadings and reliabilities, in print order.

    Where lines come in groups, a group is a construct. Otherwise a construct begins at each line that prints
    statistics of a construct; without any loading in the table every line is a construct. Statistics printed
    in several lines with numbers of which no one prevails are of items (alpha if item deleted) and no
    construct's.
    """
    cells = {line: numbers_of(paper, printed, line) for line in printed.body}
    has_loadings = "loading" in printed.columns
    found: dict[str, Construct] = {}
    current = ""
    for line in printed.body:
        group = printed.group_of(line)
        own = {name: term for name, term in cells[line].items() if name in OF_CONSTRUCT}
        if group:
            current = group
        elif not has_loadings or own or not current:
            current = line
        construct = found.setdefault(current, Construct())
        if "loading" in cells[line]:
            construct.loadings.append(cells[line]["loading"])
        for name, term in own.items():
            construct.printed.setdefault(name, []).append(term)
    for construct in found.values():
        for name, terms in construct.printed.items():
            if (prevailing := _prevailing(paper, terms)) is not None:
                construct.statistics[name] = prevailing
    return found


def _prevailing(paper: Paper, terms: Sequence[Term]) -> Term | None:
    """The first of the terms whose text more than half of them have."""
    texts = [paper.read(term).text for term in terms]
    text, count = Counter(texts).most_common(1)[0]
    return terms[texts.index(text)] if count > len(terms) / 2 else None


def plan_measurement(
    paper: Paper,
    place: str,
    *,
    table: str,
    reliability: str | None = None,
    items: float | Mapping[str, float] | None = None,
    rotated: bool = False,
) -> Iterator[Case]:
    """AVE, composite reliability and alpha of each construct against its loadings and one another.

    `reliability` names a second table whose lines are the constructs. `rotated` says that the loadings are of
    a rotated analysis of many constructs, of which composite reliability and alpha are no functions.
    """
    printed = printed_table(paper, table, place)
    constructs = constructs_of(paper, printed)
    if reliability is not None:
        beside = constructs_of(paper, printed_table(paper, reliability, place))
        strangers = [name for name in beside if name not in constructs]
        if strangers:
            raise SurveyError(
                place,
                f"{table} has no construct `{strangers[0]}`, which {reliability} names.",
                f"Known are {', '.join(constructs)}.",
            )
        for name, construct in beside.items():
            constructs[name].statistics |= construct.statistics
    for name, construct in constructs.items():
        stated = items.get(name) if isinstance(items, Mapping) else items
        yield from _of_construct(construct, stated, rotated)


def _of_construct(construct: Construct, items: float | None, rotated: bool) -> Iterator[Case]:
    roles: dict[str, Term | tuple[Term, ...]] = dict(construct.statistics)
    loadings: Sequence[Term] = construct.loadings
    for name, terms in construct.printed.items():
        if name in construct.statistics and len(terms) > 1:
            yield Case(same_value, {"values": tuple(terms)})
    for loading in loadings:
        yield Case(loading_in_range, {"loading": loading})
    if loadings:
        roles |= {"loadings": tuple(loadings), "items": float(len(loadings))}
        yield from applicable(FROM_LOADINGS, roles)
    elif items is not None:
        roles["items"] = float(items)
    yield from applicable(OF_SCALE if not loadings else (root_of_ave, order_of_reliabilities), roles)
    # Alone beside loadings, alpha is usually that of a rotated analysis, whose loadings are no correlations
    # with the construct.
    if len(loadings) > 1 and not rotated and {"cr", "ave"} & roles.keys():
        yield from applicable((alpha_from_loadings,), roles)
    elif not rotated:
        yield from applicable((alpha_within_composite,), roles)
    yield from applicable((alpha_of_standardised,), roles)


PLANS: dict[str, Planner] = {"measurement": plan_measurement}
