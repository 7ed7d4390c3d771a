"""Cronbach's alpha and SPSS's item-total statistics, from what else is printed of the items."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from smartcity_survey.audit.address import Term, resolve_one
from smartcity_survey.audit.case import Case, Planner, applicable, identity
from smartcity_survey.audit.checks.measurement import alpha_of_standardised
from smartcity_survey.audit.interval import Interval, image, total
from smartcity_survey.audit.matrix import read_square
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.tables import numbers_of, printed_table


@identity("alpha")
def alpha_from_variances(sds: tuple[Interval, ...], scale_sd: Interval) -> Interval:
    """Alpha is k/(k - 1) (1 - sum of the items' variances / variance of their sum) (Cronbach 1951)."""
    k = len(sds)
    items = total(Interval(sd.low**2, sd.high**2) for sd in sds)
    return image(lambda parts, whole: k / (k - 1) * (1 - parts / whole**2), items, scale_sd)


@identity("alpha")
def alpha_from_correlations(correlations: tuple[Interval, ...], sds: tuple[Interval, ...]) -> Interval:
    """Alpha from the items' correlations and SDs, pair by pair in the order of the items."""
    k = len(sds)
    pairs = itertools.combinations(sds, 2)
    between = total(r * one * other for r, (one, other) in zip(correlations, pairs, strict=True))
    within = total(Interval(sd.low**2, sd.high**2) for sd in sds)
    return image(lambda off, diagonal: k / (k - 1) * 2 * off / (2 * off + diagonal), between, within)


@identity("alpha")
def alpha_from_mean_correlation(correlations: tuple[Interval, ...], items: Interval) -> Interval:
    """Alpha of standardised items from the mean of their correlations."""
    mean = total(correlations).scaled(1 / len(correlations))
    return image(lambda r, k: k * r / (1 + (k - 1) * r), mean, items)


@identity("mean_if_deleted")
def mean_without_item(scale_mean: Interval, mean: Interval) -> Interval:
    """The scale's mean without an item is the scale's mean less the item's."""
    return scale_mean - mean


@identity("variance_if_deleted")
def variance_without_item(scale_sd: Interval, sd: Interval, item_total: Interval) -> Interval:
    """The scale's variance without an item solves V + s^2 + 2 r s sqrt(V) = variance of the scale."""

    def variance(whole: float, s: float, r: float) -> float:
        root = -r * s + np.sqrt(np.maximum((r * s) ** 2 + whole**2 - s**2, 0.0))
        return float(np.maximum(root, 0.0) ** 2)

    return image(variance, scale_sd, sd, item_total)


@identity("alpha_if_deleted")
def alpha_without_item(variance_if_deleted: Interval, others: tuple[Interval, ...]) -> Interval:
    """Alpha of the other items, from their variances and that of their sum."""
    k = len(others)
    parts = total(Interval(sd.low**2, sd.high**2) for sd in others)
    return image(lambda items, whole: k / (k - 1) * (1 - items / whole), parts, variance_if_deleted)


SCALE = (alpha_from_variances, alpha_from_correlations, alpha_from_mean_correlation, alpha_of_standardised)
ITEM = (mean_without_item, variance_without_item, alpha_without_item)

CHECKS = (*SCALE, *ITEM)


def plan_reliability(
    paper: Paper,
    place: str,
    *,
    table: str | None = None,
    alpha: str | float | None = None,
    scale_sd: str | float | None = None,
    scale_mean: str | float | None = None,
    correlations: str | None = None,
    mean_r: str | float | None = None,
    items: str | float | None = None,
    standardised: bool = False,
) -> Iterator[Case]:
    """Alpha from the items' SDs and the scale's, or from their correlations; each item's own statistics.

    Lines of `table` are the items of one scale. `standardised` says that alpha is that of standardised items.
    """
    roles: dict[str, Term | tuple[Term, ...]] = {
        role: resolve_one(paper, spec, place)
        for role, spec in (
            ("alpha", alpha),
            ("scale_sd", scale_sd),
            ("scale_mean", scale_mean),
            ("mean_r", mean_r),
            ("items", items),
        )
        if spec is not None
    }
    cells = {}
    if table is not None:
        printed = printed_table(paper, table, place)
        cells = {line: numbers_of(paper, printed, line) for line in printed.body}
        sds = [line["sd"] for line in cells.values() if "sd" in line]
        if len(sds) == len(cells) > 1:
            roles["sds"] = tuple(sds)
        roles.setdefault("items", float(len(cells)))
    if correlations is not None:
        square = read_square(paper, printed_table(paper, correlations, place))
        k = len(square.names)
        pairs = [(j, i) for i, j in itertools.combinations(range(k), 2)]
        if k > 1 and all(pair in square.pairs for pair in pairs):
            roles["correlations"] = tuple(square.pairs[pair] for pair in pairs)
            roles.setdefault("items", float(k))
    checks = [alpha_from_variances, alpha_of_standardised]
    checks.append(alpha_from_mean_correlation if standardised else alpha_from_correlations)
    yield from applicable(checks, roles)
    shared = {role: term for role, term in roles.items() if role in {"scale_sd", "scale_mean"}}
    for line, own in cells.items():
        of_item: dict[str, Term | tuple[Term, ...]] = {**shared, **own}
        others = tuple(other["sd"] for name, other in cells.items() if name != line and "sd" in other)
        if len(others) == len(cells) - 1 > 1:
            of_item["others"] = others
        yield from applicable(ITEM, of_item)


PLANS: dict[str, Planner] = {"reliability": plan_reliability}
